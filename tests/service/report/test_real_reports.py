"""The published reports beside the repository: every cell, every known relation, no false error."""

import json
from decimal import Decimal

import pytest

from service.report import check_report, read_report
from service.report.checking.finding import Severity, Status

COLUMNS = ("natural", "commercial", "research", "social", "legal", "other", "total")
ROW_KEYS = (
    ["new", "carry_in", "granted", "partial"]
    + [f"d{i}" for i in range(1, 9)]
    + [f"u{i}" for i in range(1, 4)]
    + [f"n{i}" for i in range(1, 6)]
    + [f"o{i}" for i in range(1, 4)]
    + ["total", "carry_out"]
)
SEED_ROWS = {
    "1": (270, 8, 0, 0, 1, 0, 279),
    "2": (13, 0, 0, 0, 0, 0, 13),
    "3.1": (188, 6, 0, 0, 1, 0, 195),
    "3.2": (17, 1, 0, 0, 0, 0, 18),
    "3.3.4": (2, 0, 0, 0, 0, 0, 2),
    "3.3.5": (1, 0, 0, 0, 0, 0, 1),
    "3.4.1": (32, 1, 0, 0, 0, 0, 33),
    "3.4.2": (5, 0, 0, 0, 0, 0, 5),
    "3.4.3": (3, 0, 0, 0, 0, 0, 3),
    "3.5.2": (1, 0, 0, 0, 0, 0, 1),
    "3.7": (249, 8, 0, 0, 1, 0, 258),
    "4": (34, 0, 0, 0, 0, 0, 34),
}
SEED_TABLE_2 = {
    "regulation": ("0", "0", "0"),
    "normative": ("0", "0", "0"),
    "licence": ("43", "0", "9087"),
    "service": ("15", "0", "233"),
    "penalty": ("44", "0", "30"),
    "coercion": ("5", "0", "0"),
    "fee": ("5", "5"),
    "procurement": ("14", "1814.36"),
}


