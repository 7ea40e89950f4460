import datetime as dt
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from models.errors import InputError
from service.intake.spreadsheet import open_html, open_workbook

FILES = Path(__file__).parent / "files"


@pytest.fixture
def save(tmp_path):
    def save(**sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "来信.xlsx"
        book.save(path)
        return path

    return save


def read(source):
    batches = [chunk.parse() for chunk in source.chunks()]
    return pl.concat([b.frame for b in batches]), [int(n) for b in batches for n in b.lines]


TABLE = [["编号", "内容"], ["001", "请问"], ["002", "投诉"]]


def test_cells_keep_their_types_and_rows_their_numbers(save):
    path = save(
        来信=[
            ["2023 年来信登记"],
            ["编号", "内容", "日期", "件数", "手机"],
            ["001", "请问", dt.datetime(2024, 3, 5), 1, 13800138000],
            [],
            [440101, None, dt.datetime(2024, 3, 6), 2, 13900139000],
        ]
    )
    source = open_workbook(path, None)
    frame, lines = read(source)
    assert frame.rows() == [
        ("001", "请问", dt.date(2024, 3, 5), 1, 13800138000),
        ("440101", None, dt.date(2024, 3, 6), 2, 13900139000),
    ]
    assert lines == [3, 5]
    assert "表头在第 2 行" in source.notices[0]


def test_a_table_that_begins_further_down_keeps_its_row_numbers(tmp_path):
    book = openpyxl.Workbook()
    book.active["C4"], book.active["D4"] = "编号", "内容"
    book.active["C5"], book.active["D5"] = "1", "请问"
    book.save(tmp_path / "a.xlsx")
    frame, lines = read(open_workbook(tmp_path / "a.xlsx", None))
    assert frame.columns == ["编号", "内容"]
    assert lines == [5]


def test_formulas_give_their_stored_values(tmp_path):
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["内容", "合计"])
        sheet.write_string(1, 0, "请问")
        sheet.write_formula(1, 1, "=1+2", None, 3)
        sheet.write_formula(2, 0, '="投"&"诉"', None, "投诉")
    frame, _ = read(open_workbook(path, None))
    assert frame.rows() == [("请问", 3), ("投诉", None)]


def test_merged_cells_have_their_value_once(save):
    path = save(来信=[["内容", "街道"], ["请问", "城关"], ["投诉", None]])
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("B2:B3")
    book.save(path)
    frame, _ = read(open_workbook(path, None))
    assert frame.rows() == [("请问", "城关"), ("投诉", None)]


def test_the_sheet_with_a_text_column_is_chosen_and_said(save):
    source = open_workbook(save(说明=[["填表说明"]], 来信=TABLE, 空=[]), None)
    assert read(source)[0].height == 2
    assert source.notices == ("工作簿有 3 个工作表，标注的是“来信”。",)


def test_a_named_sheet(save):
    path = save(甲=TABLE, 乙=[["编号", "内容"], ["9", "建议"]])
    assert read(open_workbook(path, "乙"))[0].rows() == [("9", "建议")]
    with pytest.raises(InputError, match="没有名为“丙”的工作表；文件中有：甲、乙"):
        open_workbook(path, "丙")


def test_two_sheets_with_texts_are_a_question(save):
    with pytest.raises(InputError, match=r"2 个工作表都有正文列：甲、乙.*--sheet"):
        open_workbook(save(甲=TABLE, 乙=TABLE), None)


def test_hidden_sheets_are_not_chosen(save):
    path = save(旧=TABLE, 新=TABLE)
    book = openpyxl.load_workbook(path)
    book["旧"].sheet_state = "hidden"
    book.active = 1
    book.save(path)
    assert "“新”" in open_workbook(path, None).notices[0]


@pytest.mark.parametrize(
    ("rows", "message"),
    [([], "是空的"), ([["编号", "内容"]], "只有表头"), ([["说明"]], "只有表头")],
)
def test_sheets_without_rows(save, rows, message):
    with pytest.raises(InputError, match=message):
        open_workbook(save(来信=rows), None)


def test_stretches_of_a_long_sheet_join(save, monkeypatch):
    monkeypatch.setattr("service.intake.spreadsheet.ROWS", 3)
    frame, lines = read(
        open_workbook(save(来信=[["内容"], *([f"第{i}封"] for i in range(10))]), None)
    )
    assert frame["内容"].to_list() == [f"第{i}封" for i in range(10)]
    assert lines == list(range(2, 12))


def test_old_workbooks():
    frame, lines = read(open_workbook(FILES / "old.xls", None))
    assert frame["编号"].to_list() == ["0001", "0002", "0003"]
    assert frame["日期"].to_list()[0] == dt.date(2013, 3, 5)
    assert frame["来信内容"].to_list()[2] is None
    assert lines == [3, 4, 5]


def test_old_workbooks_with_a_password(tmp_path):
    content = (FILES / "old.xls").read_bytes()
    second_record = content.find(b"\x09\x08\x10\x00") + 20
    locked = content[:second_record] + b"\x2f\x00" + content[second_record + 2 :]
    (tmp_path / "a.xls").write_bytes(locked)
    with pytest.raises(InputError, match="打开密码"):
        open_workbook(tmp_path / "a.xls", None)


def test_damage(tmp_path, save):
    content = save(来信=TABLE).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match="已损坏"):
        open_workbook(tmp_path / "cut.xlsx", None)


def test_tables_in_web_pages(tmp_path):
    page = "<table><tr><td>编号</td><td>内容</td></tr><tr><td>007</td><td>请问</td></tr></table>"
    (tmp_path / "a.xls").write_text(page, encoding="utf-8")
    assert read(open_html(tmp_path / "a.xls"))[0].rows() == [("007", "请问")]


def test_a_header_cell_merged_over_two_rows_names_its_column(tmp_path):
    path = tmp_path / "合并.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 3, "来信汇总")
        sheet.merge_range(1, 0, 2, 0, "编号")
        sheet.merge_range(1, 1, 1, 2, "来信人")
        sheet.write_row(2, 1, ["姓名", "电话"])
        sheet.merge_range(1, 3, 2, 3, "诉求内容")
        sheet.write_row(3, 0, ["甲-1", "王某", "无", "问征地"])
        sheet.merge_range(4, 0, 5, 0, "甲-2")
        sheet.write_row(4, 1, ["李某", "无", "问林地"])
        sheet.write_row(5, 1, ["赵某", "无", "问规划"])
    source = open_workbook(path, None)
    assert list(source.schema) == ["编号", "姓名", "电话", "诉求内容"]
    assert source.sample()["诉求内容"].to_list() == ["问征地", "问林地", "问规划"]
    assert next(source.chunks()).parse().lines.tolist() == [4, 5, 6]
