"""Whether adapting helps a model with few labels: the rest of the texts is its archive.

    python benchmarks/adaptation.py ../shared/eval/taidi_c/messages_labelled.jsonl

Per fold: some labelled texts of the other folds, the labels of all their other texts hidden,
measured on the fold. Answers gained and lost are tested by their signs (McNemar, exact).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from training.adapt import adapt
from training.config import read_config, single_head
from training.corpus import Corpus, read_corpus
from training.evaluate import evaluate
from training.train import choose_folds


def answers(
    corpus: Corpus, label_field: str, fold_field: str, size: int, seed: int
) -> tuple[list[str], list[str], list[str]]:
    """Reference labels, answers before and answers after adapting, of all folds."""
    config = single_head(read_config(), label_field)
    rng = np.random.default_rng(seed)
    folds = np.array(corpus.values(fold_field))
    true: list[str] = []
    before: list[str] = []
    after: list[str] = []
    for fold in np.unique(folds):
        order = rng.permutation(np.flatnonzero(folds != fold))
        labelled, hidden = np.zeros(len(folds), bool), np.zeros(len(folds), bool)
        labelled[order[:size]], hidden[order[size:]] = True, True
        own, asked = corpus.where(labelled), corpus.where(folds == fold)
        adapted = adapt(own, corpus.where(hidden), config, choose_folds(own, config, None))
        true += [str(label) for label in asked.values(label_field)]
        for found, fitted in ((before, adapted.cold), (after, adapted.fitted)):
            head = fitted.pipeline.predict_texts(asked.texts).heads[label_field]
            found += [head.codes[i] for i in head.best]
    return true, before, after


def run(arguments: argparse.Namespace) -> None:
    from scipy.stats import binomtest

    corpus = read_corpus(arguments.labelled)
    for size in arguments.sizes:
        true, before, after = answers(
            corpus, arguments.label_field, arguments.fold_field, size, arguments.seed
        )
        codes = sorted({*true, *before, *after})
        for name, found in (("before", before), ("after", after)):
            result = evaluate(true, found, codes=codes)
            print(f"{size} labels, {name}: {result.accuracy:.4f} / {result.macro_f1:.4f}")
        now, then = np.array(after) == true, np.array(before) == true
        gained, lost = int((now & ~then).sum()), int((then & ~now).sum())
        p = binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
        print(f"  gained {gained}, lost {lost} of {len(true)}, p = {p:.2g}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Cold against adapted with few labels.")
    parser.add_argument("labelled", type=Path, nargs="?")
    parser.add_argument("--label-field", default="label")
    parser.add_argument("--fold-field", default="fold")
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 1000])
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.labelled is None or not arguments.labelled.is_file():
        print("no labelled texts at hand, so nothing to measure; name a file of them")
        return
    run(arguments)


if __name__ == "__main__":
    main()
