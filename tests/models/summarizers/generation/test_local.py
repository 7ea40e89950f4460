# ruff: noqa: E402, E501
"""Models from a folder: T5, BART and Qwen2, taught, saved, opened, asked and guarded."""

import socket
import threading
import time

import pytest

for package in ("torch", "transformers", "psutil"):
    pytest.importorskip(package, reason="needs the extra `transformers`")

from models.summarizers.generation.errors import GenerationError, GeneratorError
from models.summarizers.generation.local import LocalGenerator
from models.summarizers.generation.request import Cancellation, Limits, Request
from models.summarizers.generation.rewriting import Rewriter

from .conftest import FAITHFUL, SOURCE
from .tiny import teach

OTHER, DISTORTED = "石桥村道路没有修。", "石桥村道路三年没有修"
ANSWERS = {SOURCE: FAITHFUL, OTHER: DISTORTED}
FAMILIES = ("t5", "bart", "qwen2")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    for family in FAMILIES:
        teach(family, root / family, ANSWERS)
    return root


@pytest.fixture(scope="module", params=FAMILIES)
def generator(request, folders):
    return LocalGenerator(folders / request.param)


def test_it_says_what_it_learned_piece_by_piece(generator):
    pieces = list(generator.stream(Request("title", SOURCE), Limits(60)))
    assert "".join(pieces) == FAITHFUL
    assert len(pieces) > 1


def test_a_round_of_texts_gives_what_one_at_a_time_gives(generator):
    texts = [OTHER, SOURCE, OTHER]
    found = generator.complete_all([Request("title", t) for t in texts], Limits(60))
    assert [c.text for c in found] == [ANSWERS[t] for t in texts]


def test_the_guard_decides(generator):
    rewriter = Rewriter(generator, Limits(60))
    made = rewriter.title(SOURCE, "原标题")
    assert (made.text, made.is_generated) == (FAITHFUL, True)
    made = rewriter.title(OTHER, "原标题")
    assert (made.text, made.proposed) == ("原标题", DISTORTED)
    assert [m.text for m in rewriter.titles([SOURCE, OTHER], ["a", "b"])] == [FAITHFUL, "b"]


def test_no_connection_is_opened(folders, monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert LocalGenerator(folders / "t5").name == "t5"


def test_time_and_cancellation_end_it(folders):
    generator = LocalGenerator(folders / "t5")
    slow = generator._model.generate

    def slowly(requests, longest, stopped, emit=None):
        while not stopped():
            time.sleep(0.01)
        return slow(requests, longest, stopped, emit)

    generator._model.generate = slowly
    request, start = Request("title", SOURCE), time.monotonic()
    with pytest.raises(GenerationError, match=r"0\.3秒"):
        list(generator.stream(request, Limits(0.3)))
    cancellation = Cancellation()
    threading.Timer(0.2, cancellation.cancel).start()
    with pytest.raises(GenerationError, match="取消"):
        list(generator.stream(request, Limits(30), cancellation))
    assert generator.complete_all([request], Limits(0.2))[0].error
    assert time.monotonic() - start < 5
    generator._model.generate = slow
    assert "".join(generator.stream(request, Limits(60))) == FAITHFUL


def test_stopping_takes_effect_between_tokens(folders):
    generator = LocalGenerator(folders / "t5")
    asked = []

    def stopped():
        asked.append(1)
        return len(asked) >= 3

    made = generator._model.generate([Request("title", SOURCE)], 50, stopped)
    assert isinstance(made[0], GenerationError)
    assert len(asked) == 3


def test_an_unfinished_answer_and_a_text_too_long_are_said(folders):
    generator = LocalGenerator(folders / "qwen2")
    made = generator._model.generate([Request("title", SOURCE)], 2, lambda: False)
    assert made[0].cause == "length"
    with pytest.raises(GenerationError, match="太长") as caught:
        list(generator.stream(Request("title", SOURCE * 400), Limits(60)))
    assert caught.value.cause == "source"


def test_a_tokenizer_of_another_model_is_noticed(folders, tmp_path):
    import shutil

    from .tiny import make_tokenizer

    shutil.copytree(folders / "t5", tmp_path / "m")
    make_tokenizer([chr(0x4E00 + i) for i in range(500)]).save_pretrained(tmp_path / "m")  # fmt: skip
    with pytest.raises(GeneratorError, match="不配套"):
        LocalGenerator(tmp_path / "m")


def test_a_damaged_tokenizer_is_a_clear_error(folders, tmp_path):
    import shutil

    shutil.copytree(folders / "bart", tmp_path / "m")
    (tmp_path / "m" / "tokenizer.json").write_text("{", "utf-8")
    with pytest.raises(GeneratorError, match="分词器不能加载"):
        LocalGenerator(tmp_path / "m")


def test_too_little_memory_is_said_before_loading(folders, monkeypatch):
    import psutil

    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("M", (), {"available": 2**20})())
    with pytest.raises(GeneratorError, match="内存不足"):
        LocalGenerator(folders / "t5")
