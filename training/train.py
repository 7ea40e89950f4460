"""One training run from corpus to saved artefact."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.artifact import save_artifact
from models.judging import Head, decide
from models.predictor import Predictor
from training.adapt import adapt
from training.card import render_card
from training.config import RunConfig, TrainConfig
from training.corpus import Corpus
from training.fit import Fitted, HeadTarget, fit
from training.measure import measure_heads, report
from training.neighbours import group_similar
from training.reliability import reliability_svg
from training.reviewed import REVIEWED_WEIGHT, join_reviewed
from training.split import assign_folds, balanced_folds

VOICE = "voice"
_DIGITS = 6


def choose_folds(corpus: Corpus, config: RunConfig, group_field: str | None) -> NDArray[np.intp]:
    """Folds for out-of-fold scores.

    By `group_field` if given (one group stays together), otherwise near-duplicates stay together.
    """
    n_folds = config.calibration.n_folds
    if group_field is not None:
        groups = corpus.values(group_field)
        if len(set(groups)) <= 10 * n_folds:
            return balanced_folds(groups, n_folds)
        return assign_folds(groups, n_folds, config.seed)
    clusters = group_similar(corpus.texts)
    first: dict[int, str] = {}
    for text, cluster in zip(corpus.texts, clusters.tolist(), strict=True):
        first.setdefault(cluster, text)
    return assign_folds([first[c] for c in clusters.tolist()], n_folds, config.seed)


def train(
    corpus: Corpus,
    config: TrainConfig,
    out: Path,
    *,
    group_field: str | None = None,
    evaluations: Mapping[str, tuple[Corpus, Mapping[str, str]]] | None = None,
    reviewed: Corpus | None = None,
    reviewed_weight: float = REVIEWED_WEIGHT,
    archive: Corpus | None = None,
) -> Fitted:
    """Fit, measure, write the artefact folder.

    Parameters
    ----------
    evaluations : mapping of name to (Corpus, renames), optional
        Sets to measure on; their figures go into metrics and card under that name. `renames`
        merges the model's labels into the coarser ones of that set.
    reviewed : Corpus, optional
        An office's corrections as `prepare_reviewed` gives them; each counts as
        `reviewed_weight` texts, in fitting, calibration and thresholds alike.
    archive : Corpus, optional
        An office's unlabelled messages to adapt to.
    """
    folds = choose_folds(corpus, config, group_field)
    weight = None
    facts: dict[str, Any] = {}
    if reviewed is not None:
        folds = np.concatenate([folds, choose_folds(reviewed, config, None)])
        corpus, weight = join_reviewed(corpus, reviewed, reviewed_weight)
        facts = {"n_reviewed": len(reviewed), "reviewed_weight": reviewed_weight}
    metrics: dict[str, Any] = {"training": training_facts(corpus) | facts}
    if archive is None:
        fitted = fit(corpus, config, folds, sample_weight=weight)
    else:
        adapted = adapt(corpus, archive, config, folds, sample_weight=weight)
        fitted = adapted.fitted
        metrics["adaptation"] = {**adapted.facts, "cold_out_of_fold": out_of_fold(adapted.cold)}
    if reviewed is not None or archive is not None:
        fitted = replace(fitted, pipeline=replace(fitted.pipeline, model_id=own_id(fitted)))
    metrics["out_of_fold"] = out_of_fold(fitted)
    metrics |= measure_all(fitted.pipeline, config, evaluations)
    settings = config.model_dump(mode="json")
    card = render_card(fitted.pipeline, settings, metrics)
    save_artifact(
        out,
        fitted.pipeline,
        fitted.parts,
        fitted.weights,
        config=settings,
        metrics=metrics,
        card=card,
        attachments={"reliability.svg": reliability_svg(measured_parts(metrics))},
    )
    return fitted


def own_id(fitted: Fitted) -> str:
    """`name@version+digest`: what an office's models answer can be told apart by their id.

    The digest is of all that decides an answer, so that the same fit again has the same id.
    """
    digest = hashlib.sha256(fitted.pipeline.vocabulary.buckets.tobytes())
    digest.update(fitted.pipeline.scorer.intercept.tobytes())
    for name in sorted(fitted.parts):
        part, head = fitted.parts[name], fitted.pipeline.questions[name]
        calibration = np.array([head.calibrator.power, head.threshold, head.blend])
        for array in (part.columns, part.values, part.scale, head.calibrator.slope,
                      head.calibrator.offset, calibration):  # fmt: skip
            digest.update(np.ascontiguousarray(array).tobytes())
    return f"{fitted.pipeline.model_id}+{digest.hexdigest()[:_DIGITS]}"


def measured_parts(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """What was measured, by the title that the card's picture uses."""
    names = {"out_of_fold": "unread writers", "evaluation": "evaluation", "real_messages": "real"}
    return {title: metrics[name] for name, title in names.items() if metrics.get(name)}


def out_of_fold(fitted: Fitted) -> dict[str, Any]:
    """Figures of each head on documents its model had not seen."""
    return unseen_report(fitted.pipeline.questions, fitted.oof_score, fitted.targets)


def unseen_report(
    questions: Mapping[str, Head],
    y_score: NDArray[np.float32],
    targets: Mapping[str, HeadTarget],
) -> dict[str, Any]:
    """Figures of each head from scores, (n_documents, n_outputs), of documents not seen."""
    answers = decide(questions, y_score, np.ones(len(y_score), bool))
    return {
        name: report(
            answers[name], [None if i < 0 else target.codes[i] for i in target.y], {}
        ).to_json()
        for name, target in targets.items()
    }


def measure_all(
    pipeline: Predictor,
    config: RunConfig,
    evaluations: Mapping[str, tuple[Corpus, Mapping[str, str]]] | None,
) -> dict[str, Any]:
    """Figures of each head on each set whose labels it has."""
    fields = {head.name: head.field for head in config.heads}
    metrics = {}
    for name, (other, renames) in (evaluations or {}).items():
        present = {head: field for head, field in fields.items() if field in other.frame.columns}
        measured = measure_heads(pipeline, other, fields=present, renames=renames)
        metrics[name] = {head: result.to_json() for head, result in measured.items()}
    return metrics


def training_facts(corpus: Corpus) -> dict[str, Any]:
    """Number, hash and lengths of the texts."""
    digest = hashlib.sha256("\0".join(corpus.texts).encode("utf-8", "surrogatepass"))
    lengths = [len(text) for text in corpus.texts]
    percentiles = {f"p{p}": int(np.percentile(lengths, p)) for p in (10, 50, 90, 99)}
    return {
        "n_documents": len(corpus),
        "sha256": digest.hexdigest(),
        "length_percentiles": percentiles,
    }
