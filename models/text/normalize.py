"""One normal form for everything that reaches a model.

Per code point: Unicode NFKC, lower case, CJK radicals to ideographs, traditional to simplified
characters; invisible and control characters vanish, every run of white space becomes one blank,
and Excel's `_x000D_` escapes become the white space they stand for. Working per code point
(rather than on strings) keeps the way back to the original text exact and lets a whole batch be
mapped by table look-up.
"""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.resources import data_path
from models.text.codepoints import CodePoints

_LAST = 0x110000
_BLANK = 0x20
# Where characters with a compatibility form, a lower case or no visible form live. Everything else
# (ideographs, Hangul, Yi, private use, emoji, historic scripts) maps to itself.
_BLOCKS = ((0, 0x3400), (0xA640, 0xAC00), (0xF900, 0x10000), (0x1D400, 0x1D800), (0x1F100, 0x1F270))
_COMPATIBILITY = (0x2F800, 0x2FA20)
_SURROGATES = (0xD800, 0xE000)
_TAGS = (0xE0000, 0xE0080)
_INVISIBLE = ("Cc", "Cf", "Cs")


@dataclass(frozen=True, slots=True)
class Normalized:
    """A batch in normal form with the way back.

    Parameters
    ----------
    points : CodePoints
        The normal form.
    source : int64 array, shape (n_characters,)
        For each normal character, the index in the original `codes` array that it came from;
        non-decreasing.
    """

    points: CodePoints
    source: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Table:
    single: NDArray[np.uint32]  # replacement where exactly one code point replaces another
    length: NDArray[np.uint8]  # 0 vanishes, 1 see `single`, n see `expansions`
    expansions: dict[int, tuple[int, ...]]


def _equivalents(name: str) -> dict[str, str]:
    lines = data_path("lexicon", name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


def _image(character: str, equivalents: dict[str, str], changing: frozenset[str]) -> str:
    """Fixed point of all replacements of a character: normalising twice changes nothing."""
    image = character
    while not changing.isdisjoint(image):
        folded = unicodedata.normalize("NFKC", image).lower()
        folded = "".join(_visible(equivalents.get(c, c)) for c in folded)
        if folded == image:
            break
        image = folded
    return image


def _may_change(character: str) -> bool:
    """Whether a character of the blocks above is anything but its own normal form.

    Most are their own; asking this first halves the time for the table, and every start of the
    program waits for it.
    """
    return (
        unicodedata.normalize("NFKC", character).lower() != character
        or character.isspace()
        or unicodedata.category(character) in _INVISIBLE
    )


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in _INVISIBLE else character


@cache
def _table() -> _Table:
    single = np.arange(_LAST, dtype=np.uint32)
    length = np.ones(_LAST, np.uint8)
    expansions: dict[int, tuple[int, ...]] = {}
    equivalents = _equivalents("simplified.tsv") | _equivalents("radicals.tsv")
    blocks = (range(*block) for block in (*_BLOCKS, _COMPATIBILITY, _TAGS))
    characters = filter(_may_change, map(chr, itertools.chain(*blocks)))
    changing = frozenset((*characters, *equivalents))
    for character in changing:
        code = ord(character)
        image = tuple(map(ord, _image(character, equivalents, changing)))
        if len(image) == 1:
            single[code] = image[0]
        else:
            length[code] = len(image)
            if image:
                expansions[code] = image
    length[slice(*_SURROGATES)] = 0
    return _Table(single, length, expansions)


def replacements() -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """For every code point its normal form and how many code points that has.

    The former means something only where the latter is 1; see `expanding` for more than 1.
    """
    table = _table()
    return table.single, table.length


def expanding() -> dict[int, tuple[int, ...]]:
    """Normal forms of the code points that become several."""
    return _table().expansions


def normalize(points: CodePoints) -> Normalized:
    """Bring a batch into normal form. Idempotent; accepts any code points."""
    table = _table()
    codes = _unescape_excel(points)
    length = table.length[codes]
    out = table.single[codes]
    source = np.arange(len(codes), dtype=np.int64)
    bounds = points.bounds
    if not (length == 1).all():
        out, source, bounds = _expand(codes, out, length, bounds, table)
    return _squeeze(out, source, bounds)


def normalize_text(text: str) -> tuple[str, NDArray[np.int64]]:
    """Normal form of one text, and for each of its characters the index in `text` it came from."""
    result = normalize(CodePoints.from_texts([text]))
    return result.points.text(0), result.source


def _expand(
    codes: NDArray[np.uint32],
    out: NDArray[np.uint32],
    length: NDArray[np.uint8],
    bounds: NDArray[np.int64],
    table: _Table,
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
    source = np.repeat(np.arange(len(codes), dtype=np.int64), length)
    ends = np.zeros(len(codes) + 1, np.int64)
    np.cumsum(length, out=ends[1:])
    expanded = out[source]
    for position in np.flatnonzero(length > 1):
        image = table.expansions[int(codes[position])]
        expanded[ends[position] : ends[position + 1]] = image
    return expanded, source, ends[bounds]


def _squeeze(
    codes: NDArray[np.uint32], source: NDArray[np.int64], bounds: NDArray[np.int64]
) -> Normalized:
    """Keep one blank of each run, none at the start or end of a text."""
    blank = codes == _BLANK
    if not blank.any():
        return Normalized(CodePoints(codes, bounds), source)
    first = np.zeros(len(codes) + 1, bool)
    first[bounds] = True
    drop = blank & (first[:-1] | np.concatenate(([False], blank[:-1])))
    # A blank that nothing visible follows before the text ends goes too.
    visible = np.zeros(len(codes) + 1, np.int64)
    np.cumsum(~blank, out=visible[1:])
    lengths = np.diff(bounds)
    at_end = np.repeat(visible[bounds[1:]], lengths)
    drop |= blank & (visible[1:] == at_end)
    kept = ~drop
    ends = np.zeros(len(codes) + 1, np.int64)
    np.cumsum(kept, out=ends[1:])
    return Normalized(CodePoints(codes[kept], ends[bounds]), source[kept])


def _unescape_excel(points: CodePoints) -> NDArray[np.uint32]:
    """Replace `_x000D_`, `_x000A_` and `_x0009_` by a line feed and six invisible characters."""
    codes = points.codes
    opened = np.flatnonzero(codes[:-6] == 0x5F) if len(codes) > 6 else np.empty(0, np.int64)
    if not len(opened):
        return codes
    window = codes[opened[:, None] + np.arange(7)]
    shape = np.array([0x5F, 0x78, 0x30, 0x30, 0x30], np.uint32)
    escape = (window[:, :5] == shape).all(1) & (window[:, 6] == 0x5F)
    escape &= np.isin(window[:, 5], np.array([ord(c) for c in "DdAa9"], np.uint32))
    document = np.searchsorted(points.bounds, opened, side="right")
    escape &= opened + 7 <= points.bounds[document]  # never across two texts
    if not escape.any():
        return codes
    codes = codes.copy()
    codes[opened[escape]] = 0x0A
    codes[(opened[escape][:, None] + np.arange(1, 7)).ravel()] = 0x200B
    return codes
