"""Sums and places in words a clerk reads."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from service.report.formats import ReportFormat
from service.report.model import Place

_SECTIONS = "一二三四五六"
_MAX_TERMS = 10


def number(value: Decimal) -> str:
    """A number as printed in prose: no exponent, no trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def addition(values: Sequence[Decimal]) -> str:
    """`1+2+3`, zeros left out where others remain, the middle of a long sum as `…`."""
    terms = [value for value in values if value] or list(values[:1])
    shown = [number(value) for value in terms]
    if len(shown) > _MAX_TERMS:
        shown = [*shown[:6], "…", *shown[-2:]]
    return "+".join(shown).replace("+-", "-")


def equation(left: Sequence[Decimal], right: Sequence[Decimal]) -> str:
    """Both sides of a comparison with the difference: `1+2 = 3 ≠ 4，差 1`."""
    total, other = sum(left, Decimal()), sum(right, Decimal())
    start, end = addition(left), addition(right)
    if start != number(total):
        start = f"{start} = {number(total)}"
    if total == other:
        return start if end == number(total) and "=" in start else f"{start} = {end}"
    if end != number(other):
        end = f"{end} = {number(other)}"
    return f"{start} ≠ {end}，差 {number(abs(total - other))}"


def describe(place: Place, form: ReportFormat) -> str:
    """Where a place is: `表三“（七）总计”自然人列`, or the section of a sentence."""
    page = f"第{place.page}页 " if place.page else ""
    if place.table is not None:
        name = f"表{_SECTIONS[place.table - 1]}"
        row = _row(place, form)
        column = _column(place, form)
        return f"{page}{name}{row}{column}"
    if place.section:
        return f"{page}第{_SECTIONS[place.section - 1]}部分"
    return f"{page}开头部分" if place.section == 0 else page.strip()


def _row(place: Place, form: ReportFormat) -> str:
    if place.row is None:
        return ""
    try:
        label = form.row_label(place.table or 3, place.row)
    except KeyError:
        return f"第{place.row}行"
    short = label.split("（区分")[0].removesuffix("政府信息公开申请数量")
    if len(short) > 22:
        short = short[:20] + "…"
    return f"“{short}”"


def _column(place: Place, form: ReportFormat) -> str:
    if place.column is None or place.row is None:
        return ""
    try:
        return f"{form.column_label(place.table or 3, place.row, place.column)}"
    except StopIteration:
        return place.column
