"""A draft whose tables 2 and 4 nobody has filled in yet: checked without false alarms."""

import io
from itertools import islice

import pytest

from models.resources import data_path
from service.report import check_bytes
from service.report.drafting.prepare import draft_report
from service.report.figures.form import Filling, write_form
from service.report.rendering.render import render

REQUESTS = data_path("samples", "requests_2020.csv")


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    path = tmp_path_factory.mktemp("blank") / "f.xlsx"
    write_form(path, 2020)
    return draft_report(2020, REQUESTS, path)


def questions(content, name):
    found = check_bytes((content, name)).findings
    return [f.message for f in found if f.rule.endswith("-READ") and f.status.value == "unknown"]


@pytest.mark.parametrize("suffix", [".docx", ".html", ".md"])
def test_tables_left_blank_raise_one_remark_each_and_no_question(blank, suffix):
    content = render(blank, suffix)
    assert questions(content, f"r{suffix}") == []
    remarks = [f.message for f in check_bytes((content, f"r{suffix}")).findings
               if f.rule == "S-BLANK"]  # fmt: skip
    assert len(remarks) == 2
    assert any("表四有15 格空白" in remark for remark in remarks)


def test_a_table_filled_in_part_raises_no_question(tmp_path):
    path = tmp_path / "f.xlsx"
    upheld = {f"t4.review.{c}": 0 for c in ("upheld", "corrected", "other", "pending")}
    write_form(path, 2020, Filling(values=upheld))
    content = render(draft_report(2020, REQUESTS, path), ".docx")
    assert questions(content, "r.docx") == []


def test_a_table_4_that_lost_cells_is_still_said(blank):
    import docx

    document = docx.Document(io.BytesIO(render(blank, ".docx")))
    last = document.tables[-1]
    row = last.rows[-1]._tr
    row.remove(row.tc_lst[-1])
    for cell in islice(last.rows[-1].cells, 14):
        cell.text = "1"
    changed = io.BytesIO()
    document.save(changed)
    found = questions(changed.getvalue(), "r.docx")
    assert len(found) <= 2
    assert any(message.startswith("表四") for message in found)
