"""The work on one chunk: take it apart, classify its texts, encode the rows with their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.document import Document
from models.prediction import HeadPredictions, Prediction, PredictionBatch
from models.replies import ReplyAnswer
from service.classification.columns import AnswerColumns
from service.classification.duplicates import id_hashes
from service.classification.outcome_columns import OutcomeColumns
from service.classification.output.target import Encoding
from service.classification.rejects import (
    BLANK,
    encode_rejects,
    is_blank,
    rejected_rows,
)
from service.classification.tally import Tally
from service.classification.text_buffer import slices, text_buffer
from service.classification.titling import Titler
from service.intake.batch import RAW, Chunk, Reject
from service.intake.totals import IS_TOTAL, total_rows

_EXPLAINED_TEXTS = 32
"""Texts explained between two looks at whether the run was stopped."""


class Stopped(Exception):
    """The run was stopped; nobody waits for this chunk."""


class Explained(Protocol):
    """All heads' answers for one document, with evidence."""

    @property
    def heads(self) -> Mapping[str, Prediction]:
        """Answers by head."""


class Classifier(Protocol):
    """What labelling needs of a pipeline; all of it is thread-safe."""

    @property
    def model_id(self) -> str:
        """Name and version of the model."""

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of what is predicted."""

    def predict_utf8(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> PredictionBatch:
        """Classify the texts of a buffer, without evidence."""

    def predict(self, documents: Sequence[Document]) -> Sequence[Explained]:
        """Classify documents, with evidence."""


class LetterReader(Protocol):
    """What labelling needs of a reader of reply letters; thread-safe."""

    @property
    def model_id(self) -> str:
        """Name and version of the letter model."""

    def read(
        self, replies: Sequence[str], requests: Sequence[str | None] | None = None
    ) -> list[ReplyAnswer]:
        """Read letters, in order, with what each answers if known."""


@dataclass(frozen=True, slots=True)
class ReplyTask:
    """Reading of the reply letters in a column beside the texts."""

    reader: LetterReader
    column: str
    columns: OutcomeColumns


@dataclass(frozen=True, slots=True)
class Answered:
    """One chunk's share of the result, encoded."""

    position: int
    rows: bytes
    rejects: bytes
    ids: bytes
    tally: Tally


