"""Classifiers side by side: the same folds, the same calibration, the same clock."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.calibration import fit_calibrator
from models.encoders.characters import CharacterHasher
from models.errors import InputError
from models.text.codepoints import CodePoints
from models.text.normalize import normalize
from training.blending import cross_blend, paired
from training.config import TrainConfig, TransformerConfig, read_recipe, single_head
from training.corpus import Corpus
from training.evaluate import Evaluation, evaluate
from training.fit import HeadTarget, encode_corpus, fit_scorer
from training.rivals import Rival, usual_rivals
from training.train import choose_folds

_ALONE = 50  # texts timed one by one


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One classifier's pooled figures; speed includes everything from text to scores.

    `milliseconds` is the median for one text alone.
    `y_prob` has the probabilities of every document, shape (n_documents, n_labels).
    """

    name: str
    evaluation: Evaluation
    fit_seconds: float
    texts_per_second: float
    milliseconds: float
    y_prob: NDArray[np.float32]


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


def blend(
    first: ComparisonRow,
    second: ComparisonRow,
    labels: Sequence[str],
    folds: NDArray[np.intp],
) -> ComparisonRow:
    """Two contestants' calibrated probabilities mixed, as one more contestant.

    The weight of a fold is the best one on the others, so that no fold chooses its own.
    """
    codes = sorted(set(labels))
    y = np.array([codes.index(label) for label in labels], np.intp)
    y_prob, weights = cross_blend(first.y_prob, second.y_prob, y, folds)
    pred = [codes[i] for i in y_prob.argmax(axis=1).tolist()]
    chosen = ", ".join(f"{weight:.2f}" for weight in weights)
    return ComparisonRow(
        f"{first.name} + {second.name} ({chosen} of it)",
        evaluate(list(labels), pred, codes=codes, y_prob=y_prob),
        first.fit_seconds + second.fit_seconds,
        1 / (1 / first.texts_per_second + 1 / second.texts_per_second),
        first.milliseconds + second.milliseconds,
        y_prob,
    )


def against(first: ComparisonRow, other: ComparisonRow, labels: Sequence[str]) -> str:
    """One line: what `other` answers better and worse than `first`, and whether that is chance."""
    codes = sorted(set(labels))
    y = np.array([codes.index(label) for label in labels])
    before, after = (row.y_prob.argmax(axis=1) == y for row in (first, other))
    gained, lost, p_value = paired(before, after)
    return (
        f"{other.name} against {first.name}: {gained} answers gained, {lost} lost, "
        f"exact McNemar p = {p_value:.2g}"
    )


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
    speed = len(texts) / score_seconds
    alone = _one_by_one(contestant, texts)
    return ComparisonRow(contestant.name, result, fit_seconds / n_folds, speed, alone, y_prob)


def _one_by_one(contestant: Rival, texts: Sequence[str]) -> float:
    """Median milliseconds of one text alone."""
    times = []
    for text in texts[:: max(len(texts) // _ALONE, 1)][:_ALONE]:
        start = time.perf_counter()
        contestant.scores([text])
        times.append(1e3 * (time.perf_counter() - start))
    return float(np.median(times))


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
        "| texts/s | ms alone |\n"
        "|---|---|---|---|---|---|---|---|---|---|\n"
    )
    lines = []
    for row in rows:
        e = row.evaluation
        coverage = " | ".join(f"{value:.3f}" for value in e.coverage.values())
        lines.append(
            f"| {row.name} | {e.macro_f1:.3f} | {e.accuracy:.3f} | {e.ece:.3f} | {coverage} "
            f"| {row.fit_seconds:.1f} | {row.texts_per_second:,.0f} "
            f"| {row.milliseconds:.1f} |"
        )
    return head + "\n".join(lines) + "\n"


def compare_corpus(
    corpus: Corpus,
    config: TrainConfig,
    *,
    label_field: str,
    fold_field: str | None = None,
    group_field: str | None = None,
    network: tuple[Path, str] | None = None,
    only_folds: Sequence[str] | None = None,
    with_rivals: bool = True,
    out: Path | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> str:
    """Compare the recipe with the usual choices on a corpus; returns the table.

    With `out`, also writes `compare.md`, `compare.json` and `compare.png` there.

    Parameters
    ----------
    network : (Path, str), optional
        A checkpoint to fine-tune in every fold, and the recipe for it: it stands in the table
        alone and blended with ours, with a paired test against ours.
    only_folds : sequence of str, optional
        Train and test within these folds only, where a whole comparison would take too long.
    with_rivals : bool
        Whether the field's usual choices stand in the table too.
    report : callable
        Gets lines of progress.
    """
    corpus, folds = _chosen_folds(corpus, config, fold_field, group_field, only_folds)
    labels = [str(label) for label in corpus.values(label_field)]
    contestants: list[Rival] = [Ours(config), *(usual_rivals() if with_rivals else [])]
    if network is not None:
        contestants.append(_network_rival(*network, report))
    rows = compare(corpus.texts, labels, folds, contestants)
    notes = []
    if network is not None:
        rows.append(blend(rows[0], rows[-1], labels, folds))
        notes += [against(rows[0], row, labels) for row in rows[-2:]]
    if only_folds:
        notes.append(f"Only folds {', '.join(only_folds)}: {len(labels)} texts.")
    text = table(rows) + "".join(f"\n{note}\n" for note in notes)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "compare.md").write_text(text, encoding="utf-8")
        figures = {
            row.name: {
                **row.evaluation.to_json(),
                "fit_seconds": round(row.fit_seconds, 2),
                "texts_per_second": round(row.texts_per_second),
                "milliseconds": round(row.milliseconds, 2),
            }
            for row in rows
        }
        content = json.dumps(figures, ensure_ascii=False, indent=1)
        (out / "compare.json").write_text(content + "\n", encoding="utf-8")
        plot(rows, out / "compare.png")
    return text


def _chosen_folds(
    corpus: Corpus,
    config: TrainConfig,
    fold_field: str | None,
    group_field: str | None,
    only_folds: Sequence[str] | None,
) -> tuple[Corpus, NDArray[np.intp]]:
    if fold_field is None:
        names = [str(fold) for fold in choose_folds(corpus, config, group_field).tolist()]
    else:
        names = [str(name) for name in corpus.values(fold_field)]
    if only_folds:
        kept = np.isin(names, list(only_folds))
        corpus, names = corpus.where(kept), [n for n, k in zip(names, kept, strict=True) if k]
    order = sorted(set(names))
    if len(order) < 2:
        raise InputError("至少要两折才能比较。")
    return corpus, np.array([order.index(name) for name in names], np.intp)


def _network_rival(checkpoint: Path, recipe: str, report: Callable[[str], None]) -> Rival:
    from training.neural.rival import FineTunedRival

    config = read_recipe(recipe)
    if not isinstance(config, TransformerConfig):
        raise InputError(f"训练配置 {recipe} 不是变换器模型的，无法微调 {checkpoint}。")
    return FineTunedRival(config, checkpoint, report)


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
