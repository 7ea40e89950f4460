"""A case read by the model as soon as it is registered, and its letter when one is entered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy.orm import Session

from models.document import Document
from service.cases.labelling import append_predictions
from service.cases.tables import Case


class Classifier(Protocol):
    """What reading a case needs of the model in use."""

    @property
    def model_id(self) -> str:
        """Name and version."""

    def predict(self, documents: Sequence[Document]) -> Sequence[Any]:
        """Answers with evidence; each has `heads`."""


def read_case(session: Session, case: Case, classifier: Classifier) -> None:
    """Add the model's answers on what the citizen wrote."""
    answers = classifier.predict([Document(case.text)])[0].heads
    append_predictions(session, {case.id: answers}, classifier.model_id)
