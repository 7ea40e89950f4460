"""No absence is claimed while cases that could contradict it are set aside."""

import pytest

from service.report import check_bytes, read_report_bytes
from service.report.drafting.notice import notice_lines, open_lines
from service.report.drafting.prepare import draft_report
from service.report.drafting.provenance import draft_json
from service.report.figures.form import write_form
from service.report.model import CellState
from service.report.rendering.render import checked, render

HEADER = "编号,收到日期,办结日期,申请人类型,办理结果\n"
GOOD = "甲1,2024-03-01,2024-03-10,自然人,予以公开\n"
BAD = "甲{},某日,2024-03-10,自然人,予以公开\n"
CLAIMS = ("没有收到政府信息公开申请", "没有作出不予公开的决定", "均已办结", "均由自然人提出")


def drafted(tmp_path, rows):
    path = tmp_path / "r.csv"
    path.write_text(HEADER + rows, "utf-8")
    form = tmp_path / "f.xlsx"
    write_form(form, 2024)
    draft = draft_report(2024, path, form)
    return draft, "".join(sentence.text for _, sentence in draft.sentences())


def test_a_claim_of_absence_waits_for_the_cases_set_aside(tmp_path):
    draft, text = drafted(tmp_path, GOOD + "".join(BAD.format(n) for n in range(2, 6)))
    assert draft.cases.n_set_aside == 4
    assert not any(claim in text for claim in CLAIMS)
    for claim in CLAIMS[1:]:
        assert any("4件申请待核" in r and claim in r for r in draft.remarks)


@pytest.mark.parametrize("suffix", [".docx", ".html", ".md"])
def test_table_3_is_blank_and_never_zero_while_every_case_is_set_aside(tmp_path, suffix):
    draft, text = drafted(tmp_path, "".join(BAD.format(n) for n in range(2, 6)))
    assert not any(claim in text for claim in CLAIMS)
    assert any("登记表中的申请（4）都待核，表三没有数可填" in r for r in draft.remarks)
    content = render(draft, suffix, pictures=suffix != ".md")
    table = read_report_bytes(content, f"r{suffix}").tables[3]
    assert {cell.state for cell in table.cells.values()} == {CellState.BLANK}
    checked(content, f"r{suffix}")  # raises where there is an error
    assert not any(entry["place"].startswith("表三") for entry in draft_json(draft)["printed"])
    wrong = [f.message for f in check_bytes((content, f"r{suffix}")).findings
             if f.rule.startswith("T3") and f.status.value == "fails"]  # fmt: skip
    assert wrong == []


def test_a_register_without_a_case_of_the_year_counts_zero(tmp_path):
    draft, text = drafted(tmp_path, GOOD.replace("2024", "2022"))
    assert draft.figures.value("t3.1.total") == 0
    assert CLAIMS[0] in text


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("甲9,某日,2024-03-10,自然人,予以公开\n", "收到日期无法辨认"),
        ("甲9,2024-03-01,某日,自然人,予以公开\n", "办结日期无法辨认"),
        ("甲9,某日,某日,自然人,予以公开\n", "收到日期、办结日期都无法辨认"),
    ],
)
def test_which_date_is_doubtful_is_said_with_the_row_of_the_file(tmp_path, row, said):
    draft, _ = drafted(tmp_path, GOOD + row)
    assert f"登记表中{said}的记录（1）：甲9（第3行），未计入各表" in open_lines(draft)


def test_of_many_doubtful_cases_the_first_are_named_and_where_the_rest_is(tmp_path):
    draft, _ = drafted(tmp_path, "".join(BAD.format(n) for n in range(2, 32)))
    (screen,) = (line for line in open_lines(draft) if "无法辨认" in line)
    (page,) = (line for line in notice_lines(draft) if "无法辨认" in line)
    assert "记录（30）" in screen
    assert (screen.count("甲"), page.count("甲")) == (20, 5)
    assert all("等，逐件见核定表或随附的 JSON 文件" in line for line in (screen, page))


def test_the_claims_stand_when_nothing_is_set_aside(tmp_path):
    draft, text = drafted(tmp_path, GOOD)
    assert all(claim in text for claim in CLAIMS[1:])
    assert not any("件申请待核" in remark for remark in draft.remarks)


def test_a_row_that_sums_the_register_up_is_no_case(tmp_path):
    draft, _ = drafted(tmp_path, GOOD + "合计,,,,1件\n")
    table = draft.cases
    assert (table.n_rows, table.frame.height, table.n_set_aside, table.totals) == (1, 1, 0, (3,))
    assert draft_json(draft)["cases"]["totals"] == [3]
