"""Reading a letter by rules alone: cited articles, cue phrases, item by item."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.classifiers.letter.articles import Citation, parse_articles
from models.classifiers.letter.cues import CUE, HINT, Hit, find_cues
from models.classifiers.letter.items import Part, split_parts
from models.classifiers.letter.ordinance import cites_2007, rows_of
from models.classifiers.letter.passages import BLANK, Passages, read_passages, sentences
from models.classifiers.letter.procedural import (
    procedural_hits,
    unconditional,
    which_procedural,
)
from models.classifiers.letter.text import LetterText, prepare

ENOUGH = 2.0
"""Points below which the rules say nothing."""
_OVERRIDES = ("declined.", "other.", "refused.statutory_query", "unavailable.unclear")
"""Outcomes beside which a hint where to look is a courtesy, not a provision."""
_EARLIER = (
    "declined.repeat",
    "declined.reconfirm",
    "declined.excessive",
    "other.",
    "unavailable.unclear",
)
"""Outcomes beside which even what was handed over was so earlier."""
_WAIVED = re.compile(
    r"(?<!不)(?:同意|许可)(?:将?[^,。;不]{0,16})?(?:公开|提供)|(?:未|没有?|均?无)(?:提出)?(?:任何)?(?:异议|反对)|公共利益[^,。;]{0,8}重大影响"
)
"""The third party agreed, or the public interest prevails (第十五条但书)."""
_HANDED_OVER = re.compile(
    r"随|附|邮寄|寄送|寄给|发送|交付|复印|领取|向(?:你|您|申请人|原告|其)|予以"
)
_GIVEN_ELSEWHERE = re.compile(
    r"随|附|邮寄|寄送|寄给|复印|可以公开|可以提供|向(?:你|您|申请人|原告)"
)
_ABANDONED = re.compile(r"(?:视为|视同|视作|按|作|当)[^,。;]{0,8}放弃|不[再在]处理|办结|结案|归档")
_FEE = re.compile(r"(?:收费|缴费|处理费)[^。;]{0,12}(?:通知|期)|(?:缴纳|交纳|缴费|交费|到账)")
_CORRECTION = re.compile(r"补[正充证来齐交]|通知你补")
_OLD_DATE = re.compile(
    r"(?:19[0-9]{2}|200[0-9]|201[0-8])年[0-9]{1,2}月[0-9]{1,2}日.{0,12}$|2019年(?:[1-4]月|5月(?:[1-9]|1[0-4])日).{0,12}$"
)
_OLD_NAME = re.compile(r"第492号|2007年[^。]{0,12}条例|原《?(?:中华人民共和国)?政府信息公开条例")


@dataclass(frozen=True, slots=True)
class ItemReading:
    """What the rules read in one part of a letter.

    Parameters
    ----------
    number : str
        As the letter numbers it.
    start, end : int
        Place in the letter's text.
    points : dict of code to points
        `refused` alone: refused without a reason that names the row.
    hits : tuple of Hit
    is_mixed : bool
        The part provides one thing and not another.
    is_courtesy : bool
        All it provides is called a courtesy.
    """

    number: str
    start: int
    end: int
    points: dict[str, float]
    hits: tuple[Hit, ...]
    is_mixed: bool = False
    is_courtesy: bool = False

    @property
    def best(self) -> str | None:
        """Code with the most points, a group code included; None if the rules say nothing."""
        code = max(self.points, key=lambda c: self.points[c], default=None)
        return code if code is not None and self.points[code] >= ENOUGH else None


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

    def decision_text(self, item: ItemReading) -> str:
        """The agency's own words of an item, of the letter if there is but one, for a head."""
        whole = self.passages.decision
        part = whole if len(self.items) == 1 else whole[item.start : item.end]
        return part.replace(BLANK, "")


def read_letter(original: str) -> Reading:
    """Read a letter. Accepts any string; what shows no decision has no points."""
    letter = prepare(original)
    passages = read_passages(letter.text)
    citations = [c for c in parse_articles(letter.text) if passages.decision[c.start] != BLANK]
    is_old = cites_2007(citations) or bool(
        _OLD_DATE.search(letter.text) or _OLD_NAME.search(letter.text)
    )
    reader = _Reader(passages, citations, is_old)
    kind = reader.procedural(letter.text)
    if kind is not None:
        hits = tuple(
            h for h in procedural_hits(letter.text, passages.titles) if h.code.endswith(kind)
        )
        points = {hits[0].code: sum(h.points for h in hits)} if hits else {}
        only = ItemReading("", 0, len(letter.text), points, hits)
        return Reading(letter, passages, (only,), kind, is_old, tuple(citations))
    items: tuple[ItemReading, ...] = tuple(
        reader.items(split_parts(letter, passages.decision, citations))
    )
    if not items:
        items = (reader.from_titles(letter.text),)
    return Reading(letter, passages, items, None, is_old, tuple(citations))


