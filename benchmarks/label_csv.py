"""Label a CSV end to end: ours beside jieba + fastText and jieba + scikit-learn, in one run.

The rivals are written as people usually write them and are given as many processes as we take
threads; they answer one head (topic), we answer three. Each contestant runs in a process of its
own, so that peak memory is its own.

The floor is our own run without models: rows are read, features counted and a constant answer is
written in the same columns. Growth is our run over more rows, longer texts and fewer labels.

    python benchmarks/label_csv.py [--rows 100000] [--rival-rows 4000] [--growth]
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
from dataclasses import replace
from multiprocessing import Pool
from pathlib import Path
from typing import Any

_state: dict = {}


def ours(source: Path, target: Path, folder: Path) -> None:
    from models import load
    from service.classification.label import LabelOptions, label_file

    label_file(source, target, load(), LabelOptions(), lambda _: None)


def floor(source: Path, target: Path, folder: Path) -> None:
    from models import load
    from service.classification.label import LabelOptions, label_file

    label_file(source, target, _Constant(load()), LabelOptions(), lambda _: None)


def few_labels(source: Path, target: Path, folder: Path) -> None:
    """Label by topic alone: 8 labels instead of 129."""
    from models import load
    from service.classification.label import LabelOptions, label_file

    pipeline = load()
    heads = {"topic": replace(pipeline.questions["topic"], blend=0.0)}
    n = len(heads["topic"].codes)
    blocks = [block for block in pipeline.scorer.blocks if block.outputs.max() < n]
    scorer = type(pipeline.scorer)(blocks, pipeline.scorer.weights, pipeline.scorer.intercept[:n])
    few = type(pipeline)(pipeline.model_id, pipeline.hasher, pipeline.vocabulary, scorer, heads)
    label_file(source, target, few, LabelOptions(), lambda _: None)


class _Constant:
    """A classifier that counts the features of texts and then answers always the same."""

    def __init__(self, pipeline: Any) -> None:
        from models.classifiers.linear import LinearScores
        from models.compiled.scorer import CompiledScorer

        whole = pipeline.scorer
        nothing = LinearScores([], whole.weights, whole.intercept)
        self.heads, self.model_id = pipeline.heads, "floor"
        self._questions, self._pipeline = pipeline.questions, pipeline
        self._counter = CompiledScorer(pipeline.hasher, pipeline.vocabulary, nothing)

    def predict_utf8(self, data: Any, offsets: Any) -> Any:
        import numpy as np

        from models.prediction import HeadPredictions, PredictionBatch
        from models.text.codepoints import CodePoints
        from models.text.normalize import normalize

        if self._counter.score_utf8(data, offsets) is None:
            points = normalize(CodePoints.from_utf8(data, offsets)).points
            self._pipeline.vocabulary.entries(self._pipeline.hasher.encode(points))
        n = len(offsets) - 1
        first, no = np.zeros(n, np.intp), np.zeros(n, bool)
        heads = {
            name: HeadPredictions(
                head.codes, head.names, np.zeros((n, len(head.codes)), np.float32), first, no
            )
            for name, head in self._questions.items()
        }
        return PredictionBatch(self.model_id, heads)


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


OWN = {"ours": ours, "floor": floor, "topic alone": few_labels}


def _child(name: str, source: Path, folder: Path) -> None:
    target = folder / f"{name}.csv"
    start = time.perf_counter()
    if name in OWN:
        OWN[name](source, target, folder)
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
        _warm(folder)
        for contestant in ("ours", "floor", "fasttext", "sklearn"):
            n = rows if contestant in OWN else rival_rows
            source = folder / f"in-{n}.csv"
            if not source.exists():
                write_csv(source, n)
            found[contestant] = _run(contestant, source, folder, n)
    found["ours"]["share_of_floor"] = round(found["floor"]["seconds"] / found["ours"]["seconds"], 2)
    return found


def growth() -> dict[str, dict[str, float]]:
    """Our run over more rows, longer texts and fewer labels."""
    from texts import write_csv

    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _warm(folder)
        source = folder / "in.csv"
        for rows in (10_000, 100_000, 1_000_000):
            write_csv(source, rows)
            found[f"{rows:,} rows"] = _run("ours", source, folder, rows)
        for length in (100, 400, 1600):
            write_csv(source, 20_000, length=length)
            found[f"20,000 rows of {length} characters"] = _run("ours", source, folder, 20_000)
        write_csv(source, 100_000)
        found["100,000 rows, 8 labels"] = _run("topic alone", source, folder, 100_000)
    return found


def _warm(folder: Path) -> None:
    """Compile once, as every machine does once, outside the clock."""
    from models.compiled.loading import LOADER

    LOADER.prepare(wait=True)


def _run(contestant: str, source: Path, folder: Path, n: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", contestant, str(source), str(folder)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures = json.loads(out.splitlines()[-1])
    return {
        "rows": n,
        "seconds": round(figures["seconds"], 2),
        "texts_per_second": round(n / figures["seconds"]),
        "peak_mib": figures["peak_mib"],
    }


def main() -> dict[str, dict[str, float]]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rival-rows", type=int, default=4_000)
    parser.add_argument("--growth", action="store_true", help="also with more rows, longer texts")
    parser.add_argument("--child", nargs=3)
    arguments = parser.parse_args()
    if arguments.child:
        name, source, folder = arguments.child
        _child(name, Path(source), Path(folder))
        return {}
    found = measure(arguments.rows, arguments.rival_rows)
    if arguments.growth:
        found |= growth()
    print(json.dumps(found, indent=1))
    return found


if __name__ == "__main__":
    main()
