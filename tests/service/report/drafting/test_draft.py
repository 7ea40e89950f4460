"""A year drafted: the sample year again, the guard, bad input, and any year at random."""

import datetime as dt
import io
import json
import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.labels import outcomes
from models.resources import data_path
from service.report import check_bytes, read_report_bytes
from service.report.drafting.draft import Cited, Literal, Sentence, Written
from service.report.drafting.guard import _faults, guard
from service.report.drafting.notice import notice_lines
from service.report.drafting.prepare import build_draft, draft_report
from service.report.drafting.provenance import draft_json, trace
from service.report.figures.cases import tabulate
from service.report.figures.entered import Decision, EnteredText, Material, read_material
from service.report.figures.errors import CaseTableError, FigureFormError, UnbackedSentenceError
from service.report.figures.facts import load_facts, table2_facts, table4_facts
from service.report.figures.figure import Entered, Figure
from service.report.figures.form import Filling, write_form
from service.report.formats import format_for_year, load_format
from service.report.rendering.render import checked, render

REQUESTS, FIGURES = (
    data_path("samples", "requests_2020.csv"),
    data_path("samples", "figures_2020.xlsx"),
)
# row of table 3: 自然人, 商业企业, 法律服务机构, 总计; the other columns are 0
TABLE3 = {
    "1": (270, 8, 1, 279), "2": (13, 0, 0, 13), "3.1": (188, 6, 1, 195), "3.2": (17, 1, 0, 18),
    "3.3.4": (2, 0, 0, 2), "3.3.5": (1, 0, 0, 1), "3.4.1": (32, 1, 0, 33), "3.4.2": (5, 0, 0, 5),
    "3.4.3": (3, 0, 0, 3), "3.5.2": (1, 0, 0, 1), "3.7": (249, 8, 1, 258), "4": (34, 0, 0, 34),
}  # fmt: skip
PROSE = {
    "13491",
    "5281",
    "60",
    "833",
    "956",
    "2",
    "180",
    "8",
    "282",
    "5883",
    "279",
    "57",
    "174",
    "48",
    "26",
    "133",
    "1",
    "83",
    "82",
    "42",
    "39",
    "50",
    "49",
    "20",
    "28",
    "100",
    "4655",
    "2160",
    "1130",
    "315",
    "1050",
    "4041",
    "384",
    "4",
    "14",
    "30",
    "1400",
}


@pytest.fixture(scope="module")
def sample():
    return draft_report(2020, REQUESTS, FIGURES)


def text_of(draft):
    return "".join(sentence.text for _, sentence in draft.sentences())


def test_tables_of_the_sample_year_are_those_of_the_published_report(sample):
    content = render(sample, ".docx")
    report = read_report_bytes(content, "report.docx")
    form = load_format("2019")
    for row in form.table3_rows:
        natural, commercial, legal, total = TABLE3.get(row.code, (0, 0, 0, 0))
        expected = dict.fromkeys(("research", "social", "other"), 0) | {
            "natural": natural, "commercial": commercial, "legal": legal, "total": total}  # fmt: skip  # noqa: E501
        for column, value in expected.items():
            assert report.tables[3].value(row.code, column) == value, (row.code, column)
    assert report.tables[2].value("licence", "decisions") == 9087
    assert str(report.tables[2].value("procurement", "amount")) == "1814.36"
    table4 = report.tables[4]
    values = [
        table4.value("review", c) for c in ("upheld", "corrected", "other", "pending", "total")
    ]
    assert values == [1, 3, 2, 1, 7]
    assert "撤销复议申请" in table4.cells[("review", "other")].note
    assert checked(content, "report.docx") == []


def test_every_fact_of_the_prose_is_printed_with_its_source(sample):
    data = draft_json(sample)
    printed = {entry["figure"] for entry in data["printed"]}
    digits = {sample.figures[id].digits for id in printed}
    assert digits >= PROSE
    assert "2020年5月15日" in digits
    assert printed <= {figure["id"] for figure in data["figures"]}


def test_the_two_errors_of_the_published_report_are_not_repeated(sample):
    assert "均已" not in text_of(sample)
    assert "结转下年度继续办理34件" in text_of(sample)
    assert any("13491" in line and "13485" in line for line in notice_lines(sample))
    assert "13491条，其中" not in text_of(sample)


