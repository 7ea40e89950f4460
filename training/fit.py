"""Fit a linear pipeline: features, heads, calibration on unseen folds, thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models import labels as label_sets
from models.artifact import QuantizedCoef, assemble, quantize
from models.calibration import fit_calibrator
from models.classifiers.linear import LinearScores
from models.decision import fit_threshold
from models.encoders.characters import CharacterHasher, Counts
from models.encoders.weighting import (
    Entries,
    Vocabulary,
    fit_vocabulary,
    fit_weights,
    normalized,
)
from models.errors import InputError
from models.labels import Label, LabelSet
from models.pipeline import Head, Pipeline, form_opinions
from models.text.codepoints import CodePoints
from models.text.normalize import normalize
from training.config import HeadConfig, RunConfig, TrainConfig
from training.corpus import Corpus

_UNSET = -1


@dataclass(frozen=True)
class HeadTarget:
    """What one head has to learn.

    Parameters
    ----------
    codes, names : tuple of str, length n_labels
        Only labels that occur in the corpus, in label-set order.
    y : int array, shape (n_documents,)
        Position in `codes`; -1 where a document has no label for this head.
    """

    config: HeadConfig
    codes: tuple[str, ...]
    names: tuple[str, ...]
    y: NDArray[np.intp]


@dataclass(frozen=True)
class Fitted:
    """A fitted pipeline with what is needed to save and to judge it.

    Parameters
    ----------
    parts : mapping of head name to QuantizedCoef
    weights : mapping of weighting name to float32 array, shape (n_features,)
    oof_score : float32 array, shape (n_documents, n_outputs)
        Scores of each training document by a model that has not seen its fold.
    """

    pipeline: Pipeline
    parts: Mapping[str, QuantizedCoef]
    weights: Mapping[str, NDArray[np.float32]]
    targets: Mapping[str, HeadTarget]
    oof_score: NDArray[np.float32]
    folds: NDArray[np.intp]


def read_targets(corpus: Corpus, config: RunConfig) -> dict[str, HeadTarget]:
    """Number the labels of each head.

    Raises
    ------
    LabelError
        If a text carries a code that the head's label set does not know.
    InputError
        If a head has fewer than two labels in the corpus.
    """
    targets = {}
    for head in config.heads:
        values = [None if v is None else str(v) for v in corpus.values(head.field)]
        known = _known_labels(head, values)
        present = {value for value in values if value is not None}
        used = [label for label in known if label.code in present]
        position = {label.code: i for i, label in enumerate(used)}
        if len(used) < 2:
            raise InputError(f"“{head.field}”列只有 {len(used)} 种标签，至少要两种才能训练。")
        y = np.array([_UNSET if v is None else position[v] for v in values], np.intp)
        targets[head.name] = HeadTarget(
            head, tuple(la.code for la in used), tuple(la.name for la in used), y
        )
    return targets


def _known_labels(head: HeadConfig, values: Sequence[str | None]) -> Sequence[Label]:
    present = sorted({value for value in values if value is not None})
    if head.label_set is None:
        return [Label(code, code) for code in present]
    sets: dict[str, tuple[LabelSet, Sequence[Label]]] = {
        "topic": (label_sets.topics(), label_sets.topics().roots),
        "subtopic": (label_sets.topics(), label_sets.topics().leaves),
        "intent": (label_sets.intents(), label_sets.intents().roots),
        "outcome": (label_sets.letter_kinds(), label_sets.letter_kinds().labels),
    }
    label_set, labels = sets[head.label_set]
    for code in present:
        label_set[code]  # an unknown code raises
    return labels


def encode_corpus(texts: Sequence[str], config: TrainConfig) -> Counts:
    """Counts of all texts, once for all folds."""
    hasher = CharacterHasher(config.encoder.orders, config.encoder.n_bits)
    return hasher.encode(normalize(CodePoints.from_texts(texts)).points)


def take(counts: Counts, rows: NDArray[np.intp]) -> Counts:
    """The counts of some documents, in the given order."""
    lengths = np.diff(counts.indptr)[rows]
    indptr = np.concatenate(([0], np.cumsum(lengths)))
    index = np.repeat(counts.indptr[:-1][rows] - indptr[:-1], lengths) + np.arange(indptr[-1])
    return Counts(indptr, counts.buckets[index], counts.counts[index])


@dataclass(frozen=True)
class Scorer:
    """What one fit gives: features, coefficients already rounded to 8 bits, and their parts."""

    vocabulary: Vocabulary
    scores: LinearScores
    parts: dict[str, QuantizedCoef]
    weights: dict[str, NDArray[np.float32]]

    def score(self, counts: Counts) -> NDArray[np.float32]:
        """Raw scores, shape (n_documents, n_outputs)."""
        return self.scores.decision_function(self.vocabulary.entries(counts))


def fit_scorer(
    counts: Counts,
    targets: Mapping[str, HeadTarget],
    rows: NDArray[np.intp],
    config: TrainConfig,
    sample_weight: NDArray[np.float64] | None = None,
) -> Scorer:
    """Fit features and all heads on some rows."""
    subset = take(counts, rows)
    encoder = config.encoder
    vocabulary = fit_vocabulary(subset, 1 << encoder.n_bits, min_df=encoder.min_df)
    if not len(vocabulary):
        raise InputError("语料太少：没有一个字在两条以上的文本中出现，无法训练，请增加标注。")
    entries = vocabulary.entries(subset)
    frequency = np.bincount(entries.columns, minlength=len(vocabulary))
    weightings = {name: target.config.weighting or name for name, target in targets.items()}
    weights, matrices = {}, {}
    for name in sorted(set(weightings.values())):
        weights[name] = fit_weights(
            entries,
            len(vocabulary),
            targets[name].y[rows],
            idf_power=encoder.idf_power,
            ratio_power=encoder.ratio_power,
        )
        matrices[name] = _matrix(normalized(entries, weights[name]), len(vocabulary))
    parts, intercepts = {}, []
    weight = None if sample_weight is None else sample_weight[rows]
    for name, target in targets.items():
        weighting = weightings[name]
        columns = _strongest(weights[weighting], frequency, target.config.max_features)
        coef, intercept = _fit_head(matrices[weighting], target, rows, columns, config.seed, weight)
        parts[name] = quantize(coef, columns)
        intercepts.append(intercept)
    names = list(weights)
    scores = assemble(
        list(parts.values()),
        [names.index(weightings[name]) for name in targets],
        list(weights.values()),
        np.concatenate(intercepts),
    )
    return Scorer(vocabulary, scores, parts, weights)


def _matrix(entries: Entries, n_features: int) -> csr_array:
    data = (entries.values.astype(np.float64), entries.columns, entries.indptr.astype(np.int32))
    return csr_array(data, shape=(len(entries.indptr) - 1, n_features))


def _strongest(
    weights: NDArray[np.float32], document_frequency: NDArray[np.intp], limit: int
) -> NDArray[np.int32]:
    """Columns a head may use: all, or the `limit` with the most weight in the corpus."""
    if not limit or limit >= len(weights):
        return np.arange(len(weights), dtype=np.int32)
    mass = weights * np.sqrt(document_frequency)
    return np.sort(np.argsort(-mass, kind="stable")[:limit]).astype(np.int32)


def _fit_head(
    X: csr_array,
    target: HeadTarget,
    rows: NDArray[np.intp],
    columns: NDArray[np.int32],
    seed: int,
    sample_weight: NDArray[np.float64] | None,
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """One-versus-rest coefficients, shape (n_features, n_labels), and intercepts."""
    y = target.y[rows]
    labelled = y != _UNSET
    head = target.config
    n_labels = len(target.codes)
    if len(np.unique(y[labelled])) < 2:
        raise InputError(f"“{head.field}”的标注太少：留出一份校准后只剩一类，请至少给每类十条。")
    classifier = _classifier(head, seed, int(labelled.sum()))
    whole = len(columns) == X.shape[1]
    data = X[labelled] if whole else X[labelled][:, columns]
    weight = None if sample_weight is None else sample_weight[labelled]
    classifier.fit(data, y[labelled], sample_weight=weight)
    coef = np.zeros((X.shape[1], n_labels))
    intercept = np.full(n_labels, -10.0, np.float32)  # a label absent from this fold stays unlikely
    fitted, offset = classifier.coef_, classifier.intercept_
    if len(classifier.classes_) == 2:
        fitted, offset = np.vstack([-fitted, fitted]), np.concatenate([-offset, offset])
    coef[np.ix_(columns, classifier.classes_)] = fitted.T
    intercept[classifier.classes_] = offset
    return coef, intercept


def _classifier(head: HeadConfig, seed: int, n: int) -> Any:
    """An unfitted one-versus-rest classifier; `alpha` weighs the penalty alike for both solvers."""
    if head.solver == "exact":
        from sklearn.svm import LinearSVC

        return LinearSVC(
            C=1 / (head.alpha * n),
            class_weight=head.class_weight,
            max_iter=100 * head.max_iter,
            random_state=seed,
        )
    from sklearn.linear_model import SGDClassifier

    return SGDClassifier(
        loss=head.loss,
        alpha=head.alpha,
        max_iter=head.max_iter,
        tol=1e-3,
        random_state=seed,
        class_weight=head.class_weight,
    )


def fit(
    corpus: Corpus,
    config: TrainConfig,
    folds: NDArray[np.intp],
    *,
    sample_weight: NDArray[np.float64] | None = None,
) -> Fitted:
    """Fit, calibrate out of fold, choose thresholds.

    Parameters
    ----------
    corpus : Corpus of n documents
    folds : int array, shape (n_documents,)
        Calibration scores of a document come from a model that saw the other folds only.
    sample_weight : float array, shape (n_documents,), optional

    Notes
    -----
    Same corpus, configuration and folds give the same artefact, bit for bit.
    """
    targets = read_targets(corpus, config)
    counts = encode_corpus(corpus.texts, config)
    everything = np.arange(len(corpus))
    outputs = output_slices(targets)
    oof = np.zeros((len(corpus), sum(len(t.codes) for t in targets.values())), np.float32)
    for fold in np.unique(folds):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        oof[outside] = fit_scorer(counts, targets, inside, config, sample_weight).score(
            take(counts, outside)
        )
    scorer = fit_scorer(counts, targets, everything, config, sample_weight)
    questions = fit_questions(targets, outputs, oof, config, sample_weight)
    hasher = CharacterHasher(config.encoder.orders, config.encoder.n_bits)
    pipeline = Pipeline(config.model_id, hasher, scorer.vocabulary, scorer.scores, questions)
    return Fitted(pipeline, scorer.parts, scorer.weights, targets, oof, folds)


def output_slices(targets: Mapping[str, HeadTarget]) -> dict[str, slice]:
    """Columns of each head among all outputs."""
    slices, at = {}, 0
    for name, target in targets.items():
        slices[name] = slice(at, at + len(target.codes))
        at += len(target.codes)
    return slices


def fit_questions(
    targets: Mapping[str, HeadTarget],
    outputs: Mapping[str, slice],
    oof: NDArray[np.float32],
    config: RunConfig,
    sample_weight: NDArray[np.float64] | None = None,
) -> dict[str, Head]:
    """Calibrators and thresholds of all heads from out-of-fold scores."""
    questions: dict[str, Head] = {}
    for name, target in targets.items():
        known = target.y != _UNSET
        weight = None if sample_weight is None else sample_weight[known]
        calibrator = fit_calibrator(oof[known][:, outputs[name]], target.y[known], weight)
        questions[name] = Head(
            name,
            target.codes,
            target.names,
            outputs[name],
            calibrator,
            threshold=0.0,
            parent=target.config.parent,
            parent_index=_parent_index(target, targets),
            blend=target.config.blend,
            weighting=target.config.weighting or name,
        )
    opinions = form_opinions(questions, oof)
    for name, target in targets.items():
        known = target.y != _UNSET
        correct = (opinions[name].best == target.y)[known]
        threshold = fit_threshold(
            opinions[name].confidence[known],
            correct,
            None if sample_weight is None else sample_weight[known],
            target=config.calibration.target_precision,
            delta=config.calibration.delta,
        )
        questions[name] = replace(questions[name], threshold=threshold)
    return questions


def _parent_index(target: HeadTarget, targets: Mapping[str, HeadTarget]) -> NDArray[np.intp] | None:
    if target.config.parent is None:
        return None
    topics = label_sets.topics()
    above = targets[target.config.parent].codes
    return np.array([above.index(topics[code].parent or "") for code in target.codes], np.intp)
