import pytest

from models.errors import LabelError
from models.labels import Label, LabelSet, intents, read_label_set, topics

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
