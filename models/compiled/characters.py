"""What becomes of each code point, in one table: its normal form, and whether n-grams hold it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from models.encoders.characters import letters
from models.text.codepoints import is_chinese
from models.text.normalize import expanding, replacements


@dataclass(frozen=True, slots=True)
class CharacterTable:
    """`normalize` and `letters` as the compiled pass takes them.

    Parameters
    ----------
    entries : uint32 array, shape (0x110000,)
        Normal form with flags; the number of an expansion where the form has several code points.
    expansion_start : int64 array, shape (n_expansions + 1,)
    expansions : uint32 array
        Expansion i is `expansions[expansion_start[i]:expansion_start[i + 1]]`, each with flags.
    """

    entries: NDArray[np.uint32]
    expansion_start: NDArray[np.int64]
    expansions: NDArray[np.uint32]


@cache
def character_table(counting: ModuleType) -> CharacterTable:
    """The table, with the flags that `models.compiled.counting` names."""
    single, length = replacements()
    entries = _flagged(counting, single)
    entries[length == 0] = counting.VANISHES
    images: list[int] = []
    starts = [0]
    for number, (code, image) in enumerate(sorted(expanding().items())):
        entries[code] = counting.EXPANDS | number
        images += image
        starts.append(len(images))
    expansions = _flagged(counting, np.array(images, np.uint32))
    return CharacterTable(entries, np.array(starts, np.int64), expansions)


def _flagged(counting: ModuleType, codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    flags = letters()[codes] * np.uint32(counting.SPOKEN)
    flags |= is_chinese(codes) * np.uint32(counting.CHINESE)
    return codes | flags