def test_a_recorded_decision_settles_a_contradiction():
    form = load_format("2019")
    material = read_material(FIGURES, 2020, form)
    decision = Decision("sum.disclosed", "采用另一数", "张三", "2021-01-12", "总数误加")
    decided = Material(material.file, material.about, material.figures, material.texts,
                       {"sum.disclosed": decision})  # fmt: skip
    draft = build_draft(2020, form, decided, tabulate(pl.read_csv(REQUESTS), 2020, "r.csv"), [])
    assert "主动公开政府信息13485条，其中新闻发布5281条" in text_of(draft)
    assert draft_json(draft)["questions"][0]["decision"]["by"] == "张三"
    assert draft.open_questions == ()


def test_trace_walks_back_to_case_ids(sample):
    lines = trace(json.loads(json.dumps(draft_json(sample))), "195")
    ids = lines[-1].strip().split("、")
    assert len(ids) == 195
    known = set(pl.read_csv(REQUESTS)["编号"])
    assert set(ids) <= known
    assert any("÷" in line for line in trace(draft_json(sample), "75.6"))
    assert trace(draft_json(sample), "987654") == []


def test_all_kinds_of_file_pass_the_check_and_annotations_are_there(sample):
    for suffix in (".docx", ".html", ".md"):
        assert checked(render(sample, suffix), f"report{suffix}") == []
    import docx

    noted = docx.Document(io.BytesIO(render(sample, ".docx", annotate=True)))
    assert any("登记表中的195件申请" in comment.text for comment in noted.comments)


@pytest.mark.parametrize(
    "sentence",
    [
        Sentence("x", (Literal("全年公开信息12条。"),)),
        Sentence("x", (Literal("召开三次会议。"),)),
        Sentence("x", (Written("发布信息999条", "文字!C2"),)),
        Sentence("x", (Cited("196件", "t3.3.1.total"),)),
        Sentence("x", (Cited("5件", "no.such.figure"),)),
        Sentence("x", (Literal("申请均已按时限办结。"),)),
        Sentence("x", (Literal("没有发生因政府信息公开引起的行政复议。"),)),
        Sentence("x", (Literal("没有结转。"),), ("t3.4.total == 0",)),
    ],
)
def test_the_guard_stops_what_no_figure_backs(sample, sentence):
    assert list(_faults(sentence, sample.figures))


def test_a_number_in_a_persons_own_sentence_stops_the_draft_with_its_cell():
    form = load_format("2019")
    material = read_material(FIGURES, 2020, form)
    own = EnteredText("a", "监督保障", "开展培训16次", "", "文字!C9")
    wrong = Material(material.file, material.about, material.figures, [own], {})
    cases = tabulate(pl.read_csv(REQUESTS), 2020, "r.csv")
    with pytest.raises(UnbackedSentenceError, match="文字!C9"):
        build_draft(2020, form, wrong, cases, [])


HEADER = ["编号", "收到日期", "办结日期", "申请方式", "申请人类型", "办理结果"]
GOOD = ["a", "2024-03-01", "2024-03-20", "网络", "自然人", "予以公开"]


def register(*rows):
    return tabulate(pl.DataFrame(rows, schema=HEADER, orient="row"), 2024, "r.csv")


@pytest.mark.parametrize(
    ("column", "cell", "kind", "counted"),
    [
        ("办理结果", "", "no_outcome", False),
        ("办理结果", "予以公开；部分公开", "two_outcomes", False),
        ("办理结果", "妥善处理", "unknown_outcome", False),
        ("收到日期", "", "no_received", False),
        ("收到日期", "三月", "bad_received", False),
        ("办结日期", "三月", "bad_closed", False),
        ("收到日期", "2024-04-01", "closed_before_received", False),
        ("办结日期", "", "no_closed", False),
        ("申请人类型", "", "no_applicant", False),
        ("申请人类型", "外星人", "unknown_applicant", False),
        ("申请方式", "飞鸽", "unknown_channel", True),
    ],
)
def test_doubtful_cases_are_listed_and_nothing_is_lost(column, cell, kind, counted):
    bad = ["b", *GOOD[1:]]
    bad[HEADER.index(column)] = cell
    table = register(GOOD, bad)
    assert [(i.kind, i.is_counted) for i in table.issues] == [(kind, counted)]
    assert table.n_rows == table.frame.height + table.n_set_aside + table.n_outside


