"""Predict one text, with evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from models.document import Document
from models.errors import TextError
from models.prediction import Prediction
from service.classification.content import has_content

if TYPE_CHECKING:
    from service.classification.answer import Classifier


def classify_text(text: str, classifier: Classifier) -> Mapping[str, Prediction]:
    """Answers of all heads for one text.

    Raises
    ------
    TextError
        If the text holds nothing that can be seen.
    """
    if not has_content(text):
        raise TextError("没有可以分类的文字：正文是空的。")
    return classifier.predict([Document(text)])[0].heads


def to_json(answers: Mapping[str, Prediction], model_id: str) -> dict[str, Any]:
    """Answers in the form of the HTTP interface."""
    return {"model_id": model_id} | heads_json(answers)


def heads_json(answers: Mapping[str, Prediction]) -> dict[str, Any]:
    """Answers by head, as both the command line and the HTTP interface give them."""
    return {head: _one(answer) for head, answer in answers.items()}


def _one(answer: Prediction) -> dict[str, Any]:
    return {
        "label": answer.label,
        "name": answer.name,
        "probability": round(answer.probability, 4),
        "decision": answer.decision,
        "candidates": [
            {"label": c.label, "name": c.name, "probability": round(c.probability, 4)}
            for c in answer.candidates
        ],
        "evidence": [
            {"text": e.text, "start": e.start, "end": e.end, "weight": round(e.weight, 4)}
            for e in answer.evidence
        ],
    }