@dataclass(frozen=True, slots=True)
class _Reader:
    passages: Passages
    citations: Sequence[Citation]
    is_old: bool

    def procedural(self, text: str) -> str | None:
        """Kind of procedural letter, if it is one."""
        decision = unconditional(self.passages.decision)
        whole = find_cues(decision, self.passages.provision, 0, len(decision))
        decided = _totals(
            h for h in (*whole, *self._articles(0, len(decision))) if h.kind != "hint"
        )
        hits = procedural_hits(text, self.passages.titles)
        return which_procedural(hits, decided, decision, text)

    def items(self, parts: Sequence[Part]) -> list[ItemReading]:
        """Parts that decide something; facts and conclusion only if nothing else does."""
        for role in ("item", "conclusion", "facts"):
            judged = [self.judge(part) for part in parts if part.role == role]
            found = [item for item in judged if item.best is not None]
            if found:
                return _without_asides(found)
        return []

    def judge(self, part: Part) -> ItemReading:
        """Weigh the signs in one part."""
        decision, provision = self.passages.decision, self.passages.provision
        hits: list[Hit] = []
        provided: list[tuple[Hit, bool]] = []
        for sentence in sentences(decision, part.start, part.end):
            for hit in find_cues(decision, provision, sentence.start, sentence.end):
                if hit.code == "granted" and hit.kind == "cue":
                    provided.append((hit, sentence.is_courtesy))
                else:
                    hits.append(hit)
        hits += self._articles(part.start, part.end)
        return _weigh(part, hits, provided, decision, provision)

    def from_titles(self, text: str) -> ItemReading:
        """What titles such as 《不予公开告知书》 say, where nothing else does."""
        hits = [
            h
            for a, b in self.passages.titles
            for h in find_cues(text, text, a, b)
            if h.code != "granted"
        ]
        hits += self._articles(0, len(text))
        return ItemReading("", 0, len(text), _totals(hits), tuple(hits))

    def _articles(self, start: int, end: int) -> list[Hit]:
        found = []
        for citation in self.citations:
            if start <= citation.start < end:
                for code, points in rows_of(citation, is_old_law=self.is_old):
                    found.append(Hit(code, citation.start, citation.end, points, "article"))
        return found


def _weigh(
    part: Part, hits: list[Hit], provided: list[tuple[Hit, bool]], decision: str, provision: str
) -> ItemReading:
    """Decide what a part says from its signs.

    第三十六条第（五）项 obliges to name another agency, 第三十九条 lets name a channel: such advice
    gives nothing. What is handed over beside a refusal does, unless it is called a courtesy.
    """
    if provided and _WAIVED.search(provision, part.start, part.end):
        hits = [h for h in hits if h.code not in ("refused.third_party", "refused")]
    hits = hits + _abandoned(part, decision)
    against = _totals(h for h in hits if h.code not in ("granted", "partial"))
    strongest = max(
        (h for h in against if against[h] >= ENOUGH), key=lambda c: against[c], default=None
    )
    cited_for = any(h.code == "granted" and h.kind == "article" and h.points >= CUE for h in hits)
    if strongest is not None and provided:
        provided = [(h, c) for h, c in provided if not c]
        cited_against = any(
            h.code == strongest and h.kind == "article" and h.points >= CUE for h in hits
        )
        if strongest.startswith(_OVERRIDES) and against[strongest] >= CUE and not cited_for:
            places = [h for h in hits if h.code == strongest]
            provided = (
                []
                if strongest.startswith(_EARLIER)
                else [
                    (h, c)
                    for h, c in provided
                    if _GIVEN_ELSEWHERE.search(provision, h.start, h.end)
                    and not any(_same_sentence(provision, h, other) for other in places)
                ]
            )
        elif cited_against and not cited_for:
            provided = [
                (h, c) for h, c in provided if _HANDED_OVER.search(provision, h.start, h.end)
            ]
        provided = [(h, c) for h, c in provided if _is_provision(h, hits, provision)]
    is_courtesy = bool(provided) and all(c for _, c in provided) and not cited_for
    given = [h for h, _ in provided]
    if cited_for and strongest and against[strongest] <= CUE and "refused" not in against:
        # 由市政府制作, and yet 第三十六条第（二）项: it is provided.
        hits = [h for h in hits if h.code != strongest]
        against.pop(strongest)
        strongest = None
    everything = hits + given
    points = _totals(everything)
    grants = points.get("granted", 0) >= CUE and (bool(given) or cited_for)
    explicit = _explicitly_partial(hits, grants)
    if explicit:
        points["partial"] = points.get("partial", 0) + 0.5 * sum(
            against.values(), points.get("granted", 0)
        )
    is_mixed = not explicit and grants and strongest is not None and against[strongest] >= ENOUGH
    if is_mixed:
        points["partial"] = points.get("granted", 0) + against[strongest or ""]
    elif not explicit:
        points.pop("partial", None) if points.get("partial", 0) < 2 * CUE and strongest else None
    named = [c for c in points if c.startswith("refused.") and points[c] >= CUE / 2]
    if named and "refused" in points:
        best = max(named, key=lambda c: points[c])
        points[best] += points.pop("refused")
    span = part.number, part.start, part.end
    return ItemReading(*span, points, tuple(everything), is_mixed, is_courtesy)


