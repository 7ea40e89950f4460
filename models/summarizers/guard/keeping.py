"""Whether a rewrite says all that its source says, in its order, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from models.summarizers.guard.lexicon import load_lexicon
from models.summarizers.guard.tokens import Token

_AND, _SPOKEN, _PAUSE, _OF = "&", "&w", "|", "的"
_NOUNS = ("", "j", "m", "vn", "l", "nr", "ns", "nt", "nz", "an")
_BREAKS = frozenset({_AND, _SPOKEN, _PAUSE, _OF})
_LONGEST_ITEM, _MOST_OFS, _BACK = 10, 3, 4


class _Atom(NamedTuple):
    """A character or a quantity, with the part of speech of its word (`n`, `v`, …)."""

    text: str
    tag: str = ""


def keeps(source: Sequence[Token], rewrite: Sequence[Token]) -> bool:
    """Whether two texts differ only in what the guard knows to be harmless.

    Both are reduced to characters of hard words and quantities, with pauses, 、 and 和 between.
    Pauses may come and go, 、 may become 和 or a pause, two joined items may change places.
    """
    words = {t.atoms for t in source}
    left = _stream(source, None)
    right = _stream(rewrite, words)
    ordered = any(t.text in load_lexicon().ordered for t in source)
    return _matches(left, right, may_swap=not ordered)


def _stream(tokens: Sequence[Token], words_of: set[tuple[str, ...]] | None) -> list[_Atom]:
    """Atoms to compare; of a rewrite, `words_of` are the words of its source."""
    stream: list[_Atom] = []
    for token in tokens:
        if token.role == "pause":
            stream.append(_Atom(_PAUSE))
        elif token.role == "and":
            stream.append(_Atom(_AND if token.text == "、" else _SPOKEN))
        elif token.text == _OF:
            stream.append(_Atom(_OF))
        elif token.role in ("free", "quote") or (
            token.role == "lost" and (words_of is None or token.atoms in words_of)
        ):
            continue
        else:
            tag = "n" if token.tag in _NOUNS else token.tag[:1]
            stream += [_Atom(atom, tag) for atom in token.atoms]
    return stream


def _matches(left: Sequence[_Atom], right: Sequence[_Atom], *, may_swap: bool) -> bool:
    i = j = 0
    while True:
        i, gap_left = _skip(left, i)
        j, gap_right = _skip(right, j)
        if i == len(left) or j == len(right):
            return i == len(left) and j == len(right)
        if not _gaps_agree(gap_left, gap_right):
            return False
        if left[i].text == right[j].text:
            i, j = i + 1, j + 1
            continue
        moved = _swapped(left, i, right, j) if may_swap else None
        if moved is None:
            return False
        i, j = moved


def _skip(stream: Sequence[_Atom], at: int) -> tuple[int, set[str]]:
    """The next hard atom, and what lies before it."""
    gap: set[str] = set()
    while at < len(stream) and stream[at].text in _BREAKS:
        gap.add(stream[at].text)
        at += 1
    return at, gap


def _gaps_agree(left: set[str], right: set[str]) -> bool:
    """Whether what stands between two words joins them alike on both sides.

    的 never replaces a pause, 、 or 和: 村民，村委会主任 is not 村民的村委会主任.
    """
    breaks_left, breaks_right = left - {_OF}, right - {_OF}
    if breaks_left != breaks_right and (_OF in left) != (_OF in right):
        return False
    # a spoken 和 stays 和 or becomes 、; only 、 may become a pause, and nothing else comes or goes
    if _SPOKEN in breaks_left:
        return bool(breaks_right & {_SPOKEN, _AND})
    if _SPOKEN in breaks_right:
        return _AND in breaks_left
    if _AND in breaks_left:
        return bool(breaks_right & {_AND, _PAUSE})
    if _AND in breaks_right:
        return _PAUSE in breaks_left
    return True


def _swapped(
    left: Sequence[_Atom], i: int, right: Sequence[_Atom], j: int
) -> tuple[int, int] | None:
    """Places behind two joined items that stand the other way round in the rewrite."""
    for back in range(min(_BACK, i, j) + 1):
        for end in _ends(left, i - back):
            pair = _pair(left[i - back : end])
            for extra in range(-_MOST_OFS, _MOST_OFS + 1):
                stop = j + (end - i) + extra
                if stop <= j or stop > len(right):
                    continue
                theirs = _pair(right[j - back : stop])
                if _goes_on(left, end) or _goes_on(right, stop):
                    continue
                if pair is not None and theirs is not None and pair == theirs[::-1]:
                    return end, stop
    return None


def _goes_on(stream: Sequence[_Atom], end: int) -> bool:
    """Whether what follows belongs to the last item alone: 土地征收和房屋拆迁补偿."""
    if end == len(stream) or stream[end].text in _BREAKS:
        return False
    return stream[end].tag == "n" or stream[end].tag == stream[end - 1].tag == "v"


def _ends(stream: Sequence[_Atom], start: int) -> Iterator[int]:
    """Where two joined items that begin at `start` may end."""
    n_joins = size = 0
    for at in range(start, len(stream)):
        atom = stream[at].text
        if atom == _PAUSE or atom.startswith("#") or atom == "?" or size > _LONGEST_ITEM:
            return
        if atom in (_AND, _SPOKEN):
            n_joins, size = n_joins + 1, 0
            if n_joins > 1:
                return
            continue
        size += 1
        if n_joins:
            yield at + 1


def _pair(atoms: Sequence[_Atom]) -> tuple[str, str] | None:
    """Two items joined by 、 or 和, if they begin and end with words of the same kind."""
    items: list[list[_Atom]] = [[]]
    for atom in atoms:
        if atom.text in (_AND, _SPOKEN):
            items.append([])
        elif atom.text != _OF:
            items[-1].append(atom)
    if len(items) != 2 or not all(items):
        return None
    first, second = items
    if first[0].tag != second[0].tag:
        return None
    # a noun before a verb makes a noun of both: 法制审核 and 案例研究 are two things
    nominal = first[0].tag == "n" and {first[-1].tag, second[-1].tag} <= {"n", "v"}
    if first[-1].tag != second[-1].tag and not nominal:
        return None
    return "".join(a.text for a in first), "".join(a.text for a in second)
