"""Find personal information in texts and put type tokens in its place.

Passes, the surest claim first: public numbers → shapes with check digits → marks with letters →
names → addresses → long numbers that nothing explains. What one pass takes, no later one touches.
Redacting a redacted text changes nothing: the search is repeated until it finds no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from models.text.redaction.addresses import find_addresses
from models.text.redaction.lexicon import lexicon
from models.text.redaction.marks import find_marks
from models.text.redaction.names import find_names
from models.text.redaction.numbers import find_left_over, find_numbers
from models.text.redaction.protected import protect
from models.text.redaction.scan import Hit, Scan

_MOST_ROUNDS = 8
_PASSES = (protect, find_marks, find_numbers, find_names, find_addresses, find_left_over)


def token(kind: str, number: int | None = None) -> str:
    """What stands in the place of a hit, such as 【姓名】 or, numbered for a map, 【姓名3】."""
    return f"【{lexicon().kinds[kind]}{'' if number is None else number}】"


def find_hits(texts: Sequence[str], *, is_one: bool = False) -> list[list[Hit]]:
    """Hits in each text, in order of place; places refer to the texts as given.

    Texts are searched together: many short ones cost little more than one long one.

    Parameters
    ----------
    texts : sequence of str
    is_one : bool, default=False
        The texts are pieces (lines, paragraphs) of one: a name found in one is looked for in all.
    """
    found: list[list[Hit]] = [[] for _ in texts]
    if not texts:
        return found
    current = list(texts)
    rows = list(range(len(texts)))
    for _ in range(_MOST_ROUNDS):
        rows = _round(found, rows, current, is_one=is_one)
        if not rows:
            break
        current = [replace(texts[row], found[row]) for row in rows]
    return found


def redact(text: str) -> tuple[str, list[Hit]]:
    """Redact one text; returns it with the hits, whose places refer to `text`."""
    hits = find_hits([text])[0]
    return replace(text, hits), hits


def replace(
    text: str, hits: Iterable[Hit], name: Callable[[Hit, str], str] = lambda hit, _: token(hit.kind)
) -> str:
    """Put a token in the place of each hit.

    Parameters
    ----------
    text : str
    hits : iterable of Hit
        In order of place, without overlap.
    name : callable, optional
        Gives the token of a hit and the characters that it replaces.
    """
    pieces: list[str] = []
    at = 0
    for hit in hits:
        pieces += text[at : hit.start], name(hit, text[hit.start : hit.end])
        at = hit.end
    return "".join([*pieces, text[at:]])


def _round(
    found: list[list[Hit]], rows: list[int], current: list[str], *, is_one: bool
) -> list[int]:
    """Search once more; new hits are added to `found`. Returns the rows that had any."""
    changed = []
    for row, hits in zip(rows, _search(current, is_one=is_one), strict=True):
        if hits:
            found[row] = _merged(found[row], hits)
            changed.append(row)
    return changed


def _merged(earlier: list[Hit], later: list[Hit]) -> list[Hit]:
    """Both lists with places in the original; `later` has places where `earlier` is replaced."""
    if not earlier:
        return later
    merged, shift, rest = [], 0, iter(earlier)
    upcoming = next(rest, None)
    for hit in later:
        while upcoming is not None and upcoming.start <= hit.start + shift:
            merged.append(upcoming)
            shift += upcoming.end - upcoming.start - len(token(upcoming.kind))
            upcoming = next(rest, None)
        merged.append(hit._replace(start=hit.start + shift, end=hit.end + shift))
    return [*merged, *([upcoming] if upcoming else []), *rest]


def _search(texts: Sequence[str], *, is_one: bool) -> list[list[Hit]]:
    scan = Scan(texts, is_one=is_one)
    for find in _PASSES:
        find(scan)
    starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
    found: list[list[Hit]] = [[] for _ in texts]
    row = 0
    for hit in sorted(scan.hits):
        while hit.start >= starts[row + 1]:
            row += 1
        start = starts[row]
        found[row].append(hit._replace(start=hit.start - start, end=hit.end - start))
    return found
