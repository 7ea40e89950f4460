"""Rules and a trained head together: a product of experts over the kinds of letters.

P(kind) ∝ P_head(kind) ^ model_weight · exp(rule_weight · points(kind)). Both weights are fitted on
letters that the head has not seen, so that what comes out may be called a probability. Where the
two disagree, no probability is high enough: a person looks (`models.replies`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GROUP_SHARE = 0.5
"""Part of a group's points (不予公开 without a reason) that each of its rows gets."""
FULL_LENGTH = 80
"""Characters from which on a text is a letter and not a fragment."""
ONE_THING = 0.9
"""Probability from which on the head, reading a whole letter, outweighs a split by the rules.

Out of fold by voice this spares 19 of 46 letters of one item that the rules split, for 4 of 164 of
several that it joins; where parts are numbered it would join many more (docs/decisions/0048).
"""
_FLOOR = 1e-3


@dataclass(frozen=True, slots=True)
class Combination:
    """How much each side counts.

    Parameters
    ----------
    model_weight, rule_weight : float
        Not negative.
    threshold : float
        Answers at least this probable may be accepted.
    """

    model_weight: float = 1.0
    rule_weight: float = 0.8
    threshold: float = 0.9

    def probabilities(
        self,
        y_prob: NDArray[np.floating],
        points: NDArray[np.floating],
        n_characters: NDArray[np.integer],
    ) -> NDArray[np.float64]:
        """Join both opinions.

        Parameters
        ----------
        y_prob : float array, shape (n_letters, n_kinds)
            Calibrated probabilities of the trained head; uniform where it has no opinion.
        points : float array, same shape
            From `point_rows`.
        n_characters : int array, shape (n_letters,)
            Length of the text the head saw: of a line quoted in a judgment it can tell little,
            so it counts in proportion up to `FULL_LENGTH`.

        Returns
        -------
        float64 array, same shape, each row sums to 1.
        """
        heard = self.model_weight * np.minimum(1.0, n_characters / FULL_LENGTH)[:, None]
        logits = heard * np.log(np.maximum(y_prob, _FLOOR)) + self.rule_weight * points
        logits -= logits.max(axis=1, keepdims=True)
        shares: NDArray[np.float64] = np.exp(logits)
        shares /= shares.sum(axis=1, keepdims=True)
        return shares


def point_rows(points: Sequence[Mapping[str, float]], codes: Sequence[str]) -> NDArray[np.float64]:
    """Points of the rules as rows, shape (n_letters, n_kinds); a group's go to each of its rows."""
    rows = np.zeros((len(points), len(codes)))
    for i, given in enumerate(points):
        for j, code in enumerate(codes):
            group = given.get(code.partition(".")[0], 0.0) if "." in code else 0.0
            rows[i, j] = given.get(code, 0.0) + GROUP_SHARE * group
    return rows
