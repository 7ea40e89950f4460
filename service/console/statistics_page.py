"""统计: how many cases by month, topic, outcome and channel; a bar leads to its cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from models.clock import beijing_day
from service.accounts.roles import Right
from service.accounts.web import needs
from service.cases.selection import KINDS, Selection
from service.cases.statistics import Count, Dimension, count_all, count_by
from service.console import charts
from service.console.charts import Bar
from service.console.rendering import query, render
from service.console.wording import UNKNOWN, channel_name, label_name
from service.database.engine import Database

router = APIRouter(dependencies=[Depends(needs(Right.READ))])
_SHOWN: tuple[tuple[Dimension, str], ...] = (
    ("month", "按月"),
    ("topic", "按业务主题"),
    ("outcome", "按办理结果"),
    ("channel", "按渠道"),
    ("intent", "按诉求类型"),
    ("subtopic", "按二级主题"),
)
_MOST_BARS = 15
_ENOUGH = 20
"""Cases from which a year is worth opening on: the first days of a year say little."""


@router.get("/statistics")
def statistics(request: Request, year: int | None = None, kind: str = "") -> Response:
    """Charts with their tables, for one year and one kind of case."""
    database: Database = request.app.state.database
    chosen = kind if kind in KINDS else ""
    with database.reading() as session:
        years = count_by(session, Selection(), "year")
        requests = count_by(session, Selection(kind="disclosure"), "year")
        shown = year or opening_year(years, requests, beijing_day().year)
        blocks = _blocks(session, shown, chosen) if years else []
    total = sum(bar.value for bar in blocks[0].bars) if blocks else 0
    return render(
        request,
        "statistics.html",
        section="statistics",
        years=[(int(count.value), count.n_cases) for count in reversed(years)],
        year=shown,
        kind=chosen,
        kinds=KINDS,
        blocks=blocks,
        total=total,
    )


def opening_year(years: Sequence[Count], requests: Sequence[Count], this_year: int) -> int:
    """The newest full year with enough applications, which the report counts.

    Without one the newest with enough cases of any kind, and without that the one with most.

    Parameters
    ----------
    years, requests : sequence of Count
        All cases and the applications for disclosure by year of receipt, ascending.
    """
    for counts, is_full in ((requests, True), (years, True), (years, False)):
        enough = [
            int(count.value)
            for count in counts
            if count.n_cases >= _ENOUGH and (not is_full or int(count.value) < this_year)
        ]
        if enough:
            return enough[-1]
    return max((count.n_cases, int(count.value)) for count in years)[1] if years else this_year


@dataclass(frozen=True, slots=True)
class Block:
    """A chart with the table of the same numbers."""

    id: str
    title: str
    bars: list[Bar]
    chart: Markup


def _blocks(session: Session, year: int, kind: str) -> list[Block]:
    selection = Selection(year=year, kind=kind or None)
    counted = count_all(session, selection, [dimension for dimension, _ in _SHOWN])
    blocks = []
    for dimension, title in _SHOWN:
        counts = counted[dimension]
        if dimension == "outcome":  # messages have none: a bar of blanks would drown the rest
            counts = [count for count in counts if count.value]
        if dimension == "month":
            by_month = {count.value: count.n_cases for count in counts}
            counts = [Count(str(month), by_month.get(str(month), 0)) for month in range(1, 13)]
        bars = [_bar(dimension, count, year, kind) for count in counts]
        drawn = bars[:_MOST_BARS]
        chart: Markup = (
            charts.columns(drawn, title) if dimension == "month" else charts.rows(drawn, title)
        )
        blocks.append(Block(dimension, title, bars, chart))
    return blocks


def _bar(dimension: Dimension, count: Count, year: int, kind: str) -> Bar:
    value = count.value or "none"
    address = query({"year": year, "kind": kind}, **{dimension: value})
    return Bar(_name(dimension, count.value), count.n_cases, f"/console/cases?{address}")


def _name(dimension: Dimension, value: str) -> str:
    if dimension == "month":
        return f"{value}月"
    if not value:
        return UNKNOWN
    return channel_name(value) if dimension == "channel" else label_name(value, dimension)
