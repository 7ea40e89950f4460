import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calibration import (
    JointCalibrator,
    exact_sums,
    exp_below_zero,
    fit_calibrator,
    log1p_to_one,
)
from models.decision import NEVER, fit_threshold


@pytest.fixture(scope="module")
def scored():
    rng = np.random.default_rng(7)
    y = rng.integers(0, 3, 4000)
    score = rng.normal(0, 1.2, (4000, 3)).astype(np.float32)
    score[np.arange(4000), y] += 1.5
    return score, y


def test_calibrated_probabilities_match_frequencies(scored):
    score, y = scored
    prob = fit_calibrator(score[:2000], y[:2000]).probabilities(score[2000:])
    top, correct = prob.max(1), prob.argmax(1) == y[2000:]
    for low, high in ((0.4, 0.6), (0.6, 0.8), (0.8, 1.0)):
        inside = (top >= low) & (top < high)
        assert abs(top[inside].mean() - correct[inside].mean()) < 0.06


@settings(max_examples=30)
@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=3, max_size=3))
def test_probabilities_sum_to_one_for_any_score(scores):
    rng = np.random.default_rng(0)
    calibrator = fit_calibrator(rng.normal(size=(60, 3)), np.arange(60) % 3)
    prob = calibrator.probabilities(np.array([scores], np.float32))
    assert prob.sum() == pytest.approx(1, abs=1e-5)
    assert ((prob >= 0) & (prob <= 1)).all()


def test_calibrator_heeds_sample_weights(scored):
    score, y = scored
    weight = np.where(y == 0, 9.0, 1.0)
    plain = fit_calibrator(score, y).probabilities(score)[:, 0].mean()
    tilted = fit_calibrator(score, y, weight).probabilities(score)[:, 0].mean()
    assert tilted > plain + 0.1


def test_threshold_keeps_its_promise_on_fresh_documents():
    rng = np.random.default_rng(3)
    broken = 0
    for _ in range(60):
        p = rng.uniform(0.4, 1, 1500)
        correct = rng.uniform(size=1500) < p
        threshold = fit_threshold(p, correct, target=0.9, delta=0.1)
        fresh = rng.uniform(0.4, 1, 20000)
        right = rng.uniform(size=20000) < fresh
        accepted = fresh >= threshold
        broken += accepted.any() and right[accepted].mean() < 0.9
    assert broken <= 10  # delta = 0.1 of 60, with room for chance


def test_threshold_says_never_when_no_promise_can_be_kept():
    p = np.linspace(0.3, 0.9, 200)
    assert fit_threshold(p, np.zeros(200, bool)) == NEVER
    assert fit_threshold(p[:10], np.ones(10, bool)) == NEVER  # ten right ones prove nothing


@given(st.integers(0, 1000))
def test_higher_target_never_accepts_more(seed):
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.3, 1, 400)
    correct = rng.uniform(size=400) < p
    thresholds = [fit_threshold(p, correct, target=t) for t in (0.7, 0.8, 0.9)]
    assert thresholds == sorted(thresholds)


def test_own_exponential_and_logarithm_are_right_to_the_last_bits():
    x = -np.geomspace(1e-30, 87, 200_000).astype(np.float32)
    exact = np.exp(x.astype(np.float64))
    assert (np.abs(exp_below_zero(x) - exact) <= 1.5 * np.spacing(exact.astype(np.float32))).all()
    tail = np.exp(x)
    exact = np.log1p(tail.astype(np.float64))
    assert (np.abs(log1p_to_one(tail) - exact) <= 2 * np.spacing(exact.astype(np.float32))).all()


def test_nothing_below_zero_overflows_or_vanishes():
    x = np.array([0, -0.0, -87, -88, -1e30, -np.inf], np.float32)
    result = exp_below_zero(x)
    assert result[:2].tolist() == [1, 1]
    assert (result[2:] == result[2]).all()
    assert 0 < result[2] < 2e-38


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=150), st.randoms())
def test_sums_do_not_depend_on_the_order(values, random):
    shuffled = random.sample(values, len(values))
    rows = np.array([values, shuffled], np.float32)
    sums = exact_sums(rows, np.zeros(1, np.int64))
    assert sums[0] == sums[1]
    assert sums[0, 0] == pytest.approx(sum(values), rel=1e-6, abs=1e-10)


def test_joint_calibration_is_that_of_each_head(scored):
    score, y = scored
    one, other = fit_calibrator(score, y), fit_calibrator(score[:, :2], np.minimum(y, 1))
    both = JointCalibrator([one, other]).probabilities(np.hstack([score, score[:, :2]]))
    expected = np.hstack([one.probabilities(score), other.probabilities(score[:, :2])])
    assert np.allclose(both, expected, rtol=2e-5, atol=1e-7)
