"""Sources of numbers in words."""

from __future__ import annotations

from service.report.figures.figure import Cases, Entered, FigureSource, Formula

_MOST_IDS = 60


def source_words(source: FigureSource) -> str:
    """A source in one Chinese line."""
    if isinstance(source, Cases):
        ids = source.ids
        if not ids:
            return "登记表中没有这样的申请"
        more = "等" if len(ids) > _MOST_IDS else ""
        return f"登记表中的{len(ids)}件申请：{'、'.join(ids[:_MOST_IDS])}{more}"
    if isinstance(source, Entered):
        who = "，".join(part for part in (source.by, source.on) if part)
        return f"{source.file} {source.cell} 填报" + (f"（{who}）" if who else "")
    if isinstance(source, Formula):
        return f"算式：{source.text}"
    return f"{source.file} {source.cell}"
