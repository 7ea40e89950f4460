"""Training on somebody else's labels, and reproducing our own model."""

import json

import numpy as np
import pytest

import models
from models.errors import InputError
from models.text.codepoints import CodePoints
from models.text.normalize import normalize
from training.compare import Ours, compare, table
from training.config import read_config, single_head
from training.corpus import read_corpus, shipped_corpus
from training.fit import encode_corpus, fit_scorer, read_targets
from training.train import train

WORDS = {
    "天气": ["下雨了", "刮大风", "气温下降", "晴转多云", "台风将至"],
    "吃饭": ["炒青菜", "红烧肉", "煮面条", "喝米粥", "蒸馒头"],
}


@pytest.fixture
def own_labels(tmp_path):
    path = tmp_path / "own.jsonl"
    rows = [
        {"正文": f"今天{a}，明天也{b}，后天{c}吧", "类别": label}
        for label, words in WORDS.items()
        for a in words
        for b in words
        for c in words
    ]
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
    return path


def test_own_labels_are_learnt_and_answered(own_labels, tmp_path):
    from typer.testing import CliRunner

    from training.cli import app

    out = tmp_path / "model"
    result = CliRunner().invoke(
        app,
        [
            "fit",
            str(own_labels),
            "--text-field",
            "正文",
            "--label-field",
            "类别",
            "--out",
            str(out),
        ],
    )
    assert result.exit_code == 0, result.output
    answers = models.load(str(out)).predict_texts(["明天下雨了刮大风", "晚上炒青菜红烧肉"])
    assert answers.heads["类别"].codes == ("吃饭", "天气")
    assert [row["类别"].label for row in answers.rows()] == ["天气", "吃饭"]
    assert "类别" in (out / "README.md").read_text(encoding="utf-8")


def test_training_twice_gives_the_same_bytes(own_labels, tmp_path):
    corpus = read_corpus(own_labels, text_field="正文")
    config = single_head(read_config(), "类别")
    hashes = []
    for name in ("a", "b"):
        train(corpus, config, tmp_path / name)
        manifest = json.loads((tmp_path / name / "manifest.json").read_text(encoding="utf-8"))
        hashes.append(manifest["sha256"])
    assert hashes[0] == hashes[1]


@pytest.mark.slow
def test_shipped_corpus_and_recipe_reproduce_the_shipped_scores():
    """The last fit of `yangguang-train fit`, to the bit; calibration is fitted on top of it."""
    corpus, config = shipped_corpus(), read_config()
    counts = encode_corpus(corpus.texts, config)
    scorer = fit_scorer(counts, read_targets(corpus, config), np.arange(len(corpus)), config)
    texts = shipped_corpus("evaluation").texts
    points = normalize(CodePoints.from_texts(texts)).points
    _, shipped = models.load().scores(points)
    again = scorer.score(encode_corpus(texts, config))
    assert np.allclose(shipped, again, atol=1e-6)


@pytest.mark.parametrize("rows", ["好的,a\n坏的,b\n", "今天下雨了,a\n今天下雪了,b\n" * 2])
def test_too_few_labels_are_said_so(tmp_path, rows):
    path = tmp_path / "tiny.csv"
    path.write_text("text,label\n" + rows, encoding="utf-8")
    config = single_head(read_config(), "label")
    with pytest.raises(InputError, match="太少"):
        train(read_corpus(path), config, tmp_path / "model")


def test_card_of_ones_own_model_does_not_speak_of_ours(own_labels, tmp_path):
    config = single_head(read_config(), "类别")
    train(read_corpus(own_labels, text_field="正文"), config, tmp_path / "model")
    card = (tmp_path / "model" / "README.md").read_text("utf-8")
    assert "labels of your own" in card
    assert "natural-resources" not in card


class Constant:
    name = "always the first"

    def fit(self, texts, y):
        self.n = int(y.max()) + 1

    def scores(self, texts):
        return np.tile(np.arange(self.n, 0, -1.0), (len(texts), 1))


def test_compare_ranks_ours_above_a_constant(own_labels):
    corpus = read_corpus(own_labels, text_field="正文")
    folds = np.arange(len(corpus)) % 3
    rows = compare(corpus.texts, corpus.values("类别"), folds, [Ours(read_config()), Constant()])
    assert rows[0].evaluation.macro_f1 > 0.95 > 0.6 > rows[1].evaluation.macro_f1
    assert table(rows).count("\n") == 4
