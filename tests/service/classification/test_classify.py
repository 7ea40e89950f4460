import pytest

from models.errors import TextError
from service.classification.classify import classify_text, to_json


def test_one_text(classifier):
    answers = classify_text("请问小区规划", classifier)
    found = to_json(answers, classifier.model_id)
    assert found["model_id"] == "dummy@1"
    assert found["topic"]["label"] in ("land", "planning")
    assert found["topic"]["candidates"][0]["label"] == found["topic"]["label"]
    assert found["topic"]["evidence"] == [{"text": "请问", "start": 0, "end": 2, "weight": 1.0}]


def test_an_empty_text_is_an_error(classifier):
    with pytest.raises(TextError, match="空的"):
        classify_text(" \n", classifier)
