"""A number that a report may print, and where it comes from.

Every printed number is one of these. A source is the cases that were counted, a cell a person
filled in, a cell of last year's report, or a formula over other figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, overload

import polars as pl


class CaseIds(Sequence[str]):
    """Ids of some cases of a register, kept as places in it: a case stands in many figures.

    Parameters
    ----------
    register : Series of str
        Ids of all cases, shared by every figure.
    places : uint32 Series
        Which of them, in file order.
    """

    __slots__ = ("_places", "_register")

    def __init__(self, register: pl.Series, places: pl.Series) -> None:
        self._register, self._places = register, places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            found: list[str] = self._register.gather(self._places[index]).to_list()
            return found
        return str(self._register[int(self._places[index])])

    def __iter__(self) -> Iterator[str]:
        return iter(self[:])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


@dataclass(frozen=True, slots=True)
class Cases:
    """Counted: the ids of the cases, in file order."""

    ids: Sequence[str]

    def to_json(self) -> dict[str, Any]:
        """The source as plain data."""
        return {"kind": "cases", "cases": list(self.ids)}


@dataclass(frozen=True, slots=True)
class Entered:
    """Filled in by a person: file, cell, and who and when as far as the form says."""

    file: str
    cell: str
    by: str = ""
    on: str = ""

    def to_json(self) -> dict[str, Any]:
        """The source as plain data."""
        return {"kind": "entered", "file": self.file, "cell": self.cell,
                "by": self.by, "on": self.on}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableCell:
    """Read from a cell of a report, in words such as `表三 一、本年新收… × 总计`."""

    file: str
    cell: str

    def to_json(self) -> dict[str, Any]:
        """The source as plain data."""
        return {"kind": "table_cell", "file": self.file, "cell": self.cell}


@dataclass(frozen=True, slots=True)
class Formula:
    """Computed from other figures; `text` names them by id, `inputs` lists those ids."""

    text: str
    inputs: Sequence[str]

    def to_json(self) -> dict[str, Any]:
        """The source as plain data."""
        return {"kind": "formula", "formula": self.text, "inputs": list(self.inputs)}


FigureSource = Cases | Entered | TableCell | Formula


@dataclass(frozen=True, slots=True)
class Figure:
    """A number a report may print.

    Parameters
    ----------
    id : str
        Stable, such as `t3.3.1.total`.
    value : Decimal
    unit : str
        Measure word, `%`, `年`, `日期` (value YYYYMMDD) or empty.
    period : str
        The year, or the day it speaks of.
    source : FigureSource
    name : str
        What is counted, in Chinese.
    approximate : bool, default=False
        Printed with 余: no less than the value.
    note : str, default=""
        Printed beside the number in its table cell.
    """

    id: str
    value: Decimal
    unit: str
    period: str
    source: FigureSource
    name: str
    approximate: bool = False
    note: str = ""

    @property
    def digits(self) -> str:
        """The value as printed: half-width, no thousands separator; 万元 as it was entered."""
        if self.unit == "日期":
            text = f"{int(self.value):08d}"
            return f"{text[:4]}年{int(text[4:6])}月{int(text[6:])}日"
        value = self.value
        return f"{value:f}" if value != value.to_integral_value() else f"{int(value)}"

    @property
    def shown(self) -> str:
        """The value with its unit, as prose prints it."""
        if self.unit == "日期":
            return self.digits
        return f"{self.digits}{'余' if self.approximate else ''}{self.unit}"

    def to_json(self) -> dict[str, Any]:
        """The figure as plain data."""
        return {"id": self.id, "name": self.name, "value": float(self.value), "unit": self.unit,
                "period": self.period, "approximate": self.approximate, "note": self.note,
                "source": self.source.to_json()}  # fmt: skip


class FigureBook:
    """All figures of a draft, by id, in the order in which they were added."""

    def __init__(self, figures: Sequence[Figure] = ()) -> None:
        self._figures: dict[str, Figure] = {}
        self.add(*figures)

    def add(self, *figures: Figure) -> None:
        """Add figures; one of the same id is replaced."""
        for figure in figures:
            self._figures[figure.id] = figure

    def __contains__(self, id: object) -> bool:
        return id in self._figures

    def __iter__(self) -> Iterator[Figure]:
        return iter(self._figures.values())

    def __getitem__(self, id: str) -> Figure:
        return self._figures[id]

    def get(self, id: str) -> Figure | None:
        """Figure of an id, or None."""
        return self._figures.get(id)

    def value(self, id: str) -> Decimal | None:
        """Value of a figure, or None where it is not known; not known is never zero."""
        figure = self._figures.get(id)
        return figure.value if figure else None

    def under(self, prefix: str) -> list[Figure]:
        """Figures whose id begins with `prefix` and a dot."""
        return [f for f in self._figures.values() if f.id.startswith(f"{prefix}.")]
