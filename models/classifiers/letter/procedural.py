"""Letters that end nothing: 补正告知, 延期告知, 征求第三方意见, 收费通知, 受理回执.

They speak of outcomes in the conditional (逾期不补正的，视为放弃申请), which must not be counted.
"""

from __future__ import annotations

import re

from models.classifiers.letter.cues import CUE, DECISIVE, Hit, find_procedural
from models.classifiers.letter.passages import BLANK
from models.labels import PROCEDURAL

CONDITIONAL = re.compile(
    r"(?:如|若|倘|凡|如果)(?:你|您|申请人|贵单位|不|未|逾期|无正当)[^。;]*"
    r"|(?:无正当理由)?(?:逾期|期满|过期|未按期|未在[^,。;]{0,20}内|未按[^,。;]{0,12})[^,。;]{0,24}的,[^。;]*"
    r"|逾期(?:则|将|视为|不(?:补正|缴纳|提出)[,的]?(?:将|则|视))[^。;]*"
    r"|(?:不|未)(?:补正|缴纳|提出意见|答复)的[^。;]*"
)
_AFTER_DEMAND = re.compile(
    r"(?:逾期|期满|到期)[^。]*|(?:不|未)[^,。;]{0,12}(?:补正|补充|缴纳|回复)[^。]*"
)
_DEMAND = re.compile(
    r"(?:^|[,。;:、?!□])(?:现|特|故|因此|为此|据此|依法|应)?(?:请|需|须|望|烦请|敬请|务请|务必|应当?|限)(?!求)"
    r"(?:你|您|贵|申请人)?[^。;]{0,70}"
    r"(?:补正|补充|更正|更改|明确|说明|写明|写清|补齐|补证|补来|送回|交回|缴纳?|交纳|支付|缴费|交费"
    r"|是否同意|告知我|提出|反馈|意见|答复[:,]|回复|函复|划勾)"
)
_TOLD = re.compile(
    r"(?:要求|通知|告知|请求)(?:其|原告|申请人|你|您|[^,。;]{0,6}某)?[^。;]{0,40}"
    r"(?:补正|补充|更正|明确|缴纳|缴费|提供[^,。;]{0,30}(?:证明|材料))"
)
_NOT_DONE = re.compile(
    r"至今|仍未|届满(?![^。;]{0,16}的,)|(?:均|都)?未(?:能)?(?:收到|回复|予?配合)|没有?(?:收到|等到|补来|补充)"
    r"|已(?:逾期|超过[^,。;]{0,8}期限)|截至[^。;]{0,24}未|[现兹]正?式?告知[:,]?[^。;]{0,12}(?:视为|视作)放弃"
    r"|期限?[^,。;]{0,24}(?:已满|满了|已过|过了|过去)|未见?到账|拒[绝不](?:补|缴)|均未|(?:一直|始终)(?:未|没)"
    r"|(?:你|您|申请人|其|原告)[^。;]{0,40}(?:未|没有?)[^,。;]{0,16}(?:补[正充来交齐](?!之前|前)|缴|交)[^,。;的]*[,。]"
    r"|(?:未|没有?)(?:予)?(?:补正|缴纳|补充|交费|缴费)[,。]|理由逾期(?:不补正)?[,。]"
)
_CONSULTS = re.compile(
    r"征求意见(?:书|函)|第三[方人]意见征询|是否同意(?:公开)?|同不同意|同意公开[、,;]|(?:若|如)(?:反对|不同意)"
    r"|□同意|征求(?:你|您|贵)[^,。;]{0,10}意见"
)
_CONSULTED = re.compile(
    r"[已曾]经?(?:书面|依法)?(?:征求|征询)|(?:征求|征询)(?:了|后|过)|经(?:征求|征询)"
    r"|(?:回复|复函|答复|表示)(?!是否)[^,。;是:]{0,8}不?同意(?!公开[、,])"
)
_OBJECT = re.compile(r"(?:反对|不同意)[^,。;]{0,6}请|收意见")
_TITLED = re.compile(r"^.{0,30}?补正(?:告知|通知)书?")
_RECEIPT = re.compile(r"^.{0,40}?(?:登记|受理|收件)回执")
_HEADED = re.compile(
    r"^.{0,80}?(?:补正|补充(?:材料|手续)?)[^,。;]{0,10}(?:告知书?|通知书?|的函)|作出《?[^,。;》]{0,16}补正"
)
_CORRECTED = re.compile(
    r"补[正充][^。;]{0,50}(?:仍|依然|依旧|还是(?:不|无|没))|(?:收到|提交|寄回)[^,。;]{0,14}补正(?:材料|申请|后)(?!之日|起)"
)
_ASKS = frozenset({"correction", "fee", "third_party"})
_ORDER = ("fee", "correction", "third_party", "extension", "receipt")
_SHARED: dict[str, set[str]] = {
    "correction": {"other.no_correction", "unavailable.unclear", "other.other"},
    "fee": {"other.unpaid_fee", "other.no_correction", "declined.excessive"},
    "third_party": {"refused.third_party", "refused"},
    "extension": {"refused.third_party", "unavailable.needs_creation"},
    "receipt": set(),
}
"""Outcomes whose words a procedural letter uses too."""


