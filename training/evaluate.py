"""What a model is worth: figures per label, calibration, how much it may decide alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

PRECISIONS = (0.95, 0.98, 0.99)
N_BINS = 15


@dataclass(frozen=True, slots=True)
class LabelReport:
    """One label's figures; a ratio that would divide by zero is None."""

    label: str
    support: int
    predicted: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same probability: how many, their mean probability, how many right."""

    n_documents: int
    probability: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of one head on one set of documents.

    `macro_f1` averages over labels with support. `top3_accuracy` asks whether the reference label
    is among the three most probable. `ece` is the expected calibration error of the
    answer over 15 equal-width bins. `coverage` maps a precision to the largest share of
    documents that could be answered at it, the threshold chosen with hindsight on the same
    documents. `accept_coverage` and `accept_precision` are those of the model's own decisions.
    """

    n_documents: int
    accuracy: float
    macro_f1: float
    top3_accuracy: float | None
    log_loss: float | None
    ece: float | None
    reliability: tuple[Bin, ...]
    coverage: Mapping[str, float]
    accept_coverage: float | None
    accept_precision: float | None
    labels: tuple[LabelReport, ...]
    confusion: tuple[tuple[int, ...], ...]

    def to_json(self) -> dict[str, object]:
        """Plain values, ratios rounded to four places."""

        def plain(value: object) -> object:
            if isinstance(value, float):
                return round(value, 4)
            if isinstance(value, Mapping):
                return {key: plain(item) for key, item in value.items()}
            if isinstance(value, list | tuple):
                return [plain(item) for item in value]
            return value

        return {key: plain(value) for key, value in asdict(self).items()}


def evaluate(
    y_true: Sequence[str],
    y_pred: Sequence[str],
    *,
    codes: Sequence[str],
    y_prob: NDArray[np.floating] | None = None,
    accepted: NDArray[np.bool_] | None = None,
) -> Evaluation:
    """Compare answers with reference labels.

    Parameters
    ----------
    y_true, y_pred : sequences of n codes
    codes : sequence of str
        All labels, in the column order of `y_prob`.
    y_prob : float array, shape (n, n_labels), optional
    accepted : bool array, shape (n,), optional
    """
    position = {code: i for i, code in enumerate(codes)}
    true = np.array([position[c] for c in y_true], np.intp)
    pred = np.array([position[c] for c in y_pred], np.intp)
    k, n = len(codes), len(true)
    confusion = np.bincount(true * k + pred, minlength=k * k).reshape(k, k)
    reports = tuple(_label_report(code, confusion, i) for code, i in position.items())
    scored = [r.f1 or 0.0 for r in reports if r.support]
    correct = true == pred
    top = None if y_prob is None else y_prob[np.arange(n), pred]
    return Evaluation(
        n_documents=n,
        accuracy=float(correct.mean()),
        macro_f1=float(np.mean(scored)),
        top3_accuracy=None if y_prob is None else top_k_accuracy(y_prob, true, 3),
        log_loss=None if y_prob is None else log_loss(y_prob, true),
        ece=None if top is None else expected_calibration_error(top, correct),
        reliability=() if top is None else reliability(top, correct),
        coverage={}
        if top is None
        else {str(p): coverage_at_precision(top, correct, p) for p in PRECISIONS},
        accept_coverage=None if accepted is None else float(accepted.mean()),
        accept_precision=None
        if accepted is None or not accepted.any()
        else float(correct[accepted].mean()),
        labels=reports,
        confusion=tuple(map(tuple, confusion.tolist())),
    )


def _label_report(code: str, confusion: NDArray[np.intp], i: int) -> LabelReport:
    hit, support, predicted = confusion[i, i], confusion[i].sum(), confusion[:, i].sum()
    return LabelReport(
        code,
        int(support),
        int(predicted),
        float(hit / predicted) if predicted else None,
        float(hit / support) if support else None,
        float(2 * hit / (support + predicted)) if support + predicted else None,
    )


def log_loss(y_prob: NDArray[np.floating], y: NDArray[np.intp]) -> float:
    """Mean negative logarithm of the probability given to the reference label."""
    chosen = y_prob[np.arange(len(y)), y]
    return float(-np.log(np.clip(chosen, 1e-12, 1)).mean())


def expected_calibration_error(
    probability: NDArray[np.floating], correct: NDArray[np.bool_], n_bins: int = N_BINS
) -> float:
    """Mean gap between probability and accuracy over equal-width bins (Guo et al. 2017)."""
    bins = np.minimum((probability * n_bins).astype(int), n_bins - 1)
    count = np.bincount(bins, minlength=n_bins)
    gap = np.abs(
        np.bincount(bins, weights=probability, minlength=n_bins)
        - np.bincount(bins, weights=correct.astype(float), minlength=n_bins)
    )
    return float(gap.sum() / count.sum())


def top_k_accuracy(y_prob: NDArray[np.floating], y: NDArray[np.intp], k: int) -> float:
    """Share of documents whose reference label is among the k most probable."""
    best = np.argsort(-y_prob, axis=1, kind="stable")[:, :k]
    return float((best == y[:, None]).any(axis=1).mean())


def reliability(
    probability: NDArray[np.floating], correct: NDArray[np.bool_], n_bins: int = 10
) -> tuple[Bin, ...]:
    """Equal-width bins that hold answers, from the least probable up."""
    bins = np.minimum((probability * n_bins).astype(int), n_bins - 1)
    return tuple(
        Bin(int(inside.sum()), float(probability[inside].mean()), float(correct[inside].mean()))
        for i in range(n_bins)
        if (inside := bins == i).any()
    )


def coverage_at_precision(
    probability: NDArray[np.floating], correct: NDArray[np.bool_], precision: float
) -> float:
    """Largest share of documents, taken from the most probable down, that is right often enough."""
    order = np.argsort(-probability, kind="stable")
    right = np.cumsum(correct[order])
    size = np.arange(1, len(order) + 1)
    enough = np.flatnonzero(right / size >= precision)
    return float((enough[-1] + 1) / len(order)) if len(enough) else 0.0
