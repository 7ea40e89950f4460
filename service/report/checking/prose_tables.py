"""Figures in prose against the tables: requests, outcomes, applicants, reviews, table 2."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.report.checking.facts import Fact, Facts, minus, plus
from service.report.checking.finding import Finding, Severity
from service.report.checking.prose import Prose
from service.report.checking.rulebook import fails, holds, unknown
from service.report.checking.wording import number
from service.report.model import Report
from service.report.narrative.cues import load_cues
from service.report.narrative.quantity import Quantity

_STRICT_NEW = re.compile(r"新收|本年(?:度)?收|新增")
_BOTH_YEARS = re.compile(r"收办|承办|办理|处理")
_OTHER_MATTER = "没有写明是因政府信息公开引起的，可能另有所指"
_CLOSED = re.compile(r"办结|答复|回复|办毕|反馈")
_WHOLE = re.compile(r"共|总|全年|全部|合计|累计")
_GROUPS = {
    "3.1": "予以公开",
    "3.2": "部分公开",
    "3.3": "不予公开",
    "3.4": "无法提供",
    "3.5": "不予处理",
    "3.6": "其他处理",
}
_RESULTS = {
    "upheld": "结果维持",
    "corrected": "结果纠正",
    "other": "其他结果",
    "pending": "尚未审结",
    "total": "总计",
}
_COLUMNS = ("natural", "commercial", "research", "social", "legal")


@dataclass(frozen=True, slots=True)
class _Expected:
    """What the tables say for a concept.

    `exact`: readings any of which the prose may state. `loose`: readings that make a mismatch a
    question of definition rather than an error.
    """

    rule: str
    exact: Sequence[Fact]
    loose: Sequence[Fact] = ()


def check_prose_against_tables(report: Report, prose: Prose) -> Iterator[Finding]:
    """Compare every quantity whose meaning is known with the cell or cells it restates."""
    facts = Facts(report)
    for quantity in prose.quantities:
        if not quantity.concept or quantity.concept == "channel":
            continue
        if quantity.year not in (None, report.year) and quantity.concept != "carry_in":
            continue
        if _is_mere_part(quantity, prose):
            continue
        expected = _expected(quantity, facts)
        if expected is not None:
            agreed = _agreed_elsewhere(quantity, expected, prose)
            yield _judge(quantity, expected, prose, agreed=agreed)


def _is_mere_part(quantity: Quantity, prose: Prose) -> bool:
    """`其中受理270件` splits a total; it does not restate the table."""
    parent = prose.parent(quantity)
    if parent is None:
        return False
    if quantity.concept == "received":
        return True
    if quantity.concept.endswith(".total") and parent.total.concept.endswith(".total"):
        return True
    return parent.total.concept == "" and quantity.concept in _GROUPS


def _agreed_elsewhere(quantity: Quantity, expected: _Expected, prose: Prose) -> bool:
    """Whether the same paragraph states the table's figure for the same thing elsewhere."""
    return any(
        other is not quantity
        and other.passage is quantity.passage
        and other.concept == quantity.concept
        and any(other.value == fact.value for fact in expected.exact)
        for other in prose.quantities
    )


def _judge(quantity: Quantity, expected: _Expected, prose: Prose, *, agreed: bool) -> Finding:
    phrase = f"{quantity.before}{quantity.number.raw}{quantity.after}"[-40:]
    where = [quantity.place, *(place for fact in expected.exact[:1] for place in fact.cells)]
    value = quantity.value
    for fact in expected.exact:
        if _agrees(quantity, fact.value):
            message = f"“{phrase}”与表一致：{fact.label} = {number(fact.value)}"
            return holds(expected.rule, message, where, left=value, right=fact.value)
    main = expected.exact[0]
    sides = f"{number(value)} ≠ {number(main.value)}，差 {number(abs(value - main.value))}"
    if len(expected.exact) > 1:
        others = "、".join(f"{f.label} = {number(f.value)}" for f in expected.exact[1:4])
        sides += f"（也不等于 {others}）"
    message = f"“{phrase}”与{main.label} {number(main.value)} 不一致：{sides}"
    for fact in expected.loose:
        if _agrees(quantity, fact.value):
            text = (
                f"“{phrase}”等于{fact.label} {number(fact.value)}，"
                f"不等于{main.label} {number(main.value)}：口径请核对"
            )
            return unknown(expected.rule, text, where, left=value, right=main.value,
                           severity=Severity.INFO)  # fmt: skip
    reason = "同段另有与表一致的数" if agreed else _doubt(quantity, prose)
    if reason:
        text = f"{message}；{reason}"
        weight = Severity.INFO if reason == _OTHER_MATTER else Severity.WARNING
        return unknown(expected.rule, text, where, left=value, right=main.value, severity=weight)
    return fails(expected.rule, message, where, left=value, right=main.value)


