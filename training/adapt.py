"""Fit a model to an office's own language from its past messages, without a label among them.

    corpus ─fit─▶ first model ─labels─▶ archive ─two views agree─▶ corpus + some of it ─fit─▶ model

Calibration and thresholds come from the corpus's own texts only, each scored by a model that saw
neither it nor a first model that did. Nothing of the archive is written into the artefact but
counts of features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.encoders.characters import CharacterHasher, Counts
from models.pipeline import Head, Pipeline, decide
from training.config import TrainConfig
from training.corpus import Corpus
from training.fit import (
    Fitted,
    HeadTarget,
    Scorer,
    encode_corpus,
    fit_questions,
    fit_scorer,
    output_slices,
    read_targets,
    take,
)
from training.pseudo import AdaptSettings, PseudoLabels, WordView, choose, cut_words

_UNSET = -1


@dataclass(frozen=True)
class Adapted:
    """An adapted model beside the one it started from, and what the archive gave."""

    fitted: Fitted
    cold: Fitted
    facts: Mapping[str, Any]


def usable_texts(archive: Corpus, corpus: Corpus, limit: int) -> list[str]:
    """Texts of an archive, each once, none of the corpus; at most `limit` at equal distances."""
    known = set(corpus.texts)
    texts = [text for text in dict.fromkeys(archive.texts) if text.strip() and text not in known]
    if len(texts) <= limit:
        return texts
    return [texts[i] for i in np.linspace(0, len(texts) - 1, limit).astype(int).tolist()]


def adapt(
    corpus: Corpus,
    archive: Corpus,
    config: TrainConfig,
    folds: NDArray[np.intp],
    *,
    settings: AdaptSettings | None = None,
    sample_weight: NDArray[np.float64] | None = None,
) -> Adapted:
    """Fit on the corpus, label the archive, fit again on both.

    Parameters
    ----------
    corpus : Corpus of n documents
    archive : Corpus
        Unlabelled messages; label columns it may have are not looked at.
    folds : int array, shape (n_documents,)
        As for `fit`.
    settings : AdaptSettings, optional
    sample_weight : float array, shape (n_documents,), optional

    Notes
    -----
    The first head's labels are learnt from the archive; the other heads only profit from nothing
    being forgotten. Same input, same artefact, bit for bit.
    """
    settings = settings or AdaptSettings()
    texts = usable_texts(archive, corpus, settings.max_texts)
    together = [*corpus.texts, *texts]
    material = _Material(
        read_targets(corpus, config),
        encode_corpus(together, config),
        WordView(cut_words(together), len(corpus)),
        config,
        folds,
        np.ones(len(corpus)) if sample_weight is None else sample_weight,
    )
    splits = [np.flatnonzero(folds != fold) for fold in np.unique(folds)]
    splits.append(np.arange(len(corpus)))
    cold_scorers = [material.scorer(rows, None) for rows in splits]
    cold = material.fitted(cold_scorers)
    taken = [
        material.label_archive(scorer, cold.pipeline.questions, rows, settings)
        for scorer, rows in zip(cold_scorers, splits, strict=True)
    ]
    adapted = material.fitted(
        [material.scorer(rows, pseudo) for rows, pseudo in zip(splits, taken, strict=True)]
    )
    first = material.targets[config.heads[0].name]
    counted = np.bincount(taken[-1].y, minlength=len(first.codes)).tolist()
    facts = {
        "n_archive": len(archive),
        "n_usable": len(texts),
        "n_taken": len(taken[-1].rows),
        "taken": dict(zip(first.codes, counted, strict=True)),
        "settings": asdict(settings),
    }
    return Adapted(adapted, cold, facts)


@dataclass(frozen=True)
class _Material:
    """What the first and the second fit share; the corpus's rows come before the archive's."""

    targets: dict[str, HeadTarget]
    counts: Counts
    words: WordView
    config: TrainConfig
    folds: NDArray[np.intp]
    weight: NDArray[np.float64]

    @property
    def n_own(self) -> int:
        """Documents of the corpus."""
        return len(self.folds)

    def scorer(self, rows: NDArray[np.intp], pseudo: PseudoLabels | None) -> Scorer:
        """Fit on some rows of the corpus and, if given, on what was taken from the archive."""
        n_archive = len(self.counts.indptr) - 1 - self.n_own
        weight = np.concatenate([self.weight, np.zeros(n_archive)])
        y = {name: np.full(n_archive, _UNSET, np.intp) for name in self.targets}
        if pseudo is not None:
            weight[self.n_own + pseudo.rows] = pseudo.weight
            y[self.config.heads[0].name][pseudo.rows] = pseudo.y
            rows = np.concatenate([rows, self.n_own + pseudo.rows])
        targets = {
            name: replace(target, y=np.concatenate([target.y, y[name]]))
            for name, target in self.targets.items()
        }
        return fit_scorer(self.counts, targets, rows, self.config, weight)

    def fitted(self, scorers: Sequence[Scorer]) -> Fitted:
        """Calibrate by the scorers of the folds, answer with the last one."""
        widths = [len(target.codes) for target in self.targets.values()]
        oof = np.zeros((self.n_own, sum(widths)), np.float32)
        for fold, scorer in zip(np.unique(self.folds), scorers[:-1], strict=True):
            outside = np.flatnonzero(self.folds == fold)
            oof[outside] = scorer.score(take(self.counts, outside))
        outputs = output_slices(self.targets)
        questions = fit_questions(self.targets, outputs, oof, self.config, self.weight)
        encoder = self.config.encoder
        pipeline = Pipeline(
            self.config.model_id,
            CharacterHasher(encoder.orders, encoder.n_bits),
            scorers[-1].vocabulary,
            scorers[-1].scores,
            questions,
        )
        return Fitted(
            pipeline, scorers[-1].parts, scorers[-1].weights, self.targets, oof, self.folds
        )

    def label_archive(
        self,
        scorer: Scorer,
        questions: Mapping[str, Head],
        rows: NDArray[np.intp],
        settings: AdaptSettings,
    ) -> PseudoLabels:
        """Labels of the first head for the archive, by models fitted on some rows only."""
        first = self.targets[self.config.heads[0].name]
        archive = np.arange(self.n_own, len(self.counts.indptr) - 1)
        y_score = scorer.score(take(self.counts, archive))
        answers = decide(questions, y_score, np.ones(len(archive), bool))
        own = first.y[rows]
        n_own = np.bincount(own[own >= 0], minlength=len(first.codes))
        y_prob = answers[first.config.name].y_prob
        return choose(y_prob, self.words.answers(rows, first.y), n_own, settings)
