"""The matters raised most: messages grouped by what they ask, named in words of the texts.

Near-duplicates, the same place with the same matter, and the same rare words make two messages
neighbours. The message with the most neighbours that is not taken yet is the centre of the next
group; a group holds only neighbours of its centre, so it does not drift as chains of neighbours do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.summarizers.features import Terms, extract_terms
from models.summarizers.headline import headline
from models.text.redaction.redact import redact

_SIMILAR, _SAME_MATTER, _SAME_PLACE, _EQUAL, _SAME_GROUP = 0.38, 0.06, 0.04, 0.75, 0.62
_BLOCK = 1000
_MOST_PRODUCTS = 60_000_000
_SHARE, _MATTER_SHARE = 0.6, 0.7
_LONGEST_NAME = 24
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
    """

    name: str
    members: NDArray[np.intp]
    centre: int
    example: str


def find_hot_topics(
    texts: Sequence[str],
    titles: Sequence[str] | None = None,
    matters: Sequence[str] | None = None,
    *,
    n_most: int = 10,
    min_size: int = 3,
) -> list[HotTopic]:
    """Find the largest groups of messages, largest first.

    Parameters
    ----------
    texts : sequence of str
    titles : sequence of str, optional
        Titles the writers gave.
    matters : sequence of str, optional
        Name of the subtopic of each message, or empty; messages of different known subtopics are
        kept apart, and a group whose messages share one is named after it.
    n_most, min_size : int
        How many groups at most, and how many messages a group has at least.
    """
    own_titles = list(titles) if titles is not None else [""] * len(texts)
    own_matters = list(matters) if matters is not None else [""] * len(texts)
    unique, inverse, counts = _collapsed(texts, own_titles, own_matters)
    terms = extract_terms([texts[i] for i in unique], [own_titles[i] for i in unique])
    groups = _stars(terms, [own_matters[i] for i in unique], counts, n_most, min_size)
    found = []
    for centre, members in groups:
        everyone = np.flatnonzero(np.isin(inverse, members)).astype(np.intp)
        shared = [unique[m] for m in members]
        name = _name(terms, centre, members, [own_matters[i] for i in shared], counts)
        title = headline(texts[unique[centre]], own_titles[unique[centre]])
        example = redact(title)[0]
        called = redact(name)[0] if name else _CLAUSE_END.split(example)[0][:_LONGEST_NAME]
        found.append(HotTopic(called, everyone, unique[centre], example))
    return found


def _collapsed(
    texts: Sequence[str], titles: Sequence[str], matters: Sequence[str]
) -> tuple[list[int], NDArray[np.intp], NDArray[np.float64]]:
    """Indices of distinct messages, which one each message equals, and how often each occurs."""
    seen: dict[tuple[str, str, str], int] = {}
    unique: list[int] = []
    inverse = np.empty(len(texts), dtype=np.intp)
    for i, key in enumerate(zip(texts, titles, matters, strict=True)):
        place = seen.setdefault(key, len(unique))
        if place == len(unique):
            unique.append(i)
        inverse[i] = place
    return unique, inverse, np.bincount(inverse, minlength=len(unique)).astype(np.float64)


def _stars(
    terms: Terms, matters: Sequence[str], counts: NDArray[np.float64], n_most: int, min_size: int
) -> list[tuple[int, NDArray[np.intp]]]:
    neighbours = _neighbours(terms, matters)
    weights = neighbours @ counts
    free = np.ones(len(counts), dtype=bool)
    groups: list[tuple[int, NDArray[np.intp]]] = []
    order = list(np.argsort(-weights, kind="stable"))
    while order and len(groups) < 4 * n_most:
        centre = order.pop(0)
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
    groups = _merged(groups, terms)
    groups.sort(key=lambda group: -counts[group[1]].sum())
    return groups[:n_most]


def _merged(
    groups: list[tuple[int, NDArray[np.intp]]], terms: Terms
) -> list[tuple[int, NDArray[np.intp]]]:
    """Join a smaller group to a larger one whose mean it resembles; the larger keeps its centre."""
    kept: list[tuple[int, NDArray[np.intp]]] = []
    means: list[NDArray[np.float64]] = []
    for centre, members in groups:
        mean = np.asarray(terms.matrix[members].mean(axis=0)).ravel()
        mean /= np.linalg.norm(mean) or 1.0
        similar = [float(mean @ other) for other in means]
        best = int(np.argmax(similar)) if similar else -1
        if best >= 0 and similar[best] >= _SAME_GROUP:
            kept[best] = (kept[best][0], np.sort(np.concatenate([kept[best][1], members])))
        else:
            kept.append((centre, members))
            means.append(mean)
    return kept


def _bounded(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """Drop the most frequent terms while comparing all pairs would take too long."""
    frequency = np.bincount(matrix.indices, minlength=matrix.shape[1]).astype(np.float64)
    order = np.argsort(frequency)
    allowed = np.zeros(matrix.shape[1], dtype=bool)
    allowed[order[np.cumsum(frequency[order] ** 2) <= _MOST_PRODUCTS]] = True
    return (
        matrix if allowed.all() else sparse.csr_matrix(matrix @ sparse.diags(allowed.astype(float)))
    )


def _neighbours(terms: Terms, matters: Sequence[str]) -> sparse.csr_matrix:
    """Which messages are similar, shape (n, n), every message to itself as well.

    Messages are compared within their subtopic, those without one among themselves.
    """
    n = terms.matrix.shape[0]
    rows = [np.arange(n)]
    columns = [np.arange(n)]
    codes = np.unique(np.asarray(matters, dtype=object).astype(str), return_inverse=True)[1]
    for code in range(codes.max(initial=-1) + 1):
        own = np.flatnonzero(codes == code)
        for first, second in _pairs(terms, own, is_known=bool(matters[own[0]])):
            rows.append(own[first])
            columns.append(own[second])
    row, column = np.concatenate(rows), np.concatenate(columns)
    return sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=(n, n))


def _pairs(
    terms: Terms, own: NDArray[np.intp], *, is_known: bool
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Pairs of similar messages among some, block by block, as places in `own`.

    Two messages that name places share one. Sharing a place is not enough: the words besides must
    agree too, unless all are of one known subtopic.
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
        kept = ~(elsewhere & (cosine < _EQUAL))
        if not is_known:
            agreement = np.asarray(words[first].multiply(words[second]).sum(axis=1)).ravel()
            kept &= agreement >= _SAME_MATTER
        yield first[kept].astype(np.intp), second[kept].astype(np.intp)


def _name(
    terms: Terms,
    centre: int,
    members: NDArray[np.intp],
    matters: Sequence[str],
    counts: NDArray[np.float64],
) -> str:
    """Place and matter that most of a group share; empty if they share too little for a name."""
    weights = counts[members]
    present = terms.matrix[members]
    present.data = np.ones_like(present.data)
    share = np.asarray(present.T @ weights).ravel() / weights.sum()
    places = [
        terms.names[i][1:]
        for i in np.flatnonzero(share >= _SHARE)
        if terms.names[i].startswith("@")
    ]
    tally: Counter[str] = Counter()
    for matter, weight in zip(matters, weights, strict=True):
        tally[matter] += int(weight)
    matter, n = tally.most_common(1)[0]
    place = max(places, key=len) if places else ""
    if place and matter and n >= _MATTER_SHARE * weights.sum():
        return f"{place}{matter}"[:_LONGEST_NAME]
    return ""
