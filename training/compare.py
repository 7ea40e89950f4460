"""Classifiers side by side: the same folds, the same calibration, the same clock."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.calibration import fit_calibrator
from models.encoders.characters import CharacterHasher
from models.errors import InputError
from models.text.codepoints import CodePoints
from models.text.normalize import normalize
from training.config import TrainConfig, single_head
from training.corpus import Corpus
from training.evaluate import Evaluation, evaluate
from training.fit import HeadTarget, encode_corpus, fit_scorer
from training.rivals import Rival, usual_rivals
from training.train import choose_folds


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One classifier's pooled figures; speed includes everything from text to scores."""

    name: str
    evaluation: Evaluation
    fit_seconds: float
    texts_per_second: float


class Ours:
    """The default recipe as a contestant."""

    def __init__(self, config: TrainConfig) -> None:
        self.name = f"yangguang {config.name}"
        self._config = single_head(config, "label")

    def fit(self, texts: Sequence[str], y: NDArray[np.intp]) -> None:
        """Learn from texts and class numbers."""
        counts = encode_corpus(texts, self._config)
        codes = tuple(str(i) for i in range(int(y.max()) + 1))
        target = {"label": HeadTarget(self._config.heads[0], codes, codes, y)}
        self._scorer = fit_scorer(counts, target, np.arange(len(texts)), self._config)

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Raw scores, shape (n_texts, n_classes)."""
        hasher = CharacterHasher(self._config.encoder.orders, self._config.encoder.n_bits)
        counts = hasher.encode(normalize(CodePoints.from_texts(texts)).points)
        return self._scorer.score(counts).astype(float)


def compare(
    texts: Sequence[str],
    labels: Sequence[str],
    folds: NDArray[np.intp],
    contestants: Sequence[Rival],
) -> list[ComparisonRow]:
    """Cross-validate every contestant on the same folds.

    Probabilities of a fold come from a calibrator fitted on the other folds' out-of-fold scores,
    so that calibration is judged on documents neither model nor calibrator has seen.
    """
    codes = sorted(set(labels))
    y = np.array([codes.index(label) for label in labels], np.intp)
    return [_cross_validate(contestant, texts, y, codes, folds) for contestant in contestants]


def _cross_validate(
    contestant: Rival,
    texts: Sequence[str],
    y: NDArray[np.intp],
    codes: Sequence[str],
    folds: NDArray[np.intp],
) -> ComparisonRow:
    y_score = np.zeros((len(texts), len(codes)))
    fit_seconds = score_seconds = 0.0
    for fold in np.unique(folds):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        start = time.perf_counter()
        contestant.fit([texts[i] for i in inside.tolist()], y[inside])
        middle = time.perf_counter()
        y_score[outside] = contestant.scores([texts[i] for i in outside.tolist()])
        fit_seconds += middle - start
        score_seconds += time.perf_counter() - middle
    y_prob = cross_calibrate(y_score, y, folds)
    pred = [codes[i] for i in y_prob.argmax(axis=1).tolist()]
    result = evaluate([codes[i] for i in y.tolist()], pred, codes=codes, y_prob=y_prob)
    n_folds = len(np.unique(folds))
    return ComparisonRow(contestant.name, result, fit_seconds / n_folds, len(texts) / score_seconds)


def cross_calibrate(
    y_score: NDArray[np.floating], y: NDArray[np.intp], folds: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Probabilities of each fold by a calibrator fitted on the others' scores."""
    y_prob = np.zeros(y_score.shape, np.float32)
    for fold in np.unique(folds):
        outside = folds == fold
        calibrator = fit_calibrator(y_score[~outside], y[~outside])
        y_prob[outside] = calibrator.probabilities(y_score[outside].astype(np.float32))
    return y_prob


def table(rows: Sequence[ComparisonRow]) -> str:
    """The comparison as a Markdown table."""
    head = (
        "| model | macro-F1 | accuracy | ECE | coverage at 95 % | 98 % | 99 % | fit, s "
        "| texts/s |\n"
        "|---|---|---|---|---|---|---|---|---|\n"
    )
    lines = []
    for row in rows:
        e = row.evaluation
        coverage = " | ".join(f"{value:.3f}" for value in e.coverage.values())
        lines.append(
            f"| {row.name} | {e.macro_f1:.3f} | {e.accuracy:.3f} | {e.ece:.3f} | {coverage} "
            f"| {row.fit_seconds:.1f} | {row.texts_per_second:,.0f} |"
        )
    return head + "\n".join(lines) + "\n"


def compare_corpus(
    corpus: Corpus,
    config: TrainConfig,
    *,
    label_field: str,
    fold_field: str | None = None,
    group_field: str | None = None,
    out: Path | None = None,
) -> str:
    """Compare the recipe with the usual choices on a corpus; returns the table.

    With `out`, also writes `compare.md`, `compare.json` and `compare.png` there.
    """
    if fold_field is not None:
        names = corpus.values(fold_field)
        order = sorted(set(names), key=str)
        folds = np.array([order.index(name) for name in names], np.intp)
    else:
        folds = choose_folds(corpus, config, group_field)
    labels = [str(label) for label in corpus.values(label_field)]
    rows = compare(corpus.texts, labels, folds, [Ours(config), *usual_rivals()])
    text = table(rows)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "compare.md").write_text(text, encoding="utf-8")
        figures = {
            row.name: {
                **row.evaluation.to_json(),
                "fit_seconds": round(row.fit_seconds, 2),
                "texts_per_second": round(row.texts_per_second),
            }
            for row in rows
        }
        content = json.dumps(figures, ensure_ascii=False, indent=1)
        (out / "compare.json").write_text(content + "\n", encoding="utf-8")
        plot(rows, out / "compare.png")
    return text


def plot(rows: Sequence[ComparisonRow], path: Path) -> None:
    """Quality against speed, one point a model."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise InputError("画图需要 matplotlib：请运行 pip install 'yangguang[compare]'。") from None
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.add_subplot()
    for row in rows:
        point = (row.texts_per_second, row.evaluation.macro_f1)
        axes.scatter(*point, s=60)
        axes.annotate(row.name, point, textcoords="offset points", xytext=(6, 6), fontsize=9)
    axes.set_xscale("log")
    axes.margins(x=0.25, y=0.2)
    axes.set_xlabel("texts per second, text to scores (log scale)")
    axes.set_ylabel("macro-F1, grouped folds")
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=150)
