"""What a number means: requests received or handled, an outcome, an applicant, a review."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.report.narrative.cues import Concept, Cues
from service.report.narrative.quantity import Quantity

_YEAR = re.compile(r"(20[0-3]\d)年")
_COURSES = re.compile(
    r"未经(?:行政)?复议(?:直接)?(?:起诉|诉讼)?|直接起诉|(?:行政)?复议后(?:再)?(?:提起)?(?:起诉|诉讼)?"
    r"|(?:行政)?复议|(?:行政)?诉讼"
)
_OWN_REQUESTS = re.compile(r"复议申请|申请复议")
_REVIEW = re.compile(r"行政复议|行政诉讼|诉讼|复议")
_RESULTS = (
    ("upheld", re.compile(r"维持")),
    ("corrected", re.compile(r"纠正|纠错")),
    ("other", re.compile(r"其[他它]结果|其[他它]")),
    ("pending", re.compile(r"未审结|未结|在审|正在.{0,8}审理")),
)
_ANOTHER_MATTER = re.compile(r"信息公开申请|依申请公开|主动公开|建议|提案|信访|许可|处罚")
_ANOTHER_MATTER = re.compile(r"信息公开申请|依申请公开|主动公开|建议|提案|信访|许可|处罚")
_REMARK = re.compile(r"\([^()]*\)$")
_FUSED_HEADING = re.compile(r"(?:情况|方面|工作)(?=20\d\d年)")
_RECEIVE = re.compile(r"新收|收到|受理|接收|接到|收悉|新增|接受|收取申请|收申请")
_CHANNELS_TOGETHER = re.compile(r"(?:及|和|、|与|以及).*共(?:计)?#")
_VERB_AFTER = re.compile(r"^(?:均|已|并|全部|都|其中|以上|次数|的|被|左右|不等|以内|之多)")
_CHANNELS_TOGETHER = re.compile(r"(?:及|和|、|与|以及).*共(?:计)?#")
_VERB_AFTER = re.compile(r"^(?:均|已|并|全部|都|其中|以上|次数|的|被|左右|不等|以内|之多)")
_NORMATIVE = re.compile(r"规范性文件")
_APPLICANTS = ("natural", "corporate", "commercial", "research", "social", "legal")
_EVERYONE = re.compile(r"(?:公民|自然人|个人)(?:、|和|及|或|与)+(?:法人|企业|其[他它])")


def meaning(
    quantity: Quantity,
    lead: str,
    earlier: Sequence[Quantity],
    cues: Cues,
    report_year: int | None,
) -> str:
    """Code of what a quantity means, or empty.

    lead : text between the previous number, or the start of the sentence, and this number.
    earlier : quantities before it in the paragraph.
    """
    if quantity.number.unit not in cues.things and quantity.number.unit != "":
        return ""
    review = _review_concept(quantity, lead, cues)
    if review:
        return review
    if _NORMATIVE.search(quantity.before) or _NORMATIVE.match(quantity.after):
        return _normative_concept(lead)
    about_requests = bool(cues.request.search(_around(quantity, earlier)))
    local = f"{_REMARK.sub('', quantity.before)}#{quantity.after}"
    for concept in cues.concepts:
        if (about_requests or concept.anywhere) and _fits(
            concept, quantity, local, lead, cues, report_year
        ):
            return _code(concept, quantity, local, lead, cues)
    return ""


def _around(quantity: Quantity, earlier: Sequence[Quantity]) -> str:
    """The sentence, its sub-heading, and the sentence of the number before."""
    around = _sentence(quantity) + quantity.passage.heading
    if earlier:
        start, end = earlier[-1].sentence
        around += quantity.passage.text[start:end]
    return around


def _fits(
    concept: Concept,
    quantity: Quantity,
    local: str,
    lead: str,
    cues: Cues,
    report_year: int | None,
) -> bool:
    if not concept.cue.search(local) or concept.veto.search(local):
        return False
    if concept.id == "carry_out" and not _is_next_year(local, report_year):
        return False
    if concept.id == "carry_in" and not _is_last_year(local, report_year):
        return False
    if concept.id == "channel" and cues.other_objects.search(local):
        return False
    return not concept.needs_object or _has_object(quantity, lead, cues)


def _code(concept: Concept, quantity: Quantity, local: str, lead: str, cues: Cues) -> str:
    receives = bool(_RECEIVE.search(lead + local))
    if concept.id in _APPLICANTS and _EVERYONE.search(lead):
        return "received" if receives else ""
    if concept.id == "channel" and _CHANNELS_TOGETHER.search(local) and receives:
        return "received"
    if concept.id == "received" and not receives:
        # `依申请公开19条` may count what was disclosed, not what was asked for.
        return "received" if quantity.number.unit in ("件", "份", "宗") else ""
    return _several(concept, quantity, lead, cues)


def _several(concept: Concept, quantity: Quantity, lead: str, cues: Cues) -> str:
    """One outcome, or several named together (`予以公开、部分公开共213件`)."""
    if not re.fullmatch(r"3\.\d", concept.id):
        return concept.id
    together = f"{lead}#"
    found = [
        c.id for c in cues.concepts
        if re.fullmatch(r"3\.\d", c.id) and c.cue.search(together) and not c.veto.search(together)
    ]  # fmt: skip
    return "+".join(sorted(found)) if len(found) > 1 else concept.id


def _is_next_year(local: str, report_year: int | None) -> bool:
    """`结转2026年` goes into next year only if that is next year."""
    years = [int(year) for year in re.findall(r"结转(?:至|到|入)?(20\d\d)年", local)]
    return not years or report_year is None or years[-1] == report_year + 1


def _is_last_year(local: str, report_year: int | None) -> bool:
    years = _YEAR.findall(local.split("#")[0])
    return not years or report_year is None or int(years[-1]) == report_year - 1


def _has_object(quantity: Quantity, lead: str, cues: Cues) -> bool:
    """Whether the number counts requests for disclosure and nothing else."""
    words = f"{lead}#{quantity.after}"
    if cues.other_objects.search(f"{quantity.before}#{quantity.after}"):
        return False
    if cues.request_object.search(words):
        return True
    clause = quantity.before + quantity.after
    return quantity.number.unit == "件" and len(clause) <= 14 and "申请" in _sentence(quantity)


def _sentence(quantity: Quantity) -> str:
    return quantity.passage.text[quantity.sentence[0] : quantity.sentence[1]]


def _course(word: str) -> str:
    if "未经" in word or "直接" in word:
        return "direct"
    if "复议后" in word:
        return "after_review"
    return "review" if "复议" in word else "litigation"


def _review_concept(quantity: Quantity, lead: str, cues: Cues) -> str:
    """`review.*` or `litigation.*`: the last of the two named before the number decides."""
    text = quantity.passage.text[quantity.sentence[0] : quantity.number.start]
    text += quantity.after if _REVIEW.match(quantity.after) else ""
    named = list(_COURSES.finditer(text))
    if not named:
        return ""
    since = text[named[-1].end() :]
    if _ANOTHER_MATTER.search(since) or "申请" in _OWN_REQUESTS.sub("", since):
        return ""
    kind = _course(named[-1].group())
    local = quantity.before + "#" + quantity.after
    results = [code for code, cue in _RESULTS if cue.search(local)]
    if len(results) == 1:
        return f"{kind}.{results[0]}"
    close = _REVIEW.search(local) or "起诉" in local
    return f"{kind}.total" if close and not results else ""


def _normative_concept(lead: str) -> str:
    if re.search(r"废止|失效|清理", lead):
        return "normative.repealed" if "废止" in lead else ""
    if re.search(r"现行有效|继续有效", lead):
        return "normative.valid"
    if re.search(r"制发|制定|出台|印发|新增|发布|公开", lead):
        return "normative.made"
    return ""
