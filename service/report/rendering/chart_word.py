"""Native Word charts: drawn by Word, WPS or LibreOffice from numbers, in the reader's fonts.

Each chart carries its numbers in a small workbook, so that an office can restyle or correct it with
编辑数据. Nothing is drawn here and no font is needed here.
"""

from __future__ import annotations

import io
from typing import Any

from lxml import etree

from service.report.rendering import template
from service.report.rendering.pictures import Chart, HeatMap
from service.report.rendering.style_ids import StyleIds

_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EMU_MM = 36_000
_WIDTH_MM, _ROW_MM, _TIME_MM = 156, 9, 62
_LABELS_MM, _LEAST_MM = 66, 15
_BAR, _FONT = "4A7BA6", "仿宋"


def add_chart(document: Any, paragraph: Any, chart: Chart, number: int) -> None:
    """Put a chart into a paragraph.

    Parameters
    ----------
    document : docx.Document
    paragraph : docx paragraph
        With a line spacing that grows with its content.
    chart : Chart
    number : int
        From 1; distinguishes the parts of the file.
    """
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    package = document.part.package
    name = PackURI(f"/word/embeddings/chart{number}.xlsx")
    sheet = Part(name, _SHEET_TYPE, _workbook(chart), package)
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), _CHART_TYPE, b"", package)
    sheet_id = part.relate_to(sheet, RELATIONSHIP_TYPE.PACKAGE)
    part._blob = _chart_xml(chart, sheet_id)
    chart_id = document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    height = _TIME_MM if chart.is_time else 22 + _ROW_MM * len(chart.values)
    paragraph.add_run()._r.append(_drawing(chart, chart_id, number, height))


def add_heat_map(document: Any, heat: HeatMap, style_ids: StyleIds) -> None:
    """Append a table whose cells are shaded by their number."""
    table = document.add_table(rows=len(heat.rows) + 1, cols=len(heat.columns) + 1)
    table.autofit = False
    first = min(_LABELS_MM, _WIDTH_MM - _LEAST_MM * len(heat.columns))
    widths = [first, *[(_WIDTH_MM - first) / len(heat.columns)] * len(heat.columns)]
    # python-docx walks a whole table for each box asked of it, and only a row for those of a row
    lines = [(line, line.cells) for line in table.rows]
    for line, boxes in lines:
        for box, width in zip(boxes, widths, strict=True):
            box.width = round(width * _EMU_MM)
        line._tr.get_or_add_trPr().append(etree.Element(f"{{{_W}}}cantSplit"))
    style, head_style = style_ids[template.TABLE], style_ids[template.TABLE_HEAD]
    (_, (corner, *heads)), *rest = lines
    corner.paragraphs[0]._p.style = head_style
    for box, label in zip(heads, heat.columns, strict=True):
        _fill(box, label, head_style, None)
    for (_, (head, *boxes)), label, values in zip(rest, heat.rows, heat.values, strict=True):
        _fill(head, label, head_style, None)
        for box, value in zip(boxes, values, strict=True):
            _fill(box, str(value), style, heat.shade(value))


def _fill(box: Any, text: str, style_id: str | None, shade: float | None) -> None:
    paragraph = box.paragraphs[0]
    paragraph._p.style = style_id
    paragraph.add_run(text)
    paragraph.paragraph_format.keep_with_next = True
    if shade is not None:
        levels = [round(255 - (255 - base) * 0.75 * shade) for base in (0x4A, 0x7B, 0xA6)]
        mark = etree.SubElement(box._tc.get_or_add_tcPr(), f"{{{_W}}}shd")
        mark.set(f"{{{_W}}}val", "clear")
        mark.set(f"{{{_W}}}color", "auto")
        mark.set(f"{{{_W}}}fill", "{:02X}{:02X}{:02X}".format(*levels))


def _workbook(chart: Chart) -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("数据")
    sheet.write_row(0, 0, ["", chart.title])
    for row, (label, value) in enumerate(zip(chart.labels, chart.values, strict=True), 1):
        sheet.write_string(row, 0, label)
        sheet.write_number(row, 1, float(value))
    book.close()
    return stream.getvalue()


