"""Fine-tuning: heads, folds, resuming, evidence, cards."""

import json

import numpy as np
import polars as pl
import pytest

pytest.importorskip("torch", reason="needs yangguang[transformers]")
pytest.importorskip("transformers", reason="needs yangguang[transformers]")

from models.document import Document
from models.encoders.checkpoint import inspect_checkpoint
from models.errors import InputError
from models.loading import load_predictor
from training.config import TransformerConfig, read_recipe
from training.corpus import Corpus
from training.neural import learning
from training.neural.fine_tune import Starting, fine_tune, train_transformer
from training.neural.lesson import make_lesson

from .conftest import SUBTOPIC, messages


def changed(config, **network):
    plain = config.model_dump(exclude_unset=True)
    plain["network"] |= network
    return TransformerConfig.model_validate(plain)


def test_evidence_points_at_the_words_that_decide(trained):
    _, tuned = trained
    text = "各位领导：您好！打扰了，我家住在甲街道，征地补偿、青苗费一直没有给，请问怎么办理？"
    answer = tuned.pipeline.predict([Document(text)])[0].heads
    assert answer["topic"].label == "land"
    spans = answer["topic"].evidence
    assert spans
    assert all(text[s.start : s.end] == s.text for s in spans)
    assert sum(s.weight for s in spans) <= 1.001
    heaviest = spans[0]
    assert set(heaviest.text) & set("征地补偿青苗费")


def test_evidence_refers_to_the_text_as_received(trained):
    _, tuned = trained
    text = "Ａ　　１号楼\n\n征地補償，青苗费"  # wide letters, blanks and a traditional character
    spans = tuned.pipeline.predict([Document(text)])[0].heads["topic"].evidence
    assert all(text[s.start : s.end] == s.text for s in spans)


def test_card_and_metrics_say_how_it_was_trained(trained, corpus):
    out, tuned = trained
    card = (out / "README.md").read_text("utf-8")
    assert "Fine-tuned from" in card
    assert "linear classifier over hashed" not in card
    metrics = json.loads((out / "metrics.json").read_text("utf-8"))
    facts = metrics["training"]
    assert facts["n_learnt"] + facts["n_stopping"] + facts["n_calibration"] == len(corpus)
    assert metrics["out_of_fold"]["topic"]["n_documents"] == facts["n_calibration"]
    assert not out.with_name(out.name + ".state").exists()
    assert len(tuned.unseen) == facts["n_calibration"]


def test_an_interrupted_run_ends_like_one_that_was_not(
    make_checkpoint, corpus, tiny_config, tmp_path, monkeypatch
):
    start = Starting(inspect_checkpoint(make_checkpoint("bert")), tiny_config.network)
    folds = np.arange(len(corpus)) % 4
    whole = fine_tune(corpus, tiny_config, start, folds, tmp_path / "whole")

    steps = 0
    real = learning._loss

    def interrupted(*args):
        nonlocal steps
        steps += 1
        if steps == 14:  # in the second epoch; the state is of step 10
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(learning, "_loss", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fine_tune(corpus, tiny_config, start, folds, tmp_path / "again")
    monkeypatch.setattr(learning, "_loss", real)
    lines = []
    resumed = fine_tune(corpus, tiny_config, start, folds, tmp_path / "again", report=lines.append)
    assert "接着第 2 轮" in lines[0]
    np.testing.assert_allclose(resumed.y_score, whole.y_score, atol=1e-5)

    other = tiny_config.model_copy(update={"seed": 8})
    with pytest.raises(InputError, match="另一次训练"):
        fine_tune(corpus, other, start, folds, tmp_path / "again")


def test_it_stops_when_nothing_gets_better(make_checkpoint, corpus, tiny_config, tmp_path):
    config = changed(tiny_config, epochs=50, patience=1, learning_rate=1e-9, head_learning_rate=5.0)
    start = Starting(inspect_checkpoint(make_checkpoint("bert")), config.network)
    tuned = fine_tune(corpus, config, start, np.arange(len(corpus)) % 4, tmp_path / "state")
    history = tuned.facts["history"]
    assert len(history) < 50
    assert tuned.facts["best_epoch"] == 1 + int(np.argmin([h["dev_loss"] for h in history]))


def test_cross_fitting_scores_every_text_unseen(make_checkpoint, corpus, tiny_config, tmp_path):
    config = changed(tiny_config, cross_fit=True, epochs=1)
    start = Starting(inspect_checkpoint(make_checkpoint("bert")), config.network)
    tuned = fine_tune(corpus, config, start, np.arange(len(corpus)) % 4, tmp_path / "state")
    assert len(tuned.y_score) == len(corpus)
    assert (tuned.y_score.std(axis=1) > 0).all()


def test_the_second_level_answers_below_the_first(make_checkpoint, tmp_path):
    rows = messages(240)
    corpus = Corpus(pl.DataFrame([{**row, "subtopic": SUBTOPIC[row["topic"]]} for row in rows]))
    config = changed(read_recipe("transformer"), max_tokens=64, epochs=2, learning_rate=3e-3)
    out = tmp_path / "model"
    train_transformer(corpus, config, make_checkpoint("bert"), out, group_field="group")
    model = load_predictor(out)
    assert model.heads == ("topic", "subtopic", "intent")
    for answer in model.predict_texts([row["text"] for row in rows[:20]]).rows():
        assert SUBTOPIC[answer["topic"].label] == answer["subtopic"].label


def test_long_texts_are_read_in_windows(make_checkpoint, corpus, tiny_config, tmp_path):
    config = changed(tiny_config, long_texts="windows", max_tokens=24, max_windows=3)
    out = tmp_path / "model"
    train_transformer(corpus, config, make_checkpoint("bert"), out, group_field="group")
    model = load_predictor(out)
    filler = "天气很好我们都去散步，" * 20
    end = model.predict([Document(filler + "征地补偿，青苗费，安置房")])[0].heads["topic"]
    assert end.label == "land"
    assert any(set(span.text) & set("征地补偿青苗费安置房") for span in end.evidence)


def test_rare_classes_weigh_more(corpus, tiny_config):
    from training.fit import read_targets

    targets = read_targets(corpus, tiny_config)
    lesson = make_lesson([], targets, np.arange(len(corpus)), None)
    assert lesson.class_weight[0] is None
    counts = np.bincount(targets["intent"].y)
    np.testing.assert_allclose(
        lesson.class_weight[1] * counts, np.full(3, len(corpus) / 3), rtol=1e-5
    )


def test_rows_longer_than_the_network_reads_are_refused(make_checkpoint, tiny_config):
    checkpoint = inspect_checkpoint(make_checkpoint("roberta"))
    with pytest.raises(InputError, match="一次最多读 65 字"):
        Starting(checkpoint, changed(tiny_config, max_tokens=66).network)


def test_settings_without_effect_are_refused(tiny_config):
    plain = tiny_config.model_dump(exclude_unset=True)
    plain["heads"][0]["alpha"] = 0.1
    with pytest.raises(ValueError, match="linear only"):
        TransformerConfig.model_validate(plain)
