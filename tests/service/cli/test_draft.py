"""`yangguang report draft`, `form` and `trace` as a clerk runs them."""

from models.resources import data_path

REQUESTS, FIGURES = (
    data_path("samples", "requests_2020.csv"),
    data_path("samples", "figures_2020.xlsx"),
)


def test_draft_then_trace(yangguang, tmp_path):
    out, sources, pictures = tmp_path / "r.md", tmp_path / "r.json", tmp_path / "p.html"
    code, screen, _ = yangguang(
        "report", "draft", "--year", "2020", "--requests", REQUESTS, "--figures", FIGURES,
        "--out", out, "--json", sources, "--pictures", pictures,
    )  # fmt: skip
    assert code == 1  # the contradiction of the sample awaits a person
    assert "13491" in screen
    assert "195件" in out.read_text("utf-8")
    assert "办理结果" in pictures.read_text("utf-8")
    code, screen, _ = yangguang("report", "trace", sources, "34")
    assert code == 0
    assert "依申请2020-" in screen
    assert yangguang("report", "trace", sources, "999999")[0] == 1


def test_the_wrong_year_is_refused_in_one_line(yangguang, tmp_path):
    code, _, error = yangguang(
        "report", "draft", "--year", "2024", "--requests", REQUESTS, "--figures", FIGURES,
        "--out", tmp_path / "r.docx",
    )  # fmt: skip
    assert code == 2
    assert "2020年度" in error
    assert not (tmp_path / "r.docx").exists()


def test_an_empty_form_can_be_read(yangguang, tmp_path):
    path = tmp_path / "f.xlsx"
    assert yangguang("report", "form", "--year", "2024", "--out", path)[0] == 0
    from service.report.figures.entered import read_material
    from service.report.formats import load_format

    assert read_material(path, 2024, load_format("2021")).figures == []
