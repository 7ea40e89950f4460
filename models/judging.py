"""From raw scores to answers and decisions: one question after another, parents before children."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.calibration import Calibrator, JointCalibrator, exact_sums
from models.prediction import HeadPredictions


@dataclass(frozen=True, slots=True)
class Head:
    """One question put to a text.

    Parameters
    ----------
    name : str
    codes, names : tuple of str, length n_labels
    outputs : slice
        Its columns among the classifier's outputs; heads follow one another without gaps.
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
    weighting : str
        Whose feature weights it uses.
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


class Judge:
    """Turns scores into answers; a text gets the same ones alone as in any batch, to the last bit.

    Parameters
    ----------
    questions : mapping of head name to Head, parents before children
    """

    def __init__(self, questions: Mapping[str, Head]) -> None:
        self._questions = questions
        heads = list(questions.values())
        self._calibrator = JointCalibrator([head.calibrator for head in heads])
        blended = [head.name for head in heads if head.blend]
        self._children = {
            name: _Children(next(h for h in heads if h.parent == name), questions[name])
            for name in blended
        }

    def opinions(self, y_score: NDArray[np.float32]) -> dict[str, Opinion]:
        """Turn raw scores, shape (n_documents, n_outputs), into answers, parents first."""
        probabilities = self._calibrator.probabilities(y_score)
        row = np.arange(len(y_score))
        opinions: dict[str, Opinion] = {}
        for name, head in self._questions.items():
            own = y_prob = probabilities[:, head.outputs]
            second = None
            if head.blend:
                second = self._children[name].sums(probabilities)
                y_prob = own * np.float32(1 - head.blend)
                y_prob += second * np.float32(head.blend)
            if head.parent is not None and head.parent_index is not None:
                above = opinions[head.parent].best
                below = head.parent_index == above[:, None]
                best = np.where(below, y_prob, np.float32(-1)).argmax(axis=1)
            else:
                best = y_prob.argmax(axis=1)
            if second is None:
                confidence = y_prob[row, best]
            else:
                confidence = np.minimum(own[row, best], second[row, best])
            opinions[name] = Opinion(y_prob, best, confidence)
        return opinions

    @property
    def questions(self) -> Mapping[str, Head]:
        """The heads, parents before children."""
        return self._questions

    @property
    def calibrator(self) -> JointCalibrator:
        """The calibrators of all heads."""
        return self._calibrator

    def decide(
        self, y_score: NDArray[np.float32], legible: NDArray[np.bool_]
    ) -> dict[str, HeadPredictions]:
        """Turn raw scores into answers and decisions.

        Parameters
        ----------
        y_score : float32 array, shape (n_documents, n_outputs)
        legible : bool array, shape (n_documents,)
            Illegible documents are never accepted.
        """
        answers = {}
        for name, opinion in self.opinions(y_score).items():
            head = self._questions[name]
            accepted = (opinion.confidence >= head.threshold) & legible
            answers[name] = HeadPredictions(
                head.codes, head.names, opinion.y_prob, opinion.best, accepted
            )
        return answers


class _Children:
    """Sums of the children's probabilities by parent.

    A second opinion at no cost: the children were told apart by finer distinctions. No product of
    matrices: BLAS adds in another order for one text than for many.
    """

    def __init__(self, child: Head, parent: Head) -> None:
        if child.parent_index is None:
            raise ValueError(f"{child.name} does not say which labels lie above its own")
        self._outputs, self._n_labels = child.outputs, len(parent.codes)
        order = np.argsort(child.parent_index, kind="stable")
        self._order = None if (np.diff(order) == 1).all() else order
        self._present, self._starts = np.unique(child.parent_index[order], return_index=True)

    def sums(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        """Shape (n_documents, n_labels of the parent)."""
        y_prob = probabilities[:, self._outputs]
        if self._order is not None:
            y_prob = y_prob[:, self._order]
        found = exact_sums(y_prob, self._starts)
        if len(self._present) == self._n_labels:
            return found
        sums = np.zeros((len(found), self._n_labels), np.float32)
        sums[:, self._present] = found
        return sums


def form_opinions(
    questions: Mapping[str, Head], y_score: NDArray[np.float32]
) -> dict[str, Opinion]:
    """What `Judge` thinks of raw scores, shape (n_documents, n_outputs)."""
    return Judge(questions).opinions(y_score)


def decide(
    questions: Mapping[str, Head], y_score: NDArray[np.float32], legible: NDArray[np.bool_]
) -> dict[str, HeadPredictions]:
    """What `Judge` decides on raw scores, shape (n_documents, n_outputs)."""
    return Judge(questions).decide(y_score, legible)
