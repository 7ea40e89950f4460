"""Messages and reply letters as one corpus: a network learns both, each text what it can teach.

A message says nothing of an outcome and a letter nothing of a topic: the cells stay empty, and an
empty cell is left out of the loss. What is learnt of a letter is what `ReplyReader` will ask about,
the agency's words of an item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.classifiers.letter.combination import Combination
from models.judging import Head
from models.replies import HEAD
from training.config import CalibrationConfig, TransformerConfig
from training.corpus import Corpus
from training.letters import Letter, Passage, fit_combination, letter_folds, passages

MESSAGES, LETTERS = 0, 1


@dataclass(frozen=True)
class Mixture:
    """Documents of both kinds, messages first.

    Parameters
    ----------
    corpus : Corpus
    folds, task : int arrays, shape (n_documents,)
        `task` is `MESSAGES` or `LETTERS`.
    weight : float array, shape (n_documents,), optional
    learned : sequence of Passage
        Of the letters; empty where there are none.
    n_letters : int
    """

    corpus: Corpus
    folds: NDArray[np.intp]
    task: NDArray[np.intp]
    weight: NDArray[np.float64] | None
    learned: Sequence[Passage]
    n_letters: int

    def combination(
        self,
        head: Head,
        unseen: NDArray[np.intp],
        y: NDArray[np.intp],
        y_score: NDArray[np.float32],
        config: CalibrationConfig,
    ) -> Combination:
        """How much rules and network count in reading a letter, from passages not seen.

        Parameters
        ----------
        unseen : int array, shape (n_unseen,)
            Documents; messages among them are passed over.
        y : int array, shape (n_unseen,)
        y_score : float32 array, shape (n_unseen, n_outputs)
        """
        chosen = np.flatnonzero(self.task[unseen] == LETTERS)
        n_messages = len(self.corpus) - len(self.learned)
        own = [self.learned[i - n_messages] for i in unseen[chosen].tolist()]
        return fit_combination(head, y[chosen], y_score[chosen][:, head.outputs], own, config)


def learns_letters(config: TransformerConfig) -> bool:
    """Whether a recipe has the head that reads reply letters."""
    return any(head.name == HEAD and head.label_set == HEAD for head in config.heads)


def without_letters(config: TransformerConfig) -> TransformerConfig:
    """The recipe without the head that reads reply letters."""
    heads = tuple(head for head in config.heads if head.name != HEAD)
    return config.model_copy(update={"heads": heads})


def mix(
    corpus: Corpus,
    folds: NDArray[np.intp],
    weight: NDArray[np.float64] | None,
    letters: Sequence[Letter],
    config: TransformerConfig,
) -> Mixture:
    """Put passages of letters behind messages.

    A column `outcome` beside the messages, such as an office's own list has, is of their requests
    and is not learnt from.
    """
    if not letters:
        return Mixture(corpus, folds, np.zeros(len(corpus), np.intp), weight, (), 0)
    learned = passages(letters)
    field = next(head.field for head in config.heads if head.name == HEAD)
    name = corpus.text_field
    taught = pl.DataFrame({name: [p.text for p in learned], field: [p.kind for p in learned]})
    messages = corpus.frame.drop(field, strict=False)
    both = pl.concat([messages, taught], how="diagonal_relaxed")
    return Mixture(
        Corpus(both, name),
        np.concatenate([folds, letter_folds(letters, learned, config)]),
        np.repeat([MESSAGES, LETTERS], [len(corpus), len(learned)]),
        None if weight is None else np.concatenate([weight, np.ones(len(learned))]),
        learned,
        len(letters),
    )
