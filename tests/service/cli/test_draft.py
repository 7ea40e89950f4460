"""`yangguang report draft`, `form` and `trace` as a clerk runs them."""

from models.resources import data_path

REQUESTS, FIGURES = (
    data_path("samples", "requests_2020.csv"),
    data_path("samples", "figures_2020.xlsx"),
)


def test_draft_then_trace(yangguang, tmp_path):
    out, sources = tmp_path / "r.html", tmp_path / "r.json"
    code, screen, _ = yangguang(
        "report", "draft", "--year", "2020", "--requests", REQUESTS, "--figures", FIGURES,
        "--out", out, "--json", sources, "--pictures",
    )  # fmt: skip
    assert code == 1  # the contradiction of the sample awaits a person
    assert "13491" in screen
    assert "195件" in out.read_text("utf-8")
    assert "<svg" in out.read_text("utf-8")
    code, screen, _ = yangguang("report", "trace", sources, "34")
    assert code == 0
    assert "依申请2020-" in screen
    assert yangguang("report", "trace", sources, "999999")[0] == 1


def test_a_row_that_sums_the_register_up_is_said_with_its_line(yangguang, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(REQUESTS.read_text("utf-8").rstrip("\n") + "\n合计\n", "utf-8")
    _, screen, _ = yangguang(
        "report", "draft", "--year", "2020", "--requests", path, "--figures", FIGURES,
        "--out", tmp_path / "r.html",
    )  # fmt: skip
    assert "登记表 292 行：计入 292 件，待核未计入 0 件" in screen
    assert "登记表第 294 行是汇总行（合计、总计等），没有计入。" in screen


def test_the_wrong_year_is_refused_in_one_line(yangguang, tmp_path):
    code, _, error = yangguang(
        "report", "draft", "--year", "2024", "--requests", REQUESTS, "--figures", FIGURES,
        "--out", tmp_path / "r.docx",
    )  # fmt: skip
    assert code == 2
    assert error.startswith("错误：")
    assert "2020年度" in error
    assert not (tmp_path / "r.docx").exists()


def test_an_empty_form_can_be_read(yangguang, tmp_path):
    path = tmp_path / "f.xlsx"
    assert yangguang("report", "form", "--year", "2024", "--out", path)[0] == 0
    from service.report.figures.entered import read_material
    from service.report.formats import load_format

    assert read_material(path, 2024, load_format("2021")).figures == []


def test_errors_of_form_and_trace_are_one_line_like_those_of_other_commands(yangguang, tmp_path):
    for arguments in (
        ("form", "--year", "2024", "--out", tmp_path / "no" / "f.xlsx"),
        ("trace", tmp_path / "none.json", "1"),
    ):
        code, _, error = yangguang("report", *arguments)
        assert code == 2
        assert error.startswith("错误：")
        assert error.count("\n") == 1


def test_a_person_settles_what_is_open_and_prints_the_final_report(yangguang, tmp_path):
    import openpyxl

    out, sheet = tmp_path / "r.md", tmp_path / "核定表.xlsx"
    command = ("report", "draft", "--year", "2020", "--requests", REQUESTS, "--figures", FIGURES,
               "--out", out, "--settle", sheet)  # fmt: skip
    code, screen, _ = yangguang(*command)
    assert code == 1
    assert str(sheet) in screen
    out.unlink()
    code, _, error = yangguang(*command, "--final")
    assert (code, out.exists()) == (2, False)
    assert "13491" in error
    book = openpyxl.load_workbook(sheet)
    for column, cell in ((5, "采用另一数"), (6, "张三"), (7, "2021-01-12")):
        book["矛盾"].cell(2, column).value = cell
    book.save(sheet)
    code, screen, _ = yangguang(*command)
    assert code == 0
    assert "张三（2021-01-12）决定" in screen
    assert "已核定" in out.read_text("utf-8")
    assert yangguang(*command, "--final")[0] == 0
    assert "张三" not in out.read_text("utf-8")
    assert "13485条，其中" in out.read_text("utf-8")
