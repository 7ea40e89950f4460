"""The page of documentation names every rule, error code, option and address."""

from pathlib import Path

from service.report import errors
from service.report.checking.rulebook import load_rules

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "report-check.md").read_text(
    encoding="utf-8"
)


def test_every_rule_is_documented_as_it_is():
    for rule in load_rules().values():
        row = f"| `{rule.id}` {rule.name} | {rule.severity} | {rule.source} | {rule.scope} |"
        assert row in PAGE, rule.id


def test_every_error_code_is_documented():
    codes = {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and kind.__module__ == errors.__name__
    } - {"report"}
    for code in codes:
        assert f"`{code}`" in PAGE


def test_commands_and_addresses_are_documented():
    for words in ("report check", "report tables", "--previous", "--html", "--json", "--all",
                  "/v1/reports/check", "/v1/reports/check/page"):  # fmt: skip
        assert words in PAGE


def test_title_of_the_list_rule_reads_right_whichever_side_is_larger():
    assert load_rules()["N-SUM-ENUM"].name == "“其中”各项之和与总数相符"
