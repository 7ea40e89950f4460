"""What people decided about single requests: corrected, accepted, struck, or added.

A row of the settlement workbook speaks of the register's row with the same line and id. A decision
without a name, and one that meets no row, is not carried out and is said to the person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from service.report.figures.naming import fold

CORRECT, ACCEPT, STRIKE, ADD = "更正后计入", "按原样计入", "不计入", "补记"
CELLS = ("received_on", "closed_on", "channel", "applicant", "outcome")
CELL_NAMES = {"received_on": "收到日期", "closed_on": "办结日期", "channel": "申请方式",
              "applicant": "申请人类型", "outcome": "办理结果"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseDecision:
    """A decision about one request.

    Parameters
    ----------
    case_id : str
    line : int
        Row of the register; 0 for a request that is added.
    action : str
        更正后计入, 按原样计入, 不计入 or 补记.
    by, on, reason : str
    cells : mapping code → cell
        What the row shall say; of an added request all of it.
    """

    case_id: str
    line: int
    action: str
    by: str
    on: str
    reason: str
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision that was carried out.

    Parameters
    ----------
    decision : CaseDecision
    changes : mapping code → (cell before, cell after)
    case_id : str
        Id under which the case is counted, where the decision names none.
    """

    decision: CaseDecision
    changes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    case_id: str = ""


class Settler:
    """Carries decisions out while a register is read in stretches."""

    def __init__(self, decisions: Sequence[CaseDecision]) -> None:
        self._at = {d.line: d for d in decisions if d.action != ADD and d.by}
        self._added = [d for d in decisions if d.action == ADD and d.by]
        self._all = decisions
        self.settled: list[Settled] = []

    def correct(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Cells of a stretch as decided, with the column `decided` (action, or empty)."""
        lines = cells["line"].to_list()
        decided = [""] * len(lines)
        changed: dict[str, list[str]] = {}
        for place, line in enumerate(lines) if self._at else ():
            decision = self._at.get(line)
            if decision is None or not _same(decision, cells["id"][place], line):
                continue
            decided[place] = decision.action
            changes: dict[str, tuple[str, str]] = {}
            for code, after in decision.cells.items() if decision.action == CORRECT else ():
                before = str(cells[code][place])
                if fold(before) != fold(after):
                    changed.setdefault(code, cells[code].to_list())[place] = after
                    changes[code] = (before, after)
            self.settled.append(Settled(decision, changes))
        return cells.with_columns(
            *(pl.Series(code, values, dtype=pl.String) for code, values in changed.items()),
            pl.Series("decided", decided, dtype=pl.String),
        )

    def added(self, like: pl.DataFrame) -> pl.DataFrame:
        """Requests that people added, in the columns of a stretch; line 0."""
        rows = [
            dict.fromkeys(like.columns, "")
            | {"line": 0, "id": d.case_id or f"补记{number}", "decided": ADD, **d.cells}
            for number, d in enumerate(self._added, 1)
        ]
        self.settled += [
            Settled(d, case_id=str(row["id"])) for d, row in zip(self._added, rows, strict=True)
        ]
        return pl.DataFrame(rows, schema=like.schema)

    def remarks(self) -> list[str]:
        """What was not carried out, and why."""
        done = {id(s.decision) for s in self.settled}
        said = []
        for decision in self._all:
            where = decision.case_id or f"第（{decision.line}）行"
            if not decision.by:
                said.append(f"核定表中“{where}”没有写决定人，没有采用")
            elif id(decision) not in done:
                said.append(f"核定表中“{where}”与登记表对不上（行号、编号都要一致），没有采用")
        return said


def _same(decision: CaseDecision, case_id: str, line: int) -> bool:
    return decision.case_id in ("", case_id, f"第{line}行")
