"""Files that cannot be used: one clear Chinese line each, never a traceback."""

import base64
import io
import zipfile

import pytest

from service.report import check_report, read_report_bytes
from service.report.checking.finding import Severity, Status
from service.report.errors import (
    ForeignReportError,
    OversizedFileError,
    ProtectedFileError,
    ReportError,
    ScannedFileError,
    SeveralReportsError,
    UnreadableFileError,
)

# One empty page, encrypted with a user password (RC4, 128 bit).
ENCRYPTED_PDF = base64.b64decode(
    "JVBERi0xLjMKJeLjz9MKMSAwIG9iago8PAovUHJvZHVjZXIgPDFjMjg0Y2ZjMDU+Cj4+CmVuZG9iagoyIDAgb2Jq"
    "Cjw8Ci9UeXBlIC9QYWdlcwovQ291bnQgMQovS2lkcyBbIDQgMCBSIF0KPj4KZW5kb2JqCjMgMCBvYmoKPDwKL1R5"
    "cGUgL0NhdGFsb2cKL1BhZ2VzIDIgMCBSCj4+CmVuZG9iago0IDAgb2JqCjw8Ci9UeXBlIC9QYWdlCi9SZXNvdXJj"
    "ZXMgPDwKPj4KL01lZGlhQm94IFsgMC4wIDAuMCA1MCA1MCBdCi9QYXJlbnQgMiAwIFIKPj4KZW5kb2JqCjUgMCBv"
    "YmoKPDwKL1YgMgovUiAzCi9MZW5ndGggMTI4Ci9QIDQyOTQ5NjcyOTIKL0ZpbHRlciAvU3RhbmRhcmQKL08gPDBl"
    "NTIyOTI1YTNlNGU4NzRjM2NmYWNiZWY1MTFhNzNhYzRlYzJiZDg2NWRjZDNkNDYyNzYxNDkxN2FiZmQ3ZTQ+Ci9V"
    "IDxlY2Y5N2M3NWUyMzY1MjIyZGU5ZjNlOWE2ZWRiYTMwYTI4YmY0ZTVlNGU3NThhNDE2NDAwNGU1NmZmZmEwMTA4"
    "Pgo+PgplbmRvYmoKeHJlZgowIDYKMDAwMDAwMDAwMCA2NTUzNSBmIAowMDAwMDAwMDE1IDAwMDAwIG4gCjAwMDAw"
    "MDAwNTkgMDAwMDAgbiAKMDAwMDAwMDExOCAwMDAwMCBuIAowMDAwMDAwMTY3IDAwMDAwIG4gCjAwMDAwMDAyNTkg"
    "MDAwMDAgbiAKdHJhaWxlcgo8PAovU2l6ZSA2Ci9Sb290IDMgMCBSCi9JbmZvIDEgMCBSCi9JRCBbIDwyYTk5MDdk"
    "N2U5MDNjNDdkYmU2MmYxYjI3Y2E3ZmM0Nj4gPDJhOTkwN2Q3ZTkwM2M0N2RiZTYyZjFiMjdjYTdmYzQ2PiBdCi9F"
    "bmNyeXB0IDUgMCBSCj4+CnN0YXJ0eHJlZgo0NzQKJSVFT0YK"
)

OTHER_REPORT = """云水市自然资源局2024年法治政府建设年度报告
一、主要做法
2024年，我局深入推进依法行政，办理行政复议案件3件。
二、存在问题
三、下一步打算
"""

TITLE_ONLY = """云水市自然资源局2024年政府信息公开工作年度报告
2024年，我局公开信息120条，收到政府信息公开申请46件，均已答复。
下一步，将继续做好政府信息公开工作。
"""

OPENINGS = (
    '{"agency": "云水市林业局", "year": 2024, "text": "一、总体情况\\n政府信息公开申请46件。"}\n'
    '{"agency": "云山市林业局", "year": 2023, "text": "一、总体情况\\n政府信息公开申请12件。"}\n'
)