@dataclass(frozen=True, slots=True)
class ChunkLabeller:
    """Turns chunks into answers; holds only what all chunks share, so any thread may call it."""

    classifier: Classifier
    columns: AnswerColumns
    output: Encoding
    text_column: str
    id_column: str | None
    replies: ReplyTask | None = None
    headline: str = ""
    title_source: str = ""
    titler: Titler | None = None
    stop: Event = field(default_factory=Event)

    def __call__(self, chunk: Chunk) -> Answered:
        """Label one chunk. Every row of it comes out, in the rows or in the rejects."""
        batch = chunk.parse()
        frame, lines, rejects = batch.frame, batch.lines, list(batch.rejects)
        n_wrapped = _n_wrapped(frame, lines)
        frame, lines = self._set_aside(frame, lines, rejects)
        tally = Tally.of_rejects([reject.reason for reject in rejects])
        tally.n_wrapped = n_wrapped
        labelled = self._label(frame, lines, tally)
        rejects.sort(key=lambda reject: reject.line)
        return Answered(
            position=chunk.position,
            rows=self.output.encode(labelled) if frame.height else b"",
            rejects=encode_rejects(rejects),
            ids=id_hashes(frame[self.id_column]) if self.id_column else b"",
            tally=tally,
        )

    def _set_aside(
        self, frame: pl.DataFrame, lines: NDArray[np.int64], rejects: list[Reject]
    ) -> tuple[pl.DataFrame, NDArray[np.int64]]:
        """Move totals, rows without text, and those the output cannot hold, to the rejects."""
        for unfit in (
            lambda rows: (total_rows(rows, self.text_column), IS_TOTAL),
            lambda rows: (is_blank(rows[self.text_column]), BLANK),
            self.output.unfit,
        ):
            found = unfit(frame)
            if found is not None and found[0].any():
                rows, reason = found
                rejects += rejected_rows(frame, lines, rows, reason)
                frame, lines = frame.filter(~rows), lines[~rows.to_numpy()]
        return frame, lines

    def _label(self, frame: pl.DataFrame, lines: NDArray[np.int64], tally: Tally) -> pl.DataFrame:
        """Put the answers beside the rows and count them."""
        if not frame.height:
            return frame
        data, offsets = text_buffer(frame[self.text_column])
        parts = []
        for part in slices(offsets):
            begin, end = offsets[part.start], offsets[part.stop]
            own = offsets[part.start : part.stop + 1] - begin
            parts.append(self.classifier.predict_utf8(data[begin:end], own))
        predictions = _joined(parts)
        tally.add(Tally.of_batch(predictions, lines))
        answers = self.columns.frame(predictions, self._evidence(frame[self.text_column]))
        kept = [RAW] if RAW in frame.columns else frame.columns
        added = [answers, *self._outcomes(frame, tally), *self._headlines(frame, tally)]
        return pl.concat([frame.select(kept), *added], how="horizontal")

    def _outcomes(self, frame: pl.DataFrame, tally: Tally) -> list[pl.DataFrame]:
        """Outcomes of the rows that have a reply letter, if they are asked for."""
        if self.replies is None:
            return []
        letters = frame[self.replies.column].to_list()
        blank = is_blank(frame[self.replies.column]).to_list()
        given = [i for i, is_empty in enumerate(blank) if not is_empty]
        answers: list[ReplyAnswer | None] = [None] * len(letters)
        texts = frame[self.text_column].to_list()
        read = self.replies.reader.read([letters[i] for i in given], [texts[i] for i in given])
        for i, answer in zip(given, read, strict=True):
            answers[i] = answer
        tally.add_outcomes(answers)
        return [self.replies.columns.frame(answers)]

    def _headlines(self, frame: pl.DataFrame, tally: Tally) -> list[pl.DataFrame]:
        """One-line titles of the texts, if they are asked for."""
        if not self.headline:
            return []
        from models.summarizers.headline import headlines

        texts = frame[self.text_column].to_list()
        made = headlines(texts)
        columns = {self.headline: made}
        if self.titler is not None:
            titles = self.titler.titles(texts, made, self.stop)
            if titles is None:
                raise Stopped
            tally.add_titles(titles)
            columns = {
                self.headline: [title.text for title in titles],
                self.title_source: [title.source for title in titles],
            }
        return [pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))]

    def _evidence(self, texts: pl.Series) -> dict[str, list[str]] | None:
        if not self.columns.with_evidence:
            return None
        results: list[Explained] = []
        for part in texts.to_frame().iter_slices(_EXPLAINED_TEXTS):
            if self.stop.is_set():
                raise Stopped
            results += self.classifier.predict([Document(text) for text in part.to_series()])
        return {
            head: ["；".join(e.text for e in result.heads[head].evidence) for result in results]
            for head in self.columns.heads
        }


def _n_wrapped(frame: pl.DataFrame, lines: NDArray[np.int64]) -> int:
    """Rows that take several lines; those before a gap are looked at, for it may be blank lines."""
    before_gap = np.flatnonzero(np.diff(lines) > 1)
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String and name != RAW]
    if not len(before_gap) or not texts:
        return 0
    broken = pl.any_horizontal(pl.col(texts).str.contains("\n", literal=True)).fill_null(False)
    return int(frame.select(texts)[before_gap].select(broken).to_series().sum())


def _joined(parts: Sequence[PredictionBatch]) -> PredictionBatch:
    """One batch of several neighbouring ones."""
    first = parts[0]
    heads = {
        name: HeadPredictions(
            head.codes,
            head.names,
            np.concatenate([part.heads[name].y_prob for part in parts]),
            np.concatenate([part.heads[name].best for part in parts]),
            np.concatenate([part.heads[name].accepted for part in parts]),
        )
        for name, head in first.heads.items()
    }
    return PredictionBatch(first.model_id, heads)
