"""Percentages recomputed from their parts, growth from last year's figure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from service.report.checking.facts import Fact, Facts, plus
from service.report.checking.finding import Finding, Severity
from service.report.checking.prose import Prose
from service.report.checking.rulebook import fails, holds, unknown
from service.report.checking.wording import number
from service.report.model import Report
from service.report.narrative.cues import load_cues
from service.report.narrative.quantity import Quantity

_SHARE = re.compile(r"占")
_GROWTH = re.compile(
    r"同比|环比|较上年|比上年|较去年|比去年|较上一年|较20\d\d年|比20\d\d年|与上年|与去年"
)
_UP = re.compile(r"增长|上升|增加|提高|上涨|提升|增幅|多")
_DOWN = re.compile(r"下降|减少|降低|下滑|降幅|回落|减幅")
_CHANGE = re.compile(r"增加|减少|增长|下降|上升|多|少|涨")
_BRACKET = re.compile(r"\([^()]*\)")
_LAST_YEAR = re.compile(r"上年|去年|上一年|上年度")


def check_rates(report: Report, prose: Prose, previous: Report | None) -> Iterator[Finding]:
    """Every percentage whose parts are known."""
    facts = Facts(report)
    before = Facts(previous) if previous is not None else None
    for index, rate in enumerate(prose.quantities):
        if rate.number.unit != "%" or rate.number.approximate:
            continue
        lead = _lead(rate)
        if _GROWTH.search(lead):
            stated = _stated_base(rate, prose.quantities[index + 1 :], report.year)
            yield from _growth(rate, lead, prose.quantities[:index], stated, before)
        elif _SHARE.search(lead):
            yield from _share(rate, prose.quantities[:index], facts)


def _lead(rate: Quantity) -> str:
    text = rate.passage.text
    return text[max(rate.sentence[0], rate.number.start - 24) : rate.number.start]


def _nearest(rate: Quantity, earlier: Sequence[Quantity]) -> Quantity | None:
    """The quantity right before the rate, in the same sentence and not another rate."""
    if (
        not earlier
        or earlier[-1].sentence != rate.sentence
        or earlier[-1].passage is not rate.passage
    ):
        return None
    return None if earlier[-1].number.unit in ("%", "百分点", "个百分点") else earlier[-1]


def _share(rate: Quantity, earlier: Sequence[Quantity], facts: Facts) -> Iterator[Finding]:
    part = _nearest(rate, earlier)
    if part is None or part.number.approximate or part.value == 0:
        return
    named = [
        q for q in earlier
        if q.passage is rate.passage and q is not part and q.value >= part.value
        and _kin(q, part) and not q.number.approximate
    ]  # fmt: skip
    in_sentence = [q for q in named if q.sentence == rate.sentence]
    bases: list[tuple[str, Decimal, Quantity | None]] = [
        (f"{q.subject[-12:]} {number(q.value)}", q.value, q) for q in named[::-1]
    ]
    if part.concept:
        new, old = facts.row("1", "表三 一 总计"), facts.row("2", "表三 二 总计")
        for fact in (facts.row("3.7", "表三 三（七）总计"), new, plus(new, old, "表三 一+二 总计")):
            if fact is not None:
                bases.append((f"{fact.label} {number(fact.value)}", fact.value, None))
    bases = [base for base in bases if base[1] > 0]
    if not bases:
        return
    where = [rate.place, part.place]
    for label, base, source in bases:
        share = part.value / base * 100
        if _same(share, rate):
            message = (
                f"{number(part.value)} ÷ {number(base)} = {_rounded(share, rate)}%，"
                f"与所写 {number(rate.value)}% 一致（分母：{label}）"
            )
            yield holds("N-PCT", message, [*where, *([source.place] if source else [])],
                        left=rate.value, right=_quantized(share, rate))  # fmt: skip
            return
    label, base, source = bases[0]
    share = part.value / base * 100
    message = (
        f"{number(part.value)} ÷ {number(base)} = {_rounded(share, rate)}% ≠ {number(rate.value)}%"
        f"（分母：{label}；试过 {len(bases)} 个分母都不符）"
    )
    certain = (
        len(in_sentence) == 1
        and not rate.is_scoped
        and part.number.unit == in_sentence[0].number.unit
    )
    right = _quantized(share, rate)
    if certain:
        yield fails("N-PCT", message, where, left=rate.value, right=right)
    else:
        text = f"{message}；分母可能另有所指，请核对"
        yield unknown("N-PCT", text, where, left=rate.value, right=right)


def _kin(first: Quantity, second: Quantity) -> bool:
    things = load_cues().things
    units = (first.number.unit, second.number.unit)
    return units[0] == units[1] or (units[0] in things and units[1] in things)


def _growth(
    rate: Quantity,
    lead: str,
    earlier: Sequence[Quantity],
    stated: Quantity | None,
    previous: Facts | None,
) -> Iterator[Finding]:
    """Growth against the base in the brackets after it, else one named before, else last year's."""
    sign = _sign(lead)
    current = _current(rate, earlier)
    if sign is None or current is None or current.number.approximate:
        return
    bases = [
        (f"{q.subject[-12:]} {number(q.value)}", q.value)
        for q in earlier
        if q.sentence == rate.sentence and q.passage is rate.passage and q is not current
        and _LAST_YEAR.search(q.before) and not _CHANGE.search(q.before)
        and q.value > 0 and q.number.unit == current.number.unit
    ]  # fmt: skip
    certain = bool(bases) and not rate.is_scoped
    where = [rate.place, current.place]
    own = stated is not None and stated.number.unit in (current.number.unit, "")
    if stated is not None and own:
        bases = [(f"括号中的上年数 {number(stated.value)}", stated.value)]
        certain = not rate.is_scoped and not stated.is_scoped
        where.append(stated.place)
    elif previous is not None:
        bases += [
            (f"上年{f.label} {number(f.value)}", f.value) for f in _last_year(current, previous)
        ]
    bases = [base for base in bases if base[1] > 0]
    if not bases:
        text = f"“{lead[-12:]}{rate.number.raw}”：没有上年数，无法复算（提供上年报告可核对申请数）"
        yield unknown("N-YOY", text, where, left=rate.value)
        return
    for label, base in bases:
        growth = (current.value - base) / base * 100 * sign
        if _same(growth, rate):
            message = (
                f"({number(current.value)}-{number(base)}) ÷ {number(base)} = "
                f"{_rounded(growth * sign, rate)}%，与所写一致（{label}）"
            )
            yield holds("N-YOY", message, where, left=rate.value, right=_quantized(growth, rate))
            return
    label, base = bases[0]
    growth = (current.value - base) / base * 100
    message = (
        f"({number(current.value)}-{number(base)}) ÷ {number(base)} = {_rounded(growth, rate)}%"
        f"，与所写“{lead[-8:]}{rate.number.raw}”不符（{label}）"
    )
    yield fails(
        "N-YOY",
        message,
        where,
        left=rate.value * sign,
        right=_quantized(growth, rate),
        severity=None if certain else Severity.WARNING,
    )


