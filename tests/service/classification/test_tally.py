import json
from dataclasses import asdict

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.classification.tally import Tally

TEXTS = st.lists(st.text("请问土地规划", max_size=6), min_size=1, max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, st.integers(0, 30))
def test_the_tally_of_the_parts_is_the_tally_of_the_whole(classifier, texts, cut):
    lines = np.arange(len(texts))
    whole = Tally.of_batch(classifier.predict_texts(texts), lines)
    parts = Tally()
    for part in (slice(None, cut), slice(cut, None)):
        if texts[part]:
            parts.add(Tally.of_batch(classifier.predict_texts(texts[part]), lines[part]))
    assert parts == whole


def test_counts(classifier):
    texts = [f"第{i}封" for i in range(200)]
    batch = classifier.predict_texts(texts)
    tally = Tally.of_batch(batch, np.arange(10, 210))
    rows = list(batch.rows())
    review = [r for r in rows if "review" in (r["topic"].decision, r["intent"].decision)]
    assert tally.n_labelled == 200
    assert tally.n_to_review == len(review)
    assert sum(n for counts in tally.crossed.values() for n in counts.values()) == 200
    assert tally.crossed["land"]["help"] == sum(
        r["topic"].label == "land" and r["intent"].label == "help" for r in rows
    )
    doubtful = [r for r in rows if r["topic"].decision == "review"]
    assert tally.review_by_topic["land"] == sum(r["topic"].label == "land" for r in doubtful)
    assert tally.review_by_head["topic"] == sum(r["topic"].decision == "review" for r in rows)
    least = min(r["topic"].probability for r in doubtful)
    assert tally.uncertain[0][0] == round(least, 4)
    assert len(tally.uncertain) == 10
    assert all(rows[line - 10]["topic"].probability < 0.6 for _, line in tally.uncertain)


def test_rejects_are_counted_by_reason():
    tally = Tally.of_rejects(["空", "空", "坏"])
    assert tally.n_rejected == 3
    assert tally.reasons == {"空": 2, "坏": 1}


def test_a_stored_tally_comes_back(classifier):
    tally = Tally.of_batch(classifier.predict_texts(["请问", "土地"]), np.arange(2))
    assert Tally.from_json(json.loads(json.dumps(asdict(tally)))) == tally
