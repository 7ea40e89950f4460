"""Whether a headline can be got from a text by leaving out what may be left out.

Words of the headline must stand in the text in its order. Within a clause only a writer's opening,
a modifier before its noun and closing particles go; a clause never loses a negation, a quantifier
or a verb, and a clause that hangs on another (村里说，…; 如果…) does not stand without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from models.summarizers.guard.lexicon import Lexicon, load_lexicon
from models.summarizers.guard.tokens import Token

_COMPARED = ("word", "quantity", "question", "lost", "and")
_NOUN = ("n", "j", "s")
_DROPPED_BEFORE_NOUN = ("n", "ns", "nt", "j", "s", "")
_DROPPED_AT_START = ("ns", "nt", "s", "t", "j")
_NEEDS_SUBJECT = ("v", "d", "p")


@dataclass(frozen=True, slots=True)
class _Rewrite:
    """Atoms of a headline, and before which of them a pause stands."""

    atoms: tuple[str, ...]
    pauses: frozenset[int]
    ofs: frozenset[int]


def condenses(source: Sequence[Token], rewrite: Sequence[Token]) -> bool:
    """Whether a headline says nothing but what a text says; see the module for what may go."""
    told = _rewrite(rewrite)
    hard = [t for t in source if t.role in _COMPARED]
    kept = _aligned(hard, told)
    if kept is None:
        return False
    lexicon = load_lexicon()
    if any(lexicon.retractions.search(_clause_text(source, c)) for c in _clauses(hard)):
        return False
    return _clauses_stand(hard, kept, lexicon, _after_of(source)) and _joints_stand(
        hard, kept, told, lexicon
    )


def _rewrite(tokens: Sequence[Token]) -> _Rewrite:
    atoms: list[str] = []
    pauses: set[int] = set()
    ofs: set[int] = set()
    for token in tokens:
        if token.role == "pause":
            pauses.add(len(atoms))
        elif token.text == "的":
            ofs.add(len(atoms))
        elif token.role not in ("free", "quote"):
            atoms += token.atoms
    return _Rewrite(tuple(atoms), frozenset(pauses), frozenset(ofs))


def _aligned(source: Sequence[Token], told: _Rewrite) -> tuple[int, ...] | None:
    """Tokens of the source that make up a headline, with the fewest gaps; None if they do not."""
    atoms = told.atoms

    @cache
    def best(i: int, j: int, inside: bool) -> tuple[int, tuple[int, ...]] | None:
        if j == len(atoms):
            return 0, ()
        if i == len(source):
            return None
        options = []
        token = source[i]
        size = len(token.atoms)
        fits = atoms[j : j + size] == token.atoms
        split = any(j < at < j + size for at in told.pauses)
        if fits and not split and (rest := best(i + 1, j + size, True)) is not None:
            options.append((rest[0], (i, *rest[1])))
        if (rest := best(i + 1, j, False)) is not None:
            options.append((rest[0] + inside, rest[1]))
        return min(options, default=None, key=lambda option: option[0])

    if not atoms:
        return None
    found = best(0, 0, False)
    return None if found is None else found[1]


def _clauses(tokens: Sequence[Token]) -> list[int]:
    return sorted({t.clause for t in tokens})


def _clause_text(tokens: Sequence[Token], clause: int) -> str:
    return "".join(t.text for t in tokens if t.clause == clause)


def _after_of(tokens: Sequence[Token]) -> frozenset[int]:
    """Which of the compared tokens come right after a 的."""
    found: set[int] = set()
    n = 0
    for before, token in zip((None, *tokens), tokens, strict=False):
        if token.role in _COMPARED:
            if before is not None and before.text == "的":
                found.add(n)
            n += 1
    return frozenset(found)


def _clauses_stand(
    source: Sequence[Token], kept: tuple[int, ...], lexicon: Lexicon, ofs: frozenset[int]
) -> bool:
    """Whether each clause that is kept loses nothing it must not lose."""
    chosen = set(kept)
    is_first = True
    for clause in sorted({source[i].clause for i in kept}):
        own = [i for i, t in enumerate(source) if t.clause == clause]
        taken = [i for i in own if i in chosen]
        start, end = own.index(taken[0]), own.index(taken[-1])
        leading, trailing = own[:start], own[end + 1 :]
        if not _may_open(source, leading, taken[0], lexicon, ofs if is_first else None):
            return False
        if not _may_close(source, trailing, taken, lexicon):
            return False
        for before, after in pairwise(taken):
            if not _may_skip(source, before, after, ofs):
                return False
        is_first = False
    return True


def _may_open(
    source: Sequence[Token],
    dropped: Sequence[int],
    first: int,
    lexicon: Lexicon,
    ofs: frozenset[int] | None,
) -> bool:
    """Whether the beginning of a clause may go: the writer's own opening, or where it happened.

    `ofs` is None for a clause after the first, whose beginning would leave it to the subject of
    the clause before.
    """
    words = [source[i] for i in dropped if source[i].role != "lost"]
    if not words:
        return True
    if ofs is None:
        return False
    n_opening = 0
    for n, token in enumerate(words, 1):
        if token.text in lexicon.reports:
            n_opening = n
        elif token.text not in lexicon.writers:
            break
    rest = [t for t in words[n_opening:] if t.text not in lexicon.writers]
    if not rest:
        return not _lost_subject(words, source[first], lexicon)
    if any(t.marker or t.role != "word" or t.tag not in _DROPPED_AT_START for t in rest):
        return False
    return source[first].tag.startswith(_NOUN) and (first in ofs or rest[-1].tag == "t")


def _lost_subject(words: Sequence[Token], first: Token, lexicon: Lexicon) -> bool:
    """Whether 我 went and a bare verb stays: 我占了地 is not 占了地, but 我要投诉 is 投诉."""
    reported = first.text in lexicon.reports or any(t.text in lexicon.reports for t in words)
    return not reported and first.tag.startswith(_NEEDS_SUBJECT)


def _may_close(
    source: Sequence[Token], trailing: Sequence[int], taken: Sequence[int], lexicon: Lexicon
) -> bool:
    """Whether the end of a clause may go; 拆了吗 never becomes 拆了."""
    words = [source[i] for i in trailing if source[i].role != "lost"]
    if "".join(t.text for t in words if t.role != "question") in lexicon.asked:
        return source[taken[-1]].tag.startswith(_NOUN) or source[taken[-1]].tag == "vn"
    is_asked = any(source[i].marker == "question" for i in taken)
    return all(
        is_asked and t.text in ("？", "呢")
        if t.marker == "question"
        else t.text in lexicon.trailing or t.tag == "y"
        for t in words
    )


def _may_skip(source: Sequence[Token], first: int, last: int, ofs: frozenset[int]) -> bool:
    """Whether words inside a clause may go: 村民的 in 占用村民的耕地, but no part of a name."""
    before, after = source[first], source[last]
    hard = [t for t in source[first + 1 : last] if t.role != "lost"]
    if not hard:
        return True
    if last not in ofs or before.role != "word" or before.tag.startswith(_NOUN):
        return False
    if any(t.role != "word" or t.marker or t.tag not in _DROPPED_BEFORE_NOUN for t in hard):
        return False
    return after.tag.startswith(_NOUN) or after.tag == "vn"


def _joints_stand(
    source: Sequence[Token], kept: tuple[int, ...], told: _Rewrite, lexicon: Lexicon
) -> bool:
    """Whether neighbouring clauses of a headline belong together, and none hangs on a lost one."""
    if _hangs(source, kept[0], lexicon):
        return False
    at = 0
    for before, after in pairwise(kept):
        at += len(source[before].atoms)
        crosses = source[before].clause != source[after].clause
        if at in told.ofs and (crosses or after != before + 1):
            return False
        if not crosses:
            if at in told.pauses:
                return False
            continue
        if at not in told.pauses:
            return False
        between = {t.clause for t in source[before + 1 : after]}
        lost = between - {source[before].clause, source[after].clause}
        if lost and _lacks_subject(source[after:]):
            return False
        if lost and _hangs(source, after, lexicon):
            return False
    return True


def _lacks_subject(rest: Sequence[Token]) -> bool:
    """Whether a clause begins, dates and numbers aside, with a verb, an adverb or a negation."""
    for token in rest:
        if token.clause != rest[0].clause:
            break
        if token.role != "quantity" and token.tag not in ("t", "m", "q"):
            return token.tag.startswith(_NEEDS_SUBJECT) or token.marker is not None
    return True


def _hangs(source: Sequence[Token], first: int, lexicon: Lexicon) -> bool:
    """Whether the clause before the one of a token is left out and says who says so, or if what."""
    clause = source[first].clause
    same = [t for t in source if t.sentence == source[first].sentence]
    earlier = [t for t in same if t.clause < clause]
    if any(t.text in lexicon.conditions for t in earlier):
        return True
    last = [t for t in source if t.clause == clause - 1]
    if not last or not last[-1].text.endswith(lexicon.attributions):
        return False
    return not all(t.text in lexicon.writers or t.text in lexicon.reports for t in last)
