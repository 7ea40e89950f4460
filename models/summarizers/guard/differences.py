"""What a rewrite says that its source does not, and the other way round, by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from models.summarizers.guard.tokens import Token
from models.summarizers.guard.verdict import Fault, FaultKind
from models.summarizers.places import find_places

_NAMES: dict[FaultKind, str] = {
    "number": "数字", "date": "日期", "article": "条款或序号", "name": "人名、地名或单位",
    "negation": "否定", "amount": "范围或程度", "direction": "增减或定性", "certainty": "确定程度",
    "question": "疑问", "word": "词语",
}  # fmt: skip
_NAME_TAGS = ("nr", "ns", "nt", "nz")


def find_differences(
    source: Sequence[Token], rewrite: Sequence[Token], *, must_keep: bool
) -> Iterator[Fault]:
    """Faults by what the two texts hold; `must_keep` where nothing may be left out.

    Counts, not order: a rewrite without a difference may still say another thing.
    """
    text = "".join(t.text for t in source)
    mine, theirs = _quantities(source), _quantities(rewrite)
    for form, token in theirs.items():
        if form not in mine:
            yield _fault(_kind_of(token), token.text, "不在原文中")
    counted, counted_there = _forms(source), _forms(rewrite)
    for form, n in counted_there.items():
        if form in mine and n > counted[form]:
            yield _fault(_kind_of(theirs[form]), theirs[form].text, "比原文多用了一次")
    for form, n in counted.items() if must_keep else ():
        if n > counted_there[form]:
            yield _fault(_kind_of(mine[form]), mine[form].text, "原文有，改写后没有")
    yield from _markers(source, rewrite, must_keep=must_keep)
    yield from _foreign(text, source, rewrite)


def _quantities(tokens: Sequence[Token]) -> dict[str, Token]:
    return {t.atoms[0]: t for t in tokens if t.role == "quantity"}


def _forms(tokens: Sequence[Token]) -> Counter[str]:
    return Counter(t.atoms[0] for t in tokens if t.role == "quantity")


def _kind_of(token: Token) -> FaultKind:
    form = token.atoms[0]
    if form.startswith("#date"):
        return "date"
    if form.startswith("#nth"):
        return "article"
    return "name" if form.startswith("#code") else "number"


def _markers(
    source: Sequence[Token], rewrite: Sequence[Token], *, must_keep: bool
) -> Iterator[Fault]:
    """Negations, quantifiers, directions that only one of the texts has."""
    mine = Counter("".join(t.atoms) for t in source if t.marker)
    theirs = Counter("".join(t.atoms) for t in rewrite if t.marker)
    kinds = {"".join(t.atoms): (t.marker, t.text) for t in (*source, *rewrite) if t.marker}
    for word, (kind, shown) in kinds.items():
        assert kind is not None
        if theirs[word] > mine[word]:
            yield _fault(kind, shown, "原文没有")
        elif must_keep and mine[word] > theirs[word]:
            yield _fault(kind, shown, "原文有，改写后没有")


def _foreign(text: str, source: Sequence[Token], rewrite: Sequence[Token]) -> Iterator[Fault]:
    """Words that the source does not have in any wording."""
    known = text + "|" + "".join("".join(t.atoms) for t in source if t.role != "quantity")
    places = "".join(p.text for p in find_places("".join(t.text for t in rewrite), 10_000))
    for token in rewrite:
        if token.role not in ("word", "lost") or token.marker:
            continue
        if token.text in known or "".join(token.atoms) in known:
            continue
        is_name = token.tag.startswith(_NAME_TAGS) or token.text in places
        yield _fault("name" if is_name else "word", token.text, "不在原文中")


def _fault(kind: FaultKind, shown: str, what: str) -> Fault:
    return Fault(kind, f"{_NAMES[kind]}“{shown}”{what}")
