import openpyxl
import pytest

from service.intake.formulas import formulas_without_result
from service.intake.spreadsheet import NO_RESULT, open_workbook


@pytest.fixture
def path(tmp_path):
    """A workbook as programs write it: no formula has a result."""
    book = openpyxl.Workbook()
    book.active.title = "说明"
    sheet = book.create_sheet("来信")
    rows = [["内容", "件数"], ["请问", "=1+1"], ['="投"', "=1+2"], ["好", 2], [], [None, "=1+1"]]
    for row in rows:
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def test_formulas_without_result_are_found_by_row(path):
    assert formulas_without_result(path, "来信") == {2: 1, 3: 2, 6: 1}
    assert formulas_without_result(path, "说明") == {}
    assert formulas_without_result(path, "没有") == {}


def test_they_are_said_and_their_rows_not_lost(path):
    source = open_workbook(path, "来信")
    assert any("有 4 个单元格是公式而没有存下结果" in notice for notice in source.notices)
    (chunk,) = source.chunks()
    batch = chunk.parse()
    assert batch.frame["内容"].to_list() == ["请问", "好"]
    assert batch.lines.tolist() == [2, 4]
    assert [(r.line, r.reason) for r in batch.rejects] == [(3, NO_RESULT), (6, NO_RESULT)]


def test_formulas_with_a_result_are_values(tmp_path):
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("来信")
        sheet.write_row(0, 0, ["内容", "件数"])
        sheet.write_formula(1, 0, '="请"&"问"', None, "请问")
        sheet.write_formula(1, 1, "=1+1", None, 2)
    assert formulas_without_result(tmp_path / "a.xlsx", "来信") == {}
    assert open_workbook(tmp_path / "a.xlsx", None).notices == ()


def test_what_is_no_new_workbook_has_none(tmp_path):
    (tmp_path / "a.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    assert formulas_without_result(tmp_path / "a.xls", "来信") == {}
