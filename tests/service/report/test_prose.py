"""Prose in many wordings: what agrees raises nothing, what is wrong breaks exactly its rule."""

import re
import tomllib
from pathlib import Path

import pytest

from service.report import check_report, read_report
from service.report.checking.finding import Severity, Status
from service.report.drafting.guard import numbers_in
from service.report.narrative.numbers import find_numbers
from service.report.narrative.numerals import chinese_value

CASES = tomllib.loads(Path(__file__).with_name("prose_cases.toml").read_text(encoding="utf-8"))
OWN_PROSE = re.compile(r"<p>（一）主动公开情况.*?</p><p>（二）.*?</p><p>（三）.*?</p>", re.DOTALL)


@pytest.fixture(scope="module")
def with_prose(make, html_page, read):
    """The made-up report of `prose_cases.toml` with a paragraph of one's choice."""

    def build(text, carried_out=5):
        figures = make(1)
        table = {row.code: [0] * 7 for row in figures.form.table3_rows}

        def put(code, natural, commercial):
            table[code] = [natural, commercial, 0, 0, 0, 0, natural + commercial]

        put("1", 36 + (4 if carried_out else 0), 5 + (1 if carried_out else 0))
        put("2", 3, 1)
        put("4", 4 if carried_out else 0, 1 if carried_out else 0)
        for code, natural, commercial in (
            ("3.1", 17, 3), ("3.2", 5, 1), ("3.3.4", 2, 0), ("3.3.8", 1, 0), ("3.4.1", 8, 1),
            ("3.4.2", 1, 0), ("3.5.1", 1, 0), ("3.5.2", 1, 0), ("3.6.1", 1, 1), ("3.6.3", 2, 0),
            ("3.7", 39, 6),
        ):  # fmt: skip
            put(code, natural, commercial)
        figures.table3 = table
        figures.table4 = {
            "review": [3, 1, 1, 0, 5],
            "direct": [1, 0, 0, 0, 1],
            "after_review": [1, 0, 0, 0, 1],
        }
        figures.table2 |= {
            ("normative", "made"): "2",
            ("normative", "repealed"): "1",
            ("normative", "valid"): "9",
            ("licence", "decisions"): "1234",
            ("penalty", "decisions"): "56",
        }
        paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
        return read(OWN_PROSE.sub(paragraphs, html_page(figures)).encode(), "r.html")

    return build


@pytest.fixture(scope="module")
def sample():
    return read_report(Path(__file__).parents[3] / "data" / "samples" / "report_2023.html")


def failed(report):
    return [
        (f.rule, f.severity.value, f.message)
        for f in check_report(report).findings
        if f.status is Status.FAILS and f.severity is not Severity.INFO
    ]


@pytest.mark.parametrize("case", CASES["sound"], ids=lambda case: case["text"][8:30])
def test_sound_prose_raises_nothing(with_prose, case):
    assert failed(with_prose(case["text"], case.get("carried_out", 5))) == []


@pytest.mark.parametrize("case", CASES["wrong"], ids=lambda case: case["rule"])
def test_wrong_prose_breaks_its_rule(with_prose, case):
    found = failed(with_prose(case["text"]))
    assert {rule for rule, _, _ in found} == {case["rule"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024年收到申请46件", [("46", "件", "")]),
        ("近5000条、1400余个", [("5000", "条", "近"), ("1400", "个", "余")]),
        ("18万余条", [("180000", "条", "余")]),
        ("12345热线2160件，8890平台1130件", [("2160", "件", ""), ("1130", "件", "")]),
        ("国令第711号，电话0517-83605210，邮编223001，5月15日，20个工作日", []),
        ("分别为57,174,48件", [("57", "", ""), ("174", "", ""), ("48", "件", "")]),
        ("访问12,345次", [("12345", "次", "")]),
        ("收到申请两件，十二份，选派一名同志，一件事一次办，第二十条", [
            ("2", "件", ""), ("12", "份", ""), ("1", "名", "")]),
        ("阅读量达47万次，26.55万元", [("470000", "次", ""), ("26.55", "万元", "")]),
        ("三个“100%”，“1+X”发布会，5G", []),
        ("三百件、两千份、一万二千条、一千零五十次、三百二十五件", [
            ("300", "件", ""), ("2000", "份", ""), ("12000", "条", ""), ("1050", "次", ""),
            ("325", "件", "")]),
        ("百余件、近三百件、两千多份、三百余万条、一百零五件", [
            ("100", "件", "余"), ("300", "件", "近"), ("2000", "份", "多"), ("3000000", "条", "余"),
            ("105", "件", "")]),
        ("零件、上百件、千万件实事、数百件、成千上万件、第一百条、百百件、每百件", [
            ("10000000", "件", "")]),
    ],
)  # fmt: skip
def test_numbers_in_prose(text, expected):
    found = [(f"{n.value:f}", n.unit, n.approximate) for n in find_numbers(text)]
    assert found == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "政务新媒体发布信息658条，同比增长12.5%（上年585条）。",
        "政务新媒体发布信息658条，同比增长12.5%（去年同期为585条），关注者增多。",
        "政务新媒体发布信息658条，较上年增长12.5%（2023年585）。",
        "发布信息526条（其中微信500条），同比下降10.1%（上年：585条）。",
    ],
)
def test_growth_is_recomputed_from_the_base_in_brackets(with_prose, sentence):
    report = with_prose(f"（三）平台建设。{sentence}")
    (growth,) = [f for f in check_report(report).findings if f.rule == "N-YOY"]
    assert growth.status is Status.HOLDS
    assert "括号中的上年数 585" in growth.message


@pytest.mark.parametrize(
    "sentence",
    [
        "发布信息658条，同比增长15%（增加73条）。",
        "发布信息658条，同比增长15%（其中微信585条）。",
        "发布信息658条，阅读47万次，同比增长15%（上年585条）。",
        "发布信息658条，同比增长15%（上年约585条）。",
    ],
)
def test_other_brackets_are_no_base(with_prose, sentence):
    report = with_prose(f"（三）平台建设。{sentence}")
    (growth,) = [f for f in check_report(report).findings if f.rule == "N-YOY"]
    assert growth.status is Status.UNKNOWN


def test_sample_states_its_growth_with_its_base(sample):
    (growth,) = [f for f in check_report(sample).findings if f.rule == "N-YOY"]
    assert growth.status is Status.HOLDS
    assert "(658-585) ÷ 585 = 12.5%" in growth.message


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("十", 10), ("二十五", 25), ("三百", 300), ("三百五", 350), ("三百零五", 305),
        ("一百一十", 110), ("一万二", 12000), ("一万二千", 12000), ("一万零五", 10005),
        ("三十二万五千六百一十", 325610), ("一亿二千万", 120_000_000), ("百", 100), ("", None),
        ("百百", None), ("三三", None), ("三a", None),
    ],
)  # fmt: skip
def test_chinese_numerals(numeral, value):
    assert chinese_value(numeral) == value


@pytest.mark.parametrize("words", ["三百件", "两千件", "一万二千件", "百余件", "共三百二十五件。"])
def test_the_guard_sees_a_round_number_in_characters(words):
    assert len(numbers_in(f"收到申请{words}")) == 1