def pdf(n_pages, content=b""):
    """A minimal PDF written by hand."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = b" ".join(b"%d 0 R" % (4 + i) for i in range(n_pages))
    objects.append(b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, n_pages))
    objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    objects += [
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R >>"
    ] * n_pages
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(
        b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    )
    return out.getvalue()


def zipped(**parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return buffer.getvalue()


def bomb():
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w") as part,
    ):
        for _ in range(210):
            part.write(b"\0" * (1 << 20))
    return buffer.getvalue()


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9))
    + ']><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>&j;</w:t></w:r></w:p></w:body></w:document>"
)

CASES = {
    "empty": (b" \n", "a.txt", UnreadableFileError, "空的"),
    "binary": (b"\x01\x00\x02" * 400, "a.txt", UnreadableFileError, "不是文本"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.doc",
                 UnreadableFileError, "另存为 .docx"),
    "locked Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
                    "a.docx", ProtectedFileError, "密码"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"x" * 99, "a.png", UnreadableFileError, "图片"),
    "archive": (b"Rar!" + b"x" * 99, "a.rar", UnreadableFileError, "RAR"),
    "locked PDF": (ENCRYPTED_PDF, "a.pdf", ProtectedFileError, "密码"),
    "broken PDF": (b"%PDF-1.7\nnothing here", "a.pdf", UnreadableFileError, "损坏"),
    "scan": (pdf(3), "a.pdf", ScannedFileError, "文字层"),
    "500 pages": (pdf(500), "a.pdf", OversizedFileError, "500 页"),
    "broken Word": (b"PK\x03\x04" + b"x" * 300, "a.docx", UnreadableFileError, "损坏"),
    "other zip": (zipped(readme_xml="<a/>"), "a.docx", UnreadableFileError, "不是 Word"),
    "bomb": (bomb(), "a.docx", OversizedFileError, "解压"),
    "entities": (zipped(word__document_xml=LAUGHS), "a.docx", ReportError, ""),
    "a library": (("收到申请1件。" * 60_000).encode(), "a.txt", OversizedFileError, "万字"),
    "other report": (OTHER_REPORT.encode(), "a.txt", ForeignReportError, "不像"),
    "JSON by name": (OPENINGS.encode(), "a.jsonl", ForeignReportError, "JSON"),
    "JSON by content": (OPENINGS.encode(), "a.txt", ForeignReportError, "JSON"),
    "array": (f"[{OPENINGS.splitlines()[0]}]".encode(), "a.txt", ForeignReportError, "JSON"),
    "title and prose": (TITLE_ONLY.encode(), "a.txt", ForeignReportError, "不像"),
    "a novel": (("很久以前，山上有座庙。\n" * 200).encode(), "a.md", ForeignReportError, "不像"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_has_its_own_message(case, tmp_path, run_program):
    data, name, kind, words = CASES[case]
    with pytest.raises(kind) as caught:
        read_report_bytes(data, name)
    message = str(caught.value)
    assert words in message
    assert "\n" not in message
    assert message.endswith("。")
    path = tmp_path / name
    path.write_bytes(data)
    assert run_program("report", "check", path) == (2, "", f"错误：{message}\n")


def test_missing_file_and_folder(tmp_path, run_program):
    for path, words in ((tmp_path / "没有.pdf", "找不到文件“没有.pdf”"), (tmp_path, "是文件夹")):
        for command in ("check", "tables"):
            code, _, complaint = run_program("report", command, path)
            assert code == 2
            assert complaint.startswith("错误：")
            assert words in complaint


def test_two_reports_in_one_file(make, writers):
    both = b"\n".join(
        writers["line"](make(seed, form))[0] for seed, form in ((1, "2019"), (2, "2021"))
    )
    with pytest.raises(SeveralReportsError, match=r"2 份年度报告（2020、2024 年）"):
        read_report_bytes(both, "a.txt")


@pytest.fixture
def pair(make):
    """Figures of two years of one agency."""
    now, then = make(3), make(4)
    then.year = now.year - 1
    return now, then


def test_two_pages_in_one_file(pair, html_page):
    """The parser leaves out whatever follows a closed page."""
    page = "<!DOCTYPE html><html><head><title>年报</title></head><body>{}</body></html>"
    both = "\n".join(html_page(figures, wrap=page) for figures in pair)
    with pytest.raises(SeveralReportsError, match=r"2 份年度报告（2023、2024 年）"):
        read_report_bytes(both.encode(), "a.html")


@pytest.mark.parametrize("style", ["html", "line", "token"])
def test_two_halves_in_one_file(pair, writers, style):
    """No section 一 to start over: the titles and what both repeat tell."""
    texts = []
    for figures in pair:
        text = writers[style](figures)[0].decode()
        first, last = text.index("一、总体情况"), text.index("四、政府信息公开行政复议")
        texts.append(text[:first] + text[text.index("三、收到和处理") : last])
    with pytest.raises(SeveralReportsError, match=r"2 份年度报告（2023、2024 年）"):
        read_report_bytes("\n".join(texts).encode(), writers[style](pair[0])[1])


def test_two_reports_without_the_last_three_sections(pair, html_page):
    pages = [html_page(figures) for figures in pair]
    pages = [page[: page.index("<p><strong>四、")] for page in pages]
    with pytest.raises(SeveralReportsError):
        read_report_bytes("".join(pages).encode(), "a.html")


@pytest.mark.parametrize("style", ["html", "line"])
def test_other_years_titles_are_not_reports(pair, writers, style, same):
    """Links to former reports above and below, and a mention that breaks at the line's end."""
    figures = pair[0]
    data, name = writers[style](figures)
    text = data.decode()
    titles = [f"云水市自然资源局{year}年政府信息公开工作年度报告" for year in (2022, 2023)]
    links = "".join(f"<p>{title}</p>" if style == "html" else f"{title}\n" for title in titles)
    mention = f"按时编制并公布了<br>{titles[1]}<br>接受社会监督。"
    mention = mention if style == "html" else mention.replace("<br>", "\n")
    text = text.replace("（三）监督保障情况。", f"（三）监督保障情况。{mention}")
    end = "" if style == "html" else "\n"
    same(read_report_bytes(f"{text}{end}{links}".encode(), name), figures)
    report = read_report_bytes(f"{links}{text}".encode(), name)
    same(report, figures)
    assert report.year == figures.year


