"""A draft as one HTML page: the report, the source of each number under the pointer, pictures.

Pictures are drawn by the page itself from shapes and text, so they show wherever Chinese shows;
nothing is loaded from elsewhere.
"""

from __future__ import annotations

from functools import partial
from html import escape

from service.report.drafting.draft import Cited, Draft, GridCell, Paragraph, Quoted
from service.report.drafting.notice import notice_lines, notice_title
from service.report.rendering.chart_svg import chart_svg, heat_map_html
from service.report.rendering.grid_html import grid_html
from service.report.rendering.pictures import charts_of, heat_map_of
from service.report.rendering.sources import source_words

_STYLE = """
body{max-width:50rem;
  margin:2rem auto;
  padding:0 1rem;
  font:17px/1.9 FangSong,仿宋,"Noto Serif CJK SC",serif;
  color:#1b1b1b}
h1{text-align:center;font-size:1.6rem;line-height:1.5}
h2,h3{font-size:1.1rem;margin:1.2rem 0 .3rem}
h3{font-weight:normal}
p{text-indent:2em;margin:.2rem 0}
table{border-collapse:collapse;width:100%;margin:1rem 0;font-size:.82rem;line-height:1.4}
th,td{border:1px solid #555;padding:.25rem .3rem;text-align:center;font-weight:normal}
td{font-variant-numeric:tabular-nums}
.notice{border:2px solid #a33;padding:.6rem 1rem;margin-bottom:2rem}
.notice li{margin:.2rem 0}
[title]{text-decoration:underline dotted #888 1px;text-underline-offset:3px;cursor:help}
td[title]{text-decoration:none}
figure{margin:1.4rem 0;break-inside:avoid}
figcaption{text-align:center;font-size:.95rem}
svg{width:100%;height:auto}
svg text{font-size:13px;fill:#1b1b1b}
.heat th:first-child{text-align:right}
.sign{text-align:right}
@media print{.notice{display:none}
}
"""


def render_draft_page(draft: Draft, *, pictures: bool = False) -> str:
    """The report as an HTML page, with drawings at its end if wanted."""
    parts = [
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">',
        f"<title>{escape(draft.title)}</title><style>{_STYLE}</style></head><body>",
        _notice(draft),
        f"<h1>{escape(draft.title)}</h1>",
        *(_paragraph(p, draft) for p in draft.preamble),
    ]
    for section in draft.sections:
        number = "一二三四五六"[section.number - 1]
        parts.append(f"<h2>{number}、{escape(section.title)}</h2>")
        if section.grid is not None:
            title = partial(_cell_title, draft=draft, is_map=section.number == 3)
            parts.append(grid_html(section.grid, title))
        parts += [_paragraph(p, draft) for p in section.paragraphs]
    signed = [part for part in (draft.agency, draft.signed_on) if part]
    parts += [f'<p class="sign">{escape(part)}</p>' for part in signed]
    if pictures:
        heat = heat_map_of(draft)
        parts += ["<h2>附：申请情况图示</h2>", *map(chart_svg, charts_of(draft))]
        parts += [heat_map_html(heat)] if heat is not None else []
    return "\n".join([*parts, "</body></html>"])


def _notice(draft: Draft) -> str:
    lines = notice_lines(draft)
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<div class="notice"><strong>{notice_title(draft)}</strong><ul>{items}</ul></div>'


def _paragraph(paragraph: Paragraph, draft: Draft) -> str:
    pieces = []
    for sentence in paragraph.sentences:
        for span in sentence.spans:
            text = escape(span.text)
            if isinstance(span, Cited):
                words = source_words(draft.figures[span.figure_id].source)
                text = f'<span title="{escape(words)}">{text}</span>'
            elif isinstance(span, Quoted):
                text = f'<span title="{escape(source_words(span.source))}">{text}</span>'
            pieces.append(text)
    tag = "h3" if paragraph.level == 2 else "p"
    return f"<{tag}>{''.join(pieces)}</{tag}>"


def _cell_title(cell: GridCell, draft: Draft, *, is_map: bool) -> str:
    """Source of a cell, and in table 3 a shade that grows with the number."""
    figure = draft.figures.get(cell.figure_id) if cell.figure_id else None
    if figure is None:
        return ""
    shade = ""
    total = draft.figures.value("t3.1.total")
    if is_map and total and figure.value:
        alpha = min(0.6, 0.08 + 0.52 * float(figure.value / max(total, figure.value)))
        shade = f' style="background:rgba(74,123,166,{alpha:.2f})"'
    return f' title="{escape(source_words(figure.source))}"{shade}'
