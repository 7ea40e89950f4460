"""A one-line headline for a request, as a clerk would title it, in the writer's own words.

Greetings, self-introductions, politeness, dates and connectives are cut off. Passages that begin
with one of the first clauses left, of several lengths, with or without the area and the place that
the text names put before them, are compared; the one that names area, place and matter, asks or
complains, and comes early is kept. Every character comes from the text, in its order within each
piece.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.summarizers.places import find_places
from models.text.segment import default_segmenter

MAX_CHARACTERS = 32
_STUMP = 4
_SHORTEST, _WINDOW, _OPENINGS, _CLAUSES = 5, 900, 5, 15
_LENGTHS = (14, 18, 22, 26)
_LONGEST_PLACE, _LONGEST_AREA, _PASSAGE = 12, 6, 30
_SHORTEST_WHOLE, _BESIDE_PLACE = 8, 3
_CLAUSE = re.compile(r"[^，,。！!？?；;\n\r：:]+[？?]?")
_GREETING = re.compile(
    r"^(?:尊敬|敬爱|亲爱|尊贵)?的?[^，。！：:,!]{0,14}(?:领导|书记|市长|县长|区长|局长|厅长|省长|部长|主任|镇长|同志|部门|老师)们?(?:您|你)?们?好?$"
    r"|^(?:各位|您|你|大家)?们?(?:领导)?好$|^(?:谢谢|多谢|感谢|此致|敬礼|盼复|期待|望回复|辛苦)"
)
_LEAD = re.compile(
    r"^(?:(?:现?申请(?:公开|获取|提供|查阅|查询)?|请求公开|请?(?:依法)?(?:予以)?(?:提供|公开)|需要查阅(?:并复制)?|(?:尊敬的)?(?:领导|书记|市长|区长|县长|局长)们?(?:您|你)?们?好|你好|您好|请问(?:一下|下)?|问一下|我?想(?:咨询|请问|问|了解)(?:一下|下)?|咨询(?:一下|下)|在此|现在?(?:将|就)?|但是?|而且|因为|由于|所以|因此|如果|然而|可是|并且|同时|另外|"
    r"特此?|特向您|向(?:您|领导|贵[局单位])(?:反映|汇报)?(?:一下|下)?|我们?要|本人(?:要)?|我们?(?:现在)?|那么?|就|还有|不过|于是|最近|近日|第?[一二三四五\d]+[、.．）)])+)"
)
_SELF = re.compile(
    r"^(?:我们?|本人|俺|咱们?)(?:们)?(?:都|全)?(?:是|住在?|家住|家在|来自|系|作为|为)|^作为|^家住|(?:业主|居民|村民|市民|员工|家长|学生|住户)(?:们)?$"
)
_AREA = re.compile(r"(?:[A-Z]\d{0,2}[省市县区]|[一-龥]{2}[市县](?!委|政府|长|民))+")
_WANTS = re.compile(r"举报|投诉|反映|请求|恳请|希望|建议|要求|呼吁|申请|请尽?快?|强烈|盼")
_TROUBLE = re.compile(
    r"扰民|噪[音声]|污染|违[建法规章]|非法|拖欠|不[给予作]|没有?人?管|无人|不合理|乱收|收费|拆迁|征[地收]|补偿|办[证理]|房产证|不动产|延期|停工|烂尾|质量|开裂|漏水|停电|停水|堵|拥堵|"
    r"占[道用地]|安全|隐患|破坏|损坏|臭|垃圾|油烟|欺[骗诈]|虚假|问题|困难|难|严重|规划|建设|施工|修[路建]|公交|地铁|学[校区位]|落户|社保|医保|公积金|工资|补贴|待遇|政策"
)
_FILLER = re.compile(
    r"相关部门|有关部门|领导|各级|为民做主|百忙|回复|谢谢|麻烦|支持|重视|关注|邮寄|纸质|电子版"
)
_WHEN = re.compile(
    r"(?:自|从|于|在|截[至止])?(?:\d{2,4}年(?:\d{1,2}月(?:份|底|初)?(?:\d{1,2}[日号])?)?|\d{1,2}月\d{1,2}[日号]|"
    r"今[天年]|昨[天晚]|去年|最近|近日|前几天|目前|现在)(?:开始|以来|起)?(?:[上下]午|晚上|左右)?"
)
_DATE = re.compile(r"\d{4}年|\d+月\d*")
_PRONOUN = re.compile(r"^(?:我们?(?:家|这里|这边)?|本人|咱们?|俺)(?:的|在|于|想|要)?(?!是)")
_BEFORE_VERB = re.compile(
    r"^(?:我们?|本人|特|在此|现)?(?:要|想|来)?(?=投诉|举报|咨询|反映|建议|请求|希望|请问|申请)"
)

# Round numbers set by eye on one half of the pairs that benchmarks/headlines.py reads; the other
# half is reported apart (docs/report-draft.md).
_AREA_SCORE, _PLACE_SCORE, _WANTS_SCORE, _WHOLE_SCORE = 3.0, 3.0, 1.0, 1.0
_DATE_SCORE, _FILLER_SCORE, _WORDS_SCORE, _TROUBLE_SCORE = -1.0, -2.0, 0.5, 0.5
_ORDER_SCORES = (0.0, -0.5, -1.5, -1.5, -1.5)
_LENGTH_SCORES = dict(zip(_LENGTHS, (0.0, 0.2, 0.3, 0.3), strict=True))
_TOP_WORDS = 10


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause with its connectives cut off; `asking` keeps the verb that opens it (投诉, 咨询)."""

    text: str
    asking: str


