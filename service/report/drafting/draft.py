"""A draft: sections of sentences and tables, before any layout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from service.report.figures.cases import CaseTable
from service.report.figures.figure import FigureBook, FigureSource
from service.report.figures.questions import Question
from service.report.formats import ReportFormat


@dataclass(frozen=True, slots=True)
class Literal:
    """Words of a pattern. May not count anything."""

    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A printed figure."""

    text: str
    figure_id: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of a person or of the texts, with where they stand; digits in them belong to names."""

    text: str
    source: FigureSource


@dataclass(frozen=True, slots=True)
class Written:
    """Words of a sentence that a person wrote into the workbook; bound like those of a pattern."""

    text: str
    place: str


Span = Literal | Cited | Quoted | Written


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence.

    Parameters
    ----------
    id : str
        Of the pattern it comes from.
    spans : tuple of Span
    claims : tuple of str
        Conditions over figures that must hold for the sentence to be true.
    """

    id: str
    spans: tuple[Span, ...]
    claims: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The sentence as printed."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences in one paragraph; `level` 2 for a heading such as （一）…, 0 for text."""

    sentences: tuple[Sentence, ...]
    level: int = 0

    @property
    def text(self) -> str:
        """The paragraph as printed."""
        return "".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of a printed table, at (row, column) of the grid, with what it spans.

    `figure_id` is set for figure cells; `is_head` for labels.
    """

    row: int
    column: int
    rows: int
    columns: int
    text: str
    figure_id: str | None = None
    is_head: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Table 2, 3 or 4 as printed: `n_rows` × `n_columns`, covered once by its cells."""

    number: int
    n_rows: int
    n_columns: int
    cells: tuple[GridCell, ...]
    head_rows: int
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A statutory section: heading, paragraphs, and its table if it has one."""

    number: int
    title: str
    paragraphs: tuple[Paragraph, ...]
    grid: Grid | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was carried out, or that the figures have since made true.

    Parameters
    ----------
    what : str
        What was decided about, in Chinese: the two figures, or the case.
    choice, by, on, reason : str
    figures : tuple of str
        Ids of the figures it speaks of.
    case_id : str
        The case it speaks of, or empty.
    details : mapping
        More of it as plain data.
    """

    what: str
    choice: str
    by: str
    on: str
    reason: str
    figures: tuple[str, ...] = ()
    case_id: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The decision in one line; its digits stand in brackets, as no statements."""
        when = f"（{self.on}）" if self.on else ""
        reason = f"，理由：（{self.reason}）" if self.reason else ""
        return f"（{self.what}）：{self.choice}，{self.by}{when}决定{reason}"

    def to_json(self) -> dict[str, Any]:
        """The decision as plain data."""
        return {"what": self.what, "choice": self.choice, "by": self.by, "on": self.on,
                "reason": self.reason, "figures": list(self.figures), "case": self.case_id,
                **self.details}  # fmt: skip


class HotMatterLike(Protocol):
    """A matter raised most, or a text put to a generator, as far as a draft knows it."""

    def to_json(self) -> dict[str, Any]:
        """The matter as plain data."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An annual report that awaits a person.

    Parameters
    ----------
    title, agency : str
    year : int
    form : ReportFormat
    preamble : tuple of Paragraph
    sections : tuple of Section
        The six of the form, in order.
    figures : FigureBook
    questions : tuple of Question
    remarks : tuple of str
        What else a person must see before signing, such as figures that were not entered.
    cases : CaseTable
    signed_on : str
        Date under the report, or empty.
    hot_topics : sequence
        The matters raised most.
    worded : sequence
        Texts that were put to a generator, and what became of each.
    decisions : tuple of Decided
        What people decided about contradictions and doubtful cases, each with who and when.
    is_final : bool
        Nothing is open and the first page carries no box.
    """

    title: str
    agency: str
    year: int
    form: ReportFormat
    preamble: tuple[Paragraph, ...]
    sections: tuple[Section, ...]
    figures: FigureBook
    questions: tuple[Question, ...]
    remarks: tuple[str, ...]
    cases: CaseTable
    signed_on: str = ""
    hot_topics: Sequence[HotMatterLike] = ()
    worded: Sequence[HotMatterLike] = ()
    decisions: tuple[Decided, ...] = ()
    is_final: bool = False

    def sentences(self) -> Iterator[tuple[str, Sentence]]:
        """Every sentence with its place in words, in printed order."""
        for number, paragraph in enumerate(self.preamble, 1):
            for sentence in paragraph.sentences:
                yield f"前言第{number}段", sentence
        for section in self.sections:
            for number, paragraph in enumerate(section.paragraphs, 1):
                for sentence in paragraph.sentences:
                    yield f"第{'一二三四五六'[section.number - 1]}部分第{number}段", sentence

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """Contradictions nobody has settled yet."""
        return tuple(question for question in self.questions if not question.is_settled)

    @property
    def is_settled(self) -> bool:
        """Whether nothing awaits a person."""
        return not (self.open_questions or self.remarks or self.pending_issues)

    @property
    def pending_issues(self) -> int:
        """Cases that a person must settle, those outside the year left out."""
        issues = self.cases.issues
        return len({(i.line, i.case_id) for i in issues if i.kind != "outside"})
