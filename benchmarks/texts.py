"""Texts for benchmarks: the shipped corpus, lengthened to the lengths of real mail."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from training.corpus import shipped_corpus


def texts_of_real_length(n: int, seed: int = 1) -> list[str]:
    """Texts with a median near 230 and a mean near 400 characters, as real mailboxes have.

    Two or more messages of the corpus are joined where one is too short; no two rows are equal.
    """
    rng = random.Random(seed)
    corpus = shipped_corpus().texts
    texts = []
    for i in range(n):
        parts = [rng.choice(corpus)]
        while rng.random() < 0.28:
            parts.append(rng.choice(corpus))
        texts.append(f"编号{i}：" + "\n".join(parts))
    return texts


def write_csv(path: Path, n: int, seed: int = 1, length: int | None = None) -> int:
    """Write `n` rows with an id and a text; returns the number of characters.

    With `length` every text has that many characters, otherwise the lengths are those of real mail.
    """
    texts = texts_of_real_length(n, seed)
    if length is not None:
        texts = [(text * (length // len(text) + 1))[:length] for text in texts]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["编号", "诉求内容"])
        writer.writerows(enumerate(texts))
    return sum(map(len, texts))