@dataclass(frozen=True, slots=True)
class _Named:
    """What a text names: its first area, all its places, and how much each word weighs, 0..1."""

    area: str
    places: tuple[str, ...]
    words: dict[str, float]

    @property
    def place(self) -> str:
        """The first place, if it is short enough for a headline."""
        return self.places[0] if self.places and len(self.places[0]) <= _LONGEST_PLACE else ""

    def in_text(self, text: str) -> bool:
        """Whether some words name a place."""
        return any(place in text for place in self.places)


def headline(text: str, title: str = "") -> str:
    """Headline of one text, at most 32 characters; the writer's own title if there is one.

    Blank text gives an empty headline.
    """
    own = _tidy(title)
    if len(own) >= _SHORTEST:
        return shortened(own, MAX_CHARACTERS)
    body = text[:_WINDOW].strip()
    clauses = _clauses(body)
    best, best_score = "", float("-inf")
    if clauses:
        named = _named(body)
        for order in range(min(_OPENINGS, len(clauses))):
            for made, score in _scored(clauses, order, named):
                if score > best_score:
                    best, best_score = made, score
    return best or shortened(body, MAX_CHARACTERS)


def headlines(texts: Sequence[str], titles: Sequence[str] | None = None) -> list[str]:
    """Headlines of many texts, in order."""
    return [
        headline(text, title)
        for text, title in zip(texts, titles or [""] * len(texts), strict=True)
    ]


def _clauses(body: str) -> list[_Clause]:
    found: list[_Clause] = []
    for match in _CLAUSE.finditer(body):
        clause = match.group().strip()
        if _GREETING.search(clause):
            continue
        lead = _LEAD.match(clause)
        kept = clause[lead.end() :] if lead and len(clause) - lead.end() >= _SHORTEST else clause
        kept = _stripped(kept)
        if len(kept) >= _SHORTEST:
            asking = _stripped(_BEFORE_VERB.sub("", clause))
            found.append(_Clause(kept, asking if len(asking) >= _SHORTEST else kept))
        if len(found) == _CLAUSES:
            break
    return found


def _stripped(clause: str) -> str:
    """A clause without when it happened and without the pronoun it opens with."""
    clause = _WHEN.sub("", clause)
    if not _SELF.match(clause):
        clause = _PRONOUN.sub("", clause)
    return clause.strip("，,、 ")


