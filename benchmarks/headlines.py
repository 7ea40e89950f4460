"""Headlines against the titles that writers gave: character ROUGE beside simple baselines.

`python benchmarks/headlines.py FILE.jsonl` reads objects with `text` and `headline`.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from models.summarizers.headline import headline


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


def measure(make: Callable[[str], str], pairs: Sequence[dict[str, str]]) -> tuple[float, ...]:
    made = [(clean(make(p["text"])), clean(p["headline"])) for p in pairs]
    scores = [(rouge_n(a, b, 1), rouge_n(a, b, 2), rouge_l(a, b)) for a, b in made]
    return tuple(sum(column) / len(scores) for column in zip(*scores, strict=True))


def main() -> None:
    pairs = [json.loads(line) for line in Path(sys.argv[1]).read_text("utf-8").splitlines()]
    makers = {"lead clause": lead_clause, "first 30": lambda t: t[:30], "headline": headline}
    for name, make in makers.items():
        print(f"{name:12}", " ".join(f"{value:.3f}" for value in measure(make, pairs)))


if __name__ == "__main__":
    main()