def _abandoned(part: Part, decision: str) -> list[Hit]:
    """视为放弃 belongs to the correction or to the fee, whichever was not done."""
    match = _ABANDONED.search(decision, part.start, part.end)
    if match is None:
        return []
    about_fee = _FEE.search(decision, part.start, part.end)
    about_correction = _CORRECTION.search(decision, part.start, part.end)
    if about_fee:
        return [Hit("other.unpaid_fee", match.start(), match.end(), CUE, "cue")]
    if about_correction:
        return [Hit("other.no_correction", match.start(), match.end(), CUE, "cue")]
    return []


def _is_provision(hit: Hit, hits: list[Hit], provision: str) -> bool:
    """Whether something beside a refusal is given: handed over, or named before the refusal.

    What comes after it, such as 处罚结果已在网站公布, is about another thing.
    """
    refusals = [h for h in hits if h.code.startswith(("refused", "unavailable.needs"))]
    if not refusals or _HANDED_OVER.search(provision, hit.start, hit.end):
        return True
    return hit.start < max(h.start for h in refusals if h.kind != "hint" or len(refusals) == 1)


def _without_asides(found: list[ItemReading]) -> list[ItemReading]:
    """Drop the announcement before the first item, courtesies, and what was given before."""
    if len(found) > 1 and not found[0].number and _is_preamble(found):
        found = found[1:]
    refused = [item for item in found if item.best not in ("granted", "partial")]
    if refused and len(found) > 1:
        found = [item for item in found if not item.is_courtesy]
    repeats = [i for i, item in enumerate(found) if item.points.get("declined.repeat", 0) > 2 * CUE]
    return found[repeats[0] :] if repeats and len(found) == repeats[-1] + 1 else found


def _same_sentence(text: str, one: Hit, other: Hit) -> bool:
    first, last = min(one.start, other.start), max(one.start, other.start)
    return not any(c in "。;!?" for c in text[first:last])


def _explicitly_partial(hits: list[Hit], grants: bool) -> bool:
    """区分处理 is said, and something was given or 第三十七条 is cited."""
    said = [h for h in hits if h.code == "partial" and h.kind != "hint"]
    return bool(said) and (grants or any(h.kind == "article" for h in said) or len(said) > 1)


def _totals(hits: Iterable[Hit]) -> dict[str, float]:
    """Points by code: the strongest sign whole, further cues by half, articles whole, hints ≤ 2."""
    strongest: dict[str, float] = {}
    totals: dict[str, float] = {}
    hints: dict[str, float] = {}
    articles: dict[str, float] = {}
    for hit in hits:
        if hit.kind == "hint":
            hints[hit.code] = min(2 * HINT, hints.get(hit.code, 0) + hit.points)
        elif hit.kind == "article":
            articles[hit.code] = max(articles.get(hit.code, 0), hit.points)
        else:
            extra = hit.points if hit.code not in strongest else hit.points / 4
            strongest[hit.code] = hit.points
            totals[hit.code] = min(2 * CUE, totals.get(hit.code, 0) + extra)
    for part in (hints, articles):
        for code, points in part.items():
            totals[code] = totals.get(code, 0) + points
    return totals


def _is_preamble(found: list[ItemReading]) -> bool:
    """Whether what stands before the first numbered answer only announces the answers."""
    return found[0].end - found[0].start < 400 and max(found[0].points.values()) < 2 * CUE
