"""What every model can do, whatever is inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.document import Document
from models.judging import Head
from models.pipeline import DocumentPrediction
from models.prediction import PredictionBatch


class Predictor(Protocol):
    """A loaded model; safe to share between threads."""

    @property
    def model_id(self) -> str:
        """`name@version`."""

    @property
    def questions(self) -> Mapping[str, Head]:
        """The heads by name, parents before children."""

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of the heads."""

    def predict_texts(self, texts: Sequence[str]) -> PredictionBatch:
        """Label a batch of Python strings; any string is accepted."""

    def predict_utf8(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> PredictionBatch:
        """Label a column of UTF-8 text; row i is `data[offsets[i]:offsets[i + 1]]`."""

    def predict(
        self, documents: Sequence[Document], *, evidence: bool = True
    ) -> list[DocumentPrediction]:
        """Label documents and, unless told otherwise, say which words carried each answer."""
