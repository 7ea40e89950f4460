"""What people decide about contradictions and doubtful cases settles the tables and is recorded."""

import openpyxl
import polars as pl
import pytest

from models.resources import data_path
from service.report.drafting.notice import decided_lines, notice_lines, notice_title, open_lines
from service.report.drafting.prepare import draft_report
from service.report.drafting.provenance import draft_json, trace
from service.report.figures.cases import tabulate
from service.report.figures.errors import SettlementError
from service.report.figures.form import Filling, write_form
from service.report.figures.settlement import ACCEPT, ADD, CORRECT, STRIKE, CaseDecision
from service.report.figures.settlement_form import (
    ADDED,
    DOUBTFUL,
    QUESTIONS,
    read_settlement,
    update_settlement,
)
from service.report.rendering.render import checked, render

HEADER = ["编号", "收到日期", "办结日期", "申请方式", "申请人类型", "办理结果"]
GOOD = ["a", "2024-03-01", "2024-03-20", "网络", "自然人", "予以公开"]
BAD = ["b", "2024-03-01", "2024-03-20", "网络", "自然人", ""]


def register(*rows, decisions=()):
    frame = pl.DataFrame(rows, schema=HEADER, orient="row")
    return tabulate(frame, 2024, "r.csv", decisions)


def decision(case_id, line, action, by="张三", **cells):
    return CaseDecision(case_id, line, action, by, "2025-01-08", "", cells)


def test_a_corrected_case_is_counted_and_the_change_is_kept():
    assert register(GOOD, BAD).frame.height == 1
    table = register(GOOD, BAD, decisions=[decision("b", 3, CORRECT, outcome="部分公开")])
    assert table.frame["outcome"].to_list() == ["granted", "partial"]
    assert table.issues == ()
    assert table.settled[0].changes == {"outcome": ("", "部分公开")}


def test_struck_and_added_cases_are_accounted_for():
    extra = decision("", 0, ADD, received_on="2024-05-06", closed_on="2024-05-20",
                     channel="信件", applicant="自然人", outcome="予以公开")  # fmt: skip
    table = register(GOOD, BAD, decisions=[decision("b", 3, STRIKE), extra])
    assert (table.n_struck, table.n_added, table.n_set_aside) == (1, 1, 0)
    assert table.n_rows + table.n_added == table.frame.height + table.n_struck
    assert table.frame["id"].to_list() == ["a", "补记1"]


def test_an_added_case_that_cannot_be_counted_awaits_a_person_like_any_other():
    table = register(GOOD, decisions=[decision("x", 0, ADD, received_on="2024-05-06")])
    assert [(i.case_id, i.kind, i.is_counted) for i in table.issues] == [
        ("x", "no_applicant", False)
    ]


def test_a_doubtful_case_that_is_accepted_is_no_longer_listed():
    pigeon = ["p", *GOOD[1:3], "飞鸽", *GOOD[4:]]
    assert [i.kind for i in register(pigeon).issues] == ["unknown_channel"]
    table = register(pigeon, decisions=[decision("p", 2, ACCEPT)])
    assert table.issues == ()
    assert table.frame.height == 1


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (decision("b", 3, CORRECT, by="", outcome="部分公开"), "没有写决定人"),
        (decision("z", 3, CORRECT, outcome="部分公开"), "对不上"),
        (decision("b", 99, CORRECT, outcome="部分公开"), "对不上"),
    ],
)
def test_a_decision_without_name_or_row_is_not_carried_out_and_is_said(made, why):
    table = register(GOOD, BAD, decisions=[made])
    assert table.frame.height == 1
    assert [i.kind for i in table.issues] == ["no_outcome"]
    assert any(why in remark for remark in table.remarks)


@pytest.fixture
def material(tmp_path):
    """A register of three, one of them doubtful, and a workbook that says four."""
    requests, figures = tmp_path / "r.csv", tmp_path / "f.xlsx"
    rows = [GOOD, BAD, ["c", *GOOD[1:]]]
    pl.DataFrame(rows, schema=HEADER, orient="row").write_csv(requests)
    write_form(
        figures,
        2024,
        Filling({"机关全称": "青禾市自然资源局"}, {"entered.t3.1.total": 4, "fee.collected": 0}),
    )
    return requests, figures


def fill(path, sheet, row, **cells):
    book = openpyxl.load_workbook(path)
    heads = [cell.value for cell in book[sheet][1]]
    for name, value in cells.items():
        book[sheet].cell(row, heads.index(name) + 1).value = value
    book.save(path)


