"""Label a CSV end to end: ours beside jieba + fastText and jieba + scikit-learn, in one run.

The rivals are written as people usually write them and are given as many processes as we take
threads; they answer one head (topic), we answer three. Each contestant runs in a process of its
own, so that peak memory is its own.

    python benchmarks/label_csv.py [--rows 20000] [--rival-rows 4000]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from multiprocessing import Pool
from pathlib import Path

_state: dict = {}


def ours(source: Path, target: Path, folder: Path) -> None:
    from models import load
    from service.classification.label import LabelOptions, label_file

    label_file(source, target, load(), LabelOptions(), lambda _: None)


def train_rivals(folder: Path) -> None:
    """Train both rivals on the shipped corpus, outside the clock."""
    import fasttext
    import jieba
    import joblib
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    from training.corpus import shipped_corpus

    jieba.setLogLevel(60)
    corpus = shipped_corpus()
    words = [" ".join(jieba.cut(" ".join(text.split()))) for text in corpus.texts]
    labels = corpus.values("topic")
    lines = [f"__label__{label} {text}" for label, text in zip(labels, words, strict=True)]
    (folder / "train.txt").write_text("\n".join(lines), encoding="utf-8")
    model = fasttext.train_supervised(str(folder / "train.txt"), lr=0.5, epoch=25, verbose=0)
    model.save_model(str(folder / "fasttext.bin"))
    pipeline = make_pipeline(TfidfVectorizer(token_pattern=r"(?u)\S+"), LinearSVC())
    joblib.dump(pipeline.fit(words, labels), folder / "sklearn.joblib")


def _start(kind: str, folder: str) -> None:
    import jieba

    jieba.setLogLevel(60)
    jieba.initialize()
    if kind == "fasttext":
        import fasttext

        _state["model"] = fasttext.load_model(f"{folder}/fasttext.bin")
    else:
        import joblib

        _state["model"] = joblib.load(f"{folder}/sklearn.joblib")


def _fasttext_row(text: str) -> str:
    import jieba

    words = " ".join(jieba.cut(" ".join(text.split())))
    return str(_state["model"].predict(words)[0][0])


def _sklearn_rows(texts: list[str]) -> list[str]:
    import jieba

    return list(_state["model"].predict([" ".join(jieba.cut(text)) for text in texts]))


def rival(kind: str, source: Path, target: Path, folder: Path) -> None:
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    texts = [row["诉求内容"] for row in rows]
    with Pool(os.cpu_count(), _start, (kind, str(folder))) as pool:
        if kind == "fasttext":
            answers = pool.map(_fasttext_row, texts, chunksize=200)
        else:
            chunks = [texts[i : i + 500] for i in range(0, len(texts), 500)]
            answers = [a for part in pool.map(_sklearn_rows, chunks) for a in part]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "topic"])
        writer.writeheader()
        for row, answer in zip(rows, answers, strict=True):
            writer.writerow(row | {"topic": answer})


def _child(name: str, source: Path, folder: Path) -> None:
    target = folder / f"{name}.csv"
    start = time.perf_counter()
    if name == "ours":
        ours(source, target, folder)
    else:
        rival(name, source, target, folder)
    elapsed = time.perf_counter() - start
    # A pool's processes are counted singly: the largest child beside the parent.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak += resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (os.cpu_count() or 1)
    print(json.dumps({"seconds": elapsed, "peak_mib": round(peak / 1024)}))


def measure(rows: int, rival_rows: int) -> dict[str, dict[str, float]]:
    """Texts per second and peak memory of each contestant."""
    from texts import write_csv

    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train_rivals(folder)
        for contestant in ("ours", "fasttext", "sklearn"):
            n = rows if contestant == "ours" else rival_rows
            source = folder / f"in-{n}.csv"
            if not source.exists():
                write_csv(source, n)
            command = [sys.executable, __file__, "--child", contestant, str(source), name]
            out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            figures = json.loads(out.splitlines()[-1])
            found[contestant] = {
                "rows": n,
                "seconds": round(figures["seconds"], 2),
                "texts_per_second": round(n / figures["seconds"]),
                "peak_mib": figures["peak_mib"],
            }
    return found


def main() -> dict[str, dict[str, float]]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--rival-rows", type=int, default=4_000)
    parser.add_argument("--child", nargs=3)
    arguments = parser.parse_args()
    if arguments.child:
        name, source, folder = arguments.child
        _child(name, Path(source), Path(folder))
        return {}
    found = measure(arguments.rows, arguments.rival_rows)
    print(json.dumps(found, indent=1))
    return found


if __name__ == "__main__":
    main()
