"""A new model against the one in use, on reviewed cases that neither has learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from models.predictor import Predictor
from service.review.examples import FIELDS, Example

MIN_CASES = 30
"""Fewer decide nothing: one case would be worth more than three points."""
MAX_P_WORSE = 0.05
MOST_CASES = 5000
"""Of the held-out cases the newest are enough: more would only take longer."""

Verdict = Literal["better", "not_better", "too_few"]
VERDICT_NAMES: dict[Verdict, str] = {
    "better": "新模型更好，可以启用",
    "not_better": "新模型没有更好，继续使用现在的模型",
    "too_few": f"留作检验的复核不足 {MIN_CASES} 件，不能比较",
}


@dataclass(frozen=True, slots=True)
class HeadContest:
    """One head of both models on the same cases.

    Parameters
    ----------
    head : str
    n : int
        Cases with a label of this head.
    n_old, n_new : int
        Right answers.
    n_gained, n_lost : int
        Right only by the new one, right only by the old one.
    p_value : float
        Exact McNemar test, two-sided.
    """

    head: str
    n: int
    n_old: int
    n_new: int
    n_gained: int
    n_lost: int
    p_value: float

    def to_json(self) -> dict[str, Any]:
        """The figures as plain data."""
        return {"head": self.head, "n": self.n, "old": self.n_old, "new": self.n_new,
                "gained": self.n_gained, "lost": self.n_lost, "p_value": self.p_value}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contest:
    """The outcome for all heads. `better`: more topics right, and no head clearly worse."""

    old_id: str
    new_id: str
    heads: tuple[HeadContest, ...]
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        """The contest as plain data."""
        return {"old": self.old_id, "new": self.new_id, "verdict": self.verdict,
                "message": VERDICT_NAMES[self.verdict],
                "heads": [head.to_json() for head in self.heads]}  # fmt: skip


def contest(old: Predictor, new: Predictor, held_out: Sequence[Example]) -> Contest:
    """Compare two models on held-out reviewed cases."""
    texts = [example.text for example in held_out]
    heads = []
    if texts:
        answers = [model.predict_texts(texts).heads for model in (old, new)]
        for head in FIELDS:
            if head not in answers[0] or head not in answers[1]:
                continue
            truth = np.array([getattr(example, head) for example in held_out])
            right = [np.array(said[head].codes)[said[head].best] == truth for said in answers]
            heads.append(_contest_head(head, right[0][truth != ""], right[1][truth != ""]))
    return Contest(old.model_id, new.model_id, tuple(heads), _verdict(heads))


def _contest_head(head: str, old: Any, new: Any) -> HeadContest:
    from scipy.stats import binomtest

    n_gained, n_lost = int((new & ~old).sum()), int((old & ~new).sum())
    differ = n_gained + n_lost
    p_value = float(binomtest(n_gained, differ).pvalue) if differ else 1.0
    return HeadContest(head, len(old), int(old.sum()), int(new.sum()), n_gained, n_lost, p_value)


def _verdict(heads: Sequence[HeadContest]) -> Verdict:
    topic = next((head for head in heads if head.head == "topic"), None)
    if topic is None or topic.n < MIN_CASES:
        return "too_few"
    worse = any(h.n_lost > h.n_gained and h.p_value < MAX_P_WORSE for h in heads)
    return "better" if topic.n_gained > topic.n_lost and not worse else "not_better"
