"""Blocks are an arrangement for speed: they give what one dense product gives."""

import numpy as np
import pytest

from models.artifact import QuantizedCoef, assemble
from models.encoders.weighting import Entries


@pytest.fixture
def parts():
    rng = np.random.default_rng(2)
    everything, some = np.arange(40, dtype=np.int32), np.arange(0, 40, 3, dtype=np.int32)

    def part(columns, n_labels):
        values = rng.integers(-127, 128, (len(columns), n_labels)).astype(np.int8)
        return QuantizedCoef(columns, values, rng.uniform(0.01, 0.1, n_labels).astype(np.float32))

    return [part(everything, 3), part(some, 5), part(everything, 2)]


@pytest.fixture
def entries():
    rng = np.random.default_rng(3)
    columns = np.concatenate([np.sort(rng.choice(40, 12, replace=False)) for _ in range(6)])
    values = rng.uniform(1, 3, 72).astype(np.float32)
    indptr = np.array([0, 12, 24, 36, 48, 60, 72, 72], np.int64)  # the last document is empty
    return Entries(indptr, columns.astype(np.int32), values)


@pytest.mark.parametrize("weightings", [[0, 0, 0], [0, 0, 1], [1, 0, 1]])
def test_blocks_equal_one_dense_product(parts, entries, weightings):
    rng = np.random.default_rng(4)
    weights = [rng.uniform(0.5, 4, 40).astype(np.float32) for _ in range(2)]
    intercept = rng.normal(size=10).astype(np.float32)
    scorer = assemble(parts, weightings, weights, intercept)
    X = np.zeros((7, 40))
    for i in range(7):
        at = slice(entries.indptr[i], entries.indptr[i + 1])
        X[i, entries.columns[at]] = entries.values[at]
    expected, start = np.tile(intercept.astype(float), (7, 1)), 0
    for part, weighting in zip(parts, weightings, strict=True):
        W = X * weights[weighting]
        norms = np.linalg.norm(W, axis=1, keepdims=True)
        coef = np.zeros((40, part.values.shape[1]))
        coef[part.columns] = part.values * part.scale
        expected[:, start : start + coef.shape[1]] += W / np.where(norms > 0, norms, 1) @ coef
        start += coef.shape[1]
    assert scorer.decision_function(entries) == pytest.approx(expected, abs=2e-3)


def test_coefficients_are_those_of_the_blocks(parts, entries):
    weights = [np.full(40, 2, np.float32)]
    scorer = assemble(parts, [0, 0, 0], weights, np.zeros(10, np.float32))
    columns = np.array([0, 3, 4], np.int32)
    inside = scorer.coefficients(columns, 4)  # second label of the second head
    assert inside[2] == 0  # a column the head does not use
    assert inside[1] == pytest.approx(2 * parts[1].values[1, 1] * parts[1].scale[1])
    with pytest.raises(IndexError):
        scorer.coefficients(columns, 10)
