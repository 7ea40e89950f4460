import csv
import json
import stat
import zipfile

import docx
import openpyxl
import polars as pl
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InputError
from service.redaction.redact_file import redact_file
from service.redaction.word_text import Passage

ID = "11010519491231002X"
SECRETS = (ID, "13912345678", "张伟", "501室")


def whole(path):
    """All bytes of a file, unpacked."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes().decode()
    with zipfile.ZipFile(path) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def read_csv(path):
    return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))


def test_csv_reads_cells_under_their_headings(tmp_path):
    source = tmp_path / "登记.csv"
    rows = [
        ["编号", "申请人", "电话", "内容", "备注"],
        ["001", "张伟", "87654321", f"身份证{ID}，张伟要求公开沈自然资发〔2020〕12号", ""],
        ["002", "沈阳某某公司", "", "共13491条，2020年5月15日", "无"],
    ]
    with source.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(rows)
    done = redact_file(source, tmp_path / "公开.csv")
    result = read_csv(tmp_path / "公开.csv")
    assert result[0] == rows[0]
    expected = "身份证【身份证号】，【姓名】要求公开沈自然资发〔2020〕12号"
    assert result[1] == ["001", "【姓名】", "【电话号码】", expected, ""]
    assert result[2] == rows[2]
    assert done.n_units == 2
    hits = read_csv(done.hits_path)
    assert ["第2行“申请人”", "0", "2", "姓名", "高", "name_context"] in hits
    assert not any(secret in done.hits_path.read_text() for secret in SECRETS)


def test_rows_that_cannot_be_read_are_kept_redacted(tmp_path):
    source = tmp_path / "a.csv"
    source.write_text("编号,内容\n1,好\n2,电话13912345678,多一列,再多\n", encoding="utf-8")
    done = redact_file(source, tmp_path / "b.csv")
    assert "13912345678" not in whole(tmp_path / "b.csv.rejects.csv")
    assert "【手机号】" in whole(tmp_path / "b.csv.rejects.csv")
    assert done.n_units == 2


def test_jsonl_and_parquet_keep_types(tmp_path):
    frame = pl.DataFrame({"n": [1, 2], "姓名": ["张伟", None], "tags": [["甲"], ["乙"]]})
    frame.write_parquet(tmp_path / "a.parquet")
    redact_file(tmp_path / "a.parquet", tmp_path / "b.parquet")
    result = pl.read_parquet(tmp_path / "b.parquet")
    assert result["n"].to_list() == [1, 2]
    assert result["姓名"].to_list() == ["【姓名】", None]
    redact_file(tmp_path / "b.parquet", tmp_path / "c.jsonl")
    assert (tmp_path / "c.jsonl").read_text().startswith('{"n":1,"姓名":"【姓名】"')


def test_xlsx_keeps_formats_and_every_sheet(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["2020年登记表"])
    sheet.append(["编号", "申请人", "手机", "身份证号", "数量"])
    sheet.append([1, "张伟", 13912345678, ID, 13491])
    sheet["B3"].font = openpyxl.styles.Font(bold=True)
    sheet["A1"].comment = openpyxl.comments.Comment("申请人：张伟", "李经办")
    sheet.column_dimensions["B"].width = 33
    other = book.create_sheet("说明")
    other.append(["住沈阳市和平区文化路12号3单元501室"])
    book.properties.creator = "李经办"
    book.save(tmp_path / "a.xlsx")
    redact_file(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    result = openpyxl.load_workbook(tmp_path / "b.xlsx")
    sheet = result.worksheets[0]
    values = [cell.value for cell in sheet[3]]
    assert values == [1, "【姓名】", "【手机号】", "【身份证号】", 13491]
    assert sheet["B3"].font.bold
    assert sheet.column_dimensions["B"].width == 33
    assert result["说明"]["A1"].value == "住沈阳市和平区【住址】"
    assert not any(secret in whole(tmp_path / "b.xlsx") for secret in (*SECRETS, "李经办"))


def split_runs(paragraph, text, size=2):
    for index in range(0, len(text), size):
        run = paragraph.add_run(text[index : index + size])
        run.bold = bool(index % (2 * size))


def make_docx(path):
    document = docx.Document()
    split_runs(document.add_paragraph("申请人："), f"张伟，身份证{ID}，手机13912345678。")
    table = document.add_table(2, 2)
    for cell, text in zip(
        table._cells, ["姓名", "张伟", "住址", "和平区文化路12号3单元501室"], strict=True
    ):
        cell.text = text
    document.sections[0].header.paragraphs[0].text = "张伟 13912345678"
    deleted = OxmlElement("w:del")
    deleted.set(qn("w:author"), "李经办")
    run, text = OxmlElement("w:r"), OxmlElement("w:delText")
    text.text = ID
    run.append(text)
    deleted.append(run)
    document.paragraphs[0]._p.append(deleted)
    document.core_properties.author = "李经办"
    document.save(path)


def test_docx_survives_broken_runs_tables_headers_and_deletions(tmp_path):
    make_docx(tmp_path / "a.docx")
    redact_file(tmp_path / "a.docx", tmp_path / "b.docx")
    result = docx.Document(str(tmp_path / "b.docx"))
    assert result.paragraphs[0].text == "申请人：【姓名】，身份证【身份证号】，手机【手机号】。"
    assert {run.bold for run in result.paragraphs[0].runs[1:]} == {True, False}
    cells = [cell.text for cell in result.tables[0]._cells]
    assert cells == ["姓名", "【姓名】", "住址", "和平区【住址】"]
    assert "13912345678" not in result.sections[0].header.paragraphs[0].text
    text = whole(tmp_path / "b.docx")
    for secret in (ID, "13912345678", "501室", "李经办"):
        assert secret not in text
    again = tmp_path / "c.docx"
    assert not redact_file(tmp_path / "b.docx", again).findings.found


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 7), min_size=1, max_size=9))
def test_any_breaking_of_runs_gives_the_same_text(tmp_path_factory, sizes):
    folder = tmp_path_factory.mktemp("runs")
    text = f"我叫李小红，身份证{ID}，住和平区文化路12号3单元501室，见〔2020〕12号。"
    document = docx.Document()
    paragraph, at = document.add_paragraph(), 0
    while at < len(text):
        for size in sizes:
            paragraph.add_run(text[at : at + size])
            at += size
    document.save(str(folder / "a.docx"))
    redact_file(folder / "a.docx", folder / "b.docx")
    out = docx.Document(str(folder / "b.docx")).paragraphs[0].text
    assert out == "我叫【姓名】，身份证【身份证号】，住和平区【住址】，见〔2020〕12号。"


def test_signs_within_a_number_go_with_it():
    elements = []
    run = OxmlElement("w:r")
    for tag, text in (("w:t", "024"), ("w:noBreakHyphen", None), ("w:t", "87654321")):
        element = OxmlElement(tag)
        element.text = text
        run.append(element)
        elements.append(element)
    passage = Passage("", elements)
    assert passage.text == "024-87654321"
    passage.replace(0, 12, "【电话号码】")
    assert passage.text == "【电话号码】"
    assert len(run) == 2


def test_a_map_leads_back_and_is_private(tmp_path):
    source, target, way_back = (tmp_path / n for n in ("a.txt", "b.txt", "map.json"))
    text = f"申请人：张伟\r\n身份证{ID}\r\n张伟与申请人：李小红\r\n"
    source.write_bytes(text.encode())
    redact_file(source, target, map_path=way_back)
    out = target.read_bytes().decode()
    assert "【姓名1】与申请人：【姓名2】" in out
    for token, original in json.loads(way_back.read_text()).items():
        out = out.replace(token, original)
    assert out == text
    assert stat.S_IMODE(way_back.stat().st_mode) == 0o600


def test_no_map_unless_asked(tmp_path):
    (tmp_path / "a.txt").write_text("手机13912345678")
    redact_file(tmp_path / "a.txt", tmp_path / "b.txt")
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", "b.txt", "b.txt.hits.csv"}


def bad_files(folder):
    (folder / "a.txt").write_text("你好，手机13912345678")
    (folder / "empty.txt").write_text("")
    (folder / "a.docx").write_text("not a document")
    (folder / "a.xlsx").write_bytes(b"PK\x03\x04junk")
    (folder / "a.pdf").write_text("%PDF")
    with zipfile.ZipFile(folder / "b.docx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
    (folder / "folder.txt").mkdir()


BAD = [
    ("nowhere.txt", "o.txt", "找不到文件"),
    ("folder.txt", "o.txt", "是文件夹"),
    ("empty.txt", "o.txt", "是空的"),
    ("a.pdf", "o.pdf", "不会处理 a.pdf"),
    ("a.txt", "a.txt", "不能写在原文件上"),
    ("a.txt", "o.docx", "后缀应为"),
    ("a.txt", "none/o.txt", "请检查文件夹"),
    ("a.docx", "o.docx", "打不开"),
    ("b.docx", "o.docx", "不是 Word 文档"),
    ("a.xlsx", "o.xlsx", "打不开"),
]


@pytest.mark.parametrize(("source", "target", "message"), BAD)
def test_wrong_files_are_refused_in_one_line(tmp_path, source, target, message):
    bad_files(tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(InputError, match=message) as refused:
        redact_file(tmp_path / source, tmp_path / target)
    assert "\n" not in str(refused.value)
    assert {path.name for path in tmp_path.iterdir()} == before


def test_a_damaged_docx_is_refused_wherever_the_damage_lies(tmp_path):
    make_docx(tmp_path / "a.docx")
    sound = (tmp_path / "a.docx").read_bytes()
    refusals = []
    for place in range(40, len(sound), len(sound) // 40):
        broken = bytearray(sound)
        broken[place : place + 16] = b"\xff" * 16
        (tmp_path / "b.docx").write_bytes(broken)
        result = tmp_path / f"{place}.docx"
        try:  # damage between the parts harms nothing
            redact_file(tmp_path / "b.docx", result)
        except InputError as error:
            refusals.append((str(error), result.exists()))
    assert len(refusals) > 20
    assert all("b.docx" in said and not written for said, written in refusals)


def test_a_docx_with_a_password_is_refused(tmp_path):
    make_docx(tmp_path / "a.docx")
    data = bytearray((tmp_path / "a.docx").read_bytes())
    for mark, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # say of each part: encrypted
        at = data.find(mark)
        while at >= 0:
            data[at + flag] |= 1
            at = data.find(mark, at + 4)
    (tmp_path / "b.docx").write_bytes(data)
    with pytest.raises(InputError, match="密码"):
        redact_file(tmp_path / "b.docx", tmp_path / "c.docx")
