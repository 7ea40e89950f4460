"""Alter one cell: exactly the sums it takes part in fail, and nothing else."""

import pytest

from service.report import check_report
from service.report.checking.finding import Severity, Status

COLUMNS = ("natural", "commercial", "research", "social", "legal", "other", "total")


def failures(report):
    return sorted(
        (f.rule, f.where[0].row, f.where[0].column) if f.where and f.where[0].table else (f.rule,)
        for f in check_report(report).findings
        if f.status is Status.FAILS and f.severity is Severity.ERROR
    )


def expected(code, column):
    """Rules that must fail when one cell of table 3 changes."""
    rules = {("T3-ROW", code, "total")}
    if code in ("1", "2", "4", "3.7"):
        rules.add(("T3-BAL", "3.7", column))
    if code not in ("1", "2", "4"):
        rules.add(("T3-SUM", "3.7", column))
    return rules


@pytest.mark.parametrize(("layout", "format_id"), [("line", "2019"), ("html", "2021")])
def test_every_cell_of_table_3(make, writers, read, layout, format_id):
    clean = make(21, format_id)
    for code in clean.table3:
        for index, column in enumerate(COLUMNS):
            figures = make(21, format_id)
            figures.table3[code][index] += 3
            found = set(failures(read(*writers[layout](figures))))
            in_tables = {f for f in found if f[0].startswith("T")}
            assert in_tables == expected(code, column), (code, column)
            # The prose is written from the altered table, so it keeps agreeing with it.
            assert found == in_tables


@pytest.mark.parametrize("layout", ["html", "markdown", "tab", "token"])
def test_every_cell_of_table_4(make, writers, read, layout):
    for group in ("review", "direct", "after_review"):
        for index in range(5):
            figures = make(22)
            figures.table4[group][index] += 2
            assert failures(read(*writers[layout](figures))) == [("T4-SUM", group, "total")]


@pytest.mark.parametrize(
    ("row", "rules"),
    [
        ("1", {"N-T3-NEW"}),
        ("2", {"N-T3-CARRY"}),
        ("3.7", {"N-T3-HANDLED"}),
        ("4", {"N-T3-CARRY"}),
    ],
)
def test_prose_that_disagrees_with_the_table_is_found(make, writers, read, row, rules):
    figures = make(23)
    data, name = writers["html"](figures)
    wrong = data.decode()
    figure = figures.table3[row][6]
    phrase = {
        "1": f"收到政府信息公开申请{figure}件",
        "2": f"上年结转{figure}件",
        "3.7": f"办结{figure}件",
        "4": f"结转下年度办理{figure}件",
    }[row]
    assert phrase in wrong
    wrong = wrong.replace(phrase, phrase.replace(str(figure), str(figure + 7)))
    found = {f[0] for f in failures(read(wrong.encode(), name))}
    assert found == rules
    message = next(f for f in check_report(read(wrong.encode(), name)).findings if f.rule in rules)
    assert message.difference == 7
    assert f"{figure + 7} ≠ {figure}，差 7" in message.message


@pytest.mark.parametrize(
    ("old", "new", "rule", "severity"),
    [
        ("其他信息20条", "其他信息29条", "N-SUM-ENUM", "error"),
        ("其他信息20条", "其他信息18条", "N-SUM-ENUM", "warning"),
        ("均在法定期限内办理", "均已按期办结", "N-T3-DONE", "error"),
        ("行政诉讼", "行政诉讼1", "N-T4", "error"),
        ("统计期限自2024年", "统计期限自2023年", "S-YEAR", "warning"),
        ("本年度未收取信息处理费。", "无。", "S-FEE", "warning"),
        ("五、存在的主要问题及改进情况", "", "S-SECT", "error"),
    ],
)
def test_one_altered_sentence_is_one_finding(make, writers, read, old, new, rule, severity):
    figures = make(24)
    data, name = writers["html"](figures)
    text = data.decode()
    assert old in text
    if rule == "N-T3-DONE":
        text = text.replace(f"结转下年度办理{figures.table3['4'][6]}件，", "")
        text = text.replace(f"办结{figures.table3['3.7'][6]}件，", "")
    result = check_report(read(text.replace(old, new).encode(), name))
    failed = [
        (f.rule, f.severity.value)
        for f in result.findings
        if f.status is Status.FAILS and f.severity is not Severity.INFO
    ]
    assert failed == [(rule, severity)]


def test_the_crossing_of_a_failing_row_and_column_is_named(make, writers, read):
    figures = make(25)
    figures.table3["3.3.4"][1] += 4
    failed = [
        f for f in check_report(read(*writers["html"](figures))).findings
        if f.status is Status.FAILS and f.severity is Severity.ERROR
    ]  # fmt: skip
    assert {f.rule for f in failed} == {"T3-ROW", "T3-SUM"}
    assert all("交叉处：表三“4.保护第三方合法权益”商业企业" in f.message for f in failed)
