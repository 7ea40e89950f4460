"""From texts to rows of token numbers that a network can read, each token with its place.

A network reads a bounded row. A longer text is cut to its head and tail (an opening says who and
where, an ending what is wanted), or read in overlapping windows whose vectors are averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.errors import ArtifactError

LongTexts = Literal["head_tail", "windows"]
_HEAD_SHARE = 0.75
_OVERLAP = 8  # windows share an eighth


@dataclass(frozen=True, slots=True)
class Reading:
    """How much of a text is read.

    Parameters
    ----------
    max_tokens : int
        Longest row, special tokens included.
    long_texts : 'head_tail' or 'windows'
    max_windows : int
        Of a text longer than that, the last window is its end.
    """

    max_tokens: int = 256
    long_texts: LongTexts = "head_tail"
    max_windows: int = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One row of tokens.

    Parameters
    ----------
    document : int
        The text it belongs to; with windows a text has several rows.
    ids : int64 array, shape (n_tokens,)
    spans : int64 array, shape (n_tokens, 2)
        Start and end of each token in the text; equal for special tokens.
    """

    document: int
    ids: NDArray[np.int64]
    spans: NDArray[np.int64]


class Tokens:
    """A tokenizer file with the manner of reading long texts.

    Parameters
    ----------
    content : str
        A `tokenizer.json` of Hugging Face's `tokenizers`.
    reading : Reading
    pad_id : int
        Fills short rows; masked out, so that any valid number does.

    Raises
    ------
    ArtifactError
        If `tokenizers` is not installed, or the file is none of its files.
    """

    def __init__(self, content: str, reading: Reading, pad_id: int = 0) -> None:
        self.content, self.reading, self.pad_id = content, reading, pad_id
        self._tokenizer = _tokenizer(content)
        probe = self._tokenizer.encode("一")
        special = np.array(probe.special_tokens_mask, bool)
        plain = np.flatnonzero(~special)
        cut = int(plain[0]) if len(plain) else len(special)
        after = int(plain[-1]) + 1 if len(plain) else len(special)
        ids = np.array(probe.ids, np.int64)
        self._before, self._after = ids[:cut], ids[after:]
        self._room = reading.max_tokens - len(self._before) - len(self._after)

    def __len__(self) -> int:
        size: int = self._tokenizer.get_vocab_size()
        return size

    def rows(self, texts: Sequence[str]) -> list[Row]:
        """Rows of all texts in order, at least one a text."""
        rows: list[Row] = []
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        for document, encoding in enumerate(encodings):
            ids = np.array(encoding.ids, np.int64)
            spans = np.array(encoding.offsets, np.int64).reshape(-1, 2)
            for kept in self._pieces(len(ids)):
                rows.append(self._row(document, ids[kept], spans[kept]))
        return rows

    def _pieces(self, n_tokens: int) -> list[NDArray[np.intp]]:
        everything = np.arange(n_tokens)
        if n_tokens <= self._room:
            return [everything]
        if self.reading.long_texts == "head_tail":
            head = int(self._room * _HEAD_SHARE)
            return [np.concatenate([everything[:head], everything[head - self._room :]])]
        step = self._room - self._room // _OVERLAP
        starts = list(range(0, n_tokens - self._room + step, step))[: self.reading.max_windows]
        starts[-1] = n_tokens - self._room
        return [everything[start : start + self._room] for start in starts]

    def _row(self, document: int, ids: NDArray[np.int64], spans: NDArray[np.int64]) -> Row:
        whole = np.concatenate([self._before, ids, self._after])
        places = np.zeros((len(whole), 2), np.int64)
        places[len(self._before) : len(self._before) + len(ids)] = spans
        if not len(whole):  # an empty text, and a tokenizer without special tokens
            return Row(document, np.array([self.pad_id], np.int64), np.zeros((1, 2), np.int64))
        return Row(document, whole, places)


def pad(
    rows: Sequence[NDArray[np.int64]], pad_id: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows as one rectangle of token numbers, and 1 where there is a token, 0 where none."""
    longest = max(len(row) for row in rows)
    ids = np.full((len(rows), longest), pad_id, np.int64)
    mask = np.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = row
        mask[i, : len(row)] = 1
    return ids, mask


def _tokenizer(content: str) -> Any:
    try:
        from tokenizers import Tokenizer
    except ModuleNotFoundError:
        raise ArtifactError(
            "这个模型需要 tokenizers：请运行 pip install 'yangguang[onnx]'。"
        ) from None
    try:
        tokenizer = Tokenizer.from_str(content)
    except Exception as error:  # the library raises bare Exception
        raise ArtifactError("分词文件 tokenizer.json 读不出来，请重新安装或重新训练。") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def read_tokens(file: Path, reading: Reading, pad_id: int) -> Tokens:
    """Tokens of a `tokenizer.json`.

    Raises
    ------
    ArtifactError
        If the file cannot be read.
    """
    try:
        content = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ArtifactError(f"分词文件 {file} 读不出来，请重新安装或重新训练。") from error
    return Tokens(content, reading, pad_id)
