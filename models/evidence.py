"""Which words of the original text carried a decision."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.encoders.characters import CharacterHasher, hash_grams, letters, whole_grams
from models.encoders.weighting import FeatureWeights
from models.prediction import Evidence
from models.text.codepoints import CodePoints
from models.text.normalize import normalize
from models.text.segment import Word, default_segmenter

_IGNORED = frozenset(" ,.;:!?'\"()[]<>、，。；：！？“”‘’（）《》【】…—-~*·")


def find_evidence(
    text: str,
    contrast: NDArray[np.float32],
    hasher: CharacterHasher,
    features: FeatureWeights,
    *,
    limit: int = 5,
) -> tuple[Evidence, ...]:
    """Spans of `text` that spoke most for the answer.

    Each n-gram's contribution (its value times the answer's coefficient minus the strongest rival's) is spread over its
    characters, summed over jieba's words, and words that touch are joined: people read words, not
    n-grams.

    Parameters
    ----------
    text : str
        As received; the spans are offsets into it.
    contrast : float32 array, shape (n_features,)
        Coefficient of the answer minus that of the runner-up.
    limit : int
        Most spans returned, sorted by weight, heaviest first.
    """
    normal = normalize(CodePoints.from_texts([text]))
    codes = normal.points.codes
    if not len(codes):
        return ()
    influence = _influence(codes, contrast, hasher, features)
    words = default_segmenter().words(normal.points.text(0))
    spans = _join(words, influence)
    total = sum(weight for _, _, weight in spans)
    best = sorted(spans, key=lambda span: -span[2])[:limit]
    return tuple(
        _original(text, normal.source, start, end, weight / total) for start, end, weight in best
    )


def _influence(
    codes: NDArray[np.uint32],
    contrast: NDArray[np.float32],
    hasher: CharacterHasher,
    features: FeatureWeights,
) -> NDArray[np.float64]:
    """Contribution of each character; a bucket's sub-linear count is shared by its occurrences."""
    influence = np.zeros(len(codes))
    spoken = letters()[codes]
    per_order = [hash_grams(codes, order, hasher.n_bits) for order in hasher.orders]
    whole = [whole_grams(spoken, order) for order in hasher.orders]
    heard = [buckets[mask] for buckets, mask in zip(per_order, whole, strict=True)]
    counts = np.bincount(np.concatenate(heard), minlength=hasher.n_buckets)
    for order, buckets, mask in zip(hasher.orders, per_order, whole, strict=True):
        columns = features.columns(buckets)
        known = (columns >= 0) & mask
        count = np.maximum(counts[buckets], 1)
        value = np.where(known, (1 + np.log(count)) / count * features.weights[columns], 0.0)
        value *= np.where(known, contrast[columns], 0.0)
        for offset in range(order):
            influence[offset : offset + len(value)] += value / order
    return influence


def _join(words: list[Word], influence: NDArray[np.float64]) -> list[tuple[int, int, float]]:
    """Positive words; those that touch become one span, punctuation never counts."""
    spans: list[tuple[int, int, float]] = []
    for word in words:
        weight = float(influence[word.start : word.end].sum())
        if weight <= 0 or all(c in _IGNORED for c in word.text):
            continue
        if spans and spans[-1][1] == word.start and word.end - spans[-1][0] <= 12:
            start, _, before = spans.pop()
            spans.append((start, word.end, before + weight))
        else:
            spans.append((word.start, word.end, weight))
    return spans


def _original(
    text: str, source: NDArray[np.int64], start: int, end: int, weight: float
) -> Evidence:
    first, last = int(source[start]), int(source[end - 1]) + 1
    return Evidence(text[first:last], first, last, round(weight, 4))