def _doubt(quantity: Quantity, prose: Prose) -> str:
    """Why a mismatch is not certain: other scope, part of the year, rounding, a rewritten list."""
    if quantity.is_scoped:
        return "这句话可能另有口径（范围、渠道或时段），请确认"
    if quantity.number.approximate:
        return f"“{quantity.number.approximate}”为约数"
    words = quantity.before + quantity.after
    if quantity.concept == "handled" and not _CLOSED.search(words) and not _WHOLE.search(words):
        return "没有写明是全年总数，请确认口径"
    if _is_review(quantity) and not _about_disclosure(quantity):
        return _OTHER_MATTER
    if quantity.concept in ("licence", "penalty"):
        return "正文所说可能是受理数或其他口径"
    if "+" in quantity.concept:
        return "几类结果合在一起说，请确认口径"
    parent = prose.parent(quantity)
    if parent is not None and quantity.concept == "handled":
        return "是所列总数的一部分，请确认口径"
    if (
        parent is not None
        and parent.total.is_scoped
        and parent.total.concept not in ("received", "handled")
    ):
        return "这句话可能另有口径（范围、渠道或时段），请确认"
    if quantity.passage.section not in (0, 1, 2, 3, 4):
        return "不在总体情况里，请确认口径"
    return ""


def _is_review(quantity: Quantity) -> bool:
    return quantity.concept.split(".")[0] in ("review", "litigation", "direct", "after_review")


def _about_disclosure(quantity: Quantity) -> bool:
    """Whether the sentence, the one before or the sub-heading speaks of disclosure."""
    text = quantity.passage.text
    start = max(text.rfind("。", 0, max(quantity.sentence[0] - 1, 0)), 0)
    around = text[start : quantity.sentence[1]] + quantity.passage.heading
    return bool(load_cues().review_context.search(around))


def _agrees(quantity: Quantity, value: Decimal) -> bool:
    if quantity.value == value:
        return True
    word = quantity.number.approximate
    if not word or not value:
        return False
    if word in ("近", "将近", "接近"):
        return quantity.value * Decimal("0.85") <= value < quantity.value
    if word in ("余", "多", "逾", "超", "超过", "以上", "几"):
        return quantity.value < value <= quantity.value * Decimal("1.2")
    return quantity.value * Decimal("0.9") <= value <= quantity.value * Decimal("1.1")


def _expected(quantity: Quantity, facts: Facts) -> _Expected | None:
    concept = quantity.concept
    if concept in ("received", "handled"):
        return _requests(quantity, facts)
    if concept == "carry_in":
        return _one("N-T3-CARRY", facts.row("2", "表三 二.上年结转总计"))
    if concept == "carry_out":
        return _one("N-T3-CARRY", facts.row("4", "表三 四.结转下年总计"))
    if concept.startswith("3."):
        return _outcome(quantity, facts)
    if concept in (*_COLUMNS, "corporate"):
        return _applicant(concept, facts)
    if concept in ("licence", "penalty"):
        return _decisions(concept, facts)
    if concept.startswith("normative."):
        return _normative(concept, facts)
    if "." in concept:
        return _review(concept, facts)
    return None


def _one(rule: str, fact: Fact | None, loose: Sequence[Fact | None] = ()) -> _Expected | None:
    if fact is None:
        return None
    return _Expected(rule, [fact], [f for f in loose if f is not None])


def _some(
    rule: str, exact: Sequence[Fact | None], loose: Sequence[Fact | None]
) -> _Expected | None:
    known = [fact for fact in exact if fact is not None]
    if not known or exact[0] is None:
        return None
    return _Expected(rule, known, [fact for fact in loose if fact is not None])


