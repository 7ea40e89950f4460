"""Which words of the original text carried a decision."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.encoders.characters import CharacterHasher, hash_grams, letters, whole_grams
from models.encoders.weighting import Vocabulary
from models.prediction import Evidence
from models.text.codepoints import CodePoints
from models.text.normalize import normalize
from models.text.segment import default_segmenter

_IGNORED = frozenset(" ,.;:!?'\"()[]<>、，。；：！？“”‘’（）《》【】…—-~*·")
_LONGEST = 12  # characters of a joined span
_ENOUGH = 0.8  # of the weight: words beyond it point at nothing
_FAINT = 0.1  # of the heaviest word: one that holds less is not shown


class Trace:
    """One text prepared for explanation: its n-grams with their places and values, and its words.

    Parameters
    ----------
    text : str
        As received; evidence spans are offsets into it.
    """

    def __init__(self, text: str, hasher: CharacterHasher, vocabulary: Vocabulary) -> None:
        self._text = text
        normal = normalize(CodePoints.from_texts([text]))
        self._source = normal.source
        words = default_segmenter().cut(normal.points.text(0))
        self._word_start = np.concatenate(([0], np.cumsum([len(word) for word in words]))).astype(
            int
        )
        self._telling = np.array([not _IGNORED.issuperset(word) for word in words], bool)
        codes = normal.points.codes
        spoken = letters()[codes]
        starts, orders, buckets = [], [], []
        for order in hasher.orders:
            at = np.flatnonzero(whole_grams(spoken, order))
            starts.append(at)
            orders.append(np.full(len(at), order))
            buckets.append(hash_grams(codes, order, hasher.n_bits)[at])
        columns = vocabulary.columns(np.concatenate(buckets))
        known = columns >= 0
        self._start = np.concatenate(starts)[known]
        self._order = np.concatenate(orders)[known]
        #: Feature columns of the text's n-grams, shape (n_grams,), repeated as they occur.
        self.columns = columns[known]
        _, inverse, count = np.unique(self.columns, return_inverse=True, return_counts=True)
        repeats = count[inverse]
        # A bucket's sub-linear count is shared equally by its occurrences.
        self._value = (1 + np.log(repeats)) / repeats

    def evidence(self, contrast: NDArray[np.float32], *, limit: int = 5) -> tuple[Evidence, ...]:
        """Spans that spoke most for an answer, heaviest first.

        Each n-gram's contribution is spread over its characters and summed over jieba's words.
        The heaviest words are taken until they hold four fifths of all that spoke for the answer,
        and of a short text no more: a highlight over a whole sentence points at nothing. Strong
        words that touch are joined: people read words, not n-grams.

        Parameters
        ----------
        contrast : float32 array, shape (n_grams,)
            For each of `columns`, the weighted coefficient of the answer minus that of the
            runner-up.
        """
        influence = np.zeros(len(self._source) + 1)
        share = self._value * contrast / self._order
        for offset in range(int(self._order.max(initial=0))):
            reaches = self._order > offset
            np.add.at(influence, self._start[reaches] + offset, share[reaches])
        if not len(self._telling):
            return ()
        weights = np.add.reduceat(influence, self._word_start[:-1])
        weights[~self._telling] = 0
        np.maximum(weights, 0, out=weights)
        total = float(weights.sum())
        strong = np.argsort(-weights, kind="stable")[: 2 * limit]
        spans = self._join(np.sort(strong[_carries(weights[strong], total)]), weights)
        best = sorted(spans, key=lambda span: -span[2])[:limit]
        return tuple(self._original(start, end, weight / total) for start, end, weight in best)

    def _join(
        self, words: NDArray[np.intp], weights: NDArray[np.float64]
    ) -> list[tuple[int, int, float]]:
        """Spans of the given words, sorted by place; neighbours become one."""
        spans: list[tuple[int, int, float]] = []
        for word in words.tolist():
            start, end = int(self._word_start[word]), int(self._word_start[word + 1])
            weight = float(weights[word])
            if spans and spans[-1][1] == start and end - spans[-1][0] <= _LONGEST:
                start, _, before = spans.pop()
                weight += before
            spans.append((start, end, weight))
        return spans

    def _original(self, start: int, end: int, weight: float) -> Evidence:
        first, last = int(self._source[start]), int(self._source[end - 1]) + 1
        return Evidence(self._text[first:last], first, last, round(weight, 4))


def _carries(weights: NDArray[np.float64], total: float) -> NDArray[np.bool_]:
    """Which words, heaviest first, are needed to hold most of the weight."""
    before = np.cumsum(weights) - weights
    needed: NDArray[np.bool_] = (before < _ENOUGH * total) & (weights > _FAINT * weights[:1])
    return needed