def procedural_hits(text: str, titles: tuple[tuple[int, int], ...]) -> list[Hit]:
    """Signs of a procedural letter; in a title they weigh more."""
    found = []
    for hit in find_procedural(text):
        in_title = any(start <= hit.start < end for start, end in titles)
        points = 2 * CUE if in_title else CUE
        found.append(Hit(hit.code, hit.start, hit.end, points, hit.kind))
    return found


def unconditional(decision: str) -> str:
    """The decision text without what would happen if the applicant did not answer."""
    text = CONDITIONAL.sub(lambda match: BLANK * len(match.group()), decision)
    if is_demand(text):
        text = _AFTER_DEMAND.sub(lambda match: BLANK * len(match.group()), text)
    return text


def is_demand(decision: str) -> bool:
    """Whether the letter asks something of its reader that has not been refused yet."""
    asked = _DEMAND.search(decision) or _TOLD.search(decision)
    return bool(asked) and not _NOT_DONE.search(decision)


def which_procedural(
    hits: list[Hit], decided: dict[str, float], decision: str, text: str
) -> str | None:
    """Kind of the procedural letter, or None if the letter decides something.

    Parameters
    ----------
    hits : list of Hit
        From `procedural_hits`.
    decided : dict of code to points
        What the unconditional words decide, cues and articles only.
    decision : str
        The decision text.
    text : str
        The whole letter, with its title.
    """
    demanded = is_demand(decision)
    plain = _plainly(text, decision, decided, demanded=demanded)
    if plain is not None:
        return plain
    points = _by_kind(hits)
    if _CORRECTED.search(decision):
        points.pop("correction", None)
    if points.get("extension", 0) >= CUE:
        points.pop("receipt", None)
    for kind in sorted(points, key=lambda k: (-points[k], _ORDER.index(k))):
        if kind in _ASKS and not demanded:
            continue
        rest = [p for code, p in decided.items() if code not in _SHARED[kind]]
        bar = DECISIVE if kind in ("extension", "fee") else CUE - 1
        if max(rest, default=0) < bar:
            return kind
        if points[kind] >= 3 * CUE and max(rest) < CUE:
            return kind
    return None


def _by_kind(hits: list[Hit]) -> dict[str, float]:
    points: dict[str, float] = {}
    for hit in hits:
        kind = hit.code.removeprefix(PROCEDURAL)
        points[kind] = points.get(kind, 0) + hit.points
    return points


def _plainly(text: str, decision: str, decided: dict[str, float], *, demanded: bool) -> str | None:
    """Kind of a letter whose heading or question leaves no doubt."""
    if _consults(text, decision, decided):
        return "third_party"
    if _RECEIPT.search(text):
        return "receipt"
    asked = demanded or (_TITLED.search(text) and not _NOT_DONE.search(decision))
    if asked and _HEADED.search(text) and not _CORRECTED.search(decision):
        return "correction"
    return None


def _consults(text: str, decision: str, decided: dict[str, float]) -> bool:
    """Whether the letter asks a third party for its opinion and decides nothing yet."""
    return (
        bool(_CONSULTS.search(text) and (_DEMAND.search(decision) or _OBJECT.search(decision)))
        and not _CONSULTED.search(decision)
        and decided.get("refused", 0) < CUE
        and decided.get("unavailable.not_held", 0) <= CUE
    )
