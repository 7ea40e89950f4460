"""Look up, in a large register, what is like a new request: by applicant and by text.

Equal texts are kept once. Applicants are found through sorted hashes, texts through the bands of
their sketches; both only name candidates, which are then compared character by character.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from service.casework.errors import RegisterError
from service.casework.fees import FREE_ITEMS, fee_by_items
from service.casework.repeats.counts import applicant_key, squeezed, squeezed_names
from service.casework.repeats.evidence import (
    Evidence,
    Match,
    differences,
    numbers_differ,
    what_to_verify,
)
from service.casework.repeats.plain_text import plain_texts
from service.casework.repeats.register import Register
from service.casework.repeats.sketch import band_keys

SIMILAR = 0.85
"""From anyone: near-identical wording."""
SIMILAR_OF_APPLICANT = 0.6
"""From the same applicant: a person looks at looser likenesses, too."""
MOST_SHOWN = 20
_MOST_COMPARED = 2000
_BLOCK = 50_000


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request that has just come in."""

    text: str
    applicant: str = ""
    identity: str = ""
    received_on: dt.date | None = None
    case_id: str = ""
    """If the register already has this number, that row is the request itself."""


class RepeatIndex:
    """Index over a register.

    Parameters
    ----------
    register : Register
        Up to some millions of rows; about 0.5 KB a row stays in memory.
    """

    def __init__(self, register: Register) -> None:
        self.register = register
        frame = register.frame
        self._by_applicant = _Lookup(frame.select(applicant_key())["key"])
        self._by_case = _Lookup(frame["case_id"])
        names = frame.select(squeezed_names())["applicant"]
        self._by_name = _Lookup(pl.select(pl.when(names != "").then(names))[names.name])
        self._person_of = np.where(names != "", names.rank("dense").to_numpy(), 0)
        months = (
            frame["received_on"].dt.year().cast(pl.Int32) * 12 + frame["received_on"].dt.month()
        )
        self._month_of = months.fill_null(-1).to_numpy()
        plain = _plain(frame["text"])
        table = pl.DataFrame({"text": plain}).with_row_index("row")
        first = table.select(pl.col("row").first().over("text"))["row"].to_numpy()
        self._first, self._group_of = np.unique(first, return_inverse=True)
        self._texts = plain[self._first]
        by_group = np.argsort(self._group_of, kind="stable")
        self._rows = by_group.astype(np.int64)
        self._group_ends = np.cumsum(np.bincount(self._group_of, minlength=len(self._first)))
        keys = band_keys(self._texts.to_list())
        self._order = np.argsort(keys, axis=1).astype(np.uint32)
        self._keys = np.take_along_axis(keys, self._order.astype(np.intp), axis=1)

    def __len__(self) -> int:
        return len(self.register)

    @property
    def text_groups(self) -> NDArray[np.int64]:
        """For each row the number of its distinct text, opening and punctuation apart."""
        return self._group_of.astype(np.int64)

    def plain_text(self, row: int) -> str:
        """Comparable form of the text of a row."""
        return str(self._texts[int(self._group_of[row])])

    def query(self, request: NewRequest) -> Evidence:
        """Gather what a person needs to judge whether a request repeats earlier ones.

        Raises
        ------
        RegisterError
            If the request has no text to compare.
        """
        text = plain_texts(pl.Series([request.text]))[0]
        if not text:
            raise RegisterError("申请内容是空的，不能与登记簿比较。")
        itself = self._by_case.rows(request.case_id) if request.case_id else np.empty(0, np.int64)
        own_rows, basis, notices = self._rows_of_applicant(request)
        own_rows = np.setdiff1d(own_rows, itself, assume_unique=True)
        own, n_own = self._matches(text, own_rows, basis)
        groups, scores = self._similar_groups(text)
        rows, similarity = self._members(groups, scores)
        others = ~np.isin(rows, itself)
        rows, similarity = rows[others], similarity[others]
        shown = [
            self._match(int(row), text, float(score), "")
            for row, score in zip(rows[:MOST_SHOWN], similarity[:MOST_SHOWN], strict=True)
        ]
        n_people = self._n_people(rows)
        n_in_month = self._n_in_month(own_rows, request)
        return Evidence(
            own,
            n_own,
            tuple(shown),
            len(rows),
            n_people,
            n_in_month,
            None if n_in_month is None else fee_by_items(n_in_month),
            what_to_verify(own, n_people, n_in_month, FREE_ITEMS),
            (*notices, *self.register.notices),
        )

    def _rows_of_applicant(
        self, request: NewRequest
    ) -> tuple[NDArray[np.int64], str, tuple[str, ...]]:
        """Rows of the same applicant, and how sameness was judged."""
        name = squeezed(request.applicant)
        if not name:
            return np.empty(0, np.int64), "", ("申请人是空的，只按内容比较。",)
        if request.identity:
            key = f"{name}\x1f{request.identity.strip().upper()}"
            rows = self._by_applicant.rows(key)
            bare = self._by_applicant.rows(f"{name}\x1f")
            both = np.sort(np.concatenate([rows, bare]))
            if len(bare):
                note = (f"另有 {len(bare)} 件只有同名而无证件号，已一并列出，请核对是否同一人。",)
                return both, "姓名和证件号相同，或同名而登记簿无证件号", note
            return both, "姓名和证件号相同", ()
        return self._by_name.rows(name), "仅姓名相同，请核对是否同一人", ()

    def _matches(
        self, text: str, rows: NDArray[np.int64], basis: str
    ) -> tuple[tuple[Match, ...], int]:
        """Rows of an applicant whose text is like a text, the most similar first; and how many."""
        rows = rows[::-1][:_MOST_COMPARED]  # the newest
        groups, inverse = np.unique(self._group_of[rows], return_inverse=True)
        scores = self._compare(text, groups)[inverse]
        order = np.argsort(-scores, kind="stable")
        chosen = order[scores[order] >= SIMILAR_OF_APPLICANT]
        shown = chosen[:MOST_SHOWN]
        matches = (self._match(int(rows[i]), text, float(scores[i]), basis) for i in shown)
        return tuple(matches), len(chosen)

    def _similar_groups(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Distinct texts like a text: those that share a band, compared by their characters."""
        keys = band_keys([text])[:, 0]
        found = []
        for band, key in enumerate(keys):
            left = np.searchsorted(self._keys[band], key, side="left")
            right = np.searchsorted(self._keys[band], key, side="right")
            found.append(self._order[band, left:right])
        candidates = np.concatenate(found).astype(np.int64)
        groups, n_bands = np.unique(candidates, return_counts=True)
        best = np.argsort(-n_bands, kind="stable")[:_MOST_COMPARED]
        groups = groups[best]
        scores = self._compare(text, groups)
        kept = scores >= SIMILAR
        order = np.argsort(-scores[kept], kind="stable")
        return groups[kept][order], scores[kept][order]

    def _compare(self, text: str, groups: NDArray[np.int64]) -> NDArray[np.float64]:
        """Similarity 0..1 of a text with some distinct texts."""
        if not len(groups):
            return np.empty(0)
        texts = self._texts[groups].to_list()
        scores: NDArray[np.float64] = process.cdist([text], texts, scorer=fuzz.ratio, workers=1)[0]
        return scores.astype(np.float64) / 100

    def _members(
        self, groups: NDArray[np.int64], scores: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Rows of some distinct texts, in their order, with the similarity of each."""
        ends = self._group_ends[groups]
        starts = np.where(groups > 0, self._group_ends[groups - 1], 0)
        pieces = [self._rows[a:b] for a, b in zip(starts, ends, strict=True)]
        rows = np.concatenate(pieces) if pieces else np.empty(0, np.int64)
        return rows, np.repeat(scores, ends - starts)

    def _match(self, row: int, text: str, similarity: float, basis: str) -> Match:
        case = self.register.frame.row(row, named=True)
        earlier = self._texts[int(self._group_of[row])]
        return Match(
            row,
            case["case_id"],
            case["received_on"],
            case["replied_on"],
            round(similarity, 3),
            differences(earlier, text),
            numbers_differ(earlier, text),
            basis,
        )

    def _n_people(self, rows: NDArray[np.int64]) -> int:
        people = np.unique(self._person_of[rows])
        return int((people > 0).sum())

    def _n_in_month(self, rows: NDArray[np.int64], request: NewRequest) -> int | None:
        on = request.received_on
        if on is None or not request.applicant.strip():
            return None
        return int((self._month_of[rows] == on.year * 12 + on.month).sum()) + 1


class _Lookup:
    """Rows of a column by value, through sorted hashes; null is never found."""

    def __init__(self, column: pl.Series) -> None:
        self._column = column
        hashes = column.hash().to_numpy()
        self._order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[self._order]

    def rows(self, value: str) -> NDArray[np.int64]:
        """Rows that hold a value, ascending."""
        wanted = pl.Series([value], dtype=pl.String).hash().to_numpy()[0]
        left = np.searchsorted(self._hashes, wanted, side="left")
        right = np.searchsorted(self._hashes, wanted, side="right")
        rows = self._order[left:right].astype(np.int64)
        same = (self._column[rows] == value).fill_null(value=False).to_numpy()
        return np.sort(rows[same])


def _plain(texts: pl.Series) -> pl.Series:
    pieces: list[pl.Series] = []
    for start in range(0, len(texts), _BLOCK):
        piece: Sequence[str] = plain_texts(texts[start : start + _BLOCK])
        pieces.append(pl.Series(piece, dtype=pl.String))
    return pl.concat(pieces)
