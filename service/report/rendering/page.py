"""A draft as one HTML page: the report, the source of each number under the pointer, pictures.

Pictures are drawn by the page itself from boxes and text, so they show wherever Chinese text shows;
nothing is loaded from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape

from service.report.drafting.draft import Cited, Draft, GridCell, Paragraph, Quoted
from service.report.drafting.notice import NOTICE_TITLE, notice_lines
from service.report.figures.figure import Figure
from service.report.rendering.grid_html import grid_html
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
.chart{display:grid;
  grid-template-columns:max-content 1fr;
  gap:.2rem .6rem;
  font-size:.82rem;
  align-items:center;
  margin:.6rem 0 1.4rem}
.bar{background:#4a7ba6;
  height:.9rem;
  display:inline-block;
  vertical-align:middle;
  margin-right:.4rem}
.sign{text-align:right}
@media print{.notice,.pictures{display:none}
}
"""


def render_draft_page(draft: Draft) -> str:
    """The report as an HTML page."""
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
    return "\n".join([*parts, "</body></html>"])


def render_pictures(draft: Draft) -> str:
    """Pictures of the requests by month, channel, topic and outcome, as a page of its own."""
    book = draft.figures
    results = [book[f"t3.{row.code}.total"] for row in draft.form.table3_rows[2:]]
    groups = [
        ("收到申请（按月）", [f for f in book.under("requests.month")]),  # noqa: C416
        ("申请方式", [f for f in book.under("requests.channel") if f.value]),
        ("业务主题", [f for f in book.under("requests.topic") if f.value]),
        ("办理结果", [f for f in results if f.value and f.id != "t3.3.7.total"]),
    ]
    charts = "".join(f"<h3>{title}</h3>{_chart(figures)}" for title, figures in groups if figures)
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{draft.year}年申请图示'  # noqa: E501
        f"</title><style>{_STYLE}</style></head><body><h2>{draft.year}年申请图示</h2>{charts}</body></html>"
    )


def _notice(draft: Draft) -> str:
    lines = notice_lines(draft)
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<div class="notice"><strong>{NOTICE_TITLE}</strong><ul>{items}</ul></div>'


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


def _chart(figures: Sequence[Figure]) -> str:
    most = max((f.value for f in figures), default=1) or 1
    rows = "".join(
        f"<span>{escape(f.name.removesuffix('·总计').split('（二）')[-1][:18])}</span><span>"
        f'<i class="bar" style="width:{float(f.value / most) * 80:.1f}%"></i>{f.digits}</span>'
        for f in figures
    )
    return f'<div class="chart">{rows}</div>'