def test_entered_against_counted_is_decided_and_settles_the_tables(material, tmp_path):
    sheet = tmp_path / "核定表.xlsx"
    draft = draft_report(2024, *material)
    assert update_settlement(sheet, None, draft.questions, draft.cases) == 2
    fill(sheet, QUESTIONS, 2, 决定="采用填报数", 决定人="张三", 决定日期="2025-01-08")
    fill(sheet, DOUBTFUL, 2, 办理结果="部分公开", 决定=CORRECT, 决定人="李四")
    again = draft_report(2024, *material, settlement=read_settlement(sheet))
    # three are counted now; the fourth must be named first
    assert again.figures.value("t3.1.total") == 3
    assert any("补记缺少的申请" in line for line in open_lines(again))
    fill(sheet, ADDED, 2, 编号="d", 收到日期="2024-05-06", 办结日期="2024-05-20", 申请方式="信件",
         申请人类型="自然人", 办理结果="予以公开", 补记人="王五")  # fmt: skip
    settled = draft_report(2024, *material, settlement=read_settlement(sheet))
    assert settled.figures.value("t3.1.total") == 4
    assert settled.figures.value("t3.3.1.total") == 3
    assert not any("相差" in line for line in open_lines(settled))
    said = decided_lines(settled)
    assert any("采用填报数，张三（2025-01-08）" in line for line in said)
    assert any("“空白”改为“部分公开”" in line and "李四" in line for line in said)
    data = draft_json(settled)
    assert {d["by"] for d in data["decisions"]} == {"张三", "李四", "王五"}
    assert any("核定：" in line and "王五" in line for line in trace(data, "t3.1.total"))
    assert checked(render(settled, ".docx"), "r.docx") == []
    assert set(notice_lines(settled)) >= set(said)


def test_what_was_decided_stays_in_the_workbook_and_what_is_new_is_added(material, tmp_path):
    sheet = tmp_path / "s.xlsx"
    draft = draft_report(2024, *material)
    update_settlement(sheet, None, draft.questions, draft.cases)
    fill(sheet, DOUBTFUL, 2, 决定=STRIKE, 决定人="李四", 理由="重复登记")
    known = read_settlement(sheet)
    struck = draft_report(2024, *material, settlement=known)
    assert update_settlement(sheet, known, struck.questions, struck.cases) == 0
    assert read_settlement(sheet).cases[0].reason == "重复登记"
    requests = material[0]
    frame = pl.read_csv(requests, infer_schema=False)
    frame = frame.vstack(
        pl.DataFrame([["e", *GOOD[1:4], "外星人", GOOD[5]]], schema=HEADER, orient="row")
    )
    frame.write_csv(requests)
    more = draft_report(2024, *material, settlement=known)
    assert update_settlement(sheet, known, more.questions, more.cases) == 1
    assert [row[1] for row in read_settlement(sheet).rows[DOUBTFUL]] == ["b", "e"]


def test_the_box_says_when_all_is_settled():
    draft = draft_report(2020, data_path("samples", "requests_2020.csv"),
                         data_path("samples", "figures_2020.xlsx"))  # fmt: skip
    assert "不得发布" in notice_title(draft)


def test_broken_and_foreign_workbooks_are_refused(tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"no workbook")
    with pytest.raises(SettlementError, match="打不开"):
        read_settlement(path)
    write_form(path, 2024)
    with pytest.raises(SettlementError, match="缺少工作表"):
        read_settlement(path)


@pytest.mark.parametrize(
    ("sheet", "cells", "why"),
    [
        (QUESTIONS, {"编号": "sum.disclosed", "决定": "都行"}, "都行"),
        (DOUBTFUL, {"行号": "3", "决定": "随便"}, "随便"),
        (DOUBTFUL, {"编号": "b", "决定": STRIKE}, "行号"),
        (DOUBTFUL, {"行号": "3", "决定": CORRECT}, ""),
    ],
)
def test_a_row_that_says_nothing_is_refused_by_its_place(material, tmp_path, sheet, cells, why):
    path = tmp_path / "s.xlsx"
    draft = draft_report(2024, *material)
    update_settlement(path, None, draft.questions, draft.cases)
    fill(path, sheet, 3, **cells)
    if why:
        with pytest.raises(SettlementError, match=why):
            read_settlement(path)
    else:
        assert read_settlement(path).cases[0].line == 3
