"""Roll-up, the articles' rows, the combination with a head: the small pieces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.classifiers.letter.articles import parse_articles
from models.classifiers.letter.combination import Combination, point_rows
from models.classifiers.letter.ordinance import rows_of
from models.classifiers.letter.rollup import WHOLE_CASE, roll_up
from models.labels import outcomes

CODES = [outcome.code for outcome in outcomes().decided]


@given(st.lists(st.sampled_from(CODES), min_size=1, max_size=8))
def test_roll_up(items):
    case = roll_up(items)
    provided = {"granted", "partial"} & set(items)
    if len(set(items)) == 1:
        assert case.outcome == items[0]
    elif provided:
        assert case.outcome == "partial"
    else:
        whole = [item for item in items if item in WHOLE_CASE]
        assert case.outcome == (whole[-1] if whole else items[0])
        assert case.is_first_of_several
    assert case.is_mixed == bool(provided and set(items) - {"granted", "partial"})


def test_no_items_is_an_error():
    with pytest.raises(ValueError, match="item"):
        roll_up([])


@pytest.mark.parametrize(
    ("article", "outcome"),
    [
        ("第三十六条第（一）项", "granted"),
        ("第三十六条第（二）项", "granted"),
        ("第三十七条", "partial"),
        ("第十五条", "refused.third_party"),
        ("第三十二条", "refused.third_party"),
        ("第十六条第一款", "refused.internal"),
        ("第三十六条第（四）项", "unavailable.not_held"),
        ("第三十六条第（五）项", "unavailable.not_held"),
        ("第三十八条", "unavailable.needs_creation"),
        ("第三十六条第（六）项", "declined.repeat"),
        ("第三十六条第（七）项", "refused.statutory_query"),
        ("第三十九条第一款", "declined.petition"),
        ("第三十九条第二款", "declined.publication"),
        ("第三十五条", "declined.excessive"),
    ],
)
def test_articles_lead_to_their_rows(article, outcome):
    (citation,) = parse_articles(article.replace("（", "(").replace("）", ")"))
    assert outcome in dict(rows_of(citation, is_old_law=False))


def test_article_14_leaves_the_row_to_the_words():
    (citation,) = parse_articles("第十四条")
    rows = dict(rows_of(citation, is_old_law=False))
    assert len(rows) == 3
    assert len(set(rows.values())) == 1


def test_other_laws_lead_nowhere():
    (citation,) = parse_articles("《行政许可法》第三十六条第(四)项")
    assert rows_of(citation, is_old_law=False) == ()


def test_numbers_of_2007_are_not_those_of_today():
    (citation,) = parse_articles("第二十一条第(三)项")
    assert dict(rows_of(citation, is_old_law=True)) == {"unavailable.not_held": 3.5}
    assert rows_of(citation, is_old_law=False) == ()


@given(
    st.lists(st.floats(0, 1), min_size=4, max_size=4),
    st.lists(st.floats(0, 20), min_size=4, max_size=4),
    st.integers(0, 5000),
)
def test_probabilities_are_shares(head, points, length):
    mixed = Combination().probabilities(np.array([head]), np.array([points]), np.array([length]))
    assert mixed.sum() == pytest.approx(1)
    assert (mixed >= 0).all()


def test_a_head_says_nothing_about_nothing():
    head, points = np.array([[0.99, 0.01]]), np.array([[0.0, 1.0]])
    mixed = Combination().probabilities(head, points, np.array([0]))
    assert mixed.argmax() == 1


def test_a_groups_points_go_to_its_rows():
    codes = ("granted", "refused.process", "refused.internal")
    rows = point_rows([{"refused": 2.0, "refused.process": 3.0}], codes)
    assert rows.tolist() == [[0.0, 4.0, 1.0]]
