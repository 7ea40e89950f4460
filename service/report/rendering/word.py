"""A draft as a Word document, through the office's template."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from service.report.drafting.draft import Cited, Draft, Grid, GridCell, Paragraph, Quoted, Sentence
from service.report.drafting.notice import notice_lines, notice_title
from service.report.errors import ReportFormatError
from service.report.figures.figure import FigureSource
from service.report.rendering import template
from service.report.rendering.chart_word import add_chart, add_heat_map
from service.report.rendering.pictures import charts_of, heat_map_of
from service.report.rendering.sources import source_words

_ROW_MM = {2: 9.0, 3: 6.2, 4: 9.0}


def render_word(
    draft: Draft,
    *,
    template_path: Path | None = None,
    annotate: bool = False,
    pictures: bool = False,
) -> bytes:
    """Content of the DOCX.

    Parameters
    ----------
    draft : Draft
        Guarded.
    template_path : Path, optional
        The shipped one by default.
    annotate : bool, default=False
        Carry the source of every printed number as a Word comment.
    pictures : bool, default=False
        Append native charts and a map of table 3.

    Raises
    ------
    ReportFormatError
        If the template cannot be used.
    """
    import docx

    path = template_path or template.template_path()
    try:
        document = docx.Document(str(path))
        return _Writer(document, draft, annotate=annotate, pictures=pictures).write()
    except (OSError, KeyError, ValueError) as error:
        raise ReportFormatError(
            f"Word 模板 {path.name} 不能用，请恢复随程序附带的模板。"
        ) from error


class _Writer:
    """Fills one document."""

    def __init__(self, document: Any, draft: Draft, *, annotate: bool, pictures: bool) -> None:
        self._document, self._draft = document, draft
        self._annotate, self._has_pictures = annotate, pictures

    def write(self) -> bytes:
        draft = self._draft
        self._notice()
        self._title()
        self._plain("", template.BODY)
        for paragraph in draft.preamble:
            self._paragraph(paragraph)
        for section in draft.sections:
            number = "一二三四五六"[section.number - 1]
            heading = self._plain(f"{number}、{section.title}", template.HEADING)
            heading.paragraph_format.keep_with_next = True
            if section.number == 3:
                heading.paragraph_format.page_break_before = True
            if section.grid is not None:
                self._table(section.grid)
            for paragraph in section.paragraphs:
                self._paragraph(paragraph)
        if draft.agency:
            self._plain("", template.BODY)
            self._plain(draft.agency, template.SIGNATURE)
            if draft.signed_on:
                self._plain(draft.signed_on, template.SIGNATURE)
        if self._has_pictures:
            self._pictures()
        self._document.core_properties.title = draft.title
        self._document.core_properties.author = draft.agency
        stream = io.BytesIO()
        self._document.save(stream)
        return stream.getvalue()

    def _pictures(self) -> None:
        """Charts and a map of table 3, on pages of their own behind the report."""
        from docx.enum.text import WD_LINE_SPACING

        heading = self._plain("附：申请情况图示", template.HEADING)
        heading.paragraph_format.page_break_before = True
        for number, chart in enumerate(charts_of(self._draft), 1):
            paragraph = self._plain("", template.TABLE)
            paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            add_chart(self._document, paragraph, chart, number)
        heat = heat_map_of(self._draft)
        if heat is not None:
            caption = self._plain(heat.title, template.TABLE_HEAD)
            caption.paragraph_format.keep_with_next = True
            add_heat_map(self._document, heat, template.TABLE, template.TABLE_HEAD)

    def _title(self) -> None:
        """The title, with the agency on a line of its own: a title never breaks inside a word."""
        title, agency = self._draft.title, self._draft.agency
        paragraph = self._plain("", template.TITLE)
        run = paragraph.add_run(agency)
        if agency:
            run.add_break()
        paragraph.add_run(title.removeprefix(agency))

    def _plain(self, text: str, style: str) -> Any:
        return self._document.add_paragraph(text, style=style)

    def _notice(self) -> None:
        lines = notice_lines(self._draft)
        if not lines:
            return
        table = self._document.add_table(rows=1, cols=1)
        _borders(table)
        cell = table.cell(0, 0)
        cell.paragraphs[0].style = template.NOTICE
        run = cell.paragraphs[0].add_run(notice_title(self._draft))
        run.bold = True
        for line in lines:
            cell.add_paragraph(f"· {line}。", style=template.NOTICE)
        self._plain("", template.BODY)

    def _paragraph(self, paragraph: Paragraph) -> None:
        style = template.SUBHEADING if paragraph.level == 2 else template.BODY
        element = self._document.add_paragraph(style=style)
        for sentence in paragraph.sentences:
            self._sentence(element, sentence)

    def _sentence(self, element: Any, sentence: Sentence) -> None:
        for span in sentence.spans:
            run = element.add_run(span.text)
            if not self._annotate:
                continue
            if isinstance(span, Cited):
                self._comment(run, self._draft.figures[span.figure_id].source)
            elif isinstance(span, Quoted):
                self._comment(run, span.source)

    def _comment(self, run: Any, source: FigureSource) -> None:
        self._document.add_comment(run, text=source_words(source), author="数据来源", initials="源")

    def _table(self, grid: Grid) -> None:
        table = self._document.add_table(rows=grid.n_rows, cols=grid.n_columns)
        _borders(table)
        _widths(table, grid)
        owned = {(c.row, c.column): c for c in grid.cells}
        for row in range(grid.n_rows):
            _keep_row(table.rows[row], _ROW_MM[grid.number], is_head=row < grid.head_rows)
        for cell in owned.values():
            self._cell(table, cell, grid)

    def _cell(self, table: Any, cell: GridCell, grid: Grid) -> None:
        from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        box = table.cell(cell.row, cell.column)
        if cell.rows > 1 or cell.columns > 1:
            box = box.merge(table.cell(cell.row + cell.rows - 1, cell.column + cell.columns - 1))
        for extra in box.paragraphs[1:]:
            extra._p.getparent().remove(extra._p)
        paragraph = box.paragraphs[0]
        paragraph.style = template.TABLE_HEAD if cell.is_head else template.TABLE
        run = paragraph.add_run(cell.text)
        box.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        if grid.number == 3 and cell.is_head and cell.row >= grid.head_rows and cell.columns != 1:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
        if grid.number == 3 and cell.is_head and cell.column == 2 and cell.row >= grid.head_rows:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
        _margins(box)
        last_line = cell.row + cell.rows < grid.n_rows
        paragraph.paragraph_format.keep_with_next = last_line
        if self._annotate and cell.figure_id and cell.text:
            self._comment(run, self._draft.figures[cell.figure_id].source)


def _element(parent: Any, tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    parent.append(element)
    return element


def _borders(table: Any) -> None:
    borders = _element(table._tbl.tblPr, "w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        _element(borders, f"w:{side}", val="single", sz="4", space="0", color="000000")


def _widths(table: Any, grid: Grid) -> None:
    from docx.shared import Mm

    scale = 156 / sum(grid.widths)
    table.autofit = False
    for column, width in zip(table.columns, grid.widths, strict=True):
        column.width = Mm(width * scale)
        for cell in column.cells:
            cell.width = Mm(width * scale)


def _keep_row(row: Any, height_mm: float, *, is_head: bool) -> None:
    """A row never breaks; heading rows repeat on the next page."""
    from docx.shared import Mm

    row.height = Mm(height_mm)
    properties = row._tr.get_or_add_trPr()
    _element(properties, "w:cantSplit")
    if is_head:
        _element(properties, "w:tblHeader")


def _margins(box: Any) -> None:
    margins = _element(box._tc.get_or_add_tcPr(), "w:tcMar")
    for side in ("left", "right"):
        _element(margins, f"w:{side}", w="40", type="dxa")
