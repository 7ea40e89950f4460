import tomllib

import pytest

from models.errors import LabelError
from models.labels import (
    Label,
    LabelSet,
    intents,
    letter_kinds,
    outcomes,
    read_label_set,
    read_outcome_set,
    topics,
)
from models.resources import data_path

SPEC_CHILDREN = {
    "planning": 15,
    "land": 15,
    "forestry": 14,
    "registration": 14,
    "minerals": 10,
    "surveying": 9,
    "administration": 10,
}


def test_topics_hold_every_second_level_of_the_specification():
    assert {code: len(topics().children(code)) for code in SPEC_CHILDREN} == SPEC_CHILDREN
    assert len(topics().roots) == 8
    assert len(topics().children("out_of_scope")) == 28


def test_every_agency_is_named_and_every_topic_has_terms():
    assert all(label.agency for label in topics().children("out_of_scope"))
    assert all(label.terms for label in topics().leaves)


def test_second_level_codes_begin_with_their_parents_digit():
    digits = {root.code: str(i) for i, root in enumerate(topics().roots, 1)}
    assert all(leaf.code[0] == digits[leaf.parent] for leaf in topics().leaves)


def test_intents_are_the_six_of_the_design():
    assert [label.code for label in intents()] == [
        "inquiry", "complaint", "help", "suggestion", "disclosure", "other",
    ]  # fmt: skip


def test_unknown_code_is_an_error():
    with pytest.raises(LabelError, match="999"):
        topics()["999"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name = ", "TOML"),
        ('name = "x"\nversion = "1"\n', "缺少"),
        (
            'name="x"\nversion="1"\ntitle="t"\n[[labels]]\ncode="a"\nname="A"\ncolour="red"\n',
            "colour",
        ),
        ('name="x"\nversion="1"\ntitle="t"\n[[labels]]\ncode="a"\nname="A"\nparent="b"\n', "b"),
    ],
)
def test_malformed_label_set_is_named(tmp_path, content, message):
    path = tmp_path / "labels.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LabelError, match=message):
        read_label_set(path)


def test_missing_label_set_is_named(tmp_path):
    with pytest.raises(LabelError, match=r"none\.toml"):
        read_label_set(tmp_path / "none.toml")


def test_duplicate_code_is_an_error():
    with pytest.raises(LabelError, match="重复"):
        LabelSet("x", "1", "t", (Label("a", "A"), Label("a", "B")))


def test_outcomes_are_the_rows_of_both_forms():
    assert len(outcomes().decided) == 21
    assert len(outcomes().rows("2021")) == 21
    assert len(outcomes().rows("2019")) == 19
    assert set(outcomes().rows("2019")["3.6"]) == {
        "other.no_correction", "other.unpaid_fee", "other.other",
    }  # fmt: skip


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_official_words_are_those_of_the_forms(form):
    path = data_path("formats", f"{form}.toml")
    raw = tomllib.loads(path.read_text(encoding="utf-8"))["table3"]
    printed = {row["code"]: row["label"] for row in (*raw["rows"], *raw["groups"])}
    for outcome in outcomes().outcomes:
        row = getattr(outcome, f"row_{form}")
        assert getattr(outcome, f"label_{form}") == printed[row]


def test_every_row_says_how_it_is_known_and_what_to_verify():
    for outcome in outcomes().decided:
        assert outcome.knowable in ("K0", "K1", "K2", "KR", "KT")
        assert outcome.cues
        assert outcome.note


def test_procedural_letters_are_no_rows():
    assert {letter.code for letter in outcomes().procedural} == {
        "correction", "extension", "third_party", "fee", "receipt",
    }  # fmt: skip
    assert len(letter_kinds()) == 21 + 5


def test_unknown_key_of_an_outcome_is_an_error(tmp_path):
    path = tmp_path / "outcomes.toml"
    path.write_text(
        'name="o"\nversion="1"\ntitle="t"\nprocedural=[]\n[[labels]]\ncode="a"\nname="A"\ncolour="x"\n',
        encoding="utf-8",
    )
    with pytest.raises(LabelError, match="colour"):
        read_outcome_set(path)
