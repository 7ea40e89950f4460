"""The one composition: normalise → count → weight → score → calibrate → decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from models.calibration import Calibrator
from models.classifiers.linear import LinearScores
from models.document import Document
from models.encoders.characters import CharacterHasher
from models.encoders.weighting import Entries, Vocabulary
from models.evidence import Trace
from models.prediction import Evidence, HeadPredictions, Prediction, PredictionBatch
from models.text.codepoints import CodePoints
from models.text.normalize import normalize

MIN_CHARACTERS = 2  # in normal form, Chinese characters only: less than this goes to review


@dataclass(frozen=True, slots=True)
class Head:
    """One question put to a text.

    Parameters
    ----------
    name : str
    codes, names : tuple of str, length n_labels
    outputs : slice
        Its columns among the classifier's outputs.
    calibrator : Calibrator
    threshold : float
        Answers of at least this confidence are accepted; see `Opinion`.
    parent : str, optional
        Name of the head one level up.
    parent_index : int array, shape (n_labels,), optional
        For each label, the column of its parent in that head.
    blend : float
        For a head that has children: weight in 0..1 of the children's summed probabilities
        beside its own.
    """

    name: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    outputs: slice
    calibrator: Calibrator
    threshold: float
    parent: str | None = None
    parent_index: NDArray[np.intp] | None = None
    blend: float = 0.0
    weighting: str = ""


@dataclass(frozen=True, slots=True)
class DocumentPrediction:
    """All heads' answers for one document."""

    id: str
    model_id: str
    heads: Mapping[str, Prediction]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A loaded model. Holds no state that changes: safe to share between threads.

    Parameters
    ----------
    model_id : str
        `name@version`.
    hasher, vocabulary, scorer
        Encoder and classifier.
    questions : mapping of head name to Head, parents before children
    """

    model_id: str
    hasher: CharacterHasher
    vocabulary: Vocabulary
    scorer: LinearScores
    questions: Mapping[str, Head] = field(repr=False)

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of the heads."""
        return tuple(self.questions)

    def predict_texts(self, texts: Sequence[str]) -> PredictionBatch:
        """Label a batch of Python strings; any string is accepted."""
        return self._predict_points(CodePoints.from_texts(texts))

    def predict_utf8(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> PredictionBatch:
        """Label a column of UTF-8 text without making a Python string of each row.

        Parameters
        ----------
        data : uint8 array
            Valid UTF-8 of all rows.
        offsets : int64 array, shape (n_documents + 1,)
            Row i is `data[offsets[i]:offsets[i + 1]]`.
        """
        return self._predict_points(CodePoints.from_utf8(data, offsets))

    def predict(
        self, documents: Sequence[Document], *, evidence: bool = True
    ) -> list[DocumentPrediction]:
        """Label documents and, unless told otherwise, say which words carried each answer."""
        batch = self.predict_texts([document.text for document in documents])
        found = []
        for document, heads in zip(documents, batch.rows(), strict=True):
            if evidence:
                trace = Trace(document.text, self.hasher, self.vocabulary)
                heads = {
                    name: replace(answer, evidence=self._explain(trace, name, answer))
                    for name, answer in heads.items()
                }
            found.append(DocumentPrediction(document.id, self.model_id, heads))
        return found

    def scores(self, points: CodePoints) -> tuple[Entries, NDArray[np.float32]]:
        """Known features and raw scores, (n_documents, n_outputs), of texts in normal form."""
        entries = self.vocabulary.entries(self.hasher.encode(points))
        return entries, self.scorer.decision_function(entries)

    def _predict_points(self, raw: CodePoints) -> PredictionBatch:
        points = normalize(raw).points
        entries, y_score = self.scores(points)
        legible = legible_texts(points) & (np.diff(entries.indptr) > 0)
        return PredictionBatch(self.model_id, decide(self.questions, y_score, legible))

    def _explain(self, trace: Trace, name: str, answer: Prediction) -> tuple[Evidence, ...]:
        head = self.questions[name]
        best, rival = (
            head.outputs.start + head.codes.index(c.label) for c in answer.candidates[:2]
        )
        contrast = self.scorer.coefficients(trace.columns, best)
        return trace.evidence(contrast - self.scorer.coefficients(trace.columns, rival))


def legible_texts(points: CodePoints) -> NDArray[np.bool_]:
    """Whether a text holds enough Chinese to be judged at all, shape (n_documents,)."""
    chinese = (points.codes >= 0x3400) & (points.codes < 0xFB00)
    count = np.zeros(len(chinese) + 1, np.int64)
    np.cumsum(chinese, out=count[1:])
    enough: NDArray[np.bool_] = count[points.bounds[1:]] - count[points.bounds[:-1]] >= (
        MIN_CHARACTERS
    )
    return enough


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one head thinks of a batch, before anything is accepted.

    Parameters
    ----------
    y_prob : float32 array, shape (n_documents, n_labels)
    best : int array, shape (n_documents,)
        Column of the answer.
    confidence : float32 array, shape (n_documents,)
        What the threshold is compared with: the answer's probability; where a head has a second
        opinion (its children's), the smaller of the two, so that an answer is accepted only if
        both would give it.
    """

    y_prob: NDArray[np.float32]
    best: NDArray[np.intp]
    confidence: NDArray[np.float32]


def form_opinions(
    questions: Mapping[str, Head], y_score: NDArray[np.float32]
) -> dict[str, Opinion]:
    """Turn raw scores, shape (n_documents, n_outputs), into answers, parents first."""
    own = {
        name: head.calibrator.probabilities(y_score[:, head.outputs])
        for name, head in questions.items()
    }
    row = np.arange(len(y_score))
    opinions: dict[str, Opinion] = {}
    for name, head in questions.items():
        y_prob = own[name]
        second = None
        if head.blend:
            child = next(h for h in questions.values() if h.parent == name)
            second = sum_children(own[child.name], child, len(head.codes))
            y_prob = (1 - head.blend) * y_prob + head.blend * second
        best = y_prob.argmax(axis=1)
        if head.parent is not None and head.parent_index is not None:
            above = opinions[head.parent].best
            below = head.parent_index[None, :] == above[:, None]
            best = np.where(below, y_prob, -1).argmax(axis=1)
        confidence = y_prob[row, best]
        if second is not None:
            confidence = np.minimum(own[name][row, best], second[row, best])
        opinions[name] = Opinion(y_prob, best, confidence)
    return opinions


def decide(
    questions: Mapping[str, Head], y_score: NDArray[np.float32], legible: NDArray[np.bool_]
) -> dict[str, HeadPredictions]:
    """Turn raw scores into answers and decisions.

    Parameters
    ----------
    y_score : float32 array, shape (n_documents, n_outputs)
    legible : bool array, shape (n_documents,)
        Illegible documents are never accepted.
    """
    answers = {}
    for name, opinion in form_opinions(questions, y_score).items():
        head = questions[name]
        accepted = (opinion.confidence >= head.threshold) & legible
        answers[name] = HeadPredictions(
            head.codes, head.names, opinion.y_prob, opinion.best, accepted
        )
    return answers


def sum_children(
    child_prob: NDArray[np.float32], child: Head, n_labels: int
) -> NDArray[np.float32]:
    """Sum the children's probabilities into their parents, shape (n_documents, n_labels).

    A second opinion at no cost: the children were told apart by finer distinctions.
    """
    membership = np.zeros((child_prob.shape[1], n_labels), np.float32)
    membership[np.arange(child_prob.shape[1]), child.parent_index] = 1
    sums: NDArray[np.float32] = child_prob @ membership
    return sums
