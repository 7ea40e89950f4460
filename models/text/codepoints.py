"""A batch of texts as one array of code points: the form of all batch work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class CodePoints:
    """Texts laid end to end.

    Parameters
    ----------
    codes : uint32 array, shape (n_characters,)
    bounds : int64 array, shape (n_documents + 1,)
        Text i is `codes[bounds[i]:bounds[i + 1]]`.
    """

    codes: NDArray[np.uint32]
    bounds: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @classmethod
    def from_texts(cls, texts: Sequence[str]) -> CodePoints:
        """Lay Python strings end to end. Lone surrogates pass."""
        joined = "".join(texts).encode("utf-32-le", "surrogatepass")
        bounds = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=bounds[1:])
        return cls(np.frombuffer(joined, "<u4"), bounds)

    @classmethod
    def from_utf8(cls, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> CodePoints:
        """Decode a column of valid UTF-8 without making a Python string of each row.

        Parameters
        ----------
        data : uint8 array
            Bytes of all rows (Arrow's values buffer).
        offsets : int64 array, shape (n_documents + 1,)
            Row i is `data[offsets[i]:offsets[i + 1]]`.

        Raises
        ------
        UnicodeDecodeError
            If the bytes are not UTF-8.
        """
        data = data[offsets[0] : offsets[-1]]
        offsets = offsets - offsets[0]
        codes = np.frombuffer(data.tobytes().decode("utf-8").encode("utf-32-le"), "<u4")
        starts = (data & 0xC0) != 0x80
        if len(codes) == len(data):
            return cls(codes, offsets)
        count = np.zeros(len(data) + 1, np.int64)
        np.cumsum(starts, out=count[1:])
        return cls(codes, count[offsets])

    def text(self, index: int) -> str:
        """Text of one document; unpaired surrogates become U+FFFD."""
        piece = self.codes[self.bounds[index] : self.bounds[index + 1]]
        return piece.astype("<u4").tobytes().decode("utf-32-le", "replace")


def is_chinese(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which code points are ideographs of the basic plane (or between them), same shape."""
    chinese: NDArray[np.bool_] = (codes >= 0x3400) & (codes < 0xFB00)
    return chinese
