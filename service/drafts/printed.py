"""What a version prints, kept with it: the Word file is made when somebody first asks for it.

Making the Word file takes nine tenths of the time of saving a sentence, and most versions are never
exported. A version must print what it printed when it was saved, whatever happened to the data
since; so its words and tables are kept, not the way to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from service.drafts.register import empty_table
from service.report.drafting.draft import (
    Decided,
    Draft,
    Grid,
    GridCell,
    Literal,
    Paragraph,
    Section,
    Sentence,
)
from service.report.drafting.notice import decided_lines, notice_lines
from service.report.figures.figure import FigureBook
from service.report.formats import load_format


def printed_json(draft: Draft) -> dict[str, Any]:
    """All that a draft prints, as plain data."""
    lines = notice_lines(draft)
    return {
        "title": draft.title,
        "agency": draft.agency,
        "year": draft.year,
        "form": draft.form.id,
        "signed_on": draft.signed_on,
        "open": lines[: len(lines) - len(decided_lines(draft))],
        "decided": [
            {"what": d.what, "choice": d.choice, "by": d.by, "on": d.on, "reason": d.reason}
            for d in draft.decisions
        ],
        "preamble": _paragraphs_json(draft.preamble),
        "sections": [
            {
                "number": section.number,
                "title": section.title,
                "paragraphs": _paragraphs_json(section.paragraphs),
                "grid": asdict(section.grid) if section.grid else None,
            }
            for section in draft.sections
        ],
    }


def printed_draft(data: Mapping[str, Any]) -> Draft:
    """A draft that prints what `printed_json` kept; figures and cases are not in it."""
    return Draft(
        title=data["title"],
        agency=data["agency"],
        year=data["year"],
        form=load_format(data["form"]),
        preamble=_paragraphs(data["preamble"]),
        sections=tuple(
            Section(s["number"], s["title"], _paragraphs(s["paragraphs"]), _grid(s["grid"]))
            for s in data["sections"]
        ),
        figures=FigureBook(),
        questions=(),
        remarks=tuple(data["open"]),
        cases=empty_table(data["year"]),
        signed_on=data["signed_on"],
        decisions=tuple(Decided(**decided) for decided in data["decided"]),
    )


def _paragraphs_json(paragraphs: Sequence[Paragraph]) -> list[list[Any]]:
    return [[p.level, [[span.text for span in s.spans] for s in p.sentences]] for p in paragraphs]


def _paragraphs(data: Sequence[Sequence[Any]]) -> tuple[Paragraph, ...]:
    return tuple(
        Paragraph(tuple(Sentence("", tuple(map(Literal, spans))) for spans in sentences), level)
        for level, sentences in data
    )


def _grid(data: Mapping[str, Any] | None) -> Grid | None:
    if data is None:
        return None
    cells = tuple(GridCell(**cell) for cell in data["cells"])
    return Grid(**{**data, "cells": cells, "widths": tuple(data["widths"])})