def _requests(quantity: Quantity, facts: Facts) -> _Expected | None:
    new = facts.row("1", "表三 一.新收总计")
    old = facts.row("2", "表三 二.上年结转总计")
    done = facts.row("3.7", "表三 三（七）总计")
    left = facts.row("4", "四.结转下年总计")
    both = plus(new, old, "表三 一+二 总计")
    answered = minus(done, facts.row("3.6", "其他处理"), "三（七）减其他处理")
    decided = minus(answered, facts.row("3.5", "不予处理"), "三（七）减不予处理和其他处理")
    words = quantity.before + quantity.after
    if quantity.concept == "received":
        loose = [done, minus(done, old, "三（七）减上年结转")]
        # 新收 counts this year's requests only; 收到 may include those carried over.
        exact = [new] if _STRICT_NEW.search(words) else [new, both]
        if _STRICT_NEW.search(words):
            loose.append(both)  # 新收 with the old ones in it: worth asking
        return _some("N-T3-NEW", exact, loose)
    loose = [
        minus(done, old, "三（七）减上年结转"),
        minus(new, left, "一 减结转下年"),
        answered,
        decided,
    ]
    if _BOTH_YEARS.search(words) and not re.search(r"办结|答复|回复", words):
        return _some("N-T3-NEW", [both, done, new], loose)
    return _some("N-T3-HANDLED", [done, new, both], loose)


def _outcome(quantity: Quantity, facts: Facts) -> _Expected | None:
    codes = quantity.concept.split("+")
    fact: Fact | None = None
    for code in codes:
        part = facts.row(code, f"表三 {_outcome_name(code)}总计")
        label = "表三 " + "+".join(_outcome_name(c) for c in codes) + " 总计"
        fact = part if code == codes[0] else plus(fact, part, label)
        if part is None:
            return None
    leaf = _leaf_named(quantity, codes[0])
    return _some("N-T3-OUT", [fact, facts.row(leaf, f"表三 {_outcome_name(leaf)}总计")], [])


def _leaf_named(quantity: Quantity, group: str) -> str:
    """A single row named beside its group (`因不掌握而无法提供29件`), or the concept itself."""
    words = f"{quantity.before}#{quantity.after}"
    for concept in load_cues().concepts:
        if concept.id.startswith(f"{group}.") and concept.cue.search(words):
            return concept.id
    return group


def _outcome_name(code: str) -> str:
    return _GROUPS.get(code) or next(c.name for c in load_cues().concepts if c.id == code)


def _applicant(concept: str, facts: Facts) -> _Expected | None:
    columns = facts.corporate_columns if concept == "corporate" else (concept,)
    name = "法人或其他组织" if concept == "corporate" else _column_name(concept)
    new = facts.table3(["1"], columns, f"表三 一.{name}")
    old = facts.table3(["2"], columns, f"表三 二.{name}")
    done = facts.table3(["3.7"], columns, f"表三 三（七）.{name}")
    return _some("N-T3-APP", [new, plus(new, old, f"表三 一+二 {name}"), done], [])


def _column_name(concept: str) -> str:
    return next(c.name for c in load_cues().concepts if c.id == concept).removesuffix("申请")


def _review(concept: str, facts: Facts) -> _Expected | None:
    kind, column = concept.split(".")
    result = _RESULTS[column]
    if kind == "review":
        return _one("N-T4", facts.table4(["review"], column, f"表四 行政复议{result}"))
    direct = facts.table4(["direct"], column, f"表四 未经复议直接起诉{result}")
    after = facts.table4(["after_review"], column, f"表四 复议后起诉{result}")
    if kind == "direct":
        return _one("N-T4", direct)
    if kind == "after_review":
        return _one("N-T4", after)
    both = plus(direct, after, f"表四 行政诉讼{result}")
    return _some("N-T4", [both, direct, after], [])


def _decisions(concept: str, facts: Facts) -> _Expected | None:
    name = "行政许可" if concept == "licence" else "行政处罚"
    return _one("N-T2", facts.table2(concept, "decisions", f"表二 {name}处理决定数量"))


def _normative(concept: str, facts: Facts) -> _Expected | None:
    column = concept.split(".")[1]
    label = {"made": "本年制发", "repealed": "本年废止", "valid": "现行有效"}[column]
    fact = facts.table2("normative", column, f"表二 行政规范性文件{label}件数")
    return _one("N-T2", fact)
