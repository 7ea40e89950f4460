"""Label a folder on a local Ray cluster with one worker and with two: the ratio of their times.

The cluster and the workers are warm: a first small folder is labelled before the clock starts.

    python benchmarks/ray_workers.py [--rows 100000]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from functools import partial
from pathlib import Path

from texts import write_csv

import models
from service.classification.cluster import connect, label_files
from service.classification.folder import pair_files
from service.classification.label import LabelOptions

N_FILES = 8


def seconds(folder: Path, target: Path, n_workers: int) -> float:
    """Time of labelling a folder, once the actors have their models."""
    started = time.perf_counter()
    load = partial(models.load, None)
    found = list(label_files(pair_files(folder, target), load, LabelOptions(n_workers=n_workers)))
    assert not any(result.fault for result in found)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    n_rows = parser.parse_args().rows
    ray = connect()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for part, n in (("few", 50), ("many", n_rows // N_FILES)):
            (root / part).mkdir()
            for number in range(N_FILES):
                write_csv(root / part / f"{number}.csv", n, seed=number)
        taken = {}
        for n_workers in (1, 2):
            idle = seconds(root / "few", root / f"few-{n_workers}", n_workers)
            busy = seconds(root / "many", root / f"many-{n_workers}", n_workers)
            taken[n_workers] = busy - idle
    ray.shutdown()
    rate = n_rows / taken[1]
    print(json.dumps({
        "rows": n_rows,
        "seconds_1_worker": round(taken[1], 2),
        "seconds_2_workers": round(taken[2], 2),
        "ratio": round(taken[1] / taken[2], 2),
        "texts_per_second_and_core": round(rate),
        "core_hours_for_1e9_texts": round(1e9 / rate / 3600, 1),
    }, indent=1))  # fmt: skip


if __name__ == "__main__":
    main()
