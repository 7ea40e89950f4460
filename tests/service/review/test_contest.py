from dataclasses import dataclass

import numpy as np
import pytest

from service.review.contest import MIN_CASES, contest
from service.review.examples import Example

CODES = ("land", "planning")


@dataclass
class Said:
    codes: tuple
    best: np.ndarray


@dataclass
class Batch:
    heads: dict


class Scripted:
    """Answers what it was told to."""

    def __init__(self, name, answers):
        self.model_id, self.answers = name, answers

    def predict_texts(self, texts):
        best = np.array([CODES.index(a) for a in self.answers[: len(texts)]])
        return Batch({"topic": Said(CODES, best)})


def cases(n):
    return [Example(str(i), f"来信{i}", "land", "", "") for i in range(n)]


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (["planning"] * 40, ["land"] * 40, "better"),
        (["land"] * 40, ["planning"] * 40, "not_better"),
        (["land"] * 40, ["land"] * 40, "not_better"),
    ],
)
def test_the_better_one_wins(old, new, verdict):
    assert contest(Scripted("old", old), Scripted("new", new), cases(40)).verdict == verdict


def test_few_cases_decide_nothing():
    n = MIN_CASES - 1
    found = contest(Scripted("old", ["planning"] * n), Scripted("new", ["land"] * n), cases(n))
    assert found.verdict == "too_few"


def test_no_reviewed_case_decides_nothing():
    assert contest(Scripted("old", []), Scripted("new", []), []).verdict == "too_few"


def test_the_p_value_is_of_the_cases_on_which_they_differ():
    old = ["planning"] * 5 + ["land"] * 35
    (head,) = contest(Scripted("old", old), Scripted("new", ["land"] * 40), cases(40)).heads
    assert (head.n_gained, head.n_lost) == (5, 0)
    assert head.p_value == pytest.approx(2 * 0.5**5)
