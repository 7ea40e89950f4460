"""Where the columns of table 3 stand, told by the words of its heading (PDF without ruling)."""

from __future__ import annotations

from collections.abc import Sequence

from service.report.formats import ReportFormat
from service.report.reading.glyphs import squash
from service.report.reading.manuscript import Line

_HEADING_LINES = 14


def heading_centres(lines: Sequence[Line], form: ReportFormat) -> list[float] | None:
    """Centre of each of the seven columns, or None if the heading does not show all in order."""
    centres: list[float] = []
    words = [word for line in lines[:_HEADING_LINES] for word in line.words]
    for column in form.table3_columns:
        found = None
        for word in words:
            text = squash(word.text)
            middle = (word.left + word.right) / 2
            beyond = not centres or middle > centres[-1] + 3
            if beyond and column.cues.search(text) and len(text) <= len(column.label):
                found = middle
                break
        if found is None:
            return None
        centres.append(found)
    return centres
