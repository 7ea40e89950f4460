"""The one composition: normalise → count → weight → score → calibrate → decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from models.classifiers.linear import LinearScores
from models.compiled.scorer import CompiledScorer, Scored
from models.document import Document
from models.encoders.characters import CharacterHasher
from models.encoders.weighting import Entries, Vocabulary
from models.evidence import Trace
from models.judging import Head, Judge, decide, form_opinions
from models.prediction import Evidence, Prediction, PredictionBatch
from models.text.codepoints import CodePoints, is_chinese
from models.text.normalize import normalize

__all__ = [
    "DocumentPrediction",
    "Head",
    "Pipeline",
    "decide",
    "form_opinions",
    "legible_texts",
]

MIN_CHARACTERS = 2  # in normal form, Chinese characters only: less than this goes to review


@dataclass(frozen=True, slots=True)
class DocumentPrediction:
    """All heads' answers for one document."""

    id: str
    model_id: str
    heads: Mapping[str, Prediction]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A loaded model. Holds no state that changes an answer: safe to share between threads.

    Much work is done by compiled code where that can be had (`models.compiled`), otherwise by
    numpy; the answers are the same to the last bit.

    Parameters
    ----------
    model_id : str
        `name@version`.
    hasher, vocabulary, scorer
        Encoder and classifier.
    questions : mapping of head name to Head, parents before children
    """

    model_id: str
    hasher: CharacterHasher
    vocabulary: Vocabulary
    scorer: LinearScores
    questions: Mapping[str, Head] = field(repr=False)
    _judge: Judge = field(init=False, repr=False, compare=False)
    _compiled: CompiledScorer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay out what all texts share."""
        judge = Judge(self.questions)
        object.__setattr__(self, "_judge", judge)
        compiled = CompiledScorer(self.hasher, self.vocabulary, self.scorer, judge, MIN_CHARACTERS)
        object.__setattr__(self, "_compiled", compiled)

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of the heads."""
        return tuple(self.questions)

    def predict_texts(self, texts: Sequence[str]) -> PredictionBatch:
        """Label a batch of Python strings; any string is accepted."""
        scored = self._compiled.score_texts(texts)
        return self._judged(scored or self._score_points(CodePoints.from_texts(texts)))

    def predict_utf8(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> PredictionBatch:
        """Label a column of UTF-8 text without making a Python string of each row.

        Parameters
        ----------
        data : uint8 array
            Valid UTF-8 of all rows.
        offsets : int64 array, shape (n_documents + 1,)
            Row i is `data[offsets[i]:offsets[i + 1]]`.
        """
        scored = self._compiled.score_utf8(data, offsets)
        return self._judged(scored or self._score_points(CodePoints.from_utf8(data, offsets)))

    def predict(
        self, documents: Sequence[Document], *, evidence: bool = True
    ) -> list[DocumentPrediction]:
        """Label documents and, unless told otherwise, say which words carried each answer."""
        batch = self.predict_texts([document.text for document in documents])
        found = []
        for document, heads in zip(documents, batch.rows(), strict=True):
            if evidence:
                heads = self.explained(document.text, heads)
            found.append(DocumentPrediction(document.id, self.model_id, heads))
        return found

    def explained(self, text: str, heads: Mapping[str, Prediction]) -> dict[str, Prediction]:
        """Answers with the words that speak for each against its runner-up, as this model reads."""
        trace = Trace(text, self.hasher, self.vocabulary)
        return {
            name: replace(answer, evidence=self._explain(trace, name, answer))
            for name, answer in heads.items()
        }

    def scores(self, points: CodePoints) -> tuple[Entries, NDArray[np.float32]]:
        """Known features and raw scores, (n_documents, n_outputs), of texts in normal form."""
        entries = self.vocabulary.entries(self.hasher.encode(points))
        return entries, self.scorer.decision_function(entries)

    def _score_points(self, raw: CodePoints) -> Scored:
        points = normalize(raw).points
        entries, y_score = self.scores(points)
        return Scored(y_score, np.diff(entries.indptr) > 0, count_chinese(points))

    def _judged(self, scored: Scored) -> PredictionBatch:
        if scored.decided is not None:
            return PredictionBatch(self.model_id, scored.decided.answers(self._judge))
        legible = scored.known & (scored.n_chinese >= MIN_CHARACTERS)
        return PredictionBatch(self.model_id, self._judge.decide(scored.y_score, legible))

    def _explain(self, trace: Trace, name: str, answer: Prediction) -> tuple[Evidence, ...]:
        head = self.questions[name]
        best, rival = (
            head.outputs.start + head.codes.index(c.label) for c in answer.candidates[:2]
        )
        contrast = self.scorer.coefficients(trace.columns, best)
        return trace.evidence(contrast - self.scorer.coefficients(trace.columns, rival))


def legible_texts(points: CodePoints) -> NDArray[np.bool_]:
    """Whether a text holds enough Chinese to be judged at all, shape (n_documents,)."""
    return count_chinese(points) >= MIN_CHARACTERS


def count_chinese(points: CodePoints) -> NDArray[np.int64]:
    """Chinese characters of each text, shape (n_documents,)."""
    ends = np.zeros(len(points.codes) + 1, np.int64)
    np.cumsum(is_chinese(points.codes), out=ends[1:])
    return ends[points.bounds[1:]] - ends[points.bounds[:-1]]
