"""Statements in words against the tables: all closed, none appealed, all upheld, none received."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.report.checking.facts import Fact, Facts, plus
from service.report.checking.finding import Finding, Severity
from service.report.checking.prose import Prose
from service.report.checking.rulebook import fails, holds, unknown
from service.report.checking.wording import number
from service.report.model import Passage, Place, Report
from service.report.narrative.cues import Claim, Cues, load_cues
from service.report.narrative.numbers import sentences
from service.report.narrative.quantity import Quantity

_OBJECTS = re.compile(
    r"申请|依申请公开|建议|提案|议案|诉求|留言|咨询|投诉|举报|信访|信箱|热线|复议|诉讼|问题|工单|舆情|文件|整改"
)
_REQUESTS = ("申请", "依申请公开")
_REFERS_BACK = re.compile(r"^(?:上述|以上|对上述|对以上|均|全部|都|所有)")
_FROM_LAST_YEAR = re.compile(
    r"(?:上|去|往)(?:一)?年度?[^，。]{0,6}结转|20\d\d年度?的?结转(?!至|到|下)"
)
_ADMITS = re.compile(r"结转|下一?年|顺延|未到期|正在办理|尚在办理")
_VETO_TAIL = 14


@dataclass(frozen=True, slots=True)
class _Statement:
    """A claim found in a sentence."""

    claim: Claim
    passage: Passage
    sentence: tuple[int, int]
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]

    @property
    def whole(self) -> str:
        return self.passage.text[self.sentence[0] : self.sentence[1]]

    @property
    def place(self) -> Place:
        offsets = self.passage.offsets
        return Place(
            section=self.passage.section,
            page=self.passage.page,
            start=offsets[self.start],
            end=offsets[self.end - 1] + 1,
            text=self.text,
        )


def check_claims(report: Report, prose: Prose) -> Iterator[Finding]:
    """Every claim that a table can confirm or contradict."""
    facts = Facts(report)
    cues = load_cues()
    for passage in report.passages:
        for span in sentences(passage.text):
            for statement in _statements(passage, span, cues):
                yield from _judge(statement, facts, prose, cues, report)


def _statements(passage: Passage, span: tuple[int, int], cues: Cues) -> Iterator[_Statement]:
    text = passage.text
    for claim in cues.claims:
        for match in claim.cue.finditer(text, span[0], span[1]):
            tail = text[match.start() : min(match.end() + _VETO_TAIL, span[1])]
            if match.end() > match.start() and not claim.veto.search(tail):
                yield _Statement(claim, passage, span, match.start(), match.end())
                break


def _judge(
    statement: _Statement, facts: Facts, prose: Prose, cues: Cues, report: Report
) -> Iterator[Finding]:
    kind = statement.claim.id
    if kind in ("all_done", "all_done_rate"):
        yield from _all_done(statement, facts, prose, cues)
    elif kind in ("no_review", "no_litigation", "no_correction"):
        yield from _no_appeal(statement, facts)
    elif kind == "all_upheld":
        yield from _all_upheld(statement, facts)
    elif kind == "no_request":
        yield from _none(statement, facts.row("1", "表三 一.新收总计"), "N-CLAIM", cues)
    elif kind == "no_normative":
        column = "made"
        fact = facts.table2("normative", column, "表二 行政规范性文件本年制发件数")
        yield from _none(statement, fact, "N-T2", cues)
    elif kind == "no_fee":
        yield from _no_fee(statement, prose)


def _all_done(statement: _Statement, facts: Facts, prose: Prose, cues: Cues) -> Iterator[Finding]:
    left = facts.carried_out
    if left is None or not _speaks_of_requests(statement, cues):
        return
    where = [statement.place, *left.cells]
    if left.value == 0:
        message = f"“{statement.text}”与表三一致：{left.label} = 0"
        yield holds("N-T3-DONE", message, where, right=left.value)
        return
    nearest = _nearest(statement, prose)
    of_the_closed = nearest is not None and nearest.concept == "handled"
    if of_the_closed and nearest is not None and not _is_all_received(nearest, facts):
        return
    if _ADMITS.search(_FROM_LAST_YEAR.sub("", statement.whole)):
        return
    message = (
        f"“{statement.text}”与表三矛盾：{left.label} = {number(left.value)}{_own_year(left, facts)}"
    )
    if not statement.claim.strict.search(statement.text) and statement.claim.id == "all_done":
        text = f"{message}；若指均在法定期限内办理，建议写明“均在法定期限内办理”"
        yield unknown("N-T3-DONE", text, where, right=left.value)
        return
    said_before = statement.passage.text[statement.sentence[0] : statement.start]
    doubtful = statement.claim.id == "all_done_rate" or cues.scope.search(said_before)
    severity = Severity.WARNING if doubtful else None
    yield fails("N-T3-DONE", message, where, left=Decimal(), right=left.value, severity=severity)


def _own_year(left: Fact, facts: Facts) -> str:
    old = facts.row("2", "二.上年结转总计")
    if old is None or left.value <= old.value:
        return ""
    return (
        f"，其中至少 {number(left.value)}-{number(old.value)} = {number(left.value - old.value)}"
        " 件是本年新收而未办结的"
    )


def _is_all_received(quantity: Quantity, facts: Facts) -> bool:
    new = facts.row("1", "新收")
    both = plus(new, facts.row("2", "上年结转"), "新收+结转")
    return any(fact is not None and fact.value == quantity.value for fact in (new, both))


def _speaks_of_requests(statement: _Statement, cues: Cues) -> bool:
    """Whether the last thing named before the claim is requests for disclosure."""
    text = statement.passage.text
    floor = statement.sentence[0]
    if _REFERS_BACK.match(statement.whole) and floor:
        floor = max(text.rfind("。", 0, floor - 1), 0)
    before = text[floor : statement.end]
    named = _OBJECTS.findall(before)
    if not named or named[-1] not in _REQUESTS:
        return False
    return bool(cues.request.search(before + statement.passage.heading))


def _nearest(statement: _Statement, prose: Prose) -> Quantity | None:
    """The last quantity of the sentence before the claim that is not a part of another."""
    earlier = [
        q for q in prose.quantities
        if q.passage is statement.passage
        and statement.sentence[0] <= q.number.start < statement.start
        and q.depth == 0 and prose.parent(q) is None
    ]  # fmt: skip
    return earlier[-1] if earlier else None


def _no_appeal(statement: _Statement, facts: Facts) -> Iterator[Finding]:
    kind = statement.claim.id
    review = facts.table4(["review"], "total", "表四 行政复议总计")
    suits = facts.table4(["direct", "after_review"], "total", "表四 行政诉讼总计")
    corrected = facts.table4(_groups_named(statement.text), "corrected", "表四 结果纠正合计")
    fact = {"no_review": review, "no_litigation": suits, "no_correction": corrected}[kind]
    if fact is None:
        return
    where = [statement.place, *fact.cells]
    if fact.value == 0:
        message = f"“{statement.text}”与表四一致：{fact.label} = 0"
        yield holds("N-CLAIM", message, where, right=fact.value)
        return
    message = f"“{statement.text}”与表四矛盾：{fact.label} = {number(fact.value)}"
    certain = kind != "no_correction" and "信息公开" in statement.whole + statement.passage.heading
    severity = None if certain else Severity.WARNING
    yield fails("N-CLAIM", message, where, left=Decimal(), right=fact.value, severity=severity)


def _groups_named(text: str) -> list[str]:
    named = (("复议", ["review"]), ("诉讼", ["direct", "after_review"]))
    return [group for word, groups in named if word in text for group in groups]


def _clause_before(statement: _Statement) -> str:
    """From the last semicolon before the claim to the claim: what it speaks of."""
    text = statement.passage.text[statement.sentence[0] : statement.end]
    return re.split(r"[;；]", text)[-1]


def _all_upheld(statement: _Statement, facts: Facts) -> Iterator[Finding]:
    groups = _groups_named(_clause_before(statement))
    if not groups:
        return
    corrected = facts.table4(groups, "corrected", "表四 结果纠正")
    pending = facts.table4(groups, "pending", "表四 尚未审结")
    other = facts.table4(groups, "other", "表四 其他结果")
    for fact, severity in (
        (corrected, None),
        (pending, Severity.WARNING),
        (other, Severity.WARNING),
    ):
        if fact is not None and fact.value > 0:
            yield fails(
                "N-CLAIM",
                f"“{statement.text}”与表四矛盾：{fact.label} = {number(fact.value)}",
                [statement.place, *fact.cells],
                left=Decimal(),
                right=fact.value,
                severity=severity,
            )
            return
    if corrected is not None:
        message = f"“{statement.text}”与表四一致：{corrected.label} = 0"
        yield holds("N-CLAIM", message, [statement.place, *corrected.cells], right=corrected.value)


def _none(statement: _Statement, fact: Fact | None, rule: str, cues: Cues) -> Iterator[Finding]:
    if fact is None:
        return
    table = fact.label.split()[0]
    where: Sequence[Place] = [statement.place, *fact.cells]
    if fact.value == 0:
        message = f"“{statement.text}”与{table}一致：{fact.label} = 0"
        yield holds(rule, message, where, right=fact.value)
        return
    message = f"“{statement.text}”与{table}矛盾：{fact.label} = {number(fact.value)}"
    if cues.scope.search(statement.whole) or cues.partial.search(statement.whole):
        text = f"{message}；这句话可能另有口径，请确认"
        yield unknown(rule, text, where, right=fact.value, severity=Severity.WARNING)
        return
    yield fails(rule, message, where, left=Decimal(), right=fact.value)


def _no_fee(statement: _Statement, prose: Prose) -> Iterator[Finding]:
    for quantity in prose.quantities:
        charged = "信息处理费" in quantity.before + quantity.after
        if charged and quantity.number.unit in ("元", "万元") and quantity.value > 0:
            yield fails(
                "N-CLAIM",
                f"“{statement.text}”与“{quantity.before}{quantity.number.raw}”矛盾",
                [statement.place, quantity.place],
                left=Decimal(),
                right=quantity.value,
                severity=Severity.WARNING,
            )
            return