@pytest.mark.parametrize("heading", ["一、总体情况", "（一）主动公开情况", "1.主动公开。全年有序"])
def test_text_with_one_heading_is_a_report(heading):
    text = TITLE_ONLY.replace("\n", f"\n{heading}\n", 1)
    assert read_report_bytes(text.encode(), "a.txt").year == 2024


def test_contents_list_is_not_a_second_report(make, writers, same):
    figures = make(3)
    text = writers["line"](figures)[0].decode()
    title, rest = text.split("\n", 1)
    contents = "\n".join(
        f"{line}.........{i}"
        for i, line in enumerate(text.split("\n"))
        if line[1:2] == "、" and "情况" in line
    )
    same(read_report_bytes(f"{title}\n目录\n{contents}\n{rest}".encode(), "a.txt"), figures)


def test_half_a_report_is_read_as_far_as_it_goes(make, writers):
    figures = make(5)
    text = writers["line"](figures)[0].decode()
    half = text[: text.index("四、政府信息公开行政复议")]
    report = read_report_bytes(half.encode(), "a.txt")
    assert len(report.tables[3].cells) == 175
    findings = check_report(report).findings
    assert any(f.rule == "S-SECT" and f.status is Status.UNKNOWN for f in findings)
    assert not [f for f in findings if f.status is Status.FAILS and f.severity is Severity.ERROR]


def test_tracked_changes_are_read_as_accepted(make):
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    lines = ["云水市自然资源局2024年政府信息公开工作年度报告", "一、总体情况"]
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    body += (
        "<w:p><w:r><w:t>公开信息</w:t></w:r><w:del><w:r><w:delText>99</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>12</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom>"
        "<w:r><w:t>条。</w:t></w:r></w:p>"
    )
    xml = f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>'
    report = read_report_bytes(zipped(word__document_xml=xml), "a.docx")
    assert "公开信息12条。" in report.text
    assert "99" not in report.text
    assert any("修订" in f.message for f in check_report(report).findings)


def test_tables_as_pictures_are_named(make, html_page):
    import re

    page = re.sub(r"<table.*?</table>", "<p><img src='t.png' width=600></p>", html_page(make(9)))
    report = read_report_bytes(page.encode(), "a.html")
    assert report.tables == {}
    findings = check_report(report).findings
    assert any("表格可能是图片" in f.message for f in findings)
    assert not [f for f in findings if f.status is Status.FAILS and f.severity is Severity.ERROR]
