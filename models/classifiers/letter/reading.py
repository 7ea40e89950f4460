"""Reading a letter by rules alone: cited articles, cue phrases, item by item."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from models.classifiers.letter.articles import Citation, parse_articles
from models.classifiers.letter.cues import CUE, Hit, find_cues
from models.classifiers.letter.items import Part, split_parts
from models.classifiers.letter.itemwise import apart, by_request, multiplied, numbered_items
from models.classifiers.letter.ordinance import cites_2007, rows_of
from models.classifiers.letter.passages import BLANK, Passages, read_passages, sentences
from models.classifiers.letter.procedural import (
    procedural_hits,
    unconditional,
    which_procedural,
)
from models.classifiers.letter.requested import listed_items, requested_items
from models.classifiers.letter.several import count_letters
from models.classifiers.letter.text import LetterText, prepare
from models.classifiers.letter.weighing import Given, ItemReading, totals, weigh

PREAMBLE = 400
"""Longest announcement before the first numbered answer, in characters."""
_OLD_DATE = re.compile(
    r"(?:19[0-9]{2}|200[0-9]|201[0-8])年(?:[0-9]{1,2}月(?:[0-9]{1,2}日)?)?.{0,12}$"
    r"|2019年(?:[1-4]月|5月(?:[1-9]|1[0-4])日).{0,12}$"
    r"|二[〇○零](?:[〇○零].|一[〇○零一二三四五六七八])年[^。]{0,12}$"
)
_SAME_THING = re.compile(r"遮|隐去|涂|删|区分|其中|其余|部分内容|上述|除外|以外")
_OLD_NAME = re.compile(
    r"第492号|2007年?(?:的|版)?[^。]{0,6}条例|原《(?:中华人民共和国)?政府信息公开条例"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules read in a letter.

    Parameters
    ----------
    letter : LetterText
    passages : Passages
    items : tuple of ItemReading
        At least one; a procedural letter and one without decision have exactly one.
    procedural : str, optional
        Kind of a letter that ends nothing.
    is_old_law : bool
        The letter applies the text of 2007.
    citations : tuple of Citation
    """

    letter: LetterText
    passages: Passages
    items: tuple[ItemReading, ...]
    procedural: str | None
    is_old_law: bool
    citations: tuple[Citation, ...] = field(default=())
    n_letters: int = 1
    """More than one if a cell holds several letters: then the case is not that of one."""
    n_requested: int = 0
    """Numbers of the request, 0 where it is unknown or has none."""

    def decision_text(self, item: ItemReading) -> str:
        """The agency's own words of an item, of the letter if there is but one, for a head."""
        whole = self.passages.decision
        part = whole if len(self.items) == 1 else whole[item.start : item.end]
        return part.replace(BLANK, "")

    @property
    def whole_text(self) -> str:
        """The agency's own words of the whole letter, for a head."""
        return self.passages.decision.replace(BLANK, "")

    @property
    def is_split_by_words(self) -> bool:
        """Whether the rules see several items for which no number and no article of each speaks."""
        cited = {h.code for i in self.items for h in i.hits if h.kind == "article"}
        if len(cited & {i.best for i in self.items}) > 1:
            return False
        is_numbered = self.n_requested > 1 or any(item.number for item in self.items)
        return len(self.items) > 1 and not is_numbered and self.n_letters == 1

    def as_one(self, kind: str) -> Reading:
        """The letter as one item: the part that speaks for a kind, or everything together."""
        for item in self.items:
            if item.best == kind:
                return replace(self, items=(item,))
        codes = {code for item in self.items for code in item.points}
        points = {code: max(item.points.get(code, 0.0) for item in self.items) for code in codes}
        hits = tuple(hit for item in self.items for hit in item.hits)
        return replace(self, items=(ItemReading("", 0, len(self.letter.text), points, hits),))


def read_letter(original: str, request: str = "") -> Reading:
    """Read a letter. Accepts any string; what shows no decision has no points.

    Parameters
    ----------
    original : str
        The letter as received.
    request : str
        What it answers, if known: its numbers say how many items there are.
    """
    letter = prepare(original)
    passages = read_passages(letter.text)
    citations = [c for c in parse_articles(letter.text) if passages.decision[c.start] != BLANK]
    is_old = cites_2007(citations) or bool(
        _OLD_DATE.search(letter.text) or _OLD_NAME.search(letter.text)
    )
    reader = _Reader(letter, passages, citations, is_old)
    kind = reader.procedural()
    names: tuple[str, ...] = requested_items(request)
    if kind is not None:
        items: tuple[ItemReading, ...] = (reader.procedural_item(kind),)
    else:
        parts = split_parts(letter, passages.decision, citations)
        found = reader.items(parts, names if request.strip() else None)
        found = by_request(found, names, passages.decision, reader.judge)
        if len(found) == 1 and not names and request:
            found = apart(found[0], listed_items(request), passages.decision, reader.judge)
        items = tuple(found) or (reader.from_titles(),)
    n_letters = count_letters(original)
    return Reading(letter, passages, items, kind, is_old, tuple(citations), n_letters, len(names))


