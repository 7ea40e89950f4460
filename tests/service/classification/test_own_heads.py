"""Models whose heads are not topic, subtopic and intent."""

import csv
import json

import numpy as np
import pytest

from models.prediction import PredictionBatch
from service.classification.label import label_file


@pytest.fixture
def own(classifier):
    """A model with one head of its own."""
    shipped = type(classifier).predict_utf8

    class Own(type(classifier)):
        heads = ("类别",)

        def predict_utf8(self, data, offsets):
            batch = shipped(self, data, offsets)
            return PredictionBatch(self.model_id, {"类别": batch.heads["topic"]})

    return Own()


def test_rows_are_counted_by_the_labels_there_are(own, tmp_path):
    source = tmp_path / "a.csv"
    source.write_text("编号,内容\n" + "".join(f"{i},第{i}封\n" for i in range(200)), "utf-8")
    summary = label_file(source, tmp_path / "b.csv", own)
    with (tmp_path / "b.csv").open(encoding="utf-8") as file:
        labels = [row["类别"] for row in csv.DictReader(file)]
    expected = {code: labels.count(code) for code in set(labels)}
    assert summary.tally.by_label == {"类别": expected}
    assert summary.tally.crossed == summary.tally.review_by_topic == {}
    assert summary.tally.n_to_review == summary.tally.review_by_head["类别"] > 0
    text = summary.to_text()
    for part in ("类别", "土地资源", "各项都可采纳的有", "类别最拿不准的行"):
        assert part in text
    assert "主题" not in text
    assert json.loads(json.dumps(summary.to_json()))["by_label"]["类别"] == expected
    assert not list(tmp_path.glob(".*"))


def test_parts_add_up(own):
    from service.classification.tally import Tally

    texts = [f"第{i}封" for i in range(20)]
    whole = Tally.of_batch(own.predict_texts(texts), np.arange(20))
    part = Tally.of_batch(own.predict_texts(texts[:7]), np.arange(7))
    part.add(Tally.of_batch(own.predict_texts(texts[7:]), np.arange(7, 20)))
    assert part == whole