def test_a_register_without_a_needed_column_is_refused():
    with pytest.raises(CaseTableError, match="申请人类型"):
        tabulate(pl.DataFrame({"编号": ["a"]}), 2024, "r.csv")


def test_entered_and_counted_numbers_stand_side_by_side(tmp_path):
    path = tmp_path / "f.xlsx"
    write_form(path, 2020, Filling(values={"entered.t3.1.total": 280}))
    draft = draft_report(2020, REQUESTS, path)
    assert any("280" in line and "279" in line for line in notice_lines(draft))
    assert "新收政府信息公开申请279件" in text_of(draft)


def test_workbooks_of_another_year_or_no_workbook_are_refused(tmp_path):
    form = load_format("2021")
    with pytest.raises(FigureFormError, match="2020年度"):
        read_material(FIGURES, 2024, form)
    broken = tmp_path / "x.xlsx"
    broken.write_bytes(b"no workbook")
    with pytest.raises(FigureFormError):
        read_material(broken, 2024, form)
    other = tmp_path / "y.xlsx"
    write_form(other, 2024, Filling(about={"报告格式": "2019"}))
    with pytest.raises(FigureFormError, match="2021"):
        read_material(other, 2024, form)


def test_last_years_report_that_cannot_be_read_is_a_remark(tmp_path):
    path = tmp_path / "last.docx"
    path.write_bytes(b"broken")
    draft = draft_report(2020, REQUESTS, FIGURES, path)
    assert any("上年报告读不出" in line for line in notice_lines(draft))


