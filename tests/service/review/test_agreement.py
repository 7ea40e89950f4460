import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from service.review.agreement import SAMPLE_PREFIXES, agreement, measure, second_reading

LABEL = st.sampled_from(["land", "planning", "forestry"])


@given(st.lists(st.tuples(LABEL, LABEL), min_size=1, max_size=60))
def test_kappa_is_cohens(pairs):
    found = measure("topic", pairs)
    if found.kappa is None:
        assert len(set(pairs)) == 1
    else:
        expected = cohen_kappa_score([a for a, _ in pairs], [b for _, b in pairs])
        assert found.kappa == pytest.approx(expected)
    assert found.low <= found.n_agree / found.n <= found.high


@pytest.fixture
def sampled(add_case):
    return add_case(state="reviewed", text_key=f"{SAMPLE_PREFIXES - 1:02x}" + "0" * 30)


def test_nobody_reads_a_second_time_what_he_read_first(session, sampled, assign):
    assign(sampled, "land", by="wang")
    assert second_reading(session, "wang") == []
    assert second_reading(session, "li") == [sampled]


def test_a_case_is_read_twice_only_once(session, sampled, assign):
    assign(sampled, "land", by="wang")
    assign(sampled, "planning", reader=2, by="li")
    assert second_reading(session, "zhao") == []


def test_a_case_outside_the_sample_is_not_read_again(session, add_case, assign):
    case = add_case(state="reviewed", text_key="ff" * 16)
    assign(case, "land")
    assert second_reading(session, "li") == []


def test_the_label_in_force_counts_not_the_one_taken_back(session, sampled, assign):
    assign(sampled, "planning")
    assign(sampled, "land")
    assign(sampled, "land", reader=2, by="li")
    (found,) = agreement(session)
    assert (found.layer, found.n, found.n_agree) == ("topic", 1, 1)


def test_disputes_name_both_labels(session, sampled, assign):
    assign(sampled, "land")
    assign(sampled, "planning", reader=2, by="li")
    (found,) = agreement(session)
    assert found.disputes == (("land", "planning", 1),)
