"""Which words carried a network's decision: hide a piece, see how far the answer moves.

Hiding is honest about any network and needs no gradients, so that it works on ONNX Runtime too.
Two rounds bound its cost: first clauses, then the words of those that mattered most.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.classifiers.fine_tuned import DenseScores
from models.encoders.tokens import Row
from models.encoders.transformer import TransformerEncoder, average
from models.prediction import Evidence
from models.text.codepoints import CodePoints
from models.text.normalize import normalize
from models.text.segment import default_segmenter

_CLAUSE = re.compile(r"[^,.;:!?，。；：！？、\n]+")
_MOST_CLAUSES = 16  # neighbours are joined until so few are left
_CLOSELY = 2  # clauses of a head whose words are looked at one by one
_MOST_WORDS = 24  # of a clause
_LONGEST = 12  # characters of a joined span

Span = tuple[int, int]


class Occlusion:
    """One text with the vectors it has when pieces of it are hidden.

    Parameters
    ----------
    text : str
        As received; evidence spans are offsets into it.
    """

    def __init__(self, text: str, encoder: TransformerEncoder, scorer: DenseScores) -> None:
        self._text, self._encoder, self._scorer = text, encoder, scorer
        normal = normalize(CodePoints.from_texts([text]))
        self._normal, self._source = normal.points.text(0), normal.source
        self._rows = encoder.tokens.rows([self._normal])
        self._vectors = encoder.row_vectors(self._rows)

    def evidence(
        self, contrasts: Mapping[str, tuple[int, int]], *, limit: int = 5
    ) -> dict[str, tuple[Evidence, ...]]:
        """Spans that spoke most for each head's answer, heaviest first.

        Parameters
        ----------
        contrasts : mapping of head name to (output, output)
            The answer and its runner-up among all outputs.
        """
        clauses = _clauses(self._normal)
        drops = self._drops(clauses, contrasts)
        close = {
            name: [clauses[i] for i in np.argsort(-drop, kind="stable")[:_CLOSELY] if drop[i] > 0]
            for name, drop in drops.items()
        }
        looked_at = sorted({clause for chosen in close.values() for clause in chosen})
        words = {clause: _words(self._normal, clause) for clause in looked_at}
        every_word = [word for clause in looked_at for word in words[clause]]
        place = {word: i for i, word in enumerate(every_word)}
        word_drops = self._drops(every_word, contrasts)
        found = {}
        for name, drop in drops.items():
            total = float(np.maximum(drop, 0).sum())
            spans: list[tuple[int, int, float]] = []
            for clause, fall in zip(clauses, drop.tolist(), strict=True):
                if fall <= 0:
                    continue
                inside = words.get(clause, []) if clause in close[name] else []
                own = np.array([word_drops[name][place[word]] for word in inside])
                spans += _spread(clause, fall, inside, np.maximum(own, 0))
            best = sorted(spans, key=lambda span: -span[2])[:limit]
            found[name] = tuple(self._original(a, b, value / total) for a, b, value in best)
        return found

    def _drops(
        self, spans: Sequence[Span], contrasts: Mapping[str, tuple[int, int]]
    ) -> dict[str, NDArray[np.float64]]:
        """How far the lead of each head's answer falls when a span is hidden, shape (n_spans,)."""
        rows: list[Row] = []
        hidden: list[NDArray[np.bool_] | None] = []
        touched: list[tuple[int, int]] = []
        for i, (start, end) in enumerate(spans):
            for r, row in enumerate(self._rows):
                inside = (row.spans[:, 0] < end) & (row.spans[:, 1] > start)
                if inside.any():
                    rows.append(row)
                    hidden.append(inside)
                    touched.append((i, r))
        whole = average([0] * len(self._rows), self._vectors, 1)
        vectors = np.repeat(whole, len(spans), axis=0)
        changed = self._encoder.row_vectors(rows, hidden)
        for (i, r), vector in zip(touched, changed, strict=True):
            vectors[i] += (vector - self._vectors[r]) / len(self._rows)
        before = self._scorer.decision_function(whole)
        after = self._scorer.decision_function(vectors)
        return {
            name: ((before[:, a] - before[:, b]) - (after[:, a] - after[:, b])).astype(float)
            for name, (a, b) in contrasts.items()
        }

    def _original(self, start: int, end: int, weight: float) -> Evidence:
        first, last = int(self._source[start]), int(self._source[end - 1]) + 1
        return Evidence(self._text[first:last], first, last, round(weight, 4))


def _clauses(text: str) -> list[Span]:
    spans = [match.span() for match in _CLAUSE.finditer(text) if match.group().strip()]
    while len(spans) > _MOST_CLAUSES:
        lengths = [b[1] - a[0] for a, b in pairwise(spans)]
        shortest = int(np.argmin(lengths))
        spans[shortest : shortest + 2] = [(spans[shortest][0], spans[shortest + 1][1])]
    return spans


def _words(text: str, clause: Span) -> list[Span]:
    start, end = clause
    words: list[Span] = []
    at = start
    for word in default_segmenter().cut(text[start:end]):
        if any(character.isalnum() for character in word):
            words.append((at, at + len(word)))
        at += len(word)
    return words[:_MOST_WORDS]


def _spread(
    clause: Span, fall: float, words: Sequence[Span], own: NDArray[np.float64]
) -> list[tuple[int, int, float]]:
    """A clause's weight on its words in proportion to theirs; touching words become one span."""
    if not len(own) or own.sum() <= 0:
        return [(*clause, fall)]
    spans: list[tuple[int, int, float]] = []
    for (start, end), share in zip(words, (own / own.sum()).tolist(), strict=True):
        value = share * fall
        if value <= 0:
            continue
        if spans and spans[-1][1] == start and end - spans[-1][0] <= _LONGEST:
            start, _, before = spans.pop()
            value += before
        spans.append((start, end, value))
    return spans
