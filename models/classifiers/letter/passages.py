"""What in a letter is the agency's own decision, and what only surrounds it.

The applicant's words (“不予公开”的理由…), the remedy sentence, contacts and hypotheticals hold the
verbs of decisions without being any. They are blanked, character by character, so that places stay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

BLANK = "□"
"""Stands for each character that is not the agency's decision."""

_SENTENCE = re.compile(r"[^。;!?]*[。;!?]*[”’」』]?")
_REMEDY = re.compile(
    r"(?:如|若|倘|对(?:本|此|上述|该)|不服)[^。;]{0,90}(?:复议|诉讼|起诉)[^。]*"
    r"|[^。;,]{0,30}(?:60|六十|三十|30)[个]?日内[^。]{0,60}(?:复议|诉讼|起诉)[^。]*"
    r"|[^。;,]{0,30}(?:6|六)个月内[^。]{0,60}(?:诉讼|起诉)[^。]*"
)
_CONTACT = re.compile(
    r"(?:联系人|(?:联系|咨询|办公)?电话|(?:联系|办公|通[讯信])地址|邮[编箱])(?:为|是|:)[^。;]{0,60}"
    r"|(?:如有|若有|如对|有)(?:任何)?(?:其他|其它|不明|不清楚)?(?:疑问|问题|异议|需要)[^。]{0,80}"
    r"|感谢(?:你|您)[^。]{0,40}"
)
_QUOTE = re.compile(r"[“\"‘「『][^”\"’」』]{2,400}[”\"’」』]")
_QUOTES_APPLICANT = re.compile(
    r"(?:申请|要求|获取|提出|提到|认为|主张|名称|内容|关于|描述|请求|反映|询问|咨询|所称|所述|来信|填写|写明|列明|载明)"
    r"(?:公开|获取|提供|了解|的|为|是|:|,|《|政府|信息|表|中|如下|有|以下){0,8}$"
)
_QUOTES_AGENCY = re.compile(r"(?:答复|告知|回复|认定|决定|规定|答覆|载明)[^。;]{0,8}$")
_OPINION = re.compile(
    r"(?<!被)(?:申请人|你(?!局)|您|原告|[他她])(?:们|方)?[^,。;被]{0,12}(?:认为|主张|质疑|诉称|坚持)[^。;]*"
    r"|(?:你|您|申请人)(?:们)?[^,。;]{0,16}提[出到][^。;,]{0,30}(?:理由|意见|观点|说法|异议)[^,。;]*"
)
_DENIED = re.compile(
    r"(?:不(?:涉及|属于|含有?|存在)|未(?:发现|涉及)|没有|并无|无)[^,。;]{0,20}"
    r"(?:不予公开|国家秘密|商业秘密|个人隐私|不宜公开|不应当?公开|第三方(?:合法)?权益)[^,。;]*"
    r"|(?:不属于?|不是|并非|不再[是属]于?|不构成)[^,。;]{0,6}(?:登记资料|过程性?信息|过程稿|国家秘密|商业秘密"
    r"|个人隐私|内部|公开出版物|执法案卷|信访|涉密)[^,。;]*"
    r"|不涉密[^,。;]*|非涉密"
    r"|撤销[^。;]{0,60}(?:答复|告知|决定)|(?:原|此前|前次|先前)[^,。;]{0,24}(?:为由|不(?:予)?公开)[^,。;]*"
)
_OPENING = re.compile(
    r"^[^。]{0,600}?(?:申请表?》?[^,。;]{0,12}|来[信函件][^,。;]{0,6}|材料)(?:已?经?收悉|悉)[,。]?"
)
_TITLE = re.compile(
    r"《[^《》]{0,40}(?:答复|告知|通知|决定|意见|回执)(?:书|函|单)?》"
    r"|[^《》,。;:向附寄将现请于在]{0,30}(?:答复书|告知书|通知书|决定书|回执|意见书|答复函|复函)(?=[(〔\[]|[,。;:]|$)"
)
_NUMBERED = re.compile(
    r"第|[0-9]|(?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})[、.]|[(][一二三四五六七八九十0-9]{1,2}[)]"
)
"""一、处罚决定书：… names an item and is no title of the letter."""

