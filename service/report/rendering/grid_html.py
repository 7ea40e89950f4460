"""A table of the form as HTML, with its merged cells."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from service.report.drafting.draft import Grid, GridCell


def grid_html(grid: Grid, attributes: Callable[[GridCell], str] = lambda _: "") -> str:
    """The table; `attributes` gives more attributes of a cell, escaped by its author."""
    rows = []
    for row in range(grid.n_rows):
        cells = sorted((c for c in grid.cells if c.row == row), key=lambda c: c.column)
        rows.append("<tr>" + "".join(_cell(c, attributes(c)) for c in cells) + "</tr>")
    return f'<table class="t{grid.number}">\n' + "\n".join(rows) + "\n</table>"


def _cell(cell: GridCell, more: str) -> str:
    tag = "th" if cell.is_head else "td"
    spans = "".join(
        f' {name}="{n}"' for name, n in (("rowspan", cell.rows), ("colspan", cell.columns)) if n > 1
    )
    return f"<{tag}{spans}{more}>{escape(cell.text)}</{tag}>"
