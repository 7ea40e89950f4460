"""The compiled pass gives what numpy gives, to the last bit, or steps aside."""

import builtins
import pickle
import sys
import types
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import models
from models.calibration import Calibrator
from models.classifiers.linear import LinearScores
from models.compiled import loading
from models.compiled.loading import LOADER, Loader
from models.compiled.memory import laid
from models.compiled.scorer import CompiledScorer
from models.text.codepoints import CodePoints
from training.corpus import shipped_corpus

NOT_READY = Loader(fault="in this test")
ODD = "_x000D__x000A_㎡①ﷺ\u200b房\u200b产證\u2f00_x0009__x000d_x000A_ Ａ"


@pytest.fixture(scope="module")
def pipeline():
    LOADER.prepare(wait=True)
    assert LOADER.kernels is not None, LOADER.fault
    return models.load()


@pytest.fixture(scope="module")
def texts():
    return [*shipped_corpus().texts[::60], ODD, "", "好", "ab" * 40, "第一第二" * 3000]


def reference(pipeline, texts):
    scored = pipeline._score_points(CodePoints.from_texts(texts))
    assert scored.decided is None
    return pipeline._judged(scored)


def same(a, b):
    for head in a.heads:
        for field in ("y_prob", "best", "accepted"):
            assert np.array_equal(getattr(a.heads[head], field), getattr(b.heads[head], field))
    assert list(a.rows()) == list(b.rows())


def packed(texts):
    encoded = [text.encode() for text in texts]
    offsets = np.concatenate(([0], np.cumsum([len(e) for e in encoded]))).astype(np.int64)
    return np.frombuffer(b"".join(encoded), np.uint8), offsets


def test_corpus_is_scored_as_by_numpy_in_any_form(pipeline, texts):
    expected = reference(pipeline, texts)
    assert pipeline._compiled.score_texts(texts) is not None
    same(expected, pipeline.predict_texts(texts))
    same(expected, pipeline.predict_utf8(*packed(texts)))


@pytest.mark.parametrize("quantile", [0.2, 0.9])
def test_decisions_at_any_threshold_are_those_of_numpy(pipeline, texts, quantile):
    sure = {n: h.probability() for n, h in reference(pipeline, texts).heads.items()}
    questions = {
        name: replace(head, threshold=float(np.quantile(sure[name], quantile)))
        for name, head in pipeline.questions.items()
    }
    other = replace(pipeline, questions=questions)
    assert other._compiled.score_texts(texts).decided is not None
    expected = reference(other, texts)
    same(expected, other.predict_texts(texts))
    for head in expected.heads.values():
        assert head.accepted.any()
        assert not head.accepted.all()


def test_heads_without_parents_or_children_are_decided_too(pipeline, texts):
    questions = {
        name: replace(head, parent=None, parent_index=None, blend=0.0)
        for name, head in pipeline.questions.items()
    }
    other = replace(pipeline, questions=questions)
    same(reference(other, texts), other.predict_texts(texts))


def test_candidates_are_ranked_as_by_numpy_where_labels_are_few_or_equal(pipeline, texts):
    intent = pipeline.questions["intent"]
    for n_labels in (1, 2, 3):
        head = replace(
            intent,
            codes=intent.codes[:n_labels],
            outputs=slice(0, n_labels),
            calibrator=Calibrator(*np.zeros((2, n_labels), np.float32), 1.0),
        )
        scorer = LinearScores([], pipeline.scorer.weights, np.zeros(n_labels, np.float32))
        few = replace(pipeline, scorer=scorer, questions={"intent": head})
        same(reference(few, texts[:3]), few.predict_texts(texts[:3]))


def test_an_array_of_another_type_than_compiled_code_takes_it_for_is_refused(pipeline, texts):
    pipeline.predict_texts(texts[:1])
    model = pipeline._compiled._model
    wrong = (model.arrays[0].astype(np.int64), *model.arrays[1:])
    with pytest.raises(TypeError, match="field 0"):
        laid(wrong, (12, 2, 2))


def test_scores_are_those_of_numpy_to_the_last_bit(pipeline, texts):
    points = CodePoints.from_texts(texts)
    found = pipeline._compiled.score_texts(texts)
    expected = pipeline._score_points(points)
    assert np.array_equal(found.y_score, expected.y_score)
    assert np.array_equal(found.known, expected.known)
    assert np.array_equal(found.n_chinese, expected.n_chinese)


