"""What a whole register shows: who asked the same again, what many asked, how many a month.

Lists for a person to look at; nothing here says that a request is a repeat or that a fee is due.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from service.casework.fees import FREE_ITEMS
from service.casework.repeats.counts import applicant_key, monthly_counts
from service.casework.repeats.evidence import numbers_of
from service.casework.repeats.index import SIMILAR, RepeatIndex

MOST_OF_APPLICANT = 300
"""Newest requests of one applicant that are compared with each other."""
EXCERPT = 60


@dataclass(frozen=True, slots=True)
class CaseRef:
    """A request of the register: `row` from 0."""

    row: int
    case_id: str
    received_on: dt.date | None
    replied_on: dt.date | None


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """Near-identical requests of one applicant, with the same numbers in them.

    Parameters
    ----------
    applicant : str
    by_name_only : bool
        No identity number is known: perhaps several people of one name.
    cases : tuple of CaseRef
        At least two, in the order of the register.
    least_similarity : float
        0..1 between neighbours in that order.
    excerpt : str
        Beginning of the first, without the statutory opening.
    """

    applicant: str
    by_name_only: bool
    cases: tuple[CaseRef, ...]
    least_similarity: float
    excerpt: str


@dataclass(frozen=True, slots=True)
class AskedByMany:
    """One text, punctuation and opening apart, from two or more named applicants."""

    n_requests: int
    n_applicants: int
    first: CaseRef
    excerpt: str


@dataclass(frozen=True, slots=True)
class Month:
    """Requests of an applicant in a calendar month, with the fee of the bands in yuan."""

    applicant: str
    month: dt.date
    n_requests: int
    fee_by_items: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A register at a glance, the most first in each list.

    Parameters
    ----------
    n_requests, n_applicants : int
    asked_again : tuple of AskedAgain
    asked_by_many : tuple of AskedByMany
    months : tuple of Month
        Those above the ten free of charge.
    notices : tuple of str
        Chinese: what the register lacks.
    """

    n_requests: int
    n_applicants: int
    asked_again: tuple[AskedAgain, ...]
    asked_by_many: tuple[AskedByMany, ...]
    months: tuple[Month, ...]
    notices: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Return a plain form; dates are ISO strings."""
        plain = _plain(asdict(self))
        assert isinstance(plain, dict)
        return plain


def overview(index: RepeatIndex) -> Overview:
    """Look through a register. Each applicant's newest 300 requests are compared."""
    frame = index.register.frame
    keyed = frame.select(applicant_key()).with_row_index("row").drop_nulls()
    counts = monthly_counts(index.register).filter(pl.col("n_requests") > FREE_ITEMS)
    months = tuple(
        Month(r["applicant"], r["month"], r["n_requests"], r["fee_by_items"])
        for r in counts.iter_rows(named=True)
    )
    return Overview(
        len(index),
        keyed["key"].n_unique(),
        tuple(sorted(_again(index, keyed), key=lambda a: (-len(a.cases), a.cases[0].row))),
        _by_many(index, keyed),
        months,
        index.register.notices,
    )


def _again(index: RepeatIndex, keyed: pl.DataFrame) -> Iterator[AskedAgain]:
    several = (
        keyed.group_by("key", maintain_order=True).agg("row").filter(pl.col("row").list.len() > 1)
    )
    for key, rows in several.iter_rows():
        newest = rows[-MOST_OF_APPLICANT:]
        texts = [index.plain_text(row) for row in newest]
        alike = process.cdist(texts, texts, scorer=fuzz.ratio, workers=1) / 100
        name, _, identity = key.partition("\x1f")
        numbers = [numbers_of(text) for text in texts]
        codes = np.array([numbers.index(own) for own in numbers])  # another parcel is another thing
        for group in _components((alike >= SIMILAR) & (codes[:, None] == codes)):
            own = [texts[i] for i in group]
            if not own[0]:
                continue  # rows without a text are alike in nothing
            yield AskedAgain(
                name,
                not identity,
                tuple(_case(index, newest[i]) for i in group),
                round(min(float(alike[a, b]) for a, b in pairwise(group)), 3),
                own[0][:EXCERPT],
            )


def _components(linked: NDArray[np.bool_]) -> list[list[int]]:
    """Sets of two or more that are linked, through others too; ascending."""
    left = set(range(len(linked)))
    found = []
    while left:
        group, waiting = [], [min(left)]
        left.discard(waiting[0])
        while waiting:
            i = waiting.pop()
            group.append(i)
            near = [j for j in np.flatnonzero(linked[i]).tolist() if j in left]
            left.difference_update(near)
            waiting += near
        if len(group) > 1:
            found.append(sorted(group))
    return found


def _by_many(index: RepeatIndex, keyed: pl.DataFrame) -> tuple[AskedByMany, ...]:
    groups = index.text_groups
    table = pl.DataFrame({"group": groups}).with_row_index("row")
    told = (
        table.join(keyed, on="row", how="left")
        .group_by("group")
        .agg(pl.col("row").first(), n=pl.len(), people=pl.col("key").drop_nulls().n_unique())
        .filter(pl.col("people") > 1)
        .sort(["people", "n", "row"], descending=[True, True, False])
    )
    return tuple(
        AskedByMany(n, people, _case(index, row), index.plain_text(row)[:EXCERPT])
        for _, row, n, people in told.iter_rows()
        if index.plain_text(row)
    )


def _case(index: RepeatIndex, row: int) -> CaseRef:
    case = index.register.frame.row(row, named=True)
    return CaseRef(row, case["case_id"], case["received_on"], case["replied_on"])


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value
