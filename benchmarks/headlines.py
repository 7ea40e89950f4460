"""Headlines against the titles that writers gave: character ROUGE beside simple baselines.

`python benchmarks/headlines.py FILE.jsonl` reads objects with `text` and `headline`. The weights of
our headlines were set by looking at the pairs of even index; those of odd index stand apart.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from models.summarizers.headline import headline
from models.text.segment import default_segmenter


def rouge_n(made: str, reference: str, n: int) -> float:
    """F1 of character n-grams, 0..1."""
    a, b = (
        Counter(text[i : i + n] for i in range(len(text) - n + 1)) for text in (made, reference)
    )
    shared = sum((a & b).values())
    total = sum(a.values()) + sum(b.values())
    return 2 * shared / total if total else 0.0


def rouge_l(made: str, reference: str) -> float:
    """F1 of the longest common subsequence of characters, 0..1."""
    row = [0] * (len(reference) + 1)
    for character in made:
        diagonal = 0
        for j, other in enumerate(reference, 1):
            diagonal, row[j] = (
                row[j],
                diagonal + 1 if character == other else max(row[j], row[j - 1]),
            )
    total = len(made) + len(reference)
    return 2 * row[-1] / total if total else 0.0


def clean(text: str) -> str:
    return re.sub(r"[\s\W_]+", "", text)


def lead_clause(text: str) -> str:
    return re.split(r"[，,。！!？?；;\n]", text.strip())[0]


def textrank(text: str) -> str:
    """The clause that shares most words with the others: PageRank over clauses, as usual."""
    clauses = [c for c in re.split(r"[，,。！!？?；;\n]", text) if len(c) >= 4][:60]
    words = [set(default_segmenter().cut(c)) for c in clauses]
    if len(clauses) < 2:
        return clauses[0] if clauses else text[:30]
    weights = np.array(
        [
            [len(a & b) / (np.log(len(a) + 1) + np.log(len(b) + 1)) if a is not b else 0.0
             for b in words]
            for a in words
        ]
    )  # fmt: skip
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    rank = np.full(len(clauses), 1 / len(clauses))
    for _ in range(40):
        rank = 0.15 / len(clauses) + 0.85 * weights.T @ rank
    return clauses[int(np.argmax(rank))]


def best_clause(pair: dict[str, str]) -> str:
    """The single clause nearest to the title: what no choice of a clause can beat."""
    clauses = [c for c in re.split(r"[，,。！!？?；;\n]", pair["text"]) if c.strip()]
    reference = clean(pair["headline"])
    return max(clauses or [""], key=lambda c: rouge_l(clean(c), reference))


def measure(made: Sequence[str], pairs: Sequence[dict[str, str]]) -> tuple[float, ...]:
    """Mean ROUGE-1, -2 and -L of headlines against titles, punctuation left out."""
    texts = [(clean(m), clean(p["headline"])) for m, p in zip(made, pairs, strict=True)]
    scores = [(rouge_n(a, b, 1), rouge_n(a, b, 2), rouge_l(a, b)) for a, b in texts]
    return tuple(sum(column) / len(scores) for column in zip(*scores, strict=True))


def main() -> None:
    """Print all pairs, then the even ones (looked at when weights were set) and the odd ones."""
    pairs = [json.loads(line) for line in Path(sys.argv[1]).read_text("utf-8").splitlines()]
    makers: dict[str, Callable[[dict[str, str]], str]] = {
        "lead clause": lambda p: lead_clause(p["text"]),
        "first 30": lambda p: p["text"][:30],
        "TextRank": lambda p: textrank(p["text"]),
        "headline": lambda p: headline(p["text"]),
        "best clause": best_clause,
    }
    print(f"{'':12} {'all':17}   {'seen half':17}   unseen half")
    for name, make in makers.items():
        made = [make(p) for p in pairs]
        parts = [(made, pairs), (made[0::2], pairs[0::2]), (made[1::2], pairs[1::2])]
        shown = [" ".join(f"{v:.3f}" for v in measure(m, p)) for m, p in parts]
        print(f"{name:12}", "   ".join(shown))


if __name__ == "__main__":
    main()
