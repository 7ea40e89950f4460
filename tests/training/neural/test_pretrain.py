"""An encoder from scratch: texts, tokens, hidden spans, a run that goes on, vectors that tell."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs yangguang[transformers]")
pytest.importorskip("transformers", reason="needs yangguang[transformers]")

from models.encoders.checkpoint import inspect_checkpoint, load_encoder, load_tokenizer
from models.encoders.networks import TorchNetwork
from models.encoders.tokens import Reading, Tokens
from models.encoders.transformer import TransformerEncoder
from models.errors import InputError
from training.neural import pretrain as pretraining
from training.neural.characters import SPECIAL, character_tokenizer, character_vocabulary
from training.neural.masking import hide_spans
from training.neural.objectives import make_objective
from training.neural.plan import PretrainConfig
from training.neural.pretrain import pretrain
from training.neural.texts import read_texts
from training.neural.warm_start import character_vectors

from .conftest import messages


@pytest.fixture(scope="module")
def texts():
    return [row["text"] * 2 for row in messages(150)]


TINY = PretrainConfig(
    vocabulary=300,
    layers=1,
    width=32,
    attention_heads=2,
    steps=100,
    contrastive_steps=10,
    row_tokens=32,
    save_every=20,
    learning_rate=1e-2,
    device="cpu",
)


def test_it_learns_and_is_a_checkpoint_like_any_other(texts, tmp_path):
    out = tmp_path / "encoder"
    lines = []
    facts = pretrain(texts, TINY, out, lines.append)
    counts = np.unique(list("".join(texts)), return_counts=True)[1]
    share = counts / counts.sum()
    frequencies_alone = -(share * np.log(share)).sum()
    assert facts["held_out_loss"] < frequencies_alone - 0.3
    assert not (tmp_path / "encoder.state").exists()
    checkpoint = inspect_checkpoint(out)
    content, pad_id = load_tokenizer(checkpoint)
    tokens = Tokens(content, Reading(max_tokens=64), pad_id)
    network = TorchNetwork(load_encoder(checkpoint), "mean")
    encoder = TransformerEncoder(tokens, network, TINY.width)
    pair = encoder.encode([texts[0][:30], texts[0][30:60], "天气"])
    pair /= np.linalg.norm(pair, axis=1, keepdims=True)
    assert pair[0] @ pair[1] > pair[0] @ pair[2]


def test_finding_replaced_characters_is_learnt_and_gives_a_checkpoint_too(tmp_path):
    config = TINY.model_copy(update={"objective": "replaced", "contrastive_steps": 0})
    out = tmp_path / "encoder"
    rounds = ["子丑寅卯辰巳午未申酉戌亥" * 40] * 8
    facts = pretrain(rounds, config, out)
    first = pretrain(rounds, config.model_copy(update={"steps": 1}), tmp_path / "first")
    assert facts["held_out_loss"] < 0.65 * first["held_out_loss"]
    assert facts["objective"] == "replaced"
    encoder = load_encoder(inspect_checkpoint(out))
    assert sum(p.numel() for p in encoder.parameters()) == facts["n_parameters"]


def test_a_replaced_character_that_was_guessed_right_is_not_one(texts):
    import torch

    tokenizer = character_tokenizer(character_vocabulary(texts, 300), 64)
    config = TINY.model_copy(update={"objective": "replaced"})
    objective = make_objective(config, tokenizer)
    rows = np.full((4, 32), 9, np.int64)
    with torch.no_grad():
        objective.bias[9] = 1e3  # the generator always says 9: nothing differs from the truth
        unsure = float(objective.loss(rows, np.random.default_rng(0)))
        objective.module["verdict"][-1].bias[0] = -30.0  # "none was replaced"
        sure = float(objective.loss(rows, np.random.default_rng(0)))
    assert sure < 1e-6 < unsure


@pytest.mark.parametrize("objective", ["masked", "replaced"])
def test_an_interrupted_run_goes_on_and_ends_the_same(texts, tmp_path, monkeypatch, objective):
    config = TINY.model_copy(update={"contrastive_steps": 0, "objective": objective})
    whole = pretrain(texts, config, tmp_path / "whole")
    real, calls = pretraining._loss, 0

    def interrupted(*args):
        nonlocal calls
        calls += 1
        if calls == 30:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(pretraining, "_loss", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pretrain(texts, config, tmp_path / "again")
    monkeypatch.setattr(pretraining, "_loss", real)
    lines = []
    resumed = pretrain(texts, config, tmp_path / "again", lines.append)
    assert lines[0] == "接着第 20 步继续。"
    assert resumed["held_out_loss"] == pytest.approx(whole["held_out_loss"], abs=1e-3)


def test_hidden_spans_keep_what_is_special_and_about_the_share_asked():
    rng = np.random.default_rng(0)
    tokens = rng.integers(len(SPECIAL), 90, (200, 100))
    tokens[:, ::10] = 3
    shown, hidden = hide_spans(tokens, 0.2, mask_id=4, n_special=5, n_tokens=90, rng=rng)
    assert not hidden[tokens == 3].any()
    assert 0.14 < hidden.mean() < 0.22
    assert (shown[~hidden] == tokens[~hidden]).all()
    assert 0.75 < (shown[hidden] == 4).mean() < 0.85
    after = hidden[:, 1:][hidden[:, :-1]]
    assert after.mean() > 2 * hidden.mean()  # spans, not single characters


def test_one_character_is_one_token_with_its_place():
    vocabulary = character_vocabulary(["征地补偿 abc"], 8000)
    assert vocabulary[: len(SPECIAL)] == list(SPECIAL)
    assert "囍" not in vocabulary
    assert "鼹" in vocabulary  # in GB 2312, not in the text
    tokens = Tokens(character_tokenizer(vocabulary, 64).backend_tokenizer.to_str(), Reading())
    (row,) = tokens.rows(["征地 补偿囍"])
    assert row.spans.tolist() == [[0, 0], [0, 1], [1, 2], [3, 4], [4, 5], [5, 6], [0, 0]]
    assert row.ids[5] == vocabulary.index("[UNK]")


def test_characters_with_the_same_neighbours_get_like_vectors():
    rng = np.random.default_rng(1)
    rows = [[5, rng.choice([6, 7]), 8, 9, rng.choice([10, 11]), 12] for _ in range(500)]
    vectors = character_vectors(np.array(rows, np.int64).ravel(), 14, 6, 0)
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    assert unit[6] @ unit[7] > 0.9
    assert not vectors[13].any()


def test_texts_come_from_files_that_can_be_read(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.txt").write_text("第一条　为了规范土地管理，制定本法。", "utf-8")
    (tmp_path / "b.jsonl").write_text('{"text": "请问什么时候能办证？"}\n{"n": 1}\n', "utf-8")
    (tmp_path / "c.docx").write_bytes(b"\0")
    assert read_texts([tmp_path]) == ["请问什么时候能办证?", "第一条 为了规范土地管理,制定本法。"]
    with pytest.raises(InputError, match="找不到文本"):
        read_texts([tmp_path / "nowhere"])
    with pytest.raises(InputError, match="没有可学的文本"):
        read_texts([tmp_path / "c.docx"])
    (tmp_path / "bad.txt").write_bytes("征地".encode("gbk"))
    with pytest.raises(InputError, match="UTF-8"):
        read_texts([tmp_path / "bad.txt"])


def test_too_little_text_is_said(tmp_path):
    with pytest.raises(InputError, match="文本太少"):
        pretrain(["只有这一句话而已。"], TINY, tmp_path / "out")
