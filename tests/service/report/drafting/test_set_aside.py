"""No absence is claimed while cases that could contradict it are set aside."""

import pytest

from service.report.drafting.prepare import draft_report
from service.report.drafting.provenance import draft_json
from service.report.figures.form import write_form

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


@pytest.mark.parametrize(("good", "claims"), [("", CLAIMS[:1]), (GOOD, CLAIMS[1:])])
def test_a_claim_of_absence_waits_for_the_cases_set_aside(tmp_path, good, claims):
    draft, text = drafted(tmp_path, good + "".join(BAD.format(n) for n in range(2, 6)))
    assert draft.cases.n_set_aside == 4
    assert not any(claim in text for claim in CLAIMS)
    for claim in claims:
        assert any("4件申请待核" in r and claim in r for r in draft.remarks)


def test_the_claims_stand_when_nothing_is_set_aside(tmp_path):
    draft, text = drafted(tmp_path, GOOD)
    assert all(claim in text for claim in CLAIMS[1:])
    assert not any("件申请待核" in remark for remark in draft.remarks)


def test_a_row_that_sums_the_register_up_is_no_case(tmp_path):
    draft, _ = drafted(tmp_path, GOOD + "合计,,,,1件\n")
    table = draft.cases
    assert (table.n_rows, table.frame.height, table.n_set_aside, table.totals) == (1, 1, 0, (3,))
    assert draft_json(draft)["cases"]["totals"] == [3]
