"""A draft as Markdown; tables stand as HTML tables, since Markdown knows no merged cells."""

from __future__ import annotations

from service.report.drafting.draft import Draft
from service.report.drafting.notice import notice_lines, notice_title
from service.report.rendering.grid_html import grid_html


def render_markdown(draft: Draft) -> str:
    """The report as Markdown text."""
    lines = []
    open_lines = notice_lines(draft)
    if open_lines:
        lines += [f"> **{notice_title(draft)}**", *(f"> - {line}" for line in open_lines), ""]
    lines += [f"# {draft.title}", ""]
    lines += [part for p in draft.preamble for part in (p.text, "")]
    for section in draft.sections:
        lines += [f"## {'一二三四五六'[section.number - 1]}、{section.title}", ""]
        if section.grid is not None:
            lines += [grid_html(section.grid), ""]
        for paragraph in section.paragraphs:
            mark = "### " if paragraph.level == 2 else ""
            lines += [f"{mark}{paragraph.text}", ""]
    return "\n".join([*lines, *(part for part in (draft.agency, draft.signed_on) if part), ""])
