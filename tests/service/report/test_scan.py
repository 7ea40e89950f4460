"""Scanned pages: what OCR saw is read, what it missed is unread, and nothing becomes an error."""

import io

import pypdfium2
import pytest

from service.report import check_report
from service.report.checking.finding import Severity, Status
from service.report.errors import ScannedFileError
from service.report.model import CellState
from service.report.reading.assemble import assemble
from service.report.reading.scan import is_available, read_scan

LEFT, STEP, HEIGHT = 60, 55, 24


@pytest.fixture(scope="module")
def scanned():
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def pieces(writers, figures):
    """What a recogniser returns for the report printed a row a line: boxes in pixels."""
    lines = writers["line"](figures)[0].decode().split("\n")
    found = []
    for index, line in enumerate(lines):
        words = line.split(" ")
        figures_at = len(words) - 7 if len(words) >= 8 else len(words)
        label = "".join(words[:figures_at])
        columns = [(LEFT, 24 * len(label), label)] if label else []
        columns += [
            (1200 + 120 * i, 24 * len(word), word) for i, word in enumerate(words[figures_at:])
        ]
        for left, width, text in columns:
            top = index * 60
            box = [(left, top), (left + width, top), (left + width, top + 36), (left, top + 36)]
            found.append((box, text, 0.99))
    return found


def read(data, found):
    return assemble(read_scan(data, lambda _: found), "scan.pdf")


def test_what_is_seen_is_read(make, writers, scanned):
    figures = make(51)
    report = read(scanned, pieces(writers, figures))
    for code, row in figures.table3.items():
        columns = [c.code for c in figures.form.table3_columns]
        assert [report.tables[3].value(code, column) for column in columns] == row
    assert any("OCR" in f.message for f in check_report(report).findings)


def test_what_is_missed_or_unsure_is_unread(make, writers, scanned):
    figures = make(52)
    found = pieces(writers, figures)
    first = next(i for i, (_, text, _) in enumerate(found) if "予以公开" in text)
    box, text, _ = found[first + 2]
    found[first + 2] = (box, text, 0.3)
    del found[first + 4]
    cells = read(scanned, found).tables[3].cells
    assert cells["3.1", "commercial"].state is CellState.UNREAD
    assert cells["3.1", "social"].state is CellState.UNREAD
    assert cells["3.1", "natural"].value == figures.table3["3.1"][0]


def test_a_misread_digit_is_no_error(make, writers, scanned):
    figures = make(53)
    figures.table3["3.4.1"][0] += 3
    findings = check_report(read(scanned, pieces(writers, figures))).findings
    failed = [f for f in findings if f.status is Status.FAILS]
    assert {f.rule for f in failed} >= {"T3-ROW", "T3-SUM"}
    assert all(f.severity is not Severity.ERROR for f in failed)


def test_nothing_recognised(scanned):
    with pytest.raises(ScannedFileError, match="也没有读出内容"):
        read_scan(scanned, lambda _: [])


@pytest.mark.slow
@pytest.mark.skipif(not is_available(), reason="the extra `ocr` is not installed")
def test_the_engine_answers(scanned):
    with pytest.raises(ScannedFileError):
        read_scan(scanned)