def _stated_base(rate: Quantity, later: Sequence[Quantity], year: int | None) -> Quantity | None:
    """Last year's figure in the brackets right after a rate: `增长12.5%(上年585条)`."""
    text = rate.passage.text
    bracket = _BRACKET.match(text, rate.number.end)
    if bracket is None or not later:
        return None
    base = later[0]
    inside = base.passage is rate.passage and base.number.end <= bracket.end()
    if not inside or base.number.approximate or base.number.unit == "%":
        return None
    words = text[bracket.start() : base.number.start]
    is_last_year = _LAST_YEAR.search(words) or (year and f"{year - 1}年" in words)
    return base if is_last_year and not _CHANGE.search(words) else None


def _sign(lead: str) -> int | None:
    up, down = _UP.search(lead), _DOWN.search(lead)
    if bool(up) == bool(down):
        return None
    return 1 if up else -1


def _current(rate: Quantity, earlier: Sequence[Quantity]) -> Quantity | None:
    """What grew: the last quantity before the rate at its bracket level, or a bracket above."""
    for quantity in reversed(earlier):
        if quantity.passage is not rate.passage or quantity.sentence != rate.sentence:
            return None
        if quantity.number.unit == "%" or quantity.depth > rate.depth:
            continue
        if _LAST_YEAR.search(quantity.before) or _CHANGE.search(quantity.before):
            continue
        return quantity
    return None


def _last_year(current: Quantity, previous: Facts) -> list[Fact]:
    new = previous.row("1", "新收")
    both = plus(new, previous.row("2", "结转"), "新收+结转")
    done = previous.row("3.7", "办理总计")
    facts: list[Fact | None] = []
    if current.concept in ("received", "handled"):
        facts = [new, both, done]
    elif current.concept.startswith("3.") and "+" not in current.concept:
        facts = [previous.row(current.concept, "同类结果")]
    return [fact for fact in facts if fact is not None]


def _decimals(rate: Quantity) -> int:
    exponent = rate.value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _same(computed: Decimal, rate: Quantity) -> bool:
    """Equal at the printed number of decimals; cutting off instead of rounding is accepted."""
    step = Decimal(1).scaleb(-_decimals(rate))
    return abs(computed - rate.value) < step


def _quantized(computed: Decimal, rate: Quantity) -> Decimal:
    return computed.quantize(Decimal(1).scaleb(-max(_decimals(rate), 1)))


def _rounded(computed: Decimal, rate: Quantity) -> str:
    return f"{_quantized(computed, rate):f}"
