"""What one part of a letter says, from the signs in it: given, not given and why, or both."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from models.classifiers.letter.cues import CUE, HINT, Hit
from models.classifiers.letter.items import Part
from models.classifiers.letter.passages import Passages

ENOUGH, OPPOSED = 1.5, 2.0
"""Points below which the rules say nothing, and below which nothing speaks against a provision."""
_OVERRIDES = ("declined.", "other.", "refused.statutory_query", "unavailable.unclear")
"""Outcomes beside which a hint where to look is a courtesy, not a provision."""
_REASONED = ("refused", "declined.", "unavailable.needs", "other.")
"""Outcomes after whose reason nothing that is named counts as given any more."""
_EARLIER = ("declined.repeat", "declined.reconfirm", "declined.excessive", "other.", "unavailable.")
"""Of these, those beside which even what was handed over was so earlier."""
_HANDED_OVER = re.compile(
    r"随|附|邮寄|寄|发送|交付|复印|领取|向(?:你|您|申请人|原告|其)|予以|给(?:你|您)|现提供"
)
_GIVEN_ELSEWHERE = re.compile(
    r"随|附|寄|复印|可以公开|可以提供|向(?:你|您|申请人|原告)|给(?:你|您)"
)
_WAIVED = re.compile(
    r"(?<!不)(?:同意|许可)(?:将?[^,。;不]{0,16})?(?:公开|提供)"
    r"|(?:未|没有?|均?无)(?:提出|收到)?(?:任何)?(?:异议|反对)|(?:不|未)(?:表示)?反对|不持异议|视为同意"
)
_NOT_WAIVED = re.compile(r"不同意|反对对外|均反对|不予公开|不能公开|不公开(?!会|将|可能)|不会|不致")
_PREVAILS = re.compile(r"(?<!除非)不公开(?:可能|会|将)[^,。;不]{0,8}公共利益[^,。;不]{0,6}重大影响")
_STILL_REFUSED = re.compile(
    r"(?:决定|故|因此|,)不(?:予|能|给)?公开(?!可能|会|将|不)|不认为|不构成|不足以|除非"
)
_ABANDONED = re.compile(r"(?:视为|视同|视作|按|作|当)[^,。;]{0,8}放弃|不[再在]处理|办结|结案|归档")
_FEE = re.compile(r"(?:收费|缴费|处理费)[^。;]{0,12}(?:通知|期)|缴纳|交纳|缴费|交费|到账")
_CORRECTION = re.compile(r"补[正充证来齐交]|通知你补")


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
class Given:
    """A sign that something was provided, and whether its sentence calls it a courtesy."""

    hit: Hit
    is_courtesy: bool


def weigh(part: Part, hits: list[Hit], given: list[Given], passages: Passages) -> ItemReading:
    """Decide what a part says.

    第三十六条第（五）项 obliges to name another agency, 第三十九条 lets name a channel: such advice
    gives nothing. What is handed over beside a refusal does, unless it is called a courtesy.
    """
    text = passages.decision[part.start : part.end]
    if given and is_waived(text):
        hits = [h for h in hits if h.code not in ("refused.third_party", "refused")]
    hits = _settled(hits + _abandoned(part, passages.decision))
    against = totals(h for h in hits if h.code not in ("granted", "partial"))
    opposed = {code: points for code, points in against.items() if points >= OPPOSED}
    strongest = max(opposed, key=lambda c: opposed[c], default=None)
    cited = _cites(hits, "granted")
    if strongest is not None and given:
        given = _still_given(given, hits, strongest, against[strongest], passages.provision)
    if cited and strongest and against[strongest] <= CUE and "refused" not in against:
        # 由市政府制作, and yet 第三十六条第（二）项: it is provided.
        hits = [h for h in hits if h.code != strongest]
        against.pop(strongest)
        strongest = None
    everything = [*hits, *(g.hit for g in given)]
    points = totals(everything)
    grants = points.get("granted", 0) >= CUE and (bool(given) or cited)
    is_explicit = _says_partial(hits, grants)
    is_mixed = not is_explicit and grants and strongest is not None
    if is_explicit:
        points["partial"] += 0.5 * sum(against.values(), points.get("granted", 0))
    elif is_mixed:
        points["partial"] = points.get("granted", 0) + against[strongest or ""]
    elif strongest is not None:
        points.pop("partial", None)
    _name_group(points)
    is_courtesy = bool(given) and all(g.is_courtesy for g in given) and not cited
    span = part.number, part.start, part.end
    return ItemReading(*span, points, tuple(everything), is_mixed, is_courtesy)


def totals(hits: Iterable[Hit]) -> dict[str, float]:
    """Points by code: the strongest cue whole, further ones by a quarter, hints up to two."""
    cues: dict[str, list[float]] = {}
    hints: dict[str, float] = {}
    articles: dict[str, float] = {}
    for hit in hits:
        if hit.kind == "hint":
            hints[hit.code] = min(2 * HINT, hints.get(hit.code, 0) + hit.points)
        elif hit.kind == "article":
            articles[hit.code] = max(articles.get(hit.code, 0), hit.points)
        else:
            cues.setdefault(hit.code, []).append(hit.points)
    found: dict[str, float] = {}
    for code, points in cues.items():
        ordered = sorted(points, reverse=True)
        # Two weak cues make one good one; further good ones add little.
        second = sum(min(p, CUE / 2) for p in ordered[1:2])
        rest = sum(ordered[1:]) / 4
        found[code] = min(2 * CUE, ordered[0] + (second if ordered[0] < CUE else rest))
    for part in (hints, articles):
        for code, value in part.items():
            found[code] = found.get(code, 0) + value
    return found


def is_waived(text: str) -> bool:
    """Whether the third party agreed, or the public interest was put before its own (第十五条)."""
    if _PREVAILS.search(text) and not _STILL_REFUSED.search(text):
        return True
    return bool(_WAIVED.search(text)) and not _NOT_WAIVED.search(text)


def _settled(hits: list[Hit]) -> list[Hit]:
    """不予重复处理 settles it: what the earlier reply said is only told."""
    if any(h.code == "declined.repeat" and h.kind != "hint" and h.points > CUE for h in hits):
        return [h for h in hits if h.code.startswith("declined.")]
    return hits


def _still_given(
    given: list[Given], hits: list[Hit], strongest: str, points: float, provision: str
) -> list[Given]:
    """What remains provided beside the strongest reason not to."""
    given = [g for g in given if not g.is_courtesy]
    cited_for, cited_against = _cites(hits, "granted"), _cites(hits, strongest)
    if strongest.startswith(_OVERRIDES) and points >= CUE and not cited_for:
        if strongest.startswith(_EARLIER):
            return []
        places = [h for h in hits if h.code == strongest]
        return [
            g
            for g in given
            if _GIVEN_ELSEWHERE.search(provision, g.hit.start, g.hit.end)
            and not any(_same_sentence(provision, g.hit, other) for other in places)
        ]
    if cited_against and not cited_for:
        given = [g for g in given if _HANDED_OVER.search(provision, g.hit.start, g.hit.end)]
    reasons = [h for h in hits if h.code in (strongest, "refused") and h.kind != "hint"]
    return [g for g in given if _is_provision(g.hit, reasons, strongest, provision)]


def _is_provision(hit: Hit, reasons: list[Hit], strongest: str, provision: str) -> bool:
    """Whether something beside a refusal is given: named before the reason, or handed over.

    What comes after the reason, such as 处罚结果已在网站公布, is about another thing; beside
    不存在 it counts if it was handed over.
    """
    if any(hit.start < reason.start for reason in reasons):
        return True
    is_final = strongest.startswith(_REASONED)
    return not is_final and bool(_HANDED_OVER.search(provision, hit.start, hit.end))


def _says_partial(hits: list[Hit], grants: bool) -> bool:
    """区分处理 is said, and something was given or 第三十七条 is cited."""
    said = [h for h in hits if h.code == "partial" and h.kind != "hint"]
    return bool(said) and (grants or any(h.kind == "article" for h in said) or len(said) > 1)


def _cites(hits: list[Hit], code: str) -> bool:
    return any(h.code == code and h.kind == "article" and h.points >= CUE for h in hits)


def _abandoned(part: Part, decision: str) -> list[Hit]:
    """视为放弃 belongs to the correction or to the fee, whichever was not done."""
    match = _ABANDONED.search(decision, part.start, part.end)
    if match is None:
        return []
    for code, pattern in (("other.unpaid_fee", _FEE), ("other.no_correction", _CORRECTION)):
        if pattern.search(decision, part.start, part.end):
            return [Hit(code, match.start(), match.end(), CUE, "cue")]
    return []


def _name_group(points: dict[str, float]) -> None:
    """Give 不予公开 without a reason to the refusal that has one."""
    named = [c for c in points if c.startswith("refused.") and points[c] >= CUE / 2]
    if named and "refused" in points:
        points[max(named, key=lambda c: points[c])] += points.pop("refused")


def _same_sentence(text: str, one: Hit, other: Hit) -> bool:
    first, last = min(one.start, other.start), max(one.start, other.start)
    return not any(c in "。;!?" for c in text[first:last])