def find(result, rule, words="", status=None):
    return [
        f for f in result.findings
        if f.rule == rule and words in f.message and (status is None or f.status is status)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def seed(seed_report):
    return check_report(seed_report)


class TestSeed:
    def test_identity(self, seed_report):
        assert (seed_report.year, seed_report.agency, seed_report.format.id) == (
            2020,
            "沈阳市自然资源局",
            "2019",
        )
        assert [s.number for s in seed_report.sections] == [0, 1, 2, 3, 4, 5]

    def test_all_161_cells_of_table_3(self, seed_report):
        table = seed_report.tables[3]
        assert len(table.cells) == 161
        for row in seed_report.format.table3_rows:
            read = tuple(table.value(row.code, column) for column in COLUMNS)
            assert read == SEED_ROWS.get(row.code, (0,) * 7), row.code

    def test_tables_2_and_4(self, seed_report):
        table = seed_report.tables[2]
        assert len(table.cells) == 22
        for block in seed_report.format.table2:
            for row in block.rows:
                read = tuple(str(table.value(row.code, c.code)) for c in block.columns)
                assert read == SEED_TABLE_2[row.code]
        table = seed_report.tables[4]
        read = [[table.value(g.code, c.code) for c in seed_report.format.table4_columns]
                for g in seed_report.format.table4_groups]  # fmt: skip
        assert read == [[1, 3, 2, 1, 7], [2, 0, 0, 1, 3], [0, 0, 0, 0, 0]]
        assert table.cells["review", "other"].note == "(撤销复议申请)"

    def test_fifty_relations_hold(self, seed):
        assert len(find(seed, "T3-ROW", status=Status.HOLDS)) == 23
        assert len(find(seed, "T3-SUM", status=Status.HOLDS)) == 7
        assert len(find(seed, "T3-BAL", status=Status.HOLDS)) == 7
        assert len(find(seed, "T4-SUM", status=Status.HOLDS)) == 3
        for rule, words in (
            ("N-T3-CH", "57+174+48 = 279"),
            ("N-T3-NEW", "279"),
            ("N-SUM-ENUM", "2160+1130+315+1050 = 4655"),
            ("N-SUM-ENUM", "1+82 = 83"),
            ("N-SUM-ENUM", "42+1+39 = 82"),
            ("N-SUM-ENUM", "1+49 = 50"),
            ("N-SUM-ENUM", "20+1+28 = 49"),
            ("N-REP", "833"),
            ("N-REP", "28"),
            ("N-REP", "3 个100%"),
        ):
            assert len(find(seed, rule, words, Status.HOLDS)) == 1, words

    def test_gap_of_six(self, seed):
        (gap,) = find(seed, "N-SUM-ENUM", status=Status.FAILS)
        assert gap.severity is Severity.WARNING
        assert (gap.left, gap.right, gap.difference) == (13485, 13491, -6)
        assert "= 13485 ≠ 13491，差 6" in gap.message

    def test_all_closed_contradicts_34_carried_over(self, seed):
        (claim,) = find(seed, "N-T3-DONE", status=Status.FAILS)
        assert claim.severity is Severity.ERROR
        assert "均已按时限办结" in claim.message
        assert "34-13 = 21" in claim.message

    def test_ambiguous_stays_open(self, seed):
        (motion,) = find(seed, "N-SUM-COLON")
        assert motion.status is Status.UNKNOWN
        assert "134" in motion.message
        (fee,) = find(seed, "T2-DELTA")
        assert fee.status is Status.UNKNOWN
        assert find(seed, "N-T2", status=Status.UNKNOWN)
        assert find(seed, "T3-CARRY", status=Status.UNKNOWN)

    def test_form(self, seed):
        (missing,) = find(seed, "S-SECT", "缺少第六部分")
        assert missing.severity is Severity.WARNING
        printed = " ".join(f.message for f in find(seed, "S-LABEL", status=Status.FAILS))
        for misprint in ("危机", "属于行政法案卷", "需另行制作", "本年新收到"):
            assert misprint in printed
        assert "上年结转政府信息公开数量" in printed
        assert find(seed, "S-WORD", "截止目前")
        assert find(seed, "S-PERIOD")

    def test_nothing_else_is_called_an_error(self, seed):
        errors = [f for f in seed.findings
                  if f.status is Status.FAILS and f.severity is Severity.ERROR]  # fmt: skip
        assert [f.rule for f in errors] == ["N-T3-DONE"]

    def test_without_carry_over_the_claim_holds(self, shared, read):
        """The rule looks at the table, not at the words."""
        text = (shared / "seed_shenyang_2020.txt").read_text(encoding="utf-8")
        text = text.replace("继续办理\t\t34\t0\t0\t0\t0\t0\t34", "继续办理\t\t0\t0\t0\t0\t0\t0\t0")
        result = check_report(read(text.encode(), "seed.txt"))
        assert find(result, "N-T3-DONE", status=Status.HOLDS)
        assert {f.where[0].column for f in find(result, "T3-BAL", status=Status.FAILS)} == {
            "natural",
            "total",
        }


@pytest.mark.parametrize(
    ("file", "key", "has_table_4"),
    [("huaian_2024.pdf", "huaian_gov_2024", True), ("suqian_2023.txt", "suqian_gov_2023", False)],
)
def test_city_reports(shared, file, key, has_table_4):
    expected = json.loads((shared / "expected_tables.json").read_text(encoding="utf-8"))[key]
    report = read_report(shared / file)
    assert report.year == expected["year"]
    for row, name in zip(report.format.table3_rows, ROW_KEYS, strict=True):
        for column in COLUMNS:
            assert report.tables[3].value(row.code, column) == expected["t3"][name][column]
    second = expected["t2"]
    made = ("made", "repealed", "valid")
    assert [report.tables[2].value("regulation", c) for c in made] == second["reg"]
    assert [report.tables[2].value("normative", c) for c in made] == second["norm"]
    for row in ("licence", "penalty", "coercion"):
        assert report.tables[2].value(row, "decisions") == second[row]
    assert report.tables[2].value("fee", "amount") == Decimal(str(second["fee"]))
    if has_table_4:
        keys = [(g, c) for g in report.format.table4_groups for c in report.format.table4_columns]
        read = [report.tables[4].value(group.code, column.code) for group, column in keys]
        assert read == expected["t4"]
    else:
        assert 4 not in report.tables
    failed = [f for f in check_report(report).findings
              if f.status is Status.FAILS and f.severity is not Severity.INFO]  # fmt: skip
    assert failed == []


def test_bureau_openings_raise_no_false_error(shared, read):
    gaps = {}
    for line in (shared / "bureau_openings.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        title = f"{case['agency']}{case['year']}年政府信息公开工作年度报告\n"
        report = read((title + case["text"]).encode(), "opening.txt")
        for finding in check_report(report).findings:
            if finding.status is Status.FAILS and finding.severity is not Severity.INFO:
                assert finding.severity is Severity.WARNING
                if finding.rule.startswith("N-"):
                    gaps[case["agency"]] = int(finding.difference)
    # Both are in the sources: a partial list, and a list that misses three.
    assert gaps == {"中山市自然资源局": -406, "井研县自然资源局": -3}
