"""Labels for an office's unlabelled messages, kept only where two views agree.

One view is the model itself (hashed characters), the other a word model fitted on the same
texts; each errs in its own way, so what both say is right more often than what one says with
great confidence (co-training: Blum and Mitchell 1998). From each label only the most probable
messages are taken, and their weight together is a fixed share of that label's own texts: an
archive that is nearly all out of scope does not drag the model there. What was measured, and
what was worse, is in docs/decisions/0008-adaptation.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.text.segment import default_segmenter


@dataclass(frozen=True, slots=True)
class AdaptSettings:
    """How much of an archive is believed, and how strongly.

    Parameters
    ----------
    min_probability : float in (0, 1)
        Of the character model's answer.
    max_ratio : float
        Most messages taken for a label, as a share of the label's own texts.
    weight_ratio : float
        Weight of a label's taken messages together, as a share of its own texts; no message
        weighs more than 1.
    max_texts : int
        Of a longer archive, as many messages at equal distances are looked at.
    """

    min_probability: float = 0.6
    max_ratio: float = 1.0
    weight_ratio: float = 0.3
    max_texts: int = 50_000


@dataclass(frozen=True, slots=True)
class PseudoLabels:
    """Messages taken from an archive.

    Parameters
    ----------
    rows : int array, shape (n_taken,)
        Positions in the archive, ascending.
    y : int array, shape (n_taken,)
        Label of each, by position among the head's labels.
    weight : float array, shape (n_taken,)
        In 0..1; one of the corpus's own texts weighs 1.
    """

    rows: NDArray[np.intp]
    y: NDArray[np.intp]
    weight: NDArray[np.float64]


class WordView:
    """The second view: TF-IDF of words, linear support vectors."""

    def __init__(self, words: Sequence[str], n_corpus: int) -> None:
        """Learn which words there are, from corpus and archive alike.

        words : texts as blanks-joined words, the `n_corpus` labelled ones first.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(
            token_pattern=r"(?u)\w+", min_df=2, max_df=0.3, sublinear_tf=True, dtype=np.float32
        )
        X: Any = vectorizer.fit_transform(words)
        self._corpus, self._archive = X[:n_corpus], X[n_corpus:]

    def answers(self, rows: NDArray[np.intp], y: NDArray[np.intp]) -> NDArray[np.intp]:
        """Label of each archive message after learning from some corpus rows, shape (n_archive,).

        y : int array, shape (n_corpus,); rows with a negative label are left out.
        """
        from sklearn.svm import LinearSVC

        known = rows[y[rows] >= 0]
        model = LinearSVC(C=0.5, random_state=0).fit(self._corpus[known], y[known])
        found: NDArray[np.intp] = model.predict(self._archive)
        return found


def cut_words(texts: Sequence[str]) -> list[str]:
    """Each text as words joined by blanks."""
    segmenter = default_segmenter()
    return [" ".join(segmenter.cut(text)) for text in texts]


def choose(
    y_prob: NDArray[np.floating],
    second_view: NDArray[np.intp],
    n_own: NDArray[np.intp],
    settings: AdaptSettings,
) -> PseudoLabels:
    """Pick messages on whose label both views agree, in proportion to the label's own texts.

    Parameters
    ----------
    y_prob : float array, shape (n_archive, n_labels)
        Calibrated probabilities of the character model.
    second_view : int array, shape (n_archive,)
        The word model's answers.
    n_own : int array, shape (n_labels,)
        How many of the corpus's own texts each label has.
    """
    best = y_prob.argmax(axis=1)
    probability = y_prob[np.arange(len(best)), best]
    agreed = (best == second_view) & (probability >= settings.min_probability)
    rows, weights = [], []
    for label, n in enumerate(n_own.tolist()):
        found = np.flatnonzero(agreed & (best == label))
        order = np.argsort(-probability[found], kind="stable")
        found = found[order][: int(settings.max_ratio * n)]
        rows.append(found)
        share = settings.weight_ratio * n / max(len(found), 1)
        weights.append(np.full(len(found), min(share, 1.0)))
    taken, weight = np.concatenate(rows), np.concatenate(weights)
    order = np.argsort(taken, kind="stable")
    return PseudoLabels(taken[order], best[taken[order]], weight[order])
