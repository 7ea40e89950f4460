"""Lists in prose: parts against their total, per clause and per dimension."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from service.report.checking.facts import Facts, plus
from service.report.checking.finding import Finding, Severity, Status
from service.report.checking.prose import Prose
from service.report.checking.rulebook import fails, holds, result, unknown
from service.report.checking.wording import addition, equation, number
from service.report.model import Report
from service.report.narrative.lists import Listing
from service.report.narrative.quantity import Quantity

_OUTCOMES = re.compile(r"^(?:3\.|carry_|handled)")
_APPLICANTS = ("natural", "corporate", "commercial", "research", "social", "legal")
_COMPLETE = re.compile(r"共计|合计|总计|共")
_STRICT_MARKERS = ("分别为", "分别是", "具体为", "具体是", "分为")
_OVERLAP = re.compile(r"转载|阅读|点击|同步|平台|渠道|公众号|微博|网站|新媒体")
_PUBLISHES = re.compile(r"公开|发布|推送|转载|发表|宣传|刊登|信息|稿件")
_EXTRA_TERMS = 3
_ALL_OUTCOMES = 5


def check_lists(report: Report, prose: Prose) -> Iterator[Finding]:
    """Every list of parts against its total; then totals that are split without a marker."""
    facts = Facts(report)
    for listing in prose.listings:
        if listing.total.number.approximate or any(p.number.approximate for p in listing.parts):
            continue
        yield from _judge(listing, facts)
        if {p.number.unit for p in listing.parts} - {listing.total.number.unit, ""}:
            yield _unit(listing)
    yield from _unmarked(prose)


def _dimension(part: Quantity) -> str:
    if _OUTCOMES.match(part.concept):
        return "outcome"
    if part.concept in _APPLICANTS:
        return "applicant"
    return "channel" if part.concept == "channel" else ""


def _judge(listing: Listing, facts: Facts) -> Iterator[Finding]:
    groups = _groups(listing)
    for group in groups:
        yield _group(listing, group, len(groups), facts)


def _groups(listing: Listing) -> list[list[Quantity]]:
    """Parts that together make one total: all, or per clause, or per dimension."""
    parts = list(listing.parts)
    total = listing.total.value
    if _sum(parts) == total:
        return [parts]
    by_clause = _split(parts, list(listing.clauses))
    if len(by_clause) > 1 and all(_sum(g) == total for g in by_clause if len(g) > 1):
        return [group for group in by_clause if len(group) > 1] or [parts]
    dimensions = [_dimension(part) for part in parts]
    by_dimension = _split(parts, dimensions)
    if len(set(dimensions)) > 1 and "" not in dimensions and _sum(parts) > total:
        return by_dimension
    running = Decimal()
    for index, part in enumerate(parts):
        running += part.value
        # The first parts are the whole; what follows speaks of something else.
        if running == total and index >= 1:
            return [parts[: index + 1]]
    return [parts]


def _split(parts: Sequence[Quantity], keys: Sequence[object]) -> list[list[Quantity]]:
    groups: list[list[Quantity]] = []
    previous: object = None
    for part, key in zip(parts, keys, strict=True):
        if groups and key == previous:
            groups[-1].append(part)
        else:
            groups.append([part])
        previous = key
    return groups


def _sum(parts: Sequence[Quantity]) -> Decimal:
    return sum((part.value for part in parts), Decimal())


def _rule(listing: Listing, group: Sequence[Quantity]) -> str:
    if all(_dimension(part) == "channel" for part in group) and listing.total.concept == "received":
        return "N-T3-CH"
    return "N-SUM-ENUM"


def _group(listing: Listing, group: Sequence[Quantity], n_groups: int, facts: Facts) -> Finding:
    total, values = listing.total.value, [part.value for part in group]
    rule = _rule(listing, group)
    subject = listing.total.subject[-16:] or "总数"
    message = f"{subject} {number(total)}：{equation(values, [total])}"
    where = [listing.total.place, *(part.place for part in group)]
    other = _sum(group)
    if other == total:
        return holds(rule, message, where, left=other, right=total)
    together = _together(listing, other)
    if together:
        return holds(rule, together, where, left=other, right=other)
    explained = _explained(listing, group, facts)
    if explained:
        return holds(rule, f"{message}；{explained}", where, left=other, right=total)
    severity, status = _weight(listing, group, n_groups)
    return result(rule, status, message, where, left=other, right=total, severity=severity)


def _weight(listing: Listing, group: Sequence[Quantity], n_groups: int) -> tuple[Severity, Status]:
    total, other = listing.total.value, _sum(group)
    # One clause, or one part a clause (`甲1件，收取420元；乙2件，…`).
    n_clauses = len(set(listing.clauses))
    clean = listing.is_plain and n_groups == 1 and n_clauses in (1, len(listing.parts))
    units = {part.number.unit for part in group}
    same_unit = units == {listing.total.number.unit}
    outcome = any(_dimension(part) == "outcome" for part in group)
    if listing.total.concept in ("carry_in", "carry_out") and outcome:
        # What was carried over is not what the outcomes split.
        return Severity.INFO, Status.UNKNOWN
    if other > total:
        overlapping = _may_overlap(listing, group)
        another = any(candidate.value >= other for candidate in listing.others)
        certain = clean and same_unit and not outcome and not overlapping and not another
        # A part larger than its whole cannot be explained by overlap.
        larger = clean and same_unit and max(part.value for part in group) > total
        certain = certain or (larger and not outcome and not another)
        if certain:
            return Severity.ERROR, Status.FAILS
        return Severity.WARNING, Status.FAILS if clean and not overlapping else Status.UNKNOWN
    if listing.marker in _STRICT_MARKERS and clean and same_unit and len(group) > 1:
        return Severity.WARNING, Status.FAILS
    if outcome and len({part.concept for part in group}) < _ALL_OUTCOMES:
        # Some outcomes named as examples; each is compared with its own cell elsewhere.
        return Severity.INFO, Status.UNKNOWN
    if len(group) == 1 or not listing.is_plain or other * 2 < total:
        # One example out of many, or plainly a selection.
        return Severity.INFO, Status.UNKNOWN
    return Severity.WARNING, Status.FAILS


def _may_overlap(listing: Listing, group: Sequence[Quantity]) -> bool:
    """Whether one item may count in several parts: the same text published on several channels.

    What is received comes in once; what is published goes out as often as one likes.
    """
    if not _PUBLISHES.search(listing.total.before + listing.total.after):
        return False
    return any(_OVERLAP.search(part.before) for part in group)


def _together(listing: Listing, parts: Decimal) -> str:
    """`新收317件，上年结转3件。其中…`: the parts split both, or an earlier total."""
    for other in listing.others:
        if other.value == parts:
            return f"{other.subject[-16:]} {number(other.value)}：各项之和 = {number(parts)}"
        if other.value + listing.total.value == parts:
            both = addition([other.value, listing.total.value])
            return f"{other.subject[-16:]}、{listing.total.subject[-16:]}：{both} = {number(parts)}"
    return ""


def _explained(listing: Listing, group: Sequence[Quantity], facts: Facts) -> str:
    """Outcomes add up to what was handled, which differs from what was received."""
    if not any(_dimension(part) == "outcome" for part in group):
        return ""
    other = _sum(group)
    done = facts.row("3.7", "表三 三（七）总计")
    left = facts.row("4", "四.结转下年总计")
    for fact in (done, plus(done, left, "表三 三（七）+四 总计")):
        if fact is not None and fact.value == other:
            return f"各项之和 = {fact.label} {number(fact.value)}"
    return ""


def _unit(listing: Listing) -> Finding:
    total = listing.total
    parts = "、".join(sorted({p.number.unit for p in listing.parts if p.number.unit}))
    return fails(
        "N-UNIT",
        f"总数用“{total.number.unit}”（{number(total.value)}{total.number.unit}），分项用“{parts}”，量词不一致",
        [total.place],
    )


def _unmarked(prose: Prose) -> Iterator[Finding]:
    """`共计133件。…1项…，83件…；50件…`: holds if the parts come out, else left open."""
    listed = {id(listing.total) for listing in prose.listings}
    for index, total in enumerate(prose.quantities):
        if id(total) in listed or not _COMPLETE.search(total.before) or total.number.approximate:
            continue
        following = [
            q for q in prose.quantities[index + 1 : index + 16]
            if q.passage is total.passage and q.depth == total.depth
            and prose.parent(q) is None and _is_next(total, q)
        ]  # fmt: skip
        same = [q for q in following if q.number.unit == total.number.unit]
        other = [q for q in following if q.number.unit != total.number.unit][:_EXTRA_TERMS]
        if len(same) < 2 or _sum(same) != total.value:
            continue
        sides = equation([q.value for q in same], [total.value])
        message = f"{total.subject[-16:]} {number(total.value)}：{sides}"
        where = [total.place, *(q.place for q in same)]
        kin = [
            q
            for q in other
            if q.number.unit in ("项", "件", "条", "份", "个")
            and q.number.start < same[-1].number.start
        ]
        if kin:
            text = "、".join(f"{q.number.raw}{q.after}" for q in kin)
            whole = _sum([*same, *kin])
            yield unknown(
                "N-SUM-COLON",
                f"{message}；但同句另有“{text}”未计入，计入则为 {number(whole)}，请核对",
                where,
                left=_sum(same),
                right=total.value,
            )
        else:
            yield holds("N-SUM-COLON", message, where, left=_sum(same), right=total.value)


def _is_next(total: Quantity, part: Quantity) -> bool:
    """In the same sentence, or in the next one."""
    if part.sentence == total.sentence:
        return True
    return part.sentence[0] == total.sentence[1]
