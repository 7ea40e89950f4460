"""The whole way from the command line, and beside others in a comparison."""

import polars as pl
import pytest
from typer.testing import CliRunner

pytest.importorskip("torch", reason="needs yangguang[transformers]")
pytest.importorskip("transformers", reason="needs yangguang[transformers]")
pytest.importorskip("onnx", reason="needs yangguang[transformers]")
pytest.importorskip("onnxruntime", reason="needs yangguang[transformers]")

from training.cli import app, run
from training.compare import compare_corpus
from training.config import read_config
from training.corpus import Corpus

from .conftest import messages

RECIPE = """
name = "mine"
version = "1"
[network]
max_tokens = 64
epochs = 6
learning_rate = 3e-3
head_learning_rate = 3e-2
device = "cpu"
[calibration]
n_folds = 4
[[heads]]
name = "topic"
field = "topic"
"""


@pytest.fixture
def recipe(tmp_path):
    file = tmp_path / "recipe.toml"
    file.write_text(RECIPE, encoding="utf-8")
    return file


@pytest.fixture
def mail(tmp_path):
    file = tmp_path / "mail.jsonl"
    pl.DataFrame(messages(200)).rename({"topic": "业务"}).write_ndjson(file)
    return file


def call(*arguments):
    result = CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_fit_export_evaluate_card(recipe, mail, make_checkpoint, tmp_path):
    model, small = tmp_path / "model", tmp_path / "small"
    own = ("--label-field", "业务", "--group-field", "group")
    said = call(
        "fit",
        mail,
        "--recipe",
        recipe,
        "--checkpoint",
        make_checkpoint("bert"),
        "--out",
        model,
        *own,
    )
    assert "第 1 轮" in said
    assert "已训练 业务@1" in said
    said = call("export", model, "--onnx", "--int8", "--out", small, "--evaluation", mail)
    assert "导出前：业务 准确率" in said
    assert "已写入" in said
    assert "准确率" in call("evaluate", mail, "--model", small, "--label-field", "业务")
    assert "## Export" in call("card", small)


def test_a_checkpoint_stands_in_the_table_alone_and_blended(recipe, make_checkpoint, monkeypatch):
    monkeypatch.setattr("training.compare.usual_rivals", list)
    rows = messages(90)
    corpus = Corpus(pl.DataFrame([{**r, "fold": i % 3} for i, r in enumerate(rows)]))
    text = compare_corpus(
        corpus,
        read_config(),
        label_field="topic",
        fold_field="fold",
        network=(make_checkpoint("bert"), str(recipe)),
        only_folds=["0", "2"],
    )
    assert text.count("| transformer bert") == 1
    assert "yangguang-linear + transformer bert" in text
    assert "exact McNemar p" in text
    assert "Only folds 0, 2: 60 texts." in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--recipe", "transformer"), "请加 --checkpoint"),
        (("--checkpoint", "."), "请加 --recipe transformer"),
    ],
)
def test_recipe_and_checkpoint_belong_together(arguments, message, mail, tmp_path, capsys):
    own = ("--label-field", "业务", "--out", str(tmp_path / "out"))
    with pytest.raises(SystemExit) as left:
        run(["fit", str(mail), *own, *arguments])
    assert left.value.code == 2
    assert message in capsys.readouterr().err


def test_pretrain(tmp_path):
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "a.txt").write_text("\n".join(r["text"] for r in messages(100)), "utf-8")
    size = ("--layers", 1, "--width", 64, "--steps", 2, "--contrastive-steps", 0)
    said = call("pretrain", tmp_path / "encoder", "--texts", texts, "--no-shipped", *size)
    assert "个参数" in said
    assert (tmp_path / "encoder" / "model.safetensors").is_file()
    with pytest.raises(SystemExit):
        run(["pretrain", str(tmp_path / "x"), "--no-shipped"])
