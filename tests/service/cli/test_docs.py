"""docs/cli.md says what the commands say and do.

After a change of help texts, `REGENERATE_DOCS=1 pytest tests/service/cli/test_docs.py` writes the
new screens into the document.
"""

import json
import os
import re
from pathlib import Path

import pytest

PATH = Path(__file__).parents[3] / "docs" / "cli.md"
DOC = PATH.read_text(encoding="utf-8")
SCREEN = re.compile(r"(?<=```\n)用法：yangguang((?: [a-z]+)*) \[选项\].*?(?=\n```)", re.DOTALL)


def test_screens_are_not_being_regenerated():
    assert "REGENERATE_DOCS" not in os.environ


@pytest.mark.parametrize("verb", [match[1].strip() for match in SCREEN.finditer(DOC)])
def test_help_screens_are_those_of_the_commands(yangguang, verb):
    screen = yangguang(*verb.split(), "--help")[1].rstrip()
    if "REGENERATE_DOCS" in os.environ:
        old = PATH.read_text(encoding="utf-8")
        new = SCREEN.sub(lambda m: screen if m[1].strip() == verb else m[0], old)
        PATH.write_text(new, encoding="utf-8")
        return
    assert screen in DOC, "the help changed: run REGENERATE_DOCS=1 pytest on this file"


def test_the_verbs_have_their_screens():
    screens = {match[1].strip() for match in SCREEN.finditer(DOC)}
    assert screens >= {"", "classify", "label"}


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
