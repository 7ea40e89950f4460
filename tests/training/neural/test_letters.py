"""One network that reads messages and reply letters: trained, saved, asked, exported."""

import json

import numpy as np
import polars as pl
import pytest

pytest.importorskip("torch", reason="needs yangguang[transformers]")
pytest.importorskip("transformers", reason="needs yangguang[transformers]")

from models.artifact import label_set_of
from models.errors import ArtifactError, InputError
from models.loading import load_predictor
from models.replies import load_reader, reads_letters
from models.transformer_artifact import load_transformer
from training.config import TransformerConfig
from training.corpus import Corpus
from training.letters import measure_letters, shipped_letters
from training.neural.characters import character_tokenizer, character_vocabulary
from training.neural.fine_tune import train_transformer
from training.neural.lesson import Lesson, shuffled_batches
from training.neural.mixture import LETTERS, MESSAGES, mix, without_letters
from training.order import Order, carry_out

from .conftest import messages, tiny_network

MAIL = messages(160)
REPLIES = shipped_letters()[::3]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    import torch

    folder = tmp_path_factory.mktemp("encoder")
    texts = [row["text"] for row in MAIL] + [letter.reply for letter in REPLIES]
    vocabulary = character_vocabulary(texts, 1500)
    torch.manual_seed(3)
    tiny_network("bert", len(vocabulary)).save_pretrained(folder)
    character_tokenizer(vocabulary, 64).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def config(tiny_config):
    plain = tiny_config.model_dump(exclude_unset=True)
    plain["heads"] = [*plain["heads"], {
        "name": "outcome", "field": "outcome", "label_set": "outcome", "class_weight": "balanced",
    }]  # fmt: skip
    return TransformerConfig.model_validate(plain)


@pytest.fixture(scope="module")
def model(tmp_path_factory, checkpoint, config):
    out = tmp_path_factory.mktemp("models") / "both"
    train_transformer(
        Corpus(pl.DataFrame(MAIL)),
        config,
        checkpoint,
        out,
        group_field="group",
        letters=REPLIES,
        letter_evaluation=shipped_letters("evaluation")[::4],
    )
    return out


def test_messages_are_answered_without_a_word_on_outcomes(model):
    predictor = load_predictor(model)
    assert predictor.heads == ("topic", "intent")
    said = predictor.predict_texts([row["text"] for row in MAIL])
    right = [c == row["topic"] for c, row in zip(_codes(said.heads["topic"]), MAIL, strict=True)]
    assert np.mean(right) > 0.9


def test_the_same_folder_reads_letters(model):
    assert reads_letters(model)
    reader = load_reader(model)
    assert reader.pipeline.heads == ("outcome",)
    learnt = measure_letters(reader, REPLIES)["head"]
    kinds = [letter.kind for letter in REPLIES]
    commonest = max(kinds.count(kind) for kind in set(kinds)) / len(kinds)
    assert learnt.accuracy > commonest + 0.1
    answer = reader.read([REPLIES[0].reply])[0]
    assert all(REPLIES[0].reply[e.start : e.end] == e.text for e in answer.evidence)


def test_parts_score_as_the_whole_does(model):
    whole = load_transformer(model)
    assert whole.heads == ("topic", "intent", "outcome")
    texts = [MAIL[0]["text"], REPLIES[1].reply]
    for name in whole.heads:
        alone = whole.part((name,)).predict_texts(texts).heads[name]
        np.testing.assert_allclose(
            alone.y_prob, whole.predict_texts(texts).heads[name].y_prob, atol=1e-6
        )


def test_card_and_metrics_tell_letters_from_messages(model):
    metrics = json.loads((model / "metrics.json").read_text("utf-8"))
    facts = metrics["training"]
    assert facts["n_letters"] == len(REPLIES)
    assert facts["n_documents"] == len(MAIL) + facts["n_passages"]
    assert set(metrics["letters"]) == {"rules", "head", "both"}
    unread = metrics["out_of_fold"]
    n_seen = unread["topic"]["n_documents"] + unread["outcome"]["n_documents"]
    assert n_seen == facts["n_calibration"]
    card = (model / "README.md").read_text("utf-8")
    assert "Reply letters never trained on" in card
    assert f"{len(REPLIES)} reply letters" in card


