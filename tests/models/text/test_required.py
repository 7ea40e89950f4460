"""A pattern that is tried only where its strings occur finds what it finds everywhere."""

import re
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.classifiers.letter.text import _MENDS
from models.resources import data_path
from models.text.required import Cues, cue


def rules():
    raw = tomllib.loads(data_path("rules", "requests.toml").read_text("utf-8"))
    for entry in (*raw["candidates"], *raw["reminders"]):
        yield from entry["cues"]
        if "unless" in entry:
            yield entry["unless"]


PATTERNS = [*rules(), *(pattern for pattern, _ in _MENDS)]
ALPHABET = sorted({c for pattern in PATTERNS for c in pattern if c not in "()|[]?*{}\\^$"})


def span(match):
    return match and match.span()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_rule_is_found_where_the_pattern_alone_finds_it(pattern):
    @settings(max_examples=20, deadline=None)
    @given(st.from_regex(pattern), st.text(ALPHABET, max_size=12))
    def find(match, around):
        text = around + match + around
        assert span(cue(pattern).search(text)) == span(re.search(pattern, text))

    find()


@given(st.lists(st.sampled_from(PATTERNS), max_size=6), st.text(ALPHABET, max_size=200))
def test_any_text_gives_what_the_pattern_alone_gives(patterns, text):
    for pattern in patterns:
        assert span(cue(pattern).search(text)) == span(re.search(pattern, text))


@pytest.mark.parametrize(
    ("pattern", "required"),
    [
        ("登记簿", ("登记簿",)),
        ("(?:市|县)?公报", ("公报",)),
        ("签[到字]表", ("签",)),
        ("甲乙?丙丁", ("丙丁",)),
        ("(?:甲乙|丙丁)戊?", ("丙丁", "甲乙")),
        ("(?:甲)?", ()),
        ("(?:甲|[0-9])", ()),
        ("(?!甲乙)[丙丁]", ("丁", "丙")),
        ("(?<=甲)[^乙]", ()),
        ("(?:甲乙){0,2}", ()),
        ("(?:甲乙){1,2}", ("甲乙",)),
        ("(?i:ab)", ()),
        ("(?i)ab", ()),
        ("(甲)?(?(1)乙|丙)", ()),
    ],
)
def test_what_a_match_must_hold(pattern, required):
    assert cue(pattern).required == required


def test_few_of_the_rules_have_to_be_tried_everywhere():
    assert sum(not cue(pattern).required for pattern in PATTERNS) <= 2


TOGETHER = Cues(PATTERNS)


@given(st.data(), st.text(ALPHABET, max_size=20))
@settings(max_examples=40, deadline=None)
def test_one_pass_leaves_out_no_pattern_that_matches(data, around):
    pattern = data.draw(st.sampled_from(PATTERNS))
    text = around + data.draw(st.from_regex(pattern)) + around
    tried = TOGETHER.worth_trying(text)
    assert [i for i, p in enumerate(PATTERNS) if re.search(p, text) and i not in tried] == []


def test_one_pass_sees_strings_that_hide_one_another():
    cues = Cues(["登记簿", "记簿册", "簿"])
    assert cues.worth_trying("登记簿册") == {0, 1, 2}
    assert cues.worth_trying("登记") == set()
    assert cues.worth_trying("簿") == {2}