CASES = st.lists(
    st.tuples(
        st.integers(0, 400), st.one_of(st.none(), st.integers(0, 60)),
        st.sampled_from(["信件", "当面", "网络", "传真", "电子邮件", "其他", ""]),
        st.sampled_from(["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]),
        st.sampled_from([o.code for o in outcomes().decided]),
    ),
    max_size=40,
)  # fmt: skip


@st.composite
def materials(draw, year):
    form = load_format(format_for_year(year))
    facts = [f for g in load_facts().groups for f in g.facts if f.kind == "number"]
    facts += [*table2_facts(form), *table4_facts(form)]
    figures = []
    numbers = st.one_of(st.none(), st.integers(0, 3), st.integers(0, 5000))
    for fact in facts:
        value = draw(numbers)
        if fact.unit == "%":
            value = draw(st.sampled_from([None, 96, 100]))
        if value is not None:
            figures.append(Figure(fact.id, pl_decimal(value), fact.unit, f"{year}年",
                                  Entered("f.xlsx", "数据!D2"), fact.name))  # fmt: skip
    from service.report.figures.entered import _table4_totals

    figures += _table4_totals([f for f in figures if f.id.startswith("t4")], form, year)
    return Material("f.xlsx", {"机关全称": "青禾市自然资源局"}, figures, [], {})


def pl_decimal(value):
    from decimal import Decimal

    return Decimal(value)


@settings(
    max_examples=int(os.environ.get("DRAFT_EXAMPLES", "10")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data(), year=st.sampled_from([2019, 2020, 2021, 2024]), cases=CASES)
def test_any_year_reconciles_and_passes_the_check(data, year, cases):
    material = data.draw(materials(year))
    rows = []
    for number, (day, took, channel, applicant, outcome) in enumerate(cases):
        received = dt.date(year - 1, 12, 1) + dt.timedelta(days=min(day, 395))
        closed = None if took is None else received + dt.timedelta(days=took)
        cell = "" if took is None else outcome
        rows.append([str(number), str(received), str(closed or ""), channel, applicant, cell])
    frame = pl.DataFrame(rows, schema=dict.fromkeys(HEADER, pl.String), orient="row")
    form = load_format(format_for_year(year))
    draft = build_draft(year, form, material, tabulate(frame, year, "r.csv"), [])
    guard(draft)
    for column in form.table3_columns:
        cell = {r.code: draft.figures.value(f"t3.{r.code}.{column.code}") for r in form.table3_rows}
        assert cell["1"] + cell["2"] == cell["3.7"] + cell["4"]
    result = check_bytes((render(draft, ".html"), "report.html"))
    errors = [f.message for f in result.findings
              if f.status.value == "fails" and f.severity.value == "error"]  # fmt: skip
    assert errors == []


def test_the_template_is_the_one_its_script_writes():
    import docx

    from service.report.rendering import template

    shipped = docx.Document(str(template.template_path()))
    assert {template.BODY, template.TITLE, template.TABLE} <= {s.name for s in shipped.styles}
    section = shipped.sections[0]
    assert [round(x.mm) for x in (section.top_margin, section.left_margin, section.bottom_margin,
                                  section.right_margin)] == [37, 28, 35, 26]  # fmt: skip
    assert Path(template.template_path()).exists()


def test_each_business_line_says_what_was_asked_most_and_compares_with_last_year(tmp_path):
    last = tmp_path / "last.csv"
    rows = pl.read_csv(REQUESTS, infer_schema=False)
    days = [pl.col(name).str.replace_all("2020-", "2019-") for name in ("收到日期", "办结日期")]
    rows.filter(pl.col("收到日期") >= "2020").head(150).with_columns(days).write_csv(last)
    draft = draft_report(2020, REQUESTS, FIGURES, previous_requests=last)
    text = text_of(draft)
    assert "土地资源方面，共有申请223件，比上年增加" in text
    assert "青禾区柳湾村征地补偿31件，比上年增加" in text
    assert "主要涉及区片综合地价标准" in text
    matter = draft.hot_topics[0]
    assert matter.change.value == matter.figure.value - matter.last.value
    assert set(matter.last.source.ids) <= set(rows["编号"])
    assert checked(render(draft, ".html"), "r.html") == []


def test_a_register_of_another_year_is_not_compared_with(sample):
    draft = draft_report(2020, REQUESTS, FIGURES, previous_requests=REQUESTS)
    assert any("没有与上年比较" in line for line in notice_lines(draft))
    assert text_of(draft) == text_of(sample)


def lined(tmp_path, *rows):
    """The sentences of a draft whose register has these (received, topic)."""
    path, form = tmp_path / "r.csv", tmp_path / "f.xlsx"
    lines = [
        f"{n},{received},2024-06-01,网络,自然人,予以公开,申请公开青禾区柳湾村征地补偿方案{n},{topic}"
        for n, (received, topic) in enumerate(rows)
    ]
    path.write_text("\n".join([",".join([*HEADER, "申请内容", "主题"]), *lines]), "utf-8")
    write_form(form, 2024, Filling(values={"fee.collected": 0}))
    draft = draft_report(2024, path, form)
    assert checked(render(draft, ".html"), "r.html") == []
    return draft, text_of(draft)


NEW, OLD = ("2024-03-01", "land"), ("2023-12-25", "land")


def test_counts_by_business_line_say_that_they_hold_carried_in_cases(tmp_path):
    draft, text = lined(tmp_path, *[NEW] * 4, ("2024-03-01", "planning"), *[OLD] * 2)
    assert "新收政府信息公开申请5件" in text
    assert "按业务划分（含上年结转2件），土地资源6件、规划管理1件。" in text
    assert len(draft.figures["requests.lined.carried"].source.ids) == 2


def test_counts_by_business_line_say_which_cases_have_none(tmp_path):
    planned, none = ("2024-03-01", "planning"), ("2024-03-01", "")
    _, text = lined(tmp_path, *[NEW] * 4, planned, none)
    assert "按业务划分，土地资源4件、规划管理1件，另有未划分业务的申请1件。" in text
    _, text = lined(tmp_path, *[NEW] * 4, planned, none, OLD)
    assert "按业务划分（含上年结转的申请），土地资源5件、规划管理1件，另有未划分业务" in text


def test_counts_of_one_business_line_say_so_too(tmp_path):
    _, text = lined(tmp_path, *[NEW] * 4, OLD)
    assert "以下按申请内容统计的件数含上年结转1件。" in text
    _, text = lined(tmp_path, *[NEW] * 5)
    assert "含上年结转" not in text
