"""What an office reports besides cases, and which sums hold (`data/narrative/facts.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from models.resources import data_path
from service.report.figures.figure import Figure, FigureBook
from service.report.formats import ReportFormat


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the figures workbook. `kind` is `number`, `date` or `ordinal`."""

    id: str
    group: str
    name: str
    unit: str
    kind: str = "number"


@dataclass(frozen=True, slots=True)
class Group:
    """Facts under one heading; under an `is_open` one the office adds rows of its own."""

    id: str
    name: str
    facts: tuple[Fact, ...]
    is_open: bool
    unit: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A total and the parts that should add up to it; `prefix.*` stands for all below."""

    id: str
    total: str
    parts: tuple[str, ...]

    def members(self, book: FigureBook) -> list[Figure]:
        """Parts that are known, in order."""
        found: list[Figure] = []
        for part in self.parts:
            if part.endswith(".*"):
                found += book.under(part[:-2])
            elif (figure := book.get(part)) is not None:
                found.append(figure)
        return found


@dataclass(frozen=True, slots=True)
class FactBook:
    """Groups of facts, sums, and pairs that state one quantity twice."""

    groups: tuple[Group, ...]
    relations: dict[str, Relation]
    same: tuple[tuple[str, str], ...]


@cache
def load_facts() -> FactBook:
    """Read the facts and their sums."""
    data = tomllib.loads(data_path("narrative", "facts.toml").read_text(encoding="utf-8"))
    groups = tuple(
        Group(
            g["id"],
            g["name"],
            tuple(Fact(group=g["id"], **fact) for fact in g["facts"]),
            g.get("open", False),
            g.get("unit", "件"),
        )
        for g in data["groups"]
    )
    relations = {
        r["id"]: Relation(r["id"], r["total"], tuple(r["parts"])) for r in data["relations"]
    }
    return FactBook(groups, relations, tuple((s["first"], s["second"]) for s in data["same"]))


def table2_facts(form: ReportFormat) -> Sequence[Fact]:
    """Cells of table 2 as rows of the workbook, in printed order."""
    return [
        Fact(
            f"t2.{row.code}.{column.code}",
            block.article,
            f"{row.label}·{column.label}",
            column.unit,
        )
        for block in form.table2
        for row in block.rows
        for column in block.columns
    ]


def table4_facts(form: ReportFormat) -> Sequence[Fact]:
    """Cells of table 4 as rows of the workbook, totals left out: they are computed."""
    return [
        Fact(
            f"t4.{group.code}.{column.code}",
            group.label,
            f"{group.label}·{column.label}",
            column.unit,
        )
        for group in form.table4_groups
        for column in form.table4_columns
        if column.code != "total"
    ]
