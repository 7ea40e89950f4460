"""docs/cli.md says what the commands say and do."""

import json
import re
from pathlib import Path

import pytest

DOC = (Path(__file__).parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [[], ["classify"], ["label"]])
def test_help_screens_are_those_of_the_commands(yangguang, arguments):
    assert yangguang(*arguments, "--help")[1].rstrip() in DOC


def test_every_key_of_the_summary_is_explained(yangguang, tmp_path):
    path = tmp_path / "来信.csv"
    path.write_text("编号,内容\n1,请问\n2,\n", encoding="utf-8")
    _, out, _ = yangguang("label", path, tmp_path / "a.csv", "--json")
    assert set(json.loads(out)) <= set(re.findall(r"`(\w+)`", DOC))


def test_every_added_column_is_named(classifier):
    from service.classification.columns import plan_columns

    for for_people in (False, True):
        columns, _ = plan_columns([], classifier.heads, for_people=for_people, with_evidence=False)
        assert all(name in DOC for name in columns.names)
