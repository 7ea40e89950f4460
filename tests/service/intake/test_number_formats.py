"""A column of a workbook keeps its look: percent, months in Chinese, money with its sign."""

import datetime as dt

import openpyxl
import pytest
import xlsxwriter

from service.classification.output.workbook import xlsx_output
from service.intake.number_formats import column_formats, is_date_format
from service.intake.reader import open_input


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "in.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("来信")
    looks = {1: "0%", 2: 'yyyy"年"m"月"', 3: 14, 4: '"¥"#,##0.00'}
    formats = {column: book.add_format({"num_format": look}) for column, look in looks.items()}
    sheet.write_row(0, 0, ["登记表"])
    sheet.write_row(1, 0, ["内容", "占比", "月份", "日期", "金额", "件数"])
    for row in range(2, 6):
        sheet.write(row, 0, "请问村里的路什么时候修，已经坏了很久了")
        sheet.write(row, 1, 0.25, formats[1])
        sheet.write(row, 2, dt.datetime(2020, 5, 1), formats[2])
        sheet.write(row, 3, dt.datetime(2020, 5, 15), formats[3])
        sheet.write(row, 4, 1200.5, formats[4])
        sheet.write(row, 5, 7)
    book.close()
    return path


def test_the_looks_of_columns_are_found(workbook):
    assert column_formats(workbook, "来信", 3) == {
        1: "0%", 2: 'yyyy"年"m"月"', 3: 14, 4: '"¥"#,##0.00'}  # fmt: skip
    opened = open_input(workbook, keep_kinds=True)
    assert opened.number_formats["占比"] == "0%"
    assert open_input(workbook).number_formats == {}


def test_the_result_looks_like_the_input(workbook, tmp_path):
    opened = open_input(workbook, keep_kinds=True)
    names = [*opened.source.schema, "topic"]
    output = xlsx_output(tmp_path, names, "内容", opened.number_formats)
    for chunk in opened.source.chunks():
        frame = chunk.parse().frame
        output.append(output.encode(frame.with_columns(topic=frame["内容"])))
    target = tmp_path / "out.xlsx"
    output.finish(target)
    sheet = openpyxl.load_workbook(target).active
    shown = {sheet.cell(1, c).value: sheet.cell(2, c).number_format for c in range(1, 8)}
    assert shown["占比"] == "0%"
    assert shown["月份"] == 'yyyy"年"m"月"'
    assert shown["日期"] == "mm-dd-yy"  # what Excel shows as its short date
    assert shown["金额"] == '"¥"#,##0.00'
    assert shown["件数"] == "General"
    assert sheet.cell(2, 2).value == 0.25
    assert sheet.cell(2, 3).value == dt.datetime(2020, 5, 1)


@pytest.mark.parametrize(
    ("form", "is_date"),
    [(9, False), (14, True), (31, True), ('yyyy"年"', True), ('0.00"m"', False), ("[h]:mm", True),
     ("#,##0", False), ("[Red]0%", False)],
)  # fmt: skip
def test_dates_are_told_from_numbers(form, is_date):
    assert is_date_format(form) is is_date


def test_of_a_file_that_is_no_workbook_nothing_is_known(tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"no workbook")
    assert column_formats(path, "来信", 2) == {}
