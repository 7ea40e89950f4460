"""Filling the slots of a pattern with figures, names and parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.report.drafting.draft import Cited, Literal, Quoted, Sentence, Span, Written
from service.report.drafting.hot import HotMatter
from service.report.figures.errors import UnbackedSentenceError
from service.report.figures.facts import load_facts
from service.report.figures.figure import Entered, Figure, FigureBook, TableCell
from service.report.formats import ReportFormat

_SLOT = re.compile(r"\{([^{}]+)\}")
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Filler:
    """What slots are filled from.

    Parameters
    ----------
    book : FigureBook
    form : ReportFormat
    about : mapping row of 基本信息 → text
    file : str
        Name of the figures workbook.
    hot : sequence of HotMatter
        The matters raised most, in order.
    n_set_aside : int
        Cases that are counted nowhere until a person decides.
    """

    book: FigureBook
    form: ReportFormat
    about: Mapping[str, str]
    file: str
    hot: Sequence[HotMatter] = ()
    n_set_aside: int = 0

    def sentence(
        self, id: str, text: str, claims: Sequence[str] = (), *, place: str = ""
    ) -> Sentence:
        """Fill a text; `place` is the cell of a person's own text, empty for a pattern.

        Raises
        ------
        UnbackedSentenceError
            If a slot names a figure that is not there.
        """
        spans: list[Span] = []
        at = 0
        for match in _SLOT.finditer(text):
            spans += self._words(text[at : match.start()], place)
            spans += self._slot(match[1], place or f"句式 {id}")
            at = match.end()
        spans += self._words(text[at:], place)
        return Sentence(id, tuple(spans), tuple(claims))

    def _words(self, text: str, place: str) -> list[Span]:
        if not text:
            return []
        return [Written(text, place) if place else Literal(text)]

    def _slot(self, slot: str, place: str) -> list[Span]:
        kind, _, rest = slot.partition(":")
        if slot == "form":
            return [Quoted(self.form.document, TableCell(f"{self.form.id}.toml", "document"))]
        if kind == "about":
            return [Quoted(self.about[rest], Entered(self.file, f"基本信息·{rest}"))]
        if kind == "parts":
            return self._parts(rest)
        if kind == "hot":
            return self._hot(rest)
        if kind == "name":
            figure = self._figure(rest, place)
            return [Quoted(figure.name, figure.source)]
        figure = self._figure(slot.removesuffix("#"), place)
        return [Cited(figure.digits if slot.endswith("#") else figure.shown, figure.id)]

    def _figure(self, id: str, place: str) -> Figure:
        figure = self.book.get(id)
        if figure is None:
            raise UnbackedSentenceError(f"{place} 引用的数“{id}”没有填报，也数不出来，不能出稿。")
        return figure

    def _parts(self, relation_id: str) -> list[Span]:
        """`，其中甲a件、乙b件` if the parts make up the total, else a sentence of its own."""
        relation = load_facts().relations[relation_id]
        parts = [part for part in relation.members(self.book) if part.value != 0]
        total = self.book.value(relation.total)
        if not parts or total is None:
            return []
        known = sum((part.value for part in parts), Decimal())
        if len(parts) == 1 and known == total:
            return [Literal("，全部为"), self._part_name(parts[0])]
        # parts that do not add up are never said to be those of the total
        lead = "，其中" if known == total else "。分类统计，"
        spans: list[Span] = [Literal(lead)]
        for index, part in enumerate(parts):
            if index:
                spans.append(Literal("，"))
            spans += [self._part_name(part), Cited(part.shown, part.id)]
        return spans

    def _part_name(self, part: Figure) -> Quoted:
        name = part.name.removesuffix("·总计").removesuffix("申请")
        name = re.sub(r"^（[一二三四五六七]）", "", name)
        name = name.split("（")[0]
        return Quoted(name, part.source)

    def _hot(self, kind: str) -> list[Span]:
        """`overview`, `lines`, `name.RANK` or `points.RANK`."""
        if kind == "overview":
            return self._matters(self.hot[:_MOST_NAMED])
        if kind == "lines":
            return self._lines()
        field, _, rank = kind.partition(".")
        matter = self.hot[int(rank) - 1]
        if field == "name":
            return [matter.quoted]
        spans: list[Span] = []
        for point in matter.points:
            spans += [Literal("、" if spans else ""), point]
        return spans

    def _matters(self, matters: Sequence[HotMatter]) -> list[Span]:
        spans: list[Span] = []
        for index, matter in enumerate(matters):
            spans += [Literal("、")] if index else []
            spans += [matter.quoted, Literal("（"), Cited(matter.figure.shown, matter.figure.id)]
            if matter.last is not None:
                spans += [Literal("，上年"), Cited(matter.last.shown, matter.last.id)]
            spans.append(Literal("）"))
        return spans

    def _lines(self) -> list[Span]:
        """Every business line with its requests, largest first."""
        spans: list[Span] = []
        for figure in self.book.under("requests.topic"):
            spans += [Literal("、")] if spans else []
            spans += [Quoted(figure.name, figure.source), Cited(figure.shown, figure.id)]
        return spans
