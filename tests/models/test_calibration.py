import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calibration import fit_calibrator
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