def test_text_alone_gets_the_bits_it_gets_in_a_batch(pipeline, texts):
    together = reference(pipeline, texts)
    for i in range(0, len(texts), 7):
        for alone in (pipeline.predict_texts([texts[i]]), reference(pipeline, [texts[i]])):
            for head in together.heads:
                assert np.array_equal(together.heads[head].y_prob[i], alone.heads[head].y_prob[0])


LOADED = {}


def loaded():
    if not LOADED:
        LOADER.prepare(wait=True)
        LOADED["pipeline"] = models.load()
    return LOADED["pipeline"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(st.characters(codec=None), max_size=60), min_size=1, max_size=4))
@example([ODD, "房" + ODD + "产"])
@example(["\ud83d\ude00房产", "\udfff", "_x000D_", "_x000D", "房_x000A_产_X000A_"])
@example(["\u0345\u1e9e\ufb03\U0001d5d4\U0002f800房\x00产\ufeff证"])
def test_any_text_is_scored_as_by_numpy(texts):
    pipeline = loaded()
    same(reference(pipeline, texts), pipeline.predict_texts(texts))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("_x000D90aAdX房产㎡ \n", max_size=30), min_size=1, max_size=3))
def test_escapes_of_excel_are_read_as_by_numpy(texts):
    pipeline = loaded()
    same(reference(pipeline, texts), pipeline.predict_texts(texts))


@pytest.mark.parametrize(
    "broken",
    [b"\xff", b"\xe6\x88", b"\xc0\xaf", b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80",
     b"\xf4\x90\x80\x80", b"\xe6A\xbf"],
)  # fmt: skip
def test_bytes_that_are_no_utf8_are_refused_and_leave_no_trace(pipeline, broken):
    data, offsets = packed(["房产证办不下来", "征地补偿"])
    bad = np.frombuffer("征地补偿".encode() + broken, np.uint8)
    before = pipeline.predict_utf8(data, offsets)
    with pytest.raises(UnicodeDecodeError):
        pipeline.predict_utf8(bad, np.array([0, len(bad)], np.int64))
    same(before, pipeline.predict_utf8(data, offsets))


def test_a_loaded_model_travels_to_another_process(pipeline, texts):
    same(pipeline.predict_texts(texts), pickle.loads(pickle.dumps(pipeline)).predict_texts(texts))


def test_until_the_code_is_ready_numpy_answers(pipeline, texts):
    model = pipeline.hasher, pipeline.vocabulary, pipeline.scorer
    waiting = CompiledScorer(*model, loader=NOT_READY)
    assert waiting.score_texts(texts) is None
    assert waiting.score_utf8(*packed(texts)) is None


def test_little_work_does_not_load_and_much_does(monkeypatch):
    started = []
    monkeypatch.setattr(Loader, "prepare", lambda self: started.append(self))
    loader = Loader()
    loader.expect(loading.ENOUGH_TEXTS - 1)
    assert not started
    loader.expect(1)
    assert started == [loader]


def _forget(monkeypatch):
    monkeypatch.delitem(sys.modules, "models.compiled.kernels", raising=False)
    monkeypatch.delattr(sys.modules["models.compiled"], "kernels", raising=False)


def test_without_numba_the_fault_is_told_and_nothing_breaks(monkeypatch, caplog, pipeline):
    _forget(monkeypatch)
    real = builtins.__import__

    def refuse(name, *rest, **options):
        if name.startswith("numba"):
            raise ImportError(name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)
    loader = Loader()
    loader.prepare(wait=True)
    assert loader.kernels is None
    assert "没有可用的 numba" in loader.fault
    assert "结果相同" in caplog.text
    model = pipeline.hasher, pipeline.vocabulary, pipeline.scorer
    scorer = CompiledScorer(*model, loader=loader)
    assert scorer.score_texts(["房产证"]) is None


def test_without_a_folder_to_cache_in_the_fault_is_told(monkeypatch, caplog):
    numba = pytest.importorskip("numba")
    _forget(monkeypatch)

    def njit(*args, cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function 'score_texts': no locator available")
        return lambda function: function

    stand_in = types.ModuleType("numba")
    stand_in.__dict__.update(vars(numba) | {"njit": njit})
    monkeypatch.setitem(sys.modules, "numba", stand_in)
    loader = Loader()
    loader.prepare(wait=True)
    assert "NUMBA_CACHE_DIR" in loader.fault
    assert "结果相同" in caplog.text
