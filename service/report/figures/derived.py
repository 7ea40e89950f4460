"""Figures computed from others: shares and growth, each a formula that can be followed."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from service.report.figures.figure import Figure, FigureBook, Formula

_SHARES = {
    "share.granted": ("t3.3.1.total", "t3.3.7.total", "予以公开占办理结果总数"),
    "share.granted_or_partial": ("sum.opened", "t3.3.7.total", "予以公开和部分公开占办理结果总数"),
    "share.carry_out": ("t3.4.total", "sum.in_hand", "结转占全部在办申请"),
    "share.natural": ("t3.1.natural", "t3.1.total", "自然人申请占新收申请"),
}
_SUMS = {
    "sum.opened": (("t3.3.1.total", "t3.3.2.total"), "予以公开和部分公开"),
    "sum.in_hand": (("t3.1.total", "t3.2.total"), "新收和上年结转申请"),
    "sum.corporate": (
        ("t3.1.commercial", "t3.1.research", "t3.1.social", "t3.1.legal", "t3.1.other"),
        "法人或其他组织申请",
    ),
    "sum.litigation": (("t4.direct.total", "t4.after_review.total"), "行政诉讼"),
    "sum.corrected": (
        ("t4.review.corrected", "t4.direct.corrected", "t4.after_review.corrected"),
        "复议诉讼结果纠正",
    ),
}


def derive(book: FigureBook, period: str) -> None:
    """Add sums, shares (one decimal) and growth against last year, where their inputs are known.

    A share of nothing and growth from nothing are not computed.
    """
    for id, (inputs, name) in _SUMS.items():
        values = [book.value(i) for i in inputs]
        known = [value for value in values if value is not None]
        if len(known) == len(values):
            source = Formula(" + ".join(inputs), inputs)
            book.add(Figure(id, sum(known, Decimal()), "件", period, source, name))
    for id, (part, whole, name) in _SHARES.items():
        top, bottom = book.value(part), book.value(whole)
        if top is not None and bottom:
            source = Formula(f"{part} ÷ {whole} × 100", (part, whole))
            book.add(Figure(id, percent(top, bottom), "%", period, source, name))
    now, last = book.value("t3.1.total"), book.value("last.t3.1.total")
    if now is not None and last and now != last:
        source = Formula(
            "|t3.1.total - last.t3.1.total| ÷ last.t3.1.total × 100",
            ("t3.1.total", "last.t3.1.total"),
        )
        direction = "增长" if now > last else "下降"
        growth = percent(abs(now - last), last)
        book.add(Figure("yoy.received", growth, "%", period, source, f"新收申请同比{direction}"))


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """Part of a whole in percent, one decimal, halves up."""
    value = (part * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return value.to_integral_value() if value == value.to_integral_value() else value
