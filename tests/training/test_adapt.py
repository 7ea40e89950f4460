"""Adapting to an archive and learning from corrections, on texts made here."""

import json

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import models
from models.errors import InputError, LabelError
from training.adapt import adapt, usable_texts
from training.config import read_config, single_head
from training.corpus import Corpus
from training.pseudo import AdaptSettings, choose
from training.reviewed import join_reviewed, prepare_reviewed
from training.train import choose_folds, train

WORDS = {
    "天气": ["下雨了", "刮大风", "气温下降", "晴转多云", "台风将至"],
    "吃饭": ["炒青菜", "红烧肉", "煮面条", "喝米粥", "蒸馒头"],
}
LOCAL = {"天气": "落雨咯", "吃饭": "食饭咯"}  # words that only the archive has


def sentences(label):
    words = WORDS[label]
    return [f"今天{a}，明天也{b}，后天{c}吧" for a in words for b in words for c in words]


@pytest.fixture(scope="module")
def corpus():
    rows = [{"text": text, "label": label} for label in WORDS for text in sentences(label)]
    return Corpus(pl.DataFrame(rows))


@pytest.fixture(scope="module")
def archive():
    texts = [
        f"{LOCAL[label]}，{a}，{b}，{n}号{LOCAL[label]}"
        for label, words in WORDS.items()
        for n, a in enumerate(words)
        for b in words
    ]
    return Corpus(pl.DataFrame({"text": [*texts, *texts[:3], "", "嗯"]}))


@pytest.fixture(scope="module")
def config():
    return single_head(read_config(), "label")


def test_words_of_the_archive_are_learnt(corpus, archive, config):
    adapted = adapt(corpus, archive, config, choose_folds(corpus, config, None))
    strange = list(LOCAL.values())
    cold = adapted.cold.pipeline.predict_texts(strange).heads["label"]
    after = adapted.fitted.pipeline.predict_texts(strange).heads["label"]
    assert [after.codes[i] for i in after.best] == list(LOCAL)
    right = [list(after.codes).index(label) for label in LOCAL]
    assert (after.y_prob[[0, 1], right] >= cold.y_prob[[0, 1], right]).all()
    assert adapted.facts["n_usable"] == 51
    assert adapted.facts["n_taken"] == sum(adapted.facts["taken"].values()) > 0


def test_an_archive_that_nobody_agrees_on_changes_nothing(corpus, config):
    settings = AdaptSettings(min_probability=1.1)
    folds = choose_folds(corpus, config, None)
    other = Corpus(pl.DataFrame({"text": ["请问办事大厅几点开门", "公交车改线了吗"]}))
    adapted = adapt(corpus, other, config, folds, settings=settings)
    assert adapted.facts["n_taken"] == 0
    assert np.array_equal(adapted.cold.oof_score, adapted.fitted.oof_score)


def test_adapting_twice_gives_the_same_bytes(corpus, archive, config, tmp_path):
    for name in ("one", "two"):
        train(corpus, config, tmp_path / name, archive=archive)
    one, two = (json.loads((tmp_path / n / "manifest.json").read_text()) for n in ("one", "two"))
    assert one["sha256"] == two["sha256"]
    card = (tmp_path / "one" / "README.md").read_text("utf-8")
    assert "## Adaptation" in card
    assert "落雨" not in card
    models.load(str(tmp_path / "one"))


def test_usable_texts_are_distinct_new_and_spread(corpus):
    texts = [corpus.texts[0], "甲", "甲", " ", *(f"第{i}条" for i in range(100))]
    found = usable_texts(Corpus(pl.DataFrame({"text": texts})), corpus, 10)
    assert len(found) == 10
    assert found[0] == "甲"
    assert found[-1] == "第99条"


def test_choice_is_agreed_probable_and_in_proportion():
    y_prob = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.55, 0.45], [0.1, 0.9]])
    second = np.array([0, 0, 1, 0, 1])
    chosen = choose(y_prob, second, np.array([10, 20]), AdaptSettings(0.6, 1.0, 0.05))
    assert chosen.rows.tolist() == [0, 1, 4]
    assert chosen.y.tolist() == [0, 0, 1]
    assert chosen.weight.tolist() == [0.25, 0.25, 1.0]
    fewer = choose(y_prob, second, np.array([1, 1]), AdaptSettings(0.6, 1.0, 0.05))
    assert fewer.rows.tolist() == [0, 4]


def corrections(**columns):
    return Corpus(pl.DataFrame({"text": ["甲", "乙"], **columns}))


def test_corrections_may_have_gaps():
    found = prepare_reviewed(
        corrections(topic=["planning", ""], subtopic=[None, "201"]), read_config()
    )
    assert found.values("topic") == ["planning", "land"]
    assert found.values("subtopic") == [None, "201"]
    assert found.values("intent") == [None, None]


def test_corrections_must_make_sense():
    config = read_config()
    with pytest.raises(InputError, match="没有任何标签"):
        prepare_reviewed(corrections(note=["", ""]), config)
    with pytest.raises(InputError, match="第 2 条"):
        prepare_reviewed(corrections(topic=["land", "land"], subtopic=["201", "101"]), config)
    with pytest.raises(LabelError):
        prepare_reviewed(corrections(subtopic=["201", "不是代码"]), config)


def test_corrections_follow_the_corpus_with_their_weight(corpus):
    extra = Corpus(pl.DataFrame({"正文": ["新词"], "label": ["天气"], "备注": ["x"]}), "正文")
    joined, weight = join_reviewed(corpus, extra, 3.0)
    assert joined.texts[-1] == "新词"
    assert joined.frame.columns == corpus.frame.columns
    assert weight.tolist() == [1.0] * len(corpus) + [3.0]


def test_the_command_learns_from_corrections(corpus, tmp_path):
    from training.cli import app

    own, fixed, out = tmp_path / "own.jsonl", tmp_path / "fixed.csv", tmp_path / "model"
    corpus.frame.write_ndjson(own)
    rows = [{"text": f"{w}第{i}次", "label": k} for k, w in LOCAL.items() for i in range(8)]
    pl.DataFrame(rows).write_csv(fixed)
    result = CliRunner().invoke(
        app,
        ["fit", str(own), "--label-field", "label", "--reviewed", str(fixed), "--out", str(out)],
    )
    assert result.exit_code == 0, result.output
    assert f"共 {len(corpus) + 16} 条" in result.output
    answers = models.load(str(out)).predict_texts(list(LOCAL.values())).rows()
    assert [row["label"].label for row in answers] == list(LOCAL)
    assert "16 are an office's corrections" in (out / "README.md").read_text("utf-8")


def test_models_of_different_corrections_can_be_told_apart(corpus, tmp_path):
    from training.order import Order, carry_out

    own = tmp_path / "own.jsonl"
    corpus.frame.write_ndjson(own)

    def fitted(n):
        fixed = tmp_path / f"fixed{n}.csv"
        rows = [{"text": f"{w}第{i}次", "label": k} for k, w in LOCAL.items() for i in range(n)]
        pl.DataFrame(rows).write_csv(fixed)
        order = Order(own, tmp_path / "model", label_field="label", reviewed=fixed if n else None)
        model_id, _ = carry_out(order)
        assert models.load(str(tmp_path / "model")).model_id == model_id
        return model_id

    plain, some, again, more = (fitted(n) for n in (0, 8, 8, 12))
    assert some == again != more
    assert "+" not in plain
    for model_id in (some, more):
        name, _, digest = model_id.partition("+")
        assert name == plain
        assert len(digest) == 6
        int(digest, 16)
