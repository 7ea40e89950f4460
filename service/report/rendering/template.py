"""The Word template of a report, after GB/T 9704-2012; offices restyle the file, not this code.

Run as `python -m service.report.rendering.template` to write `data/templates/report.docx` anew.
Measures of GB/T 9704-2012: A4, margins 37/28/26/35 mm, body 3号仿宋 on 22 lines of 28 characters,
title 2号小标宋, headings 黑体 and 楷体, page numbers 4号 with dashes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.resources import data_path

BODY, TITLE, HEADING, SUBHEADING = "正文仿宋", "报告标题", "一级标题", "二级标题"
TABLE, TABLE_HEAD, NOTICE, SIGNATURE = "表格数字", "表格文字", "待核事项", "落款"
_LINE_PT = 29
_CONDENSED = -5
"""Twentieths of a point between characters: 28 of 16 pt on a line of 156 mm."""
_STYLES = {
    # name: eastAsia font, size pt, bold, alignment, first-line indent in characters
    BODY: ("仿宋", 16, False, "both", 2),
    TITLE: ("方正小标宋简体", 22, False, "center", 0),
    HEADING: ("黑体", 16, False, "both", 2),
    SUBHEADING: ("楷体", 16, False, "both", 2),
    TABLE: ("仿宋", 10.5, False, "center", 0),
    TABLE_HEAD: ("仿宋", 10.5, False, "center", 0),
    NOTICE: ("仿宋", 12, False, "both", 0),
    SIGNATURE: ("仿宋", 16, False, "right", 0),
}
_TIGHT = {TABLE, TABLE_HEAD}


def template_path() -> Path:
    """The template an office restyles."""
    return data_path("templates", "report.docx")


def build_template(path: Path) -> None:
    """Write the template: page, grid, styles and page numbers, no text."""
    import docx
    from docx.shared import Mm

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)
    document.settings.odd_and_even_pages_header_footer = True
    _base(document)
    for name, style in _STYLES.items():
        _style(document, name, *style)
    _grid(section)
    _page_number(section.footer, "right")
    _page_number(section.even_page_footer, "left")
    body = document.element.body
    for paragraph in list(document.paragraphs):
        body.remove(paragraph._p)
    document.save(str(path))


def _base(document: Any) -> None:
    """Normal is 3号仿宋: the pitch of the character grid is counted from its size."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(16)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "仿宋")


def _style(
    document: Any, name: str, font: str, size: float, bold: bool, align: str, indent: int
) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.quick_style = True
    style.font.name, style.font.size, style.font.bold = "Times New Roman", Pt(size), bold
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    if size == 16:
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), str(_CONDENSED))
        style.element.rPr.append(spacing)
    layout = style.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.alignment = {
        "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "right": WD_ALIGN_PARAGRAPH.RIGHT,
    }[align]
    layout.widow_control = True
    layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    layout.line_spacing = Pt(
        13.5 if name in _TIGHT else 20 if name == NOTICE else 36 if name == TITLE else _LINE_PT
    )
    if name not in (BODY, HEADING, SUBHEADING):
        properties = style.element.get_or_add_pPr()
        off = OxmlElement("w:snapToGrid")
        properties.insert_element_before(off, "w:spacing", "w:ind", "w:jc")
        off.set(qn("w:val"), "0")
    if name in (HEADING, SUBHEADING):
        layout.keep_with_next = True
    if indent:
        element = style.element.get_or_add_pPr().get_or_add_ind()
        element.set(qn("w:firstLineChars"), str(indent * 100))
        element.set(qn("w:firstLine"), str(int(indent * size * 20)))


def _grid(section: Any) -> None:
    """22 lines a page. The 28 characters of a line come from the spacing of the body style.

    A grid of `linesAndChars` is what the measures suggest, but word processors other than Word
    widen it by half; condensed characters print the same everywhere.
    """
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(_LINE_PT * 20))
    section._sectPr.append(grid)


def _page_number(footer: Any, align: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    right = align == "right"
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
    for piece in ("— ", "PAGE", " —"):
        run = paragraph.add_run("" if piece == "PAGE" else piece)
        run.font.size, run.font.name = Pt(14), "Times New Roman"
        if piece == "PAGE":
            for kind, text in (("begin", ""), ("", piece), ("end", "")):
                if kind:
                    mark = OxmlElement("w:fldChar")
                    mark.set(qn("w:fldCharType"), kind)
                else:
                    mark = OxmlElement("w:instrText")
                    mark.text = text
                run._r.append(mark)


if __name__ == "__main__":
    build_template(template_path())
