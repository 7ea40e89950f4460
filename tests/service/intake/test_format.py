import io
import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from models.errors import InputError
from service.intake.format import Format, detect_format, output_format

FILES = Path(__file__).parent / "files"


def workbook():
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    return buffer.getvalue()


def parquet():
    buffer = io.BytesIO()
    pl.DataFrame({"内容": ["a"]}).write_parquet(buffer)
    return buffer.getvalue()


def archive(name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "expected", "is_misnamed"),
    [
        ("a.csv", b"a,b\n1,2\n", Format.CSV, False),
        ("a.txt", b"a,b\n1,2\n", Format.CSV, False),
        ("a.tsv", b"a\tb\n1\t2\n", Format.TSV, False),
        ("a", b"a,b\n1,2\n", Format.CSV, False),
        ("a.csv", workbook(), Format.XLSX, True),
        ("a.xls", workbook(), Format.XLSX, True),
        ("a.xlsx", workbook(), Format.XLSX, False),
        ("a.xlsx", "编号,内容\n1,好\n".encode("gbk"), Format.CSV, True),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table>", Format.HTML, True),
        ("a.xls", " <TABLE><tr>".encode("utf-16"), Format.HTML, True),
        ("a.xls", (FILES / "old.xls").read_bytes(), Format.XLS, False),
        ("a.xlsx", (FILES / "old.xls").read_bytes(), Format.XLS, True),
        ("a.jsonl", b'{"text": "a"}\n', Format.JSONL, False),
        ("a.csv", b'{"text": "a"}\n', Format.JSONL, True),
        ("a.csv", b"{x},b\n", Format.CSV, False),
        ("a.parquet", parquet(), Format.PARQUET, False),
    ],
)
def test_content_decides_and_a_wrong_name_is_said(tmp_path, name, content, expected, is_misnamed):
    path = tmp_path / name
    path.write_bytes(content)
    found, notice = detect_format(path)
    assert found is expected
    assert bool(notice) is is_misnamed


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "是空的"),
        (b"\xef\xbb\xbf", "是空的"),
        (b" \r\n\r\n", "是空的"),
        (b"PK\x03\x04 cut off", "已损坏"),
        (archive("word/document.xml"), "Word 文档"),
        (archive("a.csv"), "压缩包"),
        (b"[1, 2]", "JSON 数组"),
        ((FILES / "locked.xlsx").read_bytes(), "打开密码"),
    ],
)
def test_what_cannot_be_read_is_explained(tmp_path, content, message):
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        detect_format(path)


def test_xml_spreadsheets_are_explained(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(b'<?xml version="1.0"?><Workbook xmlns="urn:schemas"/>')
    with pytest.raises(InputError, match="另存为 xlsx"):
        detect_format(path)


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(InputError, match="找不到文件"):
        detect_format(tmp_path / "none.csv")
    with pytest.raises(InputError, match="是文件夹"):
        detect_format(tmp_path)


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.JSONL", "a.parquet", "a.xlsx"])
def test_results_are_written_in_the_format_of_their_name(name):
    assert output_format(Path(name)).value == name.lower().removeprefix("a.")


@pytest.mark.parametrize("name", ["a", "a.xls", "a.doc", "a.xlsm", "a.html"])
def test_other_results_are_refused(name):
    with pytest.raises(InputError, match="不知道怎样写出"):
        output_format(Path(name))
