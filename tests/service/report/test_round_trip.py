"""The blank official form, filled, through Word, PDF and web page, back to the same figures."""

import pytest

from service.report import check_report, read_report
from service.report.checking.finding import Severity, Status


@pytest.mark.parametrize("seed", [11, 12])
def test_word_pdf_and_web_page_read_back_equal(
    shared, make, filled_docx, office, same, tmp_path, seed
):
    figures = make(seed, "2021", largest=3000)
    path = tmp_path / "报告.docx"
    path.write_bytes(filled_docx(figures, shared / "blank_template_2021.docx"))
    for file in (path, office(path, "pdf"), office(path, "html")):
        report = read_report(file)
        same(report, figures)
        wrong = [
            (file.suffix, f.rule, f.message)
            for f in check_report(report).findings
            if f.status is Status.FAILS and f.severity is not Severity.INFO
        ]
        assert wrong == []


def test_blank_form_has_no_error(shared):
    report = read_report(shared / "blank_template_2021.docx")
    assert {n: len(t.cells) for n, t in report.tables.items()} == {2: 10, 3: 175, 4: 15}
    assert all(cell.state == "blank" for t in report.tables.values() for cell in t.cells.values())
    findings = check_report(report).findings
    assert not [f for f in findings if f.status is Status.FAILS and f.severity is Severity.ERROR]
