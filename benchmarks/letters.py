"""Reply letters a second in one process, in batches and one by one, with and without the request.

    python benchmarks/letters.py [--letters 5000] [--batch 256]

The shipped letters (training and evaluation) over and over; median and longest are printed with
the speeds, for the time a letter takes grows with its length.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "1")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from models.replies import load_reader, rules_alone  # noqa: E402


def letters(n: int) -> tuple[list[str], list[str]]:
    """Replies and the requests that they answer."""
    pairs = []
    for path in sorted((ROOT / "data" / "corpora").glob("replies_*/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            pairs.append((row["reply"], row["request"]))
    chosen = list(islice(cycle(pairs), n))
    return [reply for reply, _ in chosen], [request for _, request in chosen]


def timed(name: str, n: int, read: Callable[[], object]) -> None:
    """Print letters a second and milliseconds a letter."""
    start = time.perf_counter()
    read()
    took = time.perf_counter() - start
    print(f"{name}: {n / took:,.0f} letters/s, {1000 * took / n:.2f} ms a letter")


def main() -> None:
    """Print speeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=256)
    wanted = parser.parse_args()
    replies, requests = letters(wanted.letters)
    lengths = sorted(map(len, replies))
    print(f"{len(replies)} letters, median {statistics.median(lengths)}, longest {lengths[-1]}")
    reader, rules = load_reader(), rules_alone()
    reader.read(replies[:50])  # what is built once
    slices = [slice(i, i + wanted.batch) for i in range(0, len(replies), wanted.batch)]
    timed("batches", len(replies), lambda: [reader.read(replies[s]) for s in slices])
    timed(
        "batches, with the request",
        len(replies),
        lambda: [reader.read(replies[s], requests[s]) for s in slices],
    )
    timed("batches, rules alone", len(replies), lambda: [rules.read(replies[s]) for s in slices])
    one = replies[:500]
    timed("one by one", len(one), lambda: [reader.read([reply]) for reply in one])


if __name__ == "__main__":
    main()
