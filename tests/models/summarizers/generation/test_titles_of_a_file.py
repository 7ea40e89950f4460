# ruff: noqa: E402
"""`yangguang label --headlines --generator` with a model from a folder."""

import polars as pl
import pytest
from typer.testing import CliRunner

for package in ("torch", "transformers", "psutil"):
    pytest.importorskip(package, reason="needs the extra `transformers`")

from models.summarizers.generation.local import LocalGenerator
from models.summarizers.generation.request import Limits, Request
from models.summarizers.headline import headlines
from service.cli.main import app

from .conftest import FAITHFUL, SOURCE
from .tiny import teach

OTHER, DISTORTED = "石桥村道路没有修。", "石桥村道路三年没有修"


@pytest.fixture(scope="module", params=["t5", "qwen2"])
def folder(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / request.param
    teach(request.param, folder, {SOURCE: FAITHFUL, OTHER: DISTORTED})
    return folder


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_every_row_says_where_its_title_is_from(folder, tmp_path):
    texts = [SOURCE, OTHER] * 6
    pl.DataFrame({"内容": texts}).write_csv(tmp_path / "来信.csv")
    out = tmp_path / "结果.csv"
    made = run("label", tmp_path / "来信.csv", out, "--headlines", "--generator", folder)
    assert made.exit_code == 0, made.output
    rows = pl.read_csv(out)
    own = headlines([OTHER])[0]
    assert rows["headline"].to_list() == [FAITHFUL, own] * 6
    assert rows["headline_source"][0] == "生成"
    assert rows["headline_source"][1].startswith("摘自来信：")
    assert "采用生成的 6 行；生成的与原文核对不上而改用摘取的 6 行" in made.output


def test_one_text_that_is_too_long_costs_the_others_nothing(folder):
    if folder.name != "qwen2":
        pytest.skip("T5 has no longest text")
    generator = LocalGenerator(folder)
    texts = [SOURCE, "征地" * 400, SOURCE]
    found = generator.complete_all([Request("title", t) for t in texts], Limits(60))
    assert [c.text for c in found] == [FAITHFUL, "", FAITHFUL]
    assert found[1].cause == "source"


def test_a_generator_without_titles_or_on_a_cluster_is_refused(tmp_path):
    for extra in ((), ("--headlines", "--engine", "ray")):
        made = run("label", tmp_path / "a.csv", tmp_path / "b.csv", "--generator", tmp_path, *extra)
        assert made.exit_code != 0
        assert "--headlines 同用" in str(made.exception)
