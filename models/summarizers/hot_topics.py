"""The matters raised most: messages grouped by what they ask, named in words of the texts.

Near-duplicates, the same place with the same matter, and the same rare words make two messages
neighbours. The message with the most neighbours that is not taken yet is the centre of the next
group; a group holds only neighbours of its centre, so it does not drift as chains of neighbours do.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.summarizers.features import TermReader, Terms
from models.summarizers.headline import headline, shortened
from models.summarizers.points import find_points, without_asking
from models.text.redaction.redact import redact

_SIMILAR, _SAME_MATTER, _SAME_PLACE, _EQUAL, _SAME_GROUP = 0.38, 0.06, 0.04, 0.75, 0.62
_SAME_PLACES = 0.5
_BLOCK = 200
_MOST_PRODUCTS = 60_000_000
_SHARE, _MATTER_SHARE = 0.6, 0.7
_LONGEST_NAME = 24
_MOST_READ = 24
_CLAUSE_END = re.compile(r"[，,？?！!；;]")


@dataclass(frozen=True, slots=True)
class HotTopic:
    """A group of messages that ask the same.

    Parameters
    ----------
    name : str
        A few words taken from the texts, redacted.
    members : int array
        Indices of the messages, ascending.
    centre : int
        Index of the message that is nearest to all others.
    example : str
        Headline of the centre, redacted.
    points : tuple of str
        What its messages ask most, each taken from a headline without the place that the name
        already says; redacted.
    """

    name: str
    members: NDArray[np.intp]
    centre: int
    example: str
    points: tuple[str, ...] = ()


Reading = Callable[[Sequence[int]], Mapping[int, tuple[str, str]]]
"""Gives the text and the title of some messages, by index."""


class TopicFinder:
    """Finds the largest groups among messages that are read in batches and not kept."""

    def __init__(self) -> None:
        self._reader = TermReader()
        self._known: dict[bytes, int] = {}
        self._inverse = array("i")
        self._first = array("i")
        self._counts = array("d")
        self._codes: dict[str, int] = {}
        self._matters = array("i")

    def add(
        self,
        texts: Sequence[str],
        titles: Sequence[str] | None = None,
        matters: Sequence[str] | None = None,
        *,
        weight: float = 1.0,
    ) -> None:
        """Read some messages.

        Parameters
        ----------
        texts : sequence of str
        titles : sequence of str, optional
            Titles the writers gave.
        matters : sequence of str, optional
            Name of the subtopic of each message, or empty; messages of different known subtopics
            are kept apart, and a group whose messages share one is named after it.
        weight : float, default=1.0
            How much each counts for the size of a group: 0 for messages, such as last year's, that
            may join a group but do not make one.
        """
        blank = [""] * len(texts)
        for text, title, matter in zip(texts, titles or blank, matters or blank, strict=True):
            key = hashlib.blake2b(f"{text}\0{title}\0{matter}".encode(), digest_size=12).digest()
            row = self._known.setdefault(key, len(self._known))
            if row == len(self._counts):
                self._reader.add(text, title)
                self._first.append(len(self._inverse))
                self._counts.append(0.0)
                self._matters.append(self._codes.setdefault(matter, len(self._codes)))
            self._inverse.append(row)
            self._counts[row] += weight

    def find(self, read: Reading, *, n_most: int = 10, min_size: int = 3) -> list[HotTopic]:
        """Find the largest groups, largest first.

        Parameters
        ----------
        read : function
            Gives texts and titles of a few messages again.
        n_most, min_size : int
            How many groups at most, and how many messages (by weight) a group has at least.
        """
        terms = self._reader.terms()
        counts = np.frombuffer(self._counts, dtype=np.float64)
        codes = np.frombuffer(self._matters, dtype=np.int32)
        matters = list(self._codes)
        groups = _stars(terms, codes, matters, counts, n_most, min_size)
        inverse = np.frombuffer(self._inverse, dtype=np.int32)
        first = np.frombuffer(self._first, dtype=np.int32)
        shown = [_shown(centre, members, terms, counts) for centre, members in groups]
        wanted = {int(first[row]) for rows in shown for row in rows}
        messages = read(sorted(wanted))
        found = []
        for (centre, members), rows in zip(groups, shown, strict=True):
            everyone = np.flatnonzero(np.isin(inverse, members)).astype(np.intp)
            titles = [headline(*messages[int(first[row])]) for row in rows]
            place, matter = _name(terms, members, codes, matters, counts)
            example = redact(titles[0])[0]
            called = place + matter if place and matter else ""
            called = called or _CLAUSE_END.split(without_asking(titles[0]))[0]
            name = redact(shortened(called, _LONGEST_NAME))[0]
            points = find_points(titles, counts[rows], place, name)
            found.append(HotTopic(name, everyone, int(first[centre]), example, points))
        return found


def find_hot_topics(
    texts: Sequence[str],
    titles: Sequence[str] | None = None,
    matters: Sequence[str] | None = None,
    *,
    n_most: int = 10,
    min_size: int = 3,
) -> list[HotTopic]:
    """Find the largest groups of messages, largest first; see `TopicFinder`."""
    finder = TopicFinder()
    finder.add(texts, titles, matters)
    return finder.find(
        lambda places: {i: (texts[i], titles[i] if titles else "") for i in places},
        n_most=n_most,
        min_size=min_size,
    )


def _shown(
    centre: int, members: NDArray[np.intp], terms: Terms, counts: NDArray[np.float64]
) -> list[int]:
    """The centre and the messages of a group that are nearest to it, most frequent ones first."""
    near = np.asarray((terms.matrix[members] @ terms.matrix[centre].T).todense()).ravel()
    order = members[np.lexsort((-near, -counts[members]))]
    return [centre, *(int(row) for row in order if row != centre)][:_MOST_READ]


def _stars(
    terms: Terms,
    codes: NDArray[np.int32],
    matters: Sequence[str],
    counts: NDArray[np.float64],
    n_most: int,
    min_size: int,
) -> list[tuple[int, NDArray[np.intp]]]:
    neighbours = _neighbours(terms, codes, matters)
    weights = neighbours @ counts
    free = np.ones(len(counts), dtype=bool)
    groups: list[tuple[int, NDArray[np.intp]]] = []
    for centre in np.argsort(-weights, kind="stable"):
        if len(groups) == 4 * n_most:
            break
        if not free[centre]:
            continue
        row = neighbours.indices[neighbours.indptr[centre] : neighbours.indptr[centre + 1]]
        members = np.sort(row[free[row]]).astype(np.intp)
        size = counts[members].sum()
        if size < min_size:
            if weights[centre] < min_size:
                break
            continue
        free[members] = False
        groups.append((int(centre), members))
    groups = _same_name(groups, terms, codes, matters, counts)
    groups = _merged(groups, terms, codes, matters)
    groups.sort(key=lambda group: -counts[group[1]].sum())
    return groups[:n_most]


def _same_name(
    groups: list[tuple[int, NDArray[np.intp]]],
    terms: Terms,
    codes: NDArray[np.int32],
    matters: Sequence[str],
    counts: NDArray[np.float64],
) -> list[tuple[int, NDArray[np.intp]]]:
    """Join groups about the same place and the same known subtopic, whatever their words."""
    kept: dict[tuple[str, str], tuple[int, NDArray[np.intp]]] = {}
    for number, (centre, members) in enumerate(groups):
        place, matter = _name(terms, members, codes, matters, counts)
        key = (place, matter) if place and matter else (str(number), "")
        first, others = kept.get(key, (centre, members))
        kept[key] = (first, np.union1d(others, members))
    return sorted(kept.values(), key=lambda group: -counts[group[1]].sum())


def _merged(
    groups: list[tuple[int, NDArray[np.intp]]],
    terms: Terms,
    codes: NDArray[np.int32],
    matters: Sequence[str],
) -> list[tuple[int, NDArray[np.intp]]]:
    """Join a smaller group to a larger one whose mean it resembles; the larger keeps its centre.

    Groups that both name places must agree on them; groups of different known subtopics stay apart.
    """
    kept: list[tuple[int, NDArray[np.intp]]] = []
    means: list[NDArray[np.float64]] = []
    for centre, members in groups:
        mean = np.asarray(terms.matrix[members].mean(axis=0)).ravel()
        mean /= np.linalg.norm(mean) or 1.0
        similar = np.zeros(len(means))
        for place, other in enumerate(means):
            own, theirs = codes[centre], codes[kept[place][0]]
            same = own == theirs or not (matters[own] and matters[theirs])
            if same and _may_join(mean, other, terms.is_place):
                similar[place] = mean @ other
        best = int(np.argmax(similar)) if means else -1
        if best >= 0 and similar[best] >= _SAME_GROUP:
            kept[best] = (kept[best][0], np.union1d(kept[best][1], members))
        else:
            kept.append((centre, members))
            means.append(mean)
    return kept


def _may_join(
    first: NDArray[np.float64], second: NDArray[np.float64], is_place: NDArray[np.bool_]
) -> bool:
    where, other = first[is_place], second[is_place]
    size = np.linalg.norm(where) * np.linalg.norm(other)
    return bool(size == 0 or where @ other >= _SAME_PLACES * size)


def _bounded(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """Drop the most frequent terms while comparing all pairs would take too long."""
    frequency = np.bincount(matrix.indices, minlength=matrix.shape[1]).astype(np.float64)
    order = np.argsort(frequency)
    allowed = np.zeros(matrix.shape[1], dtype=bool)
    allowed[order[np.cumsum(frequency[order] ** 2) <= _MOST_PRODUCTS]] = True
    return (
        matrix if allowed.all() else sparse.csr_matrix(matrix @ sparse.diags(allowed.astype(float)))
    )


def _neighbours(
    terms: Terms, codes: NDArray[np.int32], matters: Sequence[str]
) -> sparse.csr_matrix:
    """Which messages are similar, shape (n, n), every message to itself as well.

    Messages are compared within their subtopic, those without one among themselves.
    """
    n = terms.matrix.shape[0]
    rows = [np.arange(n, dtype=np.int32)]
    columns = [np.arange(n, dtype=np.int32)]
    for code, matter in enumerate(matters):
        own = np.flatnonzero(codes == code).astype(np.int32)
        for first, second in _pairs(terms, own, is_known=bool(matter)):
            rows.append(own[first])
            columns.append(own[second])
    row, column = np.concatenate(rows), np.concatenate(columns)
    return sparse.csr_matrix((np.ones(len(row), dtype=np.float32), (row, column)), shape=(n, n))


def _pairs(
    terms: Terms, own: NDArray[np.int32], *, is_known: bool
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Pairs of similar messages among some, block by block, as places in `own`.

    Two messages that name places share one. Sharing a place is not enough: the words besides must
    agree too, unless all are of one known subtopic; then again no likeness of words makes up for
    different places.
    """
    matrix = _bounded(sparse.csr_matrix(terms.matrix[own]))
    words = sparse.csr_matrix(matrix @ sparse.diags((~terms.is_place).astype(float)))
    places = sparse.csr_matrix(matrix @ sparse.diags(terms.is_place.astype(float)))
    places.eliminate_zeros()
    has_place = np.diff(places.indptr) > 0
    transposed = matrix.T.tocsr()
    for start in range(0, len(own), _BLOCK):
        product = (matrix[start : start + _BLOCK] @ transposed).tocoo()
        near = (product.data >= _SIMILAR) & (product.row + start != product.col)
        first, second, cosine = product.row[near] + start, product.col[near], product.data[near]
        where = np.asarray(places[first].multiply(places[second]).sum(axis=1)).ravel()
        elsewhere = has_place[first] & has_place[second] & (where < _SAME_PLACE)
        kept = ~(elsewhere & (is_known | (cosine < _EQUAL)))
        if not is_known:
            agreement = np.asarray(words[first].multiply(words[second]).sum(axis=1)).ravel()
            kept &= agreement >= _SAME_MATTER
        yield first[kept].astype(np.intp), second[kept].astype(np.intp)


def _name(
    terms: Terms,
    members: NDArray[np.intp],
    codes: NDArray[np.int32],
    matters: Sequence[str],
    counts: NDArray[np.float64],
) -> tuple[str, str]:
    """Place and matter that most of a group share, each empty if they share none."""
    weights = counts[members]
    present = terms.matrix[members]
    present.data = np.ones_like(present.data)
    share = np.asarray(present.T @ weights).ravel() / weights.sum()
    places = [
        terms.names[i][1:]
        for i in np.flatnonzero(share >= _SHARE)
        if terms.names[i].startswith("@")
    ]
    tally = np.bincount(codes[members], weights=weights)
    most = int(np.argmax(tally))
    is_shared = tally[most] >= _MATTER_SHARE * weights.sum()
    return max(places, key=len, default=""), matters[most] if is_shared else ""