def _named(body: str) -> _Named:
    area = _AREA.search(body[:500])
    counts = Counter(w for w in default_segmenter().cut(body) if len(w) > 1 and not w.isascii())
    weights = {word: n / (n + 1.0) for word, n in counts.items()}
    most = sum(sorted(weights.values(), reverse=True)[:_TOP_WORDS]) or 1.0
    return _Named(
        area.group() if area and len(area.group()) <= _LONGEST_AREA else "",
        tuple(place.text for place in find_places(body)),
        {word: weight / most for word, weight in weights.items()},
    )


def _scored(clauses: Sequence[_Clause], order: int, named: _Named) -> Iterator[tuple[str, float]]:
    """Headlines that begin with one clause, each with its score."""
    clause = clauses[order]
    known: dict[str, float] = {}
    for opening in dict.fromkeys((clause.text, clause.asking)):
        words = default_segmenter().cut(_tidy(_passage(clauses, order, opening, named)))
        for length in _LENGTHS:
            kept = _cut(words, length)
            if len(kept) < _SHORTEST - 1:
                continue
            score = _ORDER_SCORES[order] + _LENGTH_SCORES[length] + _matter(kept, opening)
            for before in _prefixes(kept, named):
                made = before + kept
                if len(made) > MAX_CHARACTERS:
                    continue
                if made not in known:
                    known[made] = _naming(made, named)
                yield made, score + known[made]


def _passage(clauses: Sequence[_Clause], order: int, opening: str, named: _Named) -> str:
    """Clauses from one on, until they make a headline; of a self-introduction only its place."""
    place = max((p for p in named.places if p in opening), key=len, default="")
    text, is_place = opening, bool(place) and len(opening) - len(place) <= _BESIDE_PLACE
    if _SELF.search(opening):
        text, is_place = place, True
    for clause in clauses[order + 1 :]:
        if len(text) >= _PASSAGE:
            break
        if not (_FILLER.search(clause.text) or _SELF.search(clause.text)):
            text += ("，" if text and not is_place else "") + clause.text
            is_place = False
    return text or opening


def _prefixes(kept: str, named: _Named) -> Iterator[str]:
    """What may stand before a passage: nothing, the place, the area, both."""
    yield ""
    area, place = named.area, named.place
    lacks_place = bool(place) and not named.in_text(kept)
    if lacks_place:
        yield place
    if area and area not in kept:
        yield area
        if lacks_place and area not in place:
            yield area + place


def _matter(kept: str, opening: str) -> float:
    """How well a passage says what is wrong or wanted."""
    is_whole = _SHORTEST_WHOLE <= len(kept) <= len(opening)
    score = _WANTS_SCORE * bool(_WANTS.search(kept)) + _WHOLE_SCORE * is_whole
    score += _DATE_SCORE * bool(_DATE.search(kept)) + _FILLER_SCORE * bool(_FILLER.search(kept))
    return score + _TROUBLE_SCORE * min(3, len(_TROUBLE.findall(kept))) / 3


def _naming(made: str, named: _Named) -> float:
    """How well a headline says where, and in which of the words that recur in the text."""
    score = _AREA_SCORE * (bool(named.area) and named.area in made)
    score += _PLACE_SCORE * named.in_text(made)
    return score + _WORDS_SCORE * sum(w for word, w in named.words.items() if word in made)


def _tidy(text: str) -> str:
    return re.sub(r"\s+", "", text).strip("，,。；;：:、")


def shortened(text: str, limit: int) -> str:
    """Whole words of a text up to a number of characters."""
    text = _tidy(text)
    if len(text) <= limit:
        return text
    return _cut(default_segmenter().cut(text), limit) or text[:limit]


def _cut(words: Sequence[str], limit: int) -> str:
    """Words up to a number of characters, without the stump of a clause at the end."""
    kept = ""
    for word in words:
        if len(kept) + len(word) > limit:
            break
        kept += word
    head, comma, tail = kept.rpartition("，")
    if comma and len(tail) <= _STUMP and len(head) >= limit // 2:
        kept = head
    return _tidy(kept)
