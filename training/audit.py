"""Look at a corpus before believing it: duplicates, leakage, label counts, lengths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from training.corpus import Corpus
from training.neighbours import similar_pairs

NEAR_DUPLICATE = 0.5  # containment of character 5-grams
MAX_NEAR_DUPLICATE_RATIO = 0.01
PERCENTILES = (10, 25, 50, 75, 90, 99)


@dataclass(frozen=True, slots=True)
class Audit:
    """Findings. `problems` is empty when the corpus may be used.

    `near_duplicates` and `leaks` list (row, row, containment); for leaks the second row is of
    the evaluation set.
    """

    n_documents: int
    exact_duplicates: int
    near_duplicates: tuple[tuple[int, int, float], ...]
    near_duplicate_ratio: float
    label_counts: dict[str, dict[str, int]]
    missing_labels: dict[str, int]
    length_percentiles: dict[str, int]
    leaks: tuple[tuple[int, int, float], ...]
    problems: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return asdict(self)


def audit(corpus: Corpus, label_fields: Sequence[str], evaluation: Corpus | None = None) -> Audit:
    """Audit a corpus and, if given, its separation from an evaluation set.

    A near-duplicate is a text that shares at least half of its character 5-grams with another;
    more than 1 % of them fails, and so does any text that the evaluation set repeats.
    """
    texts = corpus.texts
    n = len(texts)
    exact = n - len(set(texts))
    pairs, containment = similar_pairs(texts, threshold=NEAR_DUPLICATE)
    ratio = len(set(pairs.ravel().tolist())) / n
    leaks = _leaks(texts, evaluation.texts) if evaluation is not None else ()
    counts, missing = _label_counts(corpus, label_fields)
    lengths = np.array([len(text) for text in texts])
    problems = []
    if exact:
        problems.append(f"有 {exact} 条完全重复的文本。")
    if ratio > MAX_NEAR_DUPLICATE_RATIO:
        problems.append(f"近似重复占 {ratio:.1%}，超过 {MAX_NEAR_DUPLICATE_RATIO:.0%}。")
    if leaks:
        problems.append(f"有 {len(leaks)} 条训练文本与评测文本近似重复。")
    return Audit(
        n,
        exact,
        tuple(
            (int(a), int(b), round(float(c), 3))
            for (a, b), c in zip(pairs, containment, strict=True)
        ),
        ratio,
        counts,
        missing,
        {f"p{p}": int(np.percentile(lengths, p)) for p in PERCENTILES},
        leaks,
        tuple(problems),
    )


def _label_counts(
    corpus: Corpus, fields: Sequence[str]
) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    counts, missing = {}, {}
    for field in fields:
        tally = Counter(corpus.values(field))
        missing[field] = tally.pop(None, 0)
        counts[field] = {str(k): v for k, v in sorted(tally.items(), key=lambda kv: -kv[1])}
    return counts, missing


def _leaks(train: Sequence[str], evaluation: Sequence[str]) -> tuple[tuple[int, int, float], ...]:
    pairs, containment = similar_pairs([*train, *evaluation], threshold=NEAR_DUPLICATE)
    n = len(train)
    return tuple(
        (int(a), int(b) - n, round(float(c), 3))
        for (a, b), c in zip(pairs, containment, strict=True)
        if a < n <= b
    )
