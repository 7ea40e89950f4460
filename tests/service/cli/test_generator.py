"""`yangguang report draft --generator` as a clerk runs it."""

import json

from models.resources import data_path
from models.summarizers.generation import opening

DRAFT = (
    "report", "draft", "--year", "2020", "--requests", data_path("samples", "requests_2020.csv"),
    "--figures", data_path("samples", "figures_2020.xlsx"),
)  # fmt: skip


class Forger:
    """Adds a number to everything."""

    name = "forger"

    def stream(self, request, limits, cancellation=None):
        yield request.text + "5件"


def test_the_command_says_what_was_refused_and_the_report_is_as_without(
    yangguang, tmp_path, monkeypatch
):
    monkeypatch.setattr(opening, "open_generator", lambda place, key="": Forger())
    plain, out, sources = (tmp_path / name for name in ("p.md", "r.md", "r.json"))
    assert yangguang(*DRAFT, "--out", plain)[0] == 1
    code, screen, _ = yangguang(*DRAFT, "--out", out, "--json", sources, "--generator", "somewhere")
    assert code == 1
    texts = json.loads(sources.read_text("utf-8"))["generated"]
    assert f"改写 0 处，拒用 {len(texts)} 处" in screen
    assert len(texts) > 5
    assert out.read_text("utf-8") == plain.read_text("utf-8")


def test_a_generator_that_is_not_there_is_one_line(yangguang, tmp_path):
    code, _, error = yangguang(*DRAFT, "--out", tmp_path / "r.md", "--generator", tmp_path / "no")
    assert code == 2
    assert "找不到模型文件夹" in error
    assert not (tmp_path / "r.md").exists()


def test_an_address_on_the_internet_is_refused(yangguang, tmp_path):
    place = "http://203.0.113.9/v1#m"
    code, _, error = yangguang(*DRAFT, "--out", tmp_path / "r.md", "--generator", place)
    assert code == 2
    assert "内部网络" in error
