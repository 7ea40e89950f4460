import datetime as dt

import openpyxl
import polars as pl
import pytest

from service.classification.output.workbook import MAX_CHARACTERS, MAX_ROWS, unfit, xlsx_output


@pytest.fixture
def write(tmp_path):
    def write(*frames):
        output = xlsx_output(tmp_path, frames[0].columns, "内容")
        for frame in frames:
            output.append(output.encode(frame))
        output.finish(tmp_path / "a.xlsx")
        return openpyxl.load_workbook(tmp_path / "a.xlsx").active

    return write


def test_types_are_kept_and_texts_stay_texts(write):
    sheet = write(
        pl.DataFrame(
            {
                "编号": ["007", "=1+1"],
                "内容": ["请问\n甲", "http://a.cn"],
                "件数": [3, None],
                "概率": [0.93, 0.5],
                "日期": [dt.date(2024, 3, 5), None],
                "时间": [dt.datetime(2024, 3, 5, 1, 2), None],
                "是否": [True, False],
            }
        )
    )
    rows = [[cell.value for cell in row] for row in sheet.rows]
    day, minute = dt.datetime(2024, 3, 5), dt.datetime(2024, 3, 5, 1, 2)
    assert rows[1] == ["007", "请问\n甲", 3, 0.93, day, minute, True]
    assert rows[2] == ["=1+1", "http://a.cn", None, 0.5, None, None, False]
    assert sheet["A3"].data_type == "s"
    assert sheet["E2"].number_format == "yyyy-mm-dd"
    assert sheet["B3"].hyperlink is None
    assert sheet.freeze_panes == "A2"


def test_what_excel_would_round_becomes_text(write):
    sheet = write(pl.DataFrame({"号": [440101199001011234], "早": [dt.date(1850, 1, 1)]}))
    assert [cell.value for cell in sheet[2]] == ["440101199001011234", "1850-01-01"]


def test_parts_follow_each_other(write):
    sheet = write(pl.DataFrame({"内容": ["a", "b"]}), pl.DataFrame({"内容": ["c"]}))
    assert [row[0].value for row in sheet.rows] == ["内容", "a", "b", "c"]
    assert sheet.auto_filter.ref == "A1:A4"


def test_line_ends_are_those_of_excel(write):
    sheet = write(pl.DataFrame({"内容": ["请\r\n问\r甲\n乙"]}))
    assert sheet["A2"].value == "请\n问\n甲\n乙"


def test_control_characters_survive(write, tmp_path):
    write(pl.DataFrame({"内容": ["请\x01问\x00"]}))
    import python_calamine

    sheet = python_calamine.load_workbook(tmp_path / "a.xlsx").get_sheet_by_index(0)
    assert sheet.to_python()[1] == ["请\x01问\x00"]


def test_cells_too_long_for_excel_are_found_in_its_own_units():
    texts = [
        "a" * MAX_CHARACTERS,
        "a" * (MAX_CHARACTERS + 1),
        "😀" * (MAX_CHARACTERS // 2 + 1),
        None,
    ]
    rows, reason = unfit(pl.DataFrame({"内容": texts, "件数": [1, 2, 3, 4]}))
    assert rows.to_list() == [False, True, True, False]
    assert "32,767" in reason


def test_a_sheet_has_a_last_row(tmp_path):
    assert xlsx_output(tmp_path, ["内容"], "内容").max_rows == MAX_ROWS == 2**20 - 1