_REQUESTED = re.compile(
    r"(?<!依)(?:申请|要求|请求|希望|需要|想要|拟|所需|征求|征询|是否(?:可以|应当|能够?)?|应予|应当|同意|能否|可否)"
    r"(?:予以|向[^,。;]{0,8})?(?:公开|获取|提供)(?!的?(?:范围|意见))"
    r"|(?:政府|政务)?信息(?:依法)?公开(?!了)|公开(?:申请|指南|目录|办|工作|机关|主体|机构|义务|权限|职责|条例|答复|告知|规定|形式|方式)"
)
_NEGATED = re.compile(
    r"(?:不(?!动产|仅|但|同意见)|[未无](?:法|从)?|没有|难以|拒绝|暂缓|免[予于]|并?非|禁止|尚未|没法)"
    r"[^,。;]{0,14}?(?:公开|提供|披露|出具|告知|复制|复印|查询到|查[阅看]|给(?:你|您|任何人))(?:的?范围)?"
)
_DEMANDED = re.compile(
    r"(?:(?<!申)请|需|须|应|要求|携带|补充)(?:你|您|申请人|贵)?[^,。;]{0,10}(?:提供|提交|出示|补充)(?![^,。;]*领)[^,。;]*"
)
_HYPOTHETICAL = re.compile(
    r"(?:如|若|倘若|如果|假如|凡|待)(?!下|上|期|实|前|何|需[^,。;]{0,12}[,。])[^,。;]{0,40}[,][^,。;]*"
)
_COURTESY = re.compile(
    r"仅?供[^,。;]{0,6}(?:参[考阅]|了解)|便民|便于(?:你|您)[^,。;]{0,6}了解|相近|类似|相关(?:链接|政策|规定)"
    r"|仅作参考|作为参考|不作为[^,。;]{0,8}依据|另行?告知|友情|温馨|为方便|出于[^,。;]{0,8}(?:便民|服务|考虑)|顺便"
    r"|不代表|参考[。,]|额外|补充说明|非本次|不属于本次|(?:可|请)?自行(?:查|登录|浏览|下载|检索|前往)|敬请(?:查阅|关注|留意)|请关注"
    r"|但为保障|欢迎"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the agency's own words: `start:end` of the letter's text."""

    start: int
    end: int
    is_courtesy: bool


@dataclass(frozen=True, slots=True)
class Passages:
    """A letter's text with everything blanked that is not a decision; all of one length.

    Parameters
    ----------
    decision : str
        For the cues of all outcomes.
    provision : str
        Besides, without demands, negated and hypothetical provision: for the cues of 予以公开.
    titles : tuple of (start, end)
        Titles of documents, such as 《不予公开告知书》: they count if nothing else does.
    """

    decision: str
    provision: str
    titles: tuple[tuple[int, int], ...]


def read_passages(text: str) -> Passages:
    """Blank what is not the agency's decision."""
    decision = _blank(text, _REMEDY)
    decision = _blank(decision, _CONTACT)
    decision = _blank_quotes(decision)
    decision = _blank(decision, _OPENING)
    decision = _blank(decision, _OPINION)
    decision = _blank(decision, _DENIED)
    titles = tuple(
        (m.start(), m.end()) for m in _TITLE.finditer(decision) if not _NUMBERED.match(m.group())
    )
    for start, end in titles:
        decision = decision[:start] + BLANK * (end - start) + decision[end:]
    provision = decision
    for pattern in (_HYPOTHETICAL, _DEMANDED, _REQUESTED, _NEGATED):
        provision = _blank(provision, pattern)
    return Passages(decision, provision, titles)


def sentences(decision: str, start: int, end: int) -> list[Sentence]:
    """Sentences of a part of the text that hold anything but blanks."""
    found = []
    for match in _SENTENCE.finditer(decision, start, end):
        piece = match.group()
        if piece.strip(BLANK + "。;!?”,:"):
            found.append(Sentence(match.start(), match.end(), bool(_COURTESY.search(piece))))
    return found


def _blank(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(lambda match: BLANK * len(match.group()), text)


def _blank_quotes(text: str) -> str:
    """Blank quotations of the applicant, not those of the agency or of the law."""

    def replacement(match: re.Match[str]) -> str:
        before = text[max(0, match.start() - 24) : match.start()]
        if _QUOTES_AGENCY.search(before) and not _QUOTES_APPLICANT.search(before):
            return match.group()
        if _QUOTES_APPLICANT.search(before) or re.search(r"(?:申请|要求)[^,。;]{0,16}$", before):
            return BLANK * len(match.group())
        return match.group()

    return _QUOTE.sub(replacement, text)
