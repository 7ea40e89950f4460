"""A draft for the page: sentences in pieces, tables with links, the source of one number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from service.console.rendering import query
from service.drafts.editing import Place, places
from service.drafts.register import case_number
from service.report.drafting.draft import Cited, Draft, Grid, GridCell, Quoted, Sentence
from service.report.figures.figure import Cases, Entered, Figure, FigureBook, Formula

_MOST_CASES = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the page.

    Parameters
    ----------
    key : str
        Its place.
    html : Markup
        Words, with a chip for each number.
    warnings : tuple of str
        What awaits a person about a number in it.
    is_edited : bool
    """

    key: str
    html: Markup
    warnings: tuple[str, ...]
    is_edited: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph; `level` 2 for a heading."""

    level: int
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its paragraphs and its table; number 0 is the preamble."""

    number: int
    title: str
    blocks: list[Block]
    table: Markup | None


def parts_of(draft: Draft, edits: Mapping[Place, str]) -> list[Part]:
    """The draft section by section."""
    lines = iter([_line(draft, place, s, place in edits) for place, s in places(draft)])

    def blocks(paragraphs: tuple) -> list[Block]:  # type: ignore[type-arg]
        return [Block(p.level, [next(lines) for _ in p.sentences]) for p in paragraphs]

    parts = [Part(0, "", blocks(draft.preamble), None)]
    for section in draft.sections:
        table = table_html(section.grid, draft) if section.grid else None
        title = f"{'一二三四五六'[section.number - 1]}、{section.title}"
        parts.append(Part(section.number, title, blocks(section.paragraphs), table))
    return parts


def _line(draft: Draft, place: Place, sentence: Sentence, is_edited: bool) -> Line:
    pieces = []
    cited = set()
    for span in sentence.spans:
        if isinstance(span, Cited):
            cited.add(span.figure_id)
            pieces.append(chip(draft.year, span.figure_id, span.text))
        elif isinstance(span, Quoted):
            pieces.append(f'<span class="quoted">{escape(span.text)}</span>')
        else:
            pieces.append(str(escape(span.text)))
    warnings = tuple(
        question.message
        for question in draft.open_questions
        if question.left.id in cited or question.right.id in cited
    )
    return Line(place.key, Markup("".join(pieces)), warnings, is_edited)


def chip(year: int, figure_id: str, text: str, kind: str = "chip") -> str:
    """A number as a link to its source; a part of the page where scripts run."""
    address = f"/console/report/{year}/figure?{query({}, id=figure_id)}"
    return (
        f'<a class="{kind}" href="{escape(address)}" hx-get="{escape(address)}" '
        f'hx-target="#source" hx-swap="innerHTML">{escape(text)}</a>'
    )


def table_html(grid: Grid, draft: Draft) -> Markup:
    """A table of the form; every number opens its source, disputed ones are marked."""
    disputed = {side.id for q in draft.open_questions for side in (q.left, q.right)}
    rows = []
    for row in range(grid.n_rows):
        cells = sorted((c for c in grid.cells if c.row == row), key=lambda c: c.column)
        rows.append("<tr>" + "".join(_cell(c, draft, disputed) for c in cells) + "</tr>")
    return Markup(f'<table class="t{grid.number}">{"".join(rows)}</table>')


def _cell(cell: GridCell, draft: Draft, disputed: set[str]) -> str:
    tag = "th" if cell.is_head else "td"
    spans = "".join(
        f' {name}="{n}"' for name, n in (("rowspan", cell.rows), ("colspan", cell.columns)) if n > 1
    )
    figure = draft.figures.get(cell.figure_id) if cell.figure_id else None
    if figure is None:
        empty = ' class="absent" title="没有填报"' if cell.figure_id and not cell.text else ""
        return f"<{tag}{spans}{empty}>{escape(cell.text)}</{tag}>"
    last = draft.figures.get(f"last.{figure.id}")
    was = f' title="上年 {escape(last.digits)}"' if last is not None else ""
    mark = ' class="warning"' if figure.id in disputed else ""
    link = chip(draft.year, figure.id, cell.text or figure.digits, "cell")
    return f"<{tag}{spans}{mark}{was}>{link}</{tag}>"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from, for the panel beside the page.

    `numbers` are what was counted, each with the number of its case.
    """

    figure: Figure
    last: Figure | None
    kind: str
    words: str
    numbers: list[tuple[str, str]]
    n_more: int
    inputs: list[Figure]


def source_of(book: FigureBook, figure: Figure) -> Source:
    """The source of a figure, one step back."""
    origin = figure.source
    numbers: list[tuple[str, str]] = []
    n_more, inputs, words, kind = 0, [], "", "cell"
    if isinstance(origin, Cases):
        kind = "cases"
        numbers = [(id, case_number(id)) for id in origin.ids[:_MOST_CASES]]
        n_more = max(0, len(origin.ids) - _MOST_CASES)
        words = f"数出来的 {len(origin.ids)} 件申请"
    elif isinstance(origin, Formula):
        kind, words = "formula", _readable(origin, book)
        inputs = list(_known(origin, book))
    elif isinstance(origin, Entered):
        kind = "entered"
        words = "，".join(part for part in (origin.by, origin.on) if part)
    else:
        words = f"{origin.file} {origin.cell}"
    last = book.get(f"last.{figure.id}")
    return Source(figure, last, kind, words, numbers, n_more, inputs)


def _known(origin: Formula, book: FigureBook) -> Iterator[Figure]:
    for id in origin.inputs:
        figure = book.get(id)
        if figure is not None:
            yield figure


def _readable(origin: Formula, book: FigureBook) -> str:
    """A formula with names in the place of ids, the longest ids first."""
    text = origin.text
    for id in sorted(origin.inputs, key=len, reverse=True):
        figure = book.get(id)
        if figure is not None:
            text = text.replace(id, f"「{figure.name}」")
    return text
