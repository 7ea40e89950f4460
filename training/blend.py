"""Fit a linear model and a network on one corpus and choose how much each counts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.artifact import load_pipeline
from models.blended import LINEAR, NETWORK, BlendedModel, Mixed, mix, save_blend
from models.decision import fit_threshold
from models.errors import InputError
from models.folders import whole_folder
from models.judging import decide
from models.loading import load_predictor
from models.prediction import HeadPredictions
from training.blending import best_weight, paired
from training.card import render_card
from training.config import BlendConfig, TrainConfig, TransformerConfig
from training.corpus import Corpus
from training.evaluate import evaluate
from training.fit import Fitted
from training.letters import Letter
from training.neural.fine_tune import FineTuned, train_transformer
from training.train import measure_all, train

Report = Callable[[str], None]


def train_blend(
    corpus: Corpus,
    config: BlendConfig,
    linear: TrainConfig,
    network: TransformerConfig,
    checkpoint: Path,
    out: Path,
    *,
    allow_pickle: bool = False,
    group_field: str | None = None,
    evaluations: Mapping[str, tuple[Corpus, Mapping[str, str]]] | None = None,
    letters: Sequence[Letter] = (),
    letter_evaluation: Sequence[Letter] = (),
    report: Report = lambda line: None,
) -> BlendedModel:
    """Fit both, choose weights and thresholds on texts neither has seen, write the folder.

    An interrupted run keeps what was done in `<out>.parts` and goes on from there.

    Parameters
    ----------
    As `training.neural.fine_tune.train_transformer`; `linear` and `network` are the recipes that
    `config` names.

    Raises
    ------
    InputError
        If the two recipes have different heads.
    """
    names = [head.name for head in linear.heads]
    if names != [head.name for head in network.heads if head.name != "outcome"]:
        raise InputError("合用的两份训练配置各项（heads）应当相同、次序相同。")
    parts = out.with_name(out.name + ".parts")
    fitted = train(corpus, linear, parts / LINEAR, group_field=group_field, evaluations=evaluations)
    tuned = train_transformer(
        corpus,
        network,
        checkpoint,
        parts / NETWORK,
        allow_pickle=allow_pickle,
        group_field=group_field,
        evaluations=evaluations,
        letters=letters,
        letter_evaluation=letter_evaluation,
        report=report,
    )
    model, facts = choose(
        BlendedModel(
            config.model_id,
            load_pipeline(parts / LINEAR),
            load_predictor(parts / NETWORK),
            {},
            fitted.pipeline.questions,
        ),
        fitted,
        tuned,
        network,
    )
    metrics: dict[str, Any] = {"training": dict(tuned.facts), "blend": facts}
    metrics["training"] |= _corpus_facts(parts)
    metrics |= measure_all(model, linear, evaluations)
    settings = {
        **config.model_dump(mode="json"),
        "linear": linear.model_dump(mode="json"),
        "network": network.model_dump(mode="json"),
        "heads": linear.model_dump(mode="json")["heads"],
    }
    with whole_folder(out) as folder:
        for name in (LINEAR, NETWORK):
            shutil.copytree(parts / name, folder / name)
        card = render_card(model, settings, metrics)
        save_blend(folder, model, config=settings, metrics=metrics, card=card)
    shutil.rmtree(parts)
    return model


def choose(
    model: BlendedModel, fitted: Fitted, tuned: FineTuned, config: TransformerConfig
) -> tuple[BlendedModel, dict[str, Any]]:
    """Weights and thresholds on the documents that the network has not seen.

    The linear model's scores there are out of fold, so that it has not seen them either.

    Returns
    -------
    BlendedModel
    dict
        By head: the weight, and accuracy and macro-F1 of either and of both on these documents,
        with the paired test of the blend against the linear model. The weight was chosen on them:
        the blend is judged by texts set aside for evaluation, not by these figures.
    """
    chosen = np.flatnonzero(tuned.unseen < len(fitted.folds))  # not letters
    documents = tuned.unseen[chosen]
    everything = np.ones(len(documents), bool)
    first = decide(fitted.pipeline.questions, fitted.oof_score[documents], everything)
    second = decide(tuned.pipeline.questions, tuned.y_score[chosen], everything)
    y = {name: target.y[documents] for name, target in fitted.targets.items()}
    weights = {
        name: best_weight(
            first[name].y_prob[labels >= 0], second[name].y_prob[labels >= 0], labels[labels >= 0]
        )
        for name, labels in y.items()
    }
    mixed = mix(fitted.pipeline.questions, weights, first, second)
    questions, facts = {}, {}
    for name, head in fitted.pipeline.questions.items():
        known = y[name] >= 0
        threshold = fit_threshold(
            mixed[name].confidence[known],
            (mixed[name].best == y[name])[known],
            target=config.calibration.target_precision,
            delta=config.calibration.delta,
        )
        questions[name] = replace(head, threshold=threshold)
        facts[name] = _measured(first[name], second[name], mixed[name], y[name], weights[name])
    return replace(model, weights=weights, questions=questions), facts


def _measured(
    first: HeadPredictions,
    second: HeadPredictions,
    mixed: Mixed,
    y: NDArray[np.intp],
    weight: float,
) -> dict[str, Any]:
    known = y >= 0
    codes = first.codes
    true = [codes[i] for i in y[known].tolist()]
    figures: dict[str, Any] = {"weight": round(weight, 2), "n_documents": int(known.sum())}
    for side, best, y_prob in (
        ("linear", first.best, first.y_prob),
        ("network", second.best, second.y_prob),
        ("blend", mixed.best, mixed.y_prob),
    ):
        answers = [codes[i] for i in best[known].tolist()]
        e = evaluate(true, answers, codes=codes, y_prob=y_prob[known])
        figures[side] = {
            "accuracy": round(e.accuracy, 4),
            "macro_f1": round(e.macro_f1, 4),
            "log_loss": round(e.log_loss or 0.0, 4),
        }
    gained, lost, p_value = paired((first.best == y)[known], (mixed.best == y)[known])
    return figures | {"gained": gained, "lost": lost, "p_value": round(p_value, 4)}


def _corpus_facts(parts: Path) -> dict[str, Any]:
    """What the network's metrics say of the corpus: it learnt from all of it, letters included."""
    import json

    metrics = json.loads((parts / NETWORK / "metrics.json").read_text(encoding="utf-8"))
    facts: dict[str, Any] = metrics["training"]
    return facts
