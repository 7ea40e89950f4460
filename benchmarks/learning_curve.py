"""What an office's own labels add to the shipped corpus: accuracy and macro-F1 by their number.

    python benchmarks/learning_curve.py ../shared/eval/messages_dev.jsonl \
        --mapping '{"minerals": "other_nr", "surveying": "other_nr",
                    "administration": "other", "out_of_scope": "other"}'

Grouped folds inside the labelled file (near-duplicates stay together); of the texts outside a
fold, the first n in a seeded order are added as `fit --reviewed` adds them. Calibration is that
of the model without them, so the figures are of answers, not of probabilities. A coarse label
becomes the finer one of ours that the model without them finds likeliest among its members.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.pipeline import Pipeline, decide
from training.config import TrainConfig, read_config
from training.corpus import Corpus, read_corpus, shipped_corpus
from training.evaluate import evaluate
from training.fit import Fitted, encode_corpus, fit, fit_scorer, read_targets, take
from training.neighbours import group_similar
from training.reviewed import REVIEWED_WEIGHT, join_reviewed, prepare_reviewed
from training.split import assign_folds
from training.train import VOICE, choose_folds


def refine(labelled: Corpus, mapping: dict[str, str], pipeline: Pipeline) -> Corpus:
    """Topics in our codes: the likeliest member of each coarse label."""
    answers = pipeline.predict_texts(labelled.texts).heads["topic"]
    merged = np.array([mapping.get(code, code) for code in answers.codes])
    topics = []
    for coarse, y_prob in zip(labelled.values("topic"), answers.y_prob, strict=True):
        topics.append(answers.codes[int(np.where(merged == coarse, y_prob, -1).argmax())])
    return Corpus(labelled.frame.with_columns(pl.Series("topic", topics)), labelled.text_field)


class Curve:
    """Everything that stays the same from one point of the curve to the next."""

    def __init__(
        self, cold: Fitted, corpus: Corpus, labelled: Corpus, config: TrainConfig, weight: float
    ) -> None:
        self.config, self.cold = config, cold.pipeline
        joined, self.weights = join_reviewed(corpus, labelled, weight)
        self.targets = read_targets(joined, config)
        self.counts = encode_corpus(joined.texts, config)
        self.n_own = len(corpus)

    def answers(self, added: NDArray[np.intp], asked: NDArray[np.intp]) -> dict[str, list[str]]:
        """Answers of each head on the rows `asked` after adding the rows `added`."""
        counts = take(self.counts, asked + self.n_own)
        if len(added):
            rows = np.concatenate([np.arange(self.n_own), added + self.n_own])
            scorer = fit_scorer(self.counts, self.targets, rows, self.config, self.weights)
            y_score = scorer.score(counts)
        else:
            y_score = self.cold.scorer.decision_function(self.cold.vocabulary.entries(counts))
        found = decide(self.cold.questions, y_score, np.ones(len(asked), bool))
        return {name: [head.codes[i] for i in head.best] for name, head in found.items()}


def cross_validate(
    curve: Curve, groups: NDArray[np.int64], size: int, n_folds: int, seed: int
) -> dict[str, list[str]]:
    """Answers on every labelled text by a model that saw `size` others."""
    folds = assign_folds(groups.tolist(), n_folds, seed)
    order = np.random.default_rng(seed).permutation(len(groups))
    answers: dict[str, list[str]] = {}
    for fold in range(n_folds):
        asked = np.flatnonzero(folds == fold)
        added = np.sort(order[folds[order] != fold][:size])
        for name, codes in curve.answers(added, asked).items():
            whole = answers.setdefault(name, [""] * len(groups))
            for row, code in zip(asked.tolist(), codes, strict=True):
                whole[row] = code
    return answers


def figures(
    answers: dict[str, list[str]], labelled: Corpus, mapping: dict[str, str]
) -> dict[str, float]:
    """Accuracy and macro-F1 of the heads the file has labels for."""
    found = {}
    for name in ("topic", "intent"):
        if name not in answers or name not in labelled.frame.columns:
            continue
        y_true = labelled.values(name)
        y_pred = [mapping.get(code, code) for code in answers[name]]
        pairs = [(t, p) for t, p in zip(y_true, y_pred, strict=True) if t is not None]
        true, pred = [t for t, _ in pairs], [p for _, p in pairs]
        result = evaluate(true, pred, codes=sorted({*true, *pred}))
        found[f"{name} accuracy"], found[f"{name} macro-F1"] = result.accuracy, result.macro_f1
    return found


def run(arguments: argparse.Namespace) -> None:
    mapping: dict[str, str] = json.loads(arguments.mapping)
    config = read_config(arguments.recipe)
    labelled, corpus = read_corpus(arguments.labelled), shipped_corpus()
    cold = fit(corpus, config, choose_folds(corpus, config, VOICE))
    ours = refine(labelled, mapping, cold.pipeline)
    reviewed = prepare_reviewed(ours, config)
    curve = Curve(cold, corpus, reviewed, config, arguments.weight)
    groups = group_similar(labelled.texts)
    for size in arguments.sizes:
        seeds = range(arguments.seeds if size else 1)
        points = [
            figures(cross_validate(curve, groups, size, arguments.folds, s), labelled, mapping)
            for s in seeds
        ]
        row = {
            name: (
                float(np.mean([p[name] for p in points])),
                float(np.std([p[name] for p in points])),
            )
            for name in points[0]
        }
        shown = ", ".join(f"{name} {mean:.3f} ± {sd:.3f}" for name, (mean, sd) in row.items())
        print(f"{size} labels, {len(points)} runs: {shown}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("labelled", type=Path, nargs="?")
    parser.add_argument("--mapping", default="{}")
    parser.add_argument("--recipe", default="linear")
    parser.add_argument("--sizes", type=int, nargs="+", default=[0, 50, 200, 402])
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--weight", type=float, default=REVIEWED_WEIGHT)
    arguments = parser.parse_args()
    if arguments.labelled is None or not arguments.labelled.is_file():
        print("no labelled texts at hand, so nothing to measure; name a file of them")
        return
    run(arguments)


if __name__ == "__main__":
    main()