@dataclass(frozen=True, slots=True)
class _Reader:
    letter: LetterText
    passages: Passages
    citations: Sequence[Citation]
    is_old: bool
    cues: dict[tuple[int, int], list[Hit]] = field(default_factory=dict)
    """Of each sentence, for a sentence is judged as part of several things."""

    def procedural(self) -> str | None:
        """Kind of procedural letter, if it is one."""
        decision = unconditional(self.passages.decision)
        hits = [*find_cues(decision, self.passages.provision, 0, len(decision))]
        hits += self._articles(0, len(decision))
        decided = totals(hit for hit in hits if hit.kind != "hint")
        signs = procedural_hits(self.letter.text, self.passages.titles)
        return which_procedural(signs, decided, decision, self.letter.text)

    def procedural_item(self, kind: str) -> ItemReading:
        """The letter as one item of a procedural kind."""
        signs = procedural_hits(self.letter.text, self.passages.titles)
        hits = tuple(hit for hit in signs if hit.code.endswith(kind))
        points = {f"procedural.{kind}": max(CUE, sum(hit.points for hit in hits))}
        return ItemReading("", 0, len(self.letter.text), points, hits)

    def items(
        self, parts: Sequence[Part], names: tuple[str, ...] | None = None
    ) -> list[ItemReading]:
        """Parts that decide something; facts and conclusion only if nothing else does."""
        numbered = numbered_items(parts, self.passages, self.citations, self.judge, names)
        if numbered:
            return _answers(numbered)
        for role in ("item", "conclusion", "facts"):
            judged = [self.judge(part) for part in parts if part.role == role]
            found = [item for item in judged if item.best is not None]
            if found:
                pieces = [piece for item in _without_asides(found) for piece in self._apart(item)]
                whole = self.passages.decision
                return multiplied(pieces[0], whole) if len(pieces) == 1 else pieces
        return []

    def _apart(self, item: ItemReading) -> list[ItemReading]:
        """A part that gives one thing and not another, sentence by sentence if that explains it."""
        if item.number or item.best not in ("partial", None):
            return [item]
        decision = self.passages.decision
        pieces: list[ItemReading] = []
        for sentence in sentences(decision, item.start, item.end):
            piece = self.judge(Part(item.number, sentence.start, sentence.end))
            if piece.best is None or piece.points[piece.best] < CUE or piece.is_courtesy:
                continue
            # 其中身份证号已遮盖，不予公开 speaks of the same document.
            if not item.is_mixed and _SAME_THING.search(decision, sentence.start, sentence.end):
                return [item]
            if all(piece.best != earlier.best for earlier in pieces):
                pieces.append(piece)
        kinds = {piece.best for piece in pieces}
        is_apart = "granted" in kinds and len(kinds) > 1
        if not item.is_mixed:
            is_apart &= not kinds & {"partial", "refused"}
        return pieces if is_apart else [item]

    def from_titles(self) -> ItemReading:
        """What titles such as 《不予公开告知书》 say, where nothing else does."""
        text = self.letter.text
        hits = [
            hit
            for start, end in self.passages.titles
            for hit in find_cues(text, text, start, end)
            if hit.code != "granted"
        ]
        hits += self._articles(0, len(text))
        return ItemReading("", 0, len(text), totals(hits), tuple(hits))

    def judge(self, *parts: Part) -> ItemReading:
        """Weigh the signs in parts of one item, sentence by sentence."""
        decision = self.passages.decision
        hits: list[Hit] = []
        given: list[Given] = []
        for part in parts:
            for sentence in sentences(decision, part.start, part.end):
                for hit in self._cues(sentence.start, sentence.end):
                    if hit.code == "granted" and hit.kind == "cue":
                        given.append(Given(hit, sentence.is_courtesy))
                    else:
                        hits.append(hit)
            hits += self._articles(part.start, part.end)
        return weigh(parts[0], hits, given, self.passages)

    def _cues(self, start: int, end: int) -> list[Hit]:
        if (start, end) not in self.cues:
            found = find_cues(self.passages.decision, self.passages.provision, start, end)
            self.cues[start, end] = list(found)
        return self.cues[start, end]

    def _articles(self, start: int, end: int) -> list[Hit]:
        return [
            Hit(code, citation.start, citation.end, points, "article")
            for citation in self.citations
            if start <= citation.start < end
            for code, points in rows_of(citation, is_old_law=self.is_old)
        ]


def _answers(numbered: list[ItemReading]) -> list[ItemReading]:
    """Without numbered remarks that only advise, if anything else is said."""
    last = numbered[-1]
    refuses = any(item.best not in ("granted", "partial") for item in numbered[:-1])
    return numbered[:-1] if last.is_courtesy and refuses and len(numbered) > 2 else numbered


def _without_asides(found: list[ItemReading]) -> list[ItemReading]:
    """Drop the announcement before the first item, courtesies, and what was given before."""
    first = found[0]
    is_short = first.end - first.start < PREAMBLE and max(first.points.values()) < 2 * CUE
    if len(found) > 1 and not first.number and is_short:
        found = found[1:]
    if len(found) > 1 and any(item.best not in ("granted", "partial") for item in found):
        found = [item for item in found if not item.is_courtesy]
    repeats = [i for i, item in enumerate(found) if item.points.get("declined.repeat", 0) > 2 * CUE]
    return found[repeats[0] :] if repeats and len(found) == repeats[-1] + 1 else found
