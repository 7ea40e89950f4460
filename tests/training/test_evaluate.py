import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, log_loss

from training.evaluate import (
    coverage_at_precision,
    evaluate,
    expected_calibration_error,
    reliability,
    top_k_accuracy,
)


def test_evaluate_equals_scikit_learn():
    rng = np.random.default_rng(1)
    codes = ["a", "b", "c"]
    y = rng.integers(0, 3, 300)
    prob = rng.dirichlet([1, 1, 1], 300)
    pred = prob.argmax(1)
    result = evaluate([codes[i] for i in y], [codes[i] for i in pred], codes=codes, y_prob=prob)
    assert result.accuracy == pytest.approx(accuracy_score(y, pred))
    assert result.macro_f1 == pytest.approx(f1_score(y, pred, average="macro"))
    assert result.log_loss == pytest.approx(log_loss(y, prob))
    assert sum(map(sum, result.confusion)) == 300


def test_calibration_error_of_a_worked_example():
    # Two bins: ten answers at 0.9 of which six are right, ten at 0.5 of which five are right.
    probability = np.array([0.9] * 10 + [0.5] * 10)
    correct = np.array([True] * 6 + [False] * 4 + [True] * 5 + [False] * 5)
    assert expected_calibration_error(probability, correct) == pytest.approx((3.0 + 0.0) / 20)


def test_coverage_of_a_worked_example():
    probability = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    correct = np.array([True, True, False, True, False])
    assert coverage_at_precision(probability, correct, 1.0) == pytest.approx(2 / 5)
    assert coverage_at_precision(probability, correct, 0.75) == pytest.approx(4 / 5)
    assert coverage_at_precision(probability, ~correct, 0.99) == 0.0


def test_label_without_support_is_reported_and_left_out_of_the_mean():
    result = evaluate(["a", "a"], ["a", "b"], codes=["a", "b", "c"])
    by_code = {row.label: row for row in result.labels}
    assert by_code["c"].f1 is None
    assert by_code["b"].recall is None
    assert result.macro_f1 == pytest.approx(2 / 3)


def test_top_three_and_reliability_of_a_worked_example():
    prob = np.array([[0.5, 0.3, 0.15, 0.05], [0.1, 0.2, 0.3, 0.4]])
    assert top_k_accuracy(prob, np.array([2, 0]), 3) == 0.5
    bins = reliability(np.array([0.95, 0.91, 0.32]), np.array([True, False, True]))
    assert [(b.n_documents, b.accuracy) for b in bins] == [(1, 1.0), (2, 0.5)]
    assert bins[1].probability == pytest.approx(0.93)
