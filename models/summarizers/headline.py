"""A one-line headline for a request, as a clerk would title it, in the writer's own words.

Greetings, self-introductions and connectives are cut off. Of the passages that begin with the
first clauses left, the one whose words recur in the text and that complains or asks is kept, cut
at a word to about 24 characters; the place and the area are put before it if the text names them
elsewhere. Every character comes from the text, in its order within each piece.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from models.summarizers.places import Place, find_places
from models.text.segment import default_segmenter

MAX_CHARACTERS = 32
_STUMP = 4
_SHORTEST, _LENGTH, _WINDOW, _OPENINGS, _LONGEST_PLACE = 5, 24, 1200, 3, 10
_CLAUSE = re.compile(r"[^，,。！!？?；;\n\r：:]+[？?]?")
_GREETING = re.compile(
    r"^(?:尊敬|敬爱|亲爱|尊贵)?的?[^，。！：:,!]{0,14}(?:领导|书记|市长|县长|区长|局长|厅长|省长|部长|主任|镇长|同志|部门|老师)们?(?:您|你)?们?好?$"
    r"|^(?:各位|您|你|大家)?们?(?:领导)?好$|^(?:谢谢|多谢|感谢|此致|敬礼|盼复|期待|望回复|辛苦)"
)
_LEAD = re.compile(
    r"^(?:(?:现?申请(?:公开|获取|提供|查阅|查询)?|请求公开|请?(?:依法)?(?:予以)?(?:提供|公开)|需要查阅(?:并复制)?|你好|您好|请问(?:一下|下)?|我?想(?:咨询|请问|问|了解)(?:一下|下)?|咨询(?:一下|下)|在此|现在?(?:将|就)?|但是?|而且|因为|由于|所以|因此|如果|然而|可是|并且|同时|另外|"
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
_FILLER = re.compile(r"相关部门|有关部门|领导|各级|为民做主|百忙|回复|谢谢|麻烦|支持|重视|关注")
_BACKREFERENCE = re.compile(
    r"^(?:这|那|其|他们?|她们?|它们?|该|此|对此|以上|上述|后来|结果|之后|当时|然后|每天|每次)"
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    start: int
    order: int


def headline(text: str, title: str = "") -> str:
    """Headline of one text, about 24 characters; the writer's own title if there is one.

    Blank text gives an empty headline.
    """
    own = _tidy(title)
    if len(own) >= _SHORTEST:
        return _shortened(own, MAX_CHARACTERS)
    body = text[:_WINDOW].strip()
    candidates = _candidates(body)
    if not candidates:
        return _shortened(_tidy(body), MAX_CHARACTERS)
    weights = _word_weights(body)
    places = find_places(body)
    openings = range(min(_OPENINGS, len(candidates)))
    passages = [_passage(candidates, first, places) for first in openings]
    best = max(openings, key=lambda i: _score(passages[i], i, candidates[i].text, weights))
    return _placed(_shortened(passages[best], _LENGTH), places, body)


def headlines(texts: Sequence[str], titles: Sequence[str] | None = None) -> list[str]:
    """Headlines of many texts, in order."""
    return [
        headline(text, title)
        for text, title in zip(texts, titles or [""] * len(texts), strict=True)
    ]


def _candidates(body: str) -> list[_Candidate]:
    found: list[_Candidate] = []
    for match in _CLAUSE.finditer(body):
        raw = match.group()
        clause = raw.strip()
        if _GREETING.search(clause):
            continue
        lead = _LEAD.match(clause)
        kept = clause[lead.end() :] if lead and len(clause) - lead.end() >= _SHORTEST else clause
        if len(kept) >= _SHORTEST:
            start = match.start() + raw.index(clause) + len(clause) - len(kept)
            found.append(_Candidate(kept, start, len(found)))
    return found


def _word_weights(body: str) -> dict[str, float]:
    """How much each word of two or more characters says what the text is about."""
    counts = Counter(w for w in default_segmenter().cut(body) if len(w) > 1 and not w.isascii())
    return {word: n / (n + 1.0) for word, n in counts.items()}


def _passage(candidates: Sequence[_Candidate], first: int, places: Sequence[Place]) -> str:
    """Clauses from one on, until they make a headline; of a self-introduction only its place."""
    opening = candidates[first]
    text = opening.text
    if _SELF.search(text):
        end = opening.start + len(text)
        named = [p.text for p in places if opening.start <= p.start < end]
        text = named[0] if named else ""
    for candidate in candidates[first + 1 :]:
        if len(text) >= _LENGTH:
            break
        if not (_FILLER.search(candidate.text) or _SELF.search(candidate.text)):
            text += ("，" if text else "") + candidate.text
    return text or opening.text


def _score(passage: str, order: int, opening: str, weights: dict[str, float]) -> float:
    """How well a passage says what a text is about: it recurs, it complains, it comes early."""
    text = passage[:_LENGTH]
    words = {word for word in default_segmenter().cut(text) if word in weights}
    score = 0.45 * sum(weights[word] for word in words) + 4.0 / (1 + 0.5 * order)
    score += 0.35 * min(3, len(_TROUBLE.findall(text))) + 0.3 * bool(_WANTS.search(text))
    return score - 0.5 * bool(_BACKREFERENCE.match(opening))


def _placed(passage: str, places: Sequence[Place], body: str) -> str:
    """The passage, with the first place and the first area of the text before it."""
    named = places[0].text if places else ""
    if named and len(named) <= _LONGEST_PLACE and not find_places(passage):
        passage = _shortened(named + passage, MAX_CHARACTERS - 4)
    area = _AREA.search(body[:500])
    if area and area.group() not in passage and len(area.group()) <= 6:
        passage = area.group() + passage
    return passage


def _tidy(text: str) -> str:
    return re.sub(r"\s+", "", text).strip("，,。；;：:、")


def _shortened(text: str, limit: int) -> str:
    """Whole words of a text up to a number of characters."""
    text = _tidy(text)
    if len(text) <= limit:
        return text
    words, kept = default_segmenter().cut(text), ""
    for word in words:
        if len(kept) + len(word) > limit:
            break
        kept += word
    head, comma, tail = kept.rpartition("，")
    if comma and len(tail) <= _STUMP and len(head) >= _LENGTH // 2:
        kept = head
    return _tidy(kept) or text[:limit]
