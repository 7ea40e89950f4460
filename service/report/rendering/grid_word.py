"""Table 2, 3 or 4 as a Word table.

Its rows are written in one pass as they end up. Merging the boxes of an empty python-docx table
gives the same XML, but every access to one walks all of them: seconds for a report.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.report.drafting.draft import Grid, GridCell
from service.report.rendering import template
from service.report.rendering.style_ids import StyleIds

_ROW_MM = {2: 9.0, 3: 6.2, 4: 9.0}
_WIDTH_MM = 156


def add_grid(document: Any, grid: Grid, style_ids: StyleIds) -> list[tuple[GridCell, Any]]:
    """Append a table to a document.

    Parameters
    ----------
    document : docx.Document
    grid : Grid
    style_ids : StyleIds
        Of the document.

    Returns
    -------
    list of (GridCell, docx run)
        In the order of `grid.cells`, each with the run that prints it.
    """
    from docx.shared import Mm
    from docx.text.run import Run

    table = document.add_table(rows=0, cols=grid.n_columns)
    add_borders(table)
    table.autofit = False
    scale = _WIDTH_MM / sum(grid.widths)
    widths = [Mm(width * scale) for width in grid.widths]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    twips = [width.twips for width in widths]
    height = Mm(_ROW_MM[grid.number]).twips
    runs = {}
    for row in range(grid.n_rows):
        line = _row(table._tbl, height, is_head=row < grid.head_rows)
        crossing = [cell for cell in grid.cells if cell.row <= row < cell.row + cell.rows]
        for cell in sorted(crossing, key=lambda cell: cell.column):
            box = _box(line, cell, twips, is_first=cell.row == row)
            if cell.row == row:
                run = _print(box, cell, grid, style_ids)
                runs[row, cell.column] = Run(run, document)
            else:
                _element(box, "w:p")
    return [(cell, runs[cell.row, cell.column]) for cell in grid.cells]


def add_borders(table: Any) -> None:
    """Draw every line of a table.

    Parameters
    ----------
    table : docx table
    """
    from docx.oxml.ns import qn

    properties = table._tbl.tblPr
    borders = _element(properties, "w:tblBorders")
    for follower in ("w:tblLayout", "w:tblLook"):  # the schema's order, on which Word may insist
        for element in properties.findall(qn(follower)):
            properties.append(element)
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        _element(borders, f"w:{side}", val="single", sz="4", space="0", color="000000")


def _row(table: Any, height: int, *, is_head: bool) -> Any:
    """A row never breaks; heading rows repeat on the next page."""
    line = _element(table, "w:tr")
    properties = _element(line, "w:trPr")
    _element(properties, "w:trHeight", val=str(height))
    _element(properties, "w:cantSplit")
    if is_head:
        _element(properties, "w:tblHeader")
    return line


def _box(line: Any, cell: GridCell, twips: Sequence[int], *, is_first: bool) -> Any:
    """What a cell takes of one row, its first or one that it reaches down to."""
    box = _element(line, "w:tc")
    properties = _element(box, "w:tcPr")
    width = sum(twips[cell.column : cell.column + cell.columns])
    _element(properties, "w:tcW", type="dxa", w=str(width))
    if cell.columns > 1:
        _element(properties, "w:gridSpan", val=str(cell.columns))
    if not is_first:
        _element(properties, "w:vMerge")
        return box
    if cell.rows > 1:
        _element(properties, "w:vMerge", val="restart")
    margins = _element(properties, "w:tcMar")
    for side in ("left", "right"):
        _element(margins, f"w:{side}", w="40", type="dxa")
    _element(properties, "w:vAlign", val="center")
    return box


def _print(box: Any, cell: GridCell, grid: Grid, style_ids: StyleIds) -> Any:
    """The paragraph of a cell; returns its run."""
    paragraph = _element(box, "w:p")
    properties = _element(paragraph, "w:pPr")
    style_id = style_ids[template.TABLE_HEAD if cell.is_head else template.TABLE]
    if style_id is not None:
        _element(properties, "w:pStyle", val=style_id)
    if cell.row + cell.rows < grid.n_rows:
        _element(properties, "w:keepNext")
    else:
        _element(properties, "w:keepNext", val="0")
    is_label = grid.number == 3 and cell.is_head and cell.row >= grid.head_rows
    if is_label and (cell.columns != 1 or cell.column == 2):
        _element(properties, "w:jc", val="left")
    run = _element(paragraph, "w:r")
    run.text = cell.text
    return run


def _element(parent: Any, tag: str, **attributes: str) -> Any:
    from docx.oxml.ns import qn
    from lxml import etree

    return etree.SubElement(
        parent, qn(tag), {qn(f"w:{name}"): value for name, value in attributes.items()}
    )
