"""A model laid out for the compiled pass."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.classifiers.linear import LinearScores
from models.compiled.characters import character_table
from models.compiled.heads import Decided, lay_out
from models.compiled.loading import LOADER, Loader
from models.compiled.memory import Laid, laid
from models.encoders.characters import CharacterHasher
from models.encoders.weighting import ONE_PLUS_LOG, Vocabulary
from models.judging import Judge

_FEW, _MANY = 8, 32  # outputs that one step of the innermost loop takes, by ones or in vectors
_ALIGNMENT = 32  # bytes; half a line of the processor's cache

_Room = tuple[NDArray[np.uint16], NDArray[np.int32]]


@dataclass(frozen=True, slots=True)
class Scored:
    """What is known of a batch of texts before anything is decided.

    Parameters
    ----------
    y_score : float32 array, shape (n_documents, n_outputs)
    known : bool array, shape (n_documents,)
        Whether the text holds any feature that the model knows.
    n_chinese : int64 array, shape (n_documents,)
        Chinese characters of the text in normal form.
    decided : Decided, optional
        The answers, where they were found with the scores.
    """

    y_score: NDArray[np.float32]
    known: NDArray[np.bool_]
    n_chinese: NDArray[np.int64]
    decided: Decided | None = None


class CompiledScorer:
    """Scores texts with compiled code if that is ready. Thread-safe.

    Parameters
    ----------
    hasher, vocabulary, scorer
        The model. It is laid out anew, once, when compiled code is ready.
    judge : Judge, optional
        Decides on the answers; without one there are only scores.
    fewest_chinese : int
        Chinese characters below which a text is illegible: nothing of it is accepted.
    loader : Loader
        Where compiled code comes from.
    """

    def __init__(
        self,
        hasher: CharacterHasher,
        vocabulary: Vocabulary,
        scorer: LinearScores,
        judge: Judge | None = None,
        fewest_chinese: int = 0,
        *,
        loader: Loader = LOADER,
    ) -> None:
        self._judge, self._fewest_chinese = judge, fewest_chinese
        self._hasher, self._vocabulary, self._scorer = hasher, vocabulary, scorer
        self._loader = loader
        self._is_possible = set(hasher.orders) <= {1, 2, 3} and hasher.n_bits >= 6
        self._model: Laid | None = None
        self._room: deque[_Room] = deque()

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as the model alone."""
        model = (self._hasher, self._vocabulary, self._scorer)
        return type(self), (*model, self._judge, self._fewest_chinese)

    def score_texts(self, texts: Sequence[str]) -> Scored | None:
        """Score Python strings, lone surrogates included; None if compiled code is not ready."""
        if self._loader.expect(len(texts)) is None:
            return None
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        offsets = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, encoded), np.int64, len(texts)), out=offsets[1:])
        data = np.frombuffer(b"".join(encoded), np.uint8)
        return self._score(data, offsets, surrogates_pass=True)

    def score_utf8(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> Scored | None:
        """Score the texts `data[offsets[i]:offsets[i + 1]]`.

        None if compiled code is not ready, or the bytes are not UTF-8.
        """
        if self._loader.expect(len(offsets) - 1) is None:
            return None
        return self._score(data, offsets, surrogates_pass=False)

    def _score(
        self, data: NDArray[np.uint8], offsets: NDArray[np.int64], *, surrogates_pass: bool
    ) -> Scored | None:
        kernels = self._loader.kernels
        if kernels is None or not self._is_possible:
            return None
        model = self._model
        if model is None:  # two threads may both get here; they make the same
            model = self._model = _model(
                kernels,
                self._hasher,
                self._vocabulary,
                self._scorer,
                self._judge,
                self._fewest_chinese,
            )
        n = len(offsets) - 1
        y_score = np.empty((n, len(self._scorer.intercept)), np.float32)
        known, n_chinese = np.empty(n, np.bool_), np.empty(n, np.int64)
        n_heads = len(self._judge.questions) if self._judge else 0
        decided = Decided.room(n, y_score.shape[1], n_heads)
        room = self._borrow()
        is_utf8 = kernels.score_texts(
            np.ascontiguousarray(data),
            offsets,
            surrogates_pass,
            model.fields,
            *room,
            y_score,
            known,
            n_chinese,
            decided.y_prob,
            decided.best,
            decided.accepted,
            decided.ranked,
        )
        self._room.append(room)
        if not is_utf8:
            return None
        return Scored(y_score, known, n_chinese, decided if n_heads else None)

    def _borrow(self) -> _Room:
        """Working arrays of nobody else's; zeroing new ones would cost more than a text."""
        try:
            return self._room.pop()
        except IndexError:
            n = len(self._vocabulary) + 1
            return np.zeros(n, np.uint16), np.empty(n, np.int32)


def _model(
    kernels: ModuleType,
    hasher: CharacterHasher,
    vocabulary: Vocabulary,
    scorer: LinearScores,
    judge: Judge | None,
    fewest_chinese: int,
) -> Laid:
    """All of a model that `score_texts` takes."""
    table = character_table(kernels.counting)
    arrays: list[NDArray[Any]] = [
        table.entries,
        table.expansion_start,
        table.expansions,
        np.isin(np.arange(4), hasher.orders),
        _known_buckets(vocabulary),
        ONE_PLUS_LOG,
        *_layout(scorer, len(vocabulary)),
        np.ascontiguousarray(scorer.intercept, np.float32),
        *lay_out(judge),
    ]
    return laid(arrays, (32 - hasher.n_bits, len(scorer.loudness), fewest_chinese))


def _layout(
    scorer: LinearScores, n_columns: int
) -> tuple[
    NDArray[np.float32],
    NDArray[np.int32],
    NDArray[np.int8],
    NDArray[np.int8],
    NDArray[np.int64],
    NDArray[np.int64],
    NDArray[np.float64],
]:
    """Records, rows, shapes, outputs and scales, as `score_texts` takes them."""
    blocks = scorer.blocks
    widths = [_padded(len(block.outputs)) for block in blocks]
    shapes = np.empty((len(blocks), 5), np.int64)
    outputs = np.zeros((len(blocks), max(widths, default=_FEW)), np.int64)
    scale = np.zeros(outputs.shape)
    places = [i for i, block in enumerate(blocks) if block.place is not None]
    n_words = len(scorer.loudness) + len(places)
    inside = sum(width for i, width in enumerate(widths) if i not in places)
    start = -(-4 * n_words // _FEW) * _FEW
    record_bytes = -(-(start + inside) // _ALIGNMENT) * _ALIGNMENT
    records = np.zeros((n_columns, record_bytes), np.int8)
    floats, words = records.view(np.float32), records.view(np.int32)
    floats[:, : len(scorer.loudness)] = np.stack(scorer.loudness, axis=1)
    rows, row_start = [np.zeros(0, np.int8)], 0
    for i, (block, width) in enumerate(zip(blocks, widths, strict=True)):
        n = len(block.outputs)
        outputs[i, :n], scale[i, :n] = block.outputs, block.scale
        if block.place is None:
            records[:, start : start + n] = block.values
            shapes[i] = start, width, n, block.weighting, -1
            start += width
            continue
        field = len(scorer.loudness) + places.index(i)
        words[:, field] = block.place
        padded = np.zeros((len(block.values), width), np.int8)
        padded[:, :n] = block.values
        shapes[i] = row_start, width, n, block.weighting, field
        rows.append(padded.ravel())
        row_start += padded.size
    return floats, words, records.ravel(), np.concatenate(rows), shapes, outputs, scale


def _padded(n_outputs: int) -> int:
    step = _FEW if n_outputs <= _FEW else _MANY
    return -(-n_outputs // step) * step


def _known_buckets(vocabulary: Vocabulary) -> NDArray[np.uint64]:
    """A bit for each known bucket, and how many there are up to the end of each word.

    A sixteenth of the size of `Vocabulary.column`: it stays in the processor's cache.
    """
    n_words = max(vocabulary.n_buckets // 64, 1)
    words = np.zeros((n_words, 2), np.uint64)
    place, bit = vocabulary.buckets >> 6, (vocabulary.buckets & 63).astype(np.uint64)
    np.bitwise_or.at(words[:, 0], place, np.uint64(1) << bit)
    words[:, 1] = np.cumsum(np.bincount(place, minlength=n_words))
    return words
