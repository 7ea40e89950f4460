"""One training run from corpus to saved artefact."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.artifact import save_artifact
from models.pipeline import decide
from training.adapt import adapt
from training.card import render_card
from training.config import TrainConfig
from training.corpus import Corpus
from training.fit import Fitted, fit
from training.measure import measure_heads, report
from training.neighbours import group_similar
from training.reliability import reliability_svg
from training.reviewed import REVIEWED_WEIGHT, join_reviewed
from training.split import assign_folds, balanced_folds

VOICE = "voice"


def choose_folds(corpus: Corpus, config: TrainConfig, group_field: str | None) -> NDArray[np.intp]:
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
    metrics: dict[str, Any] = {"training": _training_facts(corpus) | facts}
    if archive is None:
        fitted = fit(corpus, config, folds, sample_weight=weight)
    else:
        adapted = adapt(corpus, archive, config, folds, sample_weight=weight)
        fitted = adapted.fitted
        metrics["adaptation"] = {**adapted.facts, "cold_out_of_fold": out_of_fold(adapted.cold)}
    metrics["out_of_fold"] = out_of_fold(fitted)
    fields = {head.name: head.field for head in config.heads}
    for name, (other, renames) in (evaluations or {}).items():
        present = {head: field for head, field in fields.items() if field in other.frame.columns}
        measured = measure_heads(fitted.pipeline, other, fields=present, renames=renames)
        metrics[name] = {head: result.to_json() for head, result in measured.items()}
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
        attachments={"reliability.svg": reliability_svg(_measured(metrics))},
    )
    return fitted


def _measured(metrics: Mapping[str, Any]) -> dict[str, Any]:
    names = {"out_of_fold": "unread writers", "evaluation": "evaluation", "real_messages": "real"}
    return {title: metrics[name] for name, title in names.items() if metrics.get(name)}


def out_of_fold(fitted: Fitted) -> dict[str, Any]:
    """Figures of each head on documents its model had not seen."""
    legible = np.ones(len(fitted.oof_score), bool)
    answers = decide(fitted.pipeline.questions, fitted.oof_score, legible)
    return {
        name: report(
            answers[name], [None if i < 0 else target.codes[i] for i in target.y], {}
        ).to_json()
        for name, target in fitted.targets.items()
    }


def _training_facts(corpus: Corpus) -> dict[str, Any]:
    digest = hashlib.sha256("\0".join(corpus.texts).encode("utf-8", "surrogatepass"))
    lengths = [len(text) for text in corpus.texts]
    percentiles = {f"p{p}": int(np.percentile(lengths, p)) for p in (10, 50, 90, 99)}
    return {
        "n_documents": len(corpus),
        "sha256": digest.hexdigest(),
        "length_percentiles": percentiles,
    }
