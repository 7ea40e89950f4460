from pathlib import Path

import pytest

from models.errors import InputError
from service.intake.format import Format
from service.intake.reader import open_input

FILES = Path(__file__).parent / "files"


def test_a_wrong_name_is_said_first(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes((FILES / "old.xls").read_bytes())
    opened = open_input(path)
    assert opened.format is Format.XLS
    assert "内容其实是旧版 Excel" in opened.notices[0]


@pytest.mark.parametrize(
    ("codec", "is_plain"),
    [("utf-8", True), ("utf-8-sig", False), ("gbk", False), ("utf-16", False)],
)
def test_how_a_text_file_was_written_is_kept_for_the_result(tmp_path, codec, is_plain):
    path = tmp_path / "a.csv"
    path.write_bytes("编号;内容\r\n1;请问土地规划用途是什么\r\n".encode(codec))
    opened = open_input(path)
    assert (opened.separator, opened.line_terminator) == (";", "\r\n")
    assert opened.is_plain_utf8 is is_plain


def test_options_that_do_not_fit_are_errors(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("编号,内容\n1,请问\n", encoding="utf-8")
    with pytest.raises(InputError, match="请去掉 --sheet"):
        open_input(path, sheet="来信")
    with pytest.raises(InputError, match="请去掉 --encoding"):
        open_input(FILES / "old.xls", encoding="gbk")


def test_a_named_encoding_is_used(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("編號,內容\n1,請問\n".encode("big5"))
    source = open_input(path, encoding="big5").source
    assert source.sample()["內容"].to_list() == ["請問"]
