"""A draft as a Word document, through the office's template."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from service.report.drafting.draft import Cited, Draft, Grid, Paragraph, Quoted, Sentence
from service.report.drafting.notice import notice_lines, notice_title
from service.report.errors import ReportFormatError
from service.report.figures.figure import FigureSource
from service.report.rendering import template
from service.report.rendering.chart_word import add_chart, add_heat_map
from service.report.rendering.grid_word import add_borders, add_grid
from service.report.rendering.pictures import charts_of, heat_map_of
from service.report.rendering.sources import source_words
from service.report.rendering.style_ids import StyleIds


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
        self._style_ids = StyleIds(document)

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
            add_heat_map(self._document, heat, self._style_ids)

    def _title(self) -> None:
        """The title, with the agency on a line of its own: a title never breaks inside a word."""
        title, agency = self._draft.title, self._draft.agency
        paragraph = self._plain("", template.TITLE)
        run = paragraph.add_run(agency)
        if agency:
            run.add_break()
        paragraph.add_run(title.removeprefix(agency))

    def _plain(self, text: str, style: str) -> Any:
        paragraph = self._document.add_paragraph(text)
        paragraph._p.style = self._style_ids[style]
        return paragraph

    def _notice(self) -> None:
        lines = notice_lines(self._draft)
        if not lines:
            return
        table = self._document.add_table(rows=1, cols=1)
        add_borders(table)
        cell = table.cell(0, 0)
        title = cell.paragraphs[0]
        title.add_run(notice_title(self._draft)).bold = True
        matters = [cell.add_paragraph(f"· {line}。") for line in lines]
        for paragraph in (title, *matters):
            paragraph._p.style = self._style_ids[template.NOTICE]
        self._plain("", template.BODY)

    def _paragraph(self, paragraph: Paragraph) -> None:
        style = template.SUBHEADING if paragraph.level == 2 else template.BODY
        element = self._plain("", style)
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
        for cell, run in add_grid(self._document, grid, self._style_ids):
            if self._annotate and cell.figure_id and cell.text:
                self._comment(run, self._draft.figures[cell.figure_id].source)
