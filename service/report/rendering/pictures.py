"""What the pictures show: requests by month, channel, topic and outcome, and where table 3 is full.

Only data; `chart_word` makes Word charts of it and `chart_svg` drawings for a page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.report.drafting.draft import Draft
from service.report.figures.figure import Figure

_LONGEST_LABEL = 18


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one kind: `is_time` for months in order, else largest first, lying."""

    title: str
    labels: tuple[str, ...]
    values: tuple[Decimal, ...]
    is_time: bool = False

    @property
    def words(self) -> str:
        """The chart for those who cannot see it."""
        pairs = zip(self.labels, self.values, strict=True)
        return f"{self.title}：{'，'.join(f'{label}{value}件' for label, value in pairs)}"


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Table 3 as shades.

    Parameters
    ----------
    title : str
    rows, columns : tuple of str
        Outcomes that occur, and applicants that occur.
    values : tuple of tuple of Decimal
    """

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[Decimal, ...], ...]

    def shade(self, value: Decimal) -> float:
        """How dark a cell is, 0..1; by the root, so that small numbers are seen."""
        most = max((v for line in self.values for v in line), default=Decimal()) or Decimal(1)
        return math.sqrt(value / most)


def charts_of(draft: Draft) -> list[Chart]:
    """Charts with at least one bar."""
    book = draft.figures
    ids = [f"t3.{row.code}.total" for row in draft.form.table3_rows if row.code[0] in "34"]
    results = [figure for id in ids if (figure := book.get(id)) is not None]
    groups = [
        ("收到申请（按月）", book.under("requests.month"), True),
        ("收到申请（按方式）", book.under("requests.channel"), False),
        ("申请主题", book.under("requests.topic"), False),
        ("办理结果", [f for f in results if f.id != "t3.3.7.total"], False),
    ]
    made = [_chart(title, figures, is_time=is_time) for title, figures, is_time in groups]
    return [chart for chart in made if any(chart.values)]


def heat_map_of(draft: Draft) -> HeatMap | None:
    """Map of table 3: outcomes by applicants, those that occur; None without a case."""
    book, form = draft.figures, draft.form
    rows = [r for r in form.table3_rows if r.code[0] in "34" and r.code != "3.7"
            and book.value(f"t3.{r.code}.total")]  # fmt: skip
    columns = [c for c in form.table3_columns if c.code != "total"
               and any(book.value(f"t3.{r.code}.{c.code}") for r in rows)]  # fmt: skip
    if not rows:
        return None
    values = tuple(
        tuple(book.value(f"t3.{r.code}.{c.code}") or Decimal() for c in columns) for r in rows
    )
    labels = tuple(_short(r.label) for r in rows)
    return HeatMap("办理结果与申请人类型", labels, tuple(c.label for c in columns), values)


def _chart(title: str, figures: Sequence[Figure], *, is_time: bool) -> Chart:
    shown = list(figures) if is_time else sorted(
        (f for f in figures if f.value), key=lambda f: -f.value
    )  # fmt: skip
    labels = tuple(_short(f.name) for f in shown)
    return Chart(title, labels, tuple(f.value for f in shown), is_time)


def _short(name: str) -> str:
    """A label without numbering and explanations."""
    label = name.removesuffix("·总计").removesuffix("收到申请")
    for close in ("）", ".", "、"):
        head, mark, rest = label.partition(close)
        if mark and rest and len(head) <= 3:
            label = rest
    label = label.split("（")[0]
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