def test_exported_it_reads_letters_without_torch(model, tmp_path):
    pytest.importorskip("onnx", reason="needs yangguang[transformers]")
    pytest.importorskip("onnxruntime", reason="needs yangguang[transformers]")
    from training.neural.export import export_onnx

    export_onnx(model, tmp_path / "onnx", Corpus(pl.DataFrame(MAIL)), int8=False)
    before, after = load_reader(model), load_reader(tmp_path / "onnx")
    replies = [letter.reply for letter in REPLIES[:40]]
    for old, new in zip(before.read(replies), after.read(replies), strict=True):
        assert (old.outcome, old.procedural, old.decision) == (
            new.outcome, new.procedural, new.decision,
        )  # fmt: skip
        assert new.probability == pytest.approx(old.probability, abs=1e-4)
    assert load_predictor(tmp_path / "onnx").heads == ("topic", "intent")


def test_a_label_of_a_request_is_never_learnt_as_that_of_a_letter(config):
    own = Corpus(pl.DataFrame([{**row, "outcome": "granted"} for row in MAIL]))
    mixed = mix(own, np.zeros(len(own), np.intp), None, REPLIES, config)
    outcome = mixed.corpus.frame["outcome"]
    assert outcome[: len(own)].null_count() == len(own)
    assert outcome[len(own) :].null_count() == 0
    assert mixed.corpus.frame["topic"][len(own) :].null_count() == len(mixed.learned)
    assert label_set_of("outcome") is not None
    n = len(set(mixed.folds[len(own) :].tolist()))
    assert n == config.calibration.n_folds


def test_a_batch_is_of_one_task(config):
    task = np.repeat([MESSAGES, LETTERS], [90, 41])
    lesson = Lesson((), np.zeros((131, 1), np.intp), (2,), np.ones(131, np.float32), (None,), task)
    batches = shuffled_batches(lesson, np.arange(131), 16, (0, 0))
    assert sorted(np.concatenate(batches).tolist()) == list(range(131))
    assert all(len(set(task[batch].tolist())) == 1 for batch in batches)
    order = [task[batch][0] for batch in batches]
    assert order != sorted(order)  # the tasks take turns


def test_without_letters_there_is_no_such_head(checkpoint, config, tmp_path):
    out = tmp_path / "model"
    mail = Corpus(pl.DataFrame(MAIL))
    train_transformer(mail, config, checkpoint, out, group_field="group")
    assert load_transformer(out).heads == ("topic", "intent")
    assert not reads_letters(out)
    with pytest.raises(ArtifactError, match="不是读答复书的模型"):
        load_reader(out)
    assert [head.name for head in without_letters(config).heads] == ["topic", "intent"]


def test_letters_for_a_recipe_that_reads_none_are_refused(tmp_path):
    order = Order(None, tmp_path / "model", letters=tmp_path / "letters.jsonl")
    with pytest.raises(InputError, match="--letters 只用于"):
        carry_out(order)


def _codes(head):
    return [head.codes[best] for best in head.best]


def test_the_command_line_reads_both_with_one_folder(model, tmp_path):
    from service.classification.label import LabelOptions
    from service.cli.classify import classify
    from service.cli.label import Engine, label

    own = load_reader(model)
    said = json.loads(classify(MAIL[0]["text"], REPLIES[2].reply, as_json=True, model=str(model)))
    assert said["model_id"] == "tiny@1"
    assert said["outcome"]["probability"] == pytest.approx(
        own.read([REPLIES[2].reply])[0].probability, abs=1e-4
    )
    table, out = tmp_path / "来信.csv", tmp_path / "结果.csv"
    replies = [letter.reply for letter in REPLIES[:12]]
    pl.DataFrame(
        {"正文": [row["text"] for row in MAIL[:12]], "答复": replies}
    ).write_csv(table)  # fmt: skip
    options = LabelOptions(reply_column="答复")
    label(table, out, options, model=str(model))
    rows = pl.read_csv(out)
    expected = own.read(replies, [row["text"] for row in MAIL[:12]])
    assert rows["outcome"].to_list() == [answer.outcome for answer in expected]
    np.testing.assert_allclose(
        rows["outcome_probability"], [a.probability for a in expected], atol=1e-3
    )
    with pytest.raises(InputError, match="Ray"):
        label(table, tmp_path / "again.csv", options, model=str(model), engine=Engine.RAY)
