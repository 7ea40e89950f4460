"""What a labelling run has counted so far; storable, so that it survives an interruption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.labels import PROCEDURAL
from models.prediction import HeadPredictions, PredictionBatch
from models.replies import ReplyAnswer
from service.classification.titling import Title

N_UNCERTAIN = 10


@dataclass
class Tally:
    """Counts over labelled rows.

    Parameters
    ----------
    n_labelled, n_rejected : int
        Rows with an answer, rows without.
    n_to_review : int
        Rows whose topic or intent is to be reviewed; any head of a model that lacks one of them.
    review_by_head : dict of str to int
        Rows whose answer of a head is to be reviewed.
    crossed : dict of str to dict of str to int
        Rows by topic and intent; empty for a model that lacks one of them.
    by_label : dict of str to dict of str to int
        Rows by head and label.
    review_by_topic : dict of str to int
        Rows whose topic is to be reviewed, by that topic.
    reasons : dict of str to int
        Rejected rows by reason.
    uncertain : list of (probability, line)
        The rows with the least probable topics (or labels of the model's first head), at most ten.
    names : dict of str to dict of str to str
        Names of the labels by head and code.
    n_wrapped : int
        Rows that take several lines of a text file: from the first on, a line is no row.
    outcomes : dict of str to int
        Rows by outcome read from their reply letter; `procedural.…` for letters that are none,
        `unread` where no row could be read, `no_reply` for rows without a letter.
    titles : dict of str to int
        Rows by what became of the generated title: `generated`, `refused`, `unfinished`.
    title_faults : dict of str to int
        Unfinished titles by why.
    """

    n_labelled: int = 0
    n_rejected: int = 0
    n_to_review: int = 0
    review_by_head: dict[str, int] = field(default_factory=dict)
    crossed: dict[str, dict[str, int]] = field(default_factory=dict)
    review_by_topic: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    uncertain: list[tuple[float, int]] = field(default_factory=list)
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    n_wrapped: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    by_label: dict[str, dict[str, int]] = field(default_factory=dict)
    titles: dict[str, int] = field(default_factory=dict)
    title_faults: dict[str, int] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Take in another run's counts."""
        self.n_labelled += other.n_labelled
        self.n_rejected += other.n_rejected
        self.n_to_review += other.n_to_review
        self.n_wrapped += other.n_wrapped
        _add(self.review_by_head, other.review_by_head)
        _add(self.review_by_topic, other.review_by_topic)
        _add(self.reasons, other.reasons)
        _add(self.outcomes, other.outcomes)
        _add(self.titles, other.titles)
        _add(self.title_faults, other.title_faults)
        for topic, counts in other.crossed.items():
            _add(self.crossed.setdefault(topic, {}), counts)
        for head, counts in other.by_label.items():
            _add(self.by_label.setdefault(head, {}), counts)
        self.names.update(other.names)
        self.uncertain = sorted(self.uncertain + other.uncertain)[:N_UNCERTAIN]

    def add_titles(self, titles: Sequence[Title]) -> None:
        """Count what became of the titles put to a generator."""
        for title in titles:
            _add(self.titles, {title.fate: 1})
            if title.fault:
                _add(self.title_faults, {title.fault: 1})

    def add_outcomes(self, answers: Sequence[ReplyAnswer | None]) -> None:
        """Count what was read from the reply letters of some rows."""
        for answer in answers:
            if answer is None:
                key = "no_reply"
            elif answer.procedural is not None:
                key = f"{PROCEDURAL}{answer.procedural}"
            else:
                key = answer.outcome or "unread"
            _add(self.outcomes, {key: 1})
        to_review = sum(1 for a in answers if a is not None and a.decision == "review")
        _add(self.review_by_head, {"outcome": to_review})

    @classmethod
    def of_rejects(cls, reasons: Sequence[str]) -> Tally:
        """Count rejected rows."""
        tally = cls(n_rejected=len(reasons))
        for reason in reasons:
            _add(tally.reasons, {reason: 1})
        return tally

    @classmethod
    def of_batch(cls, batch: PredictionBatch, lines: NDArray[np.int64]) -> Tally:
        """Count a batch whose documents stand at the given lines."""
        heads = batch.heads
        is_crossed = "topic" in heads and "intent" in heads
        decisive = ("topic", "intent") if is_crossed else tuple(heads)
        review = ~np.logical_and.reduce([heads[name].accepted for name in decisive])
        lead = heads["topic"] if "topic" in heads else next(iter(heads.values()))
        rows = np.flatnonzero(~lead.accepted)
        probability = lead.probability()[rows]
        least = np.argsort(probability, kind="stable")[:N_UNCERTAIN]
        doubtful = np.bincount(lead.best[rows], minlength=len(lead.codes))
        return cls(
            n_labelled=len(batch),
            n_to_review=int(review.sum()),
            review_by_head={name: int((~head.accepted).sum()) for name, head in heads.items()},
            crossed=_cross(heads["topic"], heads["intent"]) if is_crossed else {},
            review_by_topic=_counts(lead.codes, doubtful) if "topic" in heads else {},
            uncertain=[(round(float(probability[i]), 4), int(lines[rows[i]])) for i in least],
            names={
                name: dict(zip(head.codes, head.names, strict=True)) for name, head in heads.items()
            },
            by_label={
                name: _counts(head.codes, np.bincount(head.best, minlength=len(head.codes)))
                for name, head in heads.items()
            },
        )

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Tally:
        """Tally of what `dataclasses.asdict` gave and JSON stored."""
        tally = cls(**stored)
        tally.uncertain = [(float(p), int(line)) for p, line in tally.uncertain]
        return tally


def _cross(topic: HeadPredictions, intent: HeadPredictions) -> dict[str, dict[str, int]]:
    shape = (len(topic.codes), len(intent.codes))
    pairs = np.bincount(topic.best * shape[1] + intent.best, minlength=shape[0] * shape[1])
    table = pairs.reshape(shape)
    return {
        code: _counts(intent.codes, table[i])
        for i, code in enumerate(topic.codes)
        if table[i].any()
    }


def _counts(codes: Sequence[str], counts: NDArray[np.intp]) -> dict[str, int]:
    return {code: int(n) for code, n in zip(codes, counts, strict=True) if n}


def _add(total: dict[str, int], counts: Mapping[str, int]) -> None:
    for key, n in counts.items():
        total[key] = total.get(key, 0) + n
