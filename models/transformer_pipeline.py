"""The composition with a network: normalise → tokens → vectors → score → calibrate → decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from models.classifiers.fine_tuned import DenseScores
from models.document import Document
from models.encoders.transformer import TransformerEncoder
from models.judging import Head, Judge
from models.occlusion import Occlusion
from models.pipeline import DocumentPrediction, legible_texts
from models.prediction import Prediction, PredictionBatch
from models.text.codepoints import CodePoints
from models.text.normalize import normalize


@dataclass(frozen=True, slots=True)
class TransformerPipeline:
    """A loaded model with a network inside; a `Predictor`.

    Parameters
    ----------
    model_id : str
        `name@version`.
    encoder, scorer
        Text to vectors, vectors to raw scores.
    questions : mapping of head name to Head, parents before children
    """

    model_id: str
    encoder: TransformerEncoder
    scorer: DenseScores
    questions: Mapping[str, Head] = field(repr=False)

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of the heads."""
        return tuple(self.questions)

    def part(self, names: Sequence[str]) -> TransformerPipeline:
        """The same network with some of its heads only, in the order of the model.

        Parameters
        ----------
        names : sequence of str
            With every head, the head above it.
        """
        questions, kept, at = {}, [], 0
        for name, head in self.questions.items():
            if name in names:
                width = len(head.codes)
                questions[name] = replace(head, outputs=slice(at, at + width))
                kept.append(np.arange(head.outputs.start, head.outputs.stop))
                at += width
        rows = np.concatenate(kept)
        scorer = DenseScores(self.scorer.weight[rows], self.scorer.bias[rows])
        return replace(self, scorer=scorer, questions=questions)

    def predict_texts(self, texts: Sequence[str]) -> PredictionBatch:
        """Label a batch of Python strings; any string is accepted."""
        return self._predict_points(CodePoints.from_texts(texts))

    def predict_utf8(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> PredictionBatch:
        """Label a column of UTF-8 text; row i is `data[offsets[i]:offsets[i + 1]]`."""
        return self._predict_points(CodePoints.from_utf8(data, offsets))

    def predict(
        self, documents: Sequence[Document], *, evidence: bool = True
    ) -> list[DocumentPrediction]:
        """Label documents and, unless told otherwise, say which words carried each answer.

        Evidence costs some fifty readings of the text: ask for it where a person will look.
        """
        batch = self.predict_texts([document.text for document in documents])
        found = []
        for document, heads in zip(documents, batch.rows(), strict=True):
            if evidence:
                heads = self._explained(document.text, heads)
            found.append(DocumentPrediction(document.id, self.model_id, heads))
        return found

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Sentence vectors of texts as received, shape (n_texts, width), each of length 1."""
        found = self.encoder.encode(_in_normal_form(normalize(CodePoints.from_texts(texts)).points))
        lengths = np.linalg.norm(found, axis=1, keepdims=True).astype(np.float32)
        lengths[lengths == 0] = 1
        unit: NDArray[np.float32] = found / lengths
        return unit

    def _predict_points(self, raw: CodePoints) -> PredictionBatch:
        points = normalize(raw).points
        y_score = self.scorer.decision_function(self.encoder.encode(_in_normal_form(points)))
        return PredictionBatch(
            self.model_id, Judge(self.questions).decide(y_score, legible_texts(points))
        )

    def _explained(self, text: str, heads: Mapping[str, Prediction]) -> dict[str, Prediction]:
        contrasts = {}
        for name, answer in heads.items():
            head = self.questions[name]
            best, rival = (
                head.outputs.start + head.codes.index(c.label) for c in answer.candidates[:2]
            )
            contrasts[name] = (best, rival)
        spans = Occlusion(text, self.encoder, self.scorer).evidence(contrasts)
        return {name: replace(answer, evidence=spans[name]) for name, answer in heads.items()}


def _in_normal_form(points: CodePoints) -> list[str]:
    return [points.text(i) for i in range(len(points))]