def _chart_xml(chart: Chart, sheet_id: str) -> bytes:
    n = len(chart.values)
    labels = "".join(
        f'<c:pt idx="{i}"><c:v>{_text(label)}</c:v></c:pt>' for i, label in enumerate(chart.labels)
    )
    values = "".join(f'<c:pt idx="{i}"><c:v>{v}</c:v></c:pt>' for i, v in enumerate(chart.values))
    turned = "minMax" if chart.is_time else "maxMin"
    type_ = f"""<a:latin typeface="Times New Roman"/><a:ea typeface="{_FONT}"/>"""
    fill = f'<a:solidFill><a:srgbClr val="{_BAR}"/></a:solidFill>'
    xml = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<c:chartSpace xmlns:c="{_C}" xmlns:a="{_A}" xmlns:r="{_R}"><c:roundedCorners val="0"/><c:chart>
<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1200" b="0">{type_}</a:defRPr></a:pPr>
<a:r><a:rPr lang="zh-CN" sz="1200" b="0">{type_}</a:rPr><a:t>{_text(chart.title)}</a:t></a:r></a:p></c:rich></c:tx>
<c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>
<c:barChart><c:barDir val="{"col" if chart.is_time else "bar"}"/><c:grouping val="clustered"/>
<c:varyColors val="0"/><c:ser><c:idx val="0"/><c:order val="0"/>
<c:tx><c:strRef><c:f>数据!$B$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0">
<c:v>{_text(chart.title)}</c:v></c:pt></c:strCache></c:strRef></c:tx>
<c:spPr>{fill}</c:spPr><c:invertIfNegative val="0"/>
<c:dLbls><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr><c:showLegendKey val="0"/><c:showVal val="1"/>
<c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>
<c:cat><c:strRef><c:f>数据!$A$2:$A${n + 1}</c:f><c:strCache><c:ptCount val="{n}"/>{labels}</c:strCache></c:strRef></c:cat>
<c:val><c:numRef><c:f>数据!$B$2:$B${n + 1}</c:f><c:numCache><c:formatCode>General</c:formatCode>
<c:ptCount val="{n}"/>{values}</c:numCache></c:numRef></c:val></c:ser>
<c:gapWidth val="60"/><c:axId val="1"/><c:axId val="2"/></c:barChart>
<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="{turned}"/></c:scaling><c:delete val="0"/>
<c:axPos val="{"b" if chart.is_time else "l"}"/><c:numFmt formatCode="General" sourceLinked="0"/>
<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="2"/>
<c:crosses val="autoZero"/><c:auto val="0"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/><c:noMultiLvlLbl val="1"/></c:catAx>
<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling><c:delete val="1"/>
<c:axPos val="{"l" if chart.is_time else "b"}"/><c:numFmt formatCode="General" sourceLinked="0"/>
<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="1"/>
<c:crosses val="autoZero"/></c:valAx></c:plotArea><c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>
<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>
<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1000">{type_}</a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>
<c:externalData r:id="{sheet_id}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>"""  # noqa: E501
    return xml.encode()


def _drawing(chart: Chart, chart_id: str, number: int, height_mm: int) -> Any:
    xml = f"""<w:drawing xmlns:w="{_W}" xmlns:wp="{_WP}" xmlns:a="{_A}" xmlns:c="{_C}" xmlns:r="{_R}">
<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{_WIDTH_MM * _EMU_MM}" cy="{height_mm * _EMU_MM}"/>
<wp:docPr id="{1000 + number}" name="图示{number}" descr="{_text(chart.words)}"/><wp:cNvGraphicFramePr/>
<a:graphic><a:graphicData uri="{_C}"><c:chart r:id="{chart_id}"/></a:graphicData></a:graphic></wp:inline></w:drawing>"""  # noqa: E501
    return etree.fromstring(xml)


def _text(text: str) -> str:
    from xml.sax.saxutils import escape

    return escape(text, {'"': "&quot;"})
