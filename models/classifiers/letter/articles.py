"""Articles that a letter cites, in any numeral and bracket style, and of which law.

A section number alone misleads: 行政许可法第三十六条 has nothing to do with 《条例》第三十六条. So
each citation carries its law: the one named last before it in the same sentence; none named, it is
taken for 《条例》, which such letters are about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from models.classifiers.letter.numerals import NUMERAL, parse_numeral

_ARTICLE = re.compile(
    rf"(?P<ordinal>第?)[(\[〔【]?(?P<article>{NUMERAL})[)\]〕】]?条(?:之[一二三四五])?"
    rf"(?:第?[(]?(?P<paragraph>{NUMERAL})[)]?款)?"
    rf"(?:第?(?:[(\[〔【<](?P<bracketed>{NUMERAL})[)\]〕】>][项目款]?|(?P<plain>{NUMERAL})[项目]))?"
)
_MORE = re.compile(
    rf"[,、及和与或]{{0,2}}(?:以及)?(?:第?[(]?(?P<paragraph>{NUMERAL})[)]?款)?"
    rf"(?:第?[(\[〔【<](?P<bracketed>{NUMERAL})[)\]〕】>](?:[项目]|(?=[,、及和与或规的之]))"
    rf"|第?(?P<plain>{NUMERAL})[项目])"
)
_TITLE = re.compile(r"《(?P<title>[^《》]{2,60})》")
_BARE = re.compile(
    r"(?P<title>(?:中华人民共和国)?[\u4e00-\u9fff]{0,18}?(?:条例|法|办法|规定|细则|解释|决定|意见))"
    r"(?=》?(?:\(|第|[0-9]{1,2}条|[三二四]?十?[一-九]?条|[,。;的]|之))"
)
_SENTENCE_END = re.compile(r"[。!?]")
_FULL_NAME = re.compile(
    r"^(?:中华人民共和国|国务院|新修订的?|修订后的?|原|我国)*(?:政府)?信息公开条例"
)
_THIS = frozenset(
    ["条例", "该条例", "本条例", "公开条例", "上述条例", "新条例", "此条例", "原条例"]
)
_VERBS = re.compile(
    r"^.*(?:根据|依据|依照|按照|参照|遵照|适用|违反|符合|属于|以及|有关|关于|作为|《|及|和|与|按|依|据)"
)
_NOT_A_LAW = re.compile(
    r"(?:依|合|违|执|司|非|守|普|方|办|做|无|设|看|想|说|立|书)法$|上述规定|有关规定|相关规定|^规定$|^办法$|^意见$|^决定$"
)


class Law(StrEnum):
    """Whose article it is."""

    ORDINANCE = "ordinance"
    """《政府信息公开条例》, named."""
    PRESUMED = "presumed"
    """No law named: presumed to be 《条例》."""
    OTHER = "other"
    """Another law, named."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One cited provision.

    Parameters
    ----------
    law : Law
    name : str
        Title of another law as written; empty for 《条例》.
    article, paragraph, item : int
        0 where not given.
    start, end : int
        Place in the text, `end` exclusive.
    """

    law: Law
    name: str
    article: int
    paragraph: int
    item: int
    start: int
    end: int

    @property
    def is_ordinance(self) -> bool:
        """Whether the article is, or is taken to be, one of 《条例》."""
        return self.law is not Law.OTHER

    @property
    def key(self) -> tuple[int, int, int]:
        """Article, paragraph, item."""
        return self.article, self.paragraph, self.item


@dataclass(frozen=True, slots=True)
class _Named:
    law: Law
    name: str
    end: int


def parse_articles(text: str) -> list[Citation]:
    """Citations in order of place.

    Parameters
    ----------
    text : str
        In normal form without blanks (`letter.text.prepare`).

    Notes
    -----
    第三十六条第（一）项、第（五）项 gives two citations; so does 第三十六条第（四）、（五）项. The
    wrongly written 第三十六条第四款第（一）项 keeps both numbers, and `ordinance.row_of` decides.
    """
    laws = _laws(text)
    found: list[Citation] = []
    for match in _ARTICLE.finditer(text):
        article = parse_numeral(match["article"])
        if not article or not _is_citation(match, text):
            continue
        law = _law_of(match.start(), laws, text)
        first = Citation(
            law.law if law else Law.PRESUMED,
            law.name if law else "",
            article,
            _number(match["paragraph"]),
            _number(match["bracketed"] or match["plain"]),
            match.start(),
            match.end(),
        )
        found.append(first)
        found.extend(_following(first, text))
    return found


def _following(first: Citation, text: str) -> Iterator[Citation]:
    """Further items of the article just cited."""
    end = first.end
    while first.item and (match := _MORE.match(text, end)):
        yield replace(
            first,
            paragraph=_number(match["paragraph"]) or first.paragraph,
            item=_number(match["bracketed"] or match["plain"]),
            start=match.start(),
            end=match.end(),
        )
        end = match.end()


def _is_citation(match: re.Match[str], text: str) -> bool:
    """Whether N条 is an article, not a measure (共36条信息): 第 stands before it, or a law does."""
    if match["ordinal"] or match["bracketed"] or match["plain"] or match["paragraph"]:
        return True
    before = text[max(0, match.start() - 2) : match.start()]
    return before.endswith(("》", "条例", "法")) or before in ("根据", "依据", "按照", "依照")


def _number(text: str | None) -> int:
    return (parse_numeral(text) or 0) if text else 0


def _laws(text: str) -> list[_Named]:
    """Laws named in the text, in order."""
    named = [(m.end(), m["title"]) for m in _TITLE.finditer(text)]
    inside = [(m.start(), m.end()) for m in _TITLE.finditer(text)]
    for match in _BARE.finditer(text):
        title = _VERBS.sub("", match["title"])
        if any(a < match.end() <= b for a, b in inside):
            continue
        if _NOT_A_LAW.search(title) or _NOT_A_LAW.search(match["title"]):
            continue
        named.append((match.end(), title or match["title"]))
    found: list[_Named] = []
    for end, title in sorted(named):
        if not re.search(r"(?:法|条例|办法|规定|细则|解释|决定|意见|规则)(?:\([^)]*\))?$", title):
            continue  # 《建设用地规划许可证》 is not a law
        found.append(_classified(title, end, found))
    return found


def _classified(title: str, end: int, before: list[_Named]) -> _Named:
    if _FULL_NAME.search(title):
        return _Named(Law.ORDINANCE, "", end)
    if title in ("该条例", "本条例", "上述条例", "此条例"):
        last = next((n for n in reversed(before) if n.name.endswith("条例") or not n.name), None)
        return _Named(last.law, last.name, end) if last else _Named(Law.ORDINANCE, "", end)
    if title in _THIS or (re.search(r"(?:公开|信息公开)条例$", title) and "省" not in title):
        return _Named(Law.ORDINANCE, "", end)
    return _Named(Law.OTHER, title, end)


def _law_of(place: int, laws: list[_Named], text: str) -> _Named | None:
    """Law named last before a place and in its sentence."""
    last = next((n for n in reversed(laws) if n.end <= place), None)
    if last is None or _SENTENCE_END.search(text, last.end, place):
        return None
    return last
