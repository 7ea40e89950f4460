"""The register of requests as typed columns, with a list of what a person must settle.

A case that cannot be counted with certainty is set aside, whole: it appears in no row of table 3,
so that the tables reconcile, and it is listed until a person settles it. A case that is countable
but doubtful is counted and listed. Nothing is guessed and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from service.intake.totals import without_totals
from service.report.figures.errors import CaseTableError
from service.report.figures.judging import DOUBTS, KEPT, PROBLEMS, judge
from service.report.figures.naming import load_naming
from service.report.figures.register import CaseTexts, Register, open_register, register_of
from service.report.figures.settlement import ACCEPT, ADD, STRIKE, CaseDecision, Settled, Settler


@dataclass(frozen=True, slots=True)
class CaseIssue:
    """Something about a case that a person must settle.

    Parameters
    ----------
    case_id : str
    line : int
        Line or row of the file; 0 for a case that a person added.
    kind : str
        Stable code, such as `no_outcome`.
    message : str
        Chinese; never holds the citizen's text.
    is_counted : bool
        Whether the case stands in the tables all the same.
    """

    case_id: str
    line: int
    kind: str
    message: str
    is_counted: bool


@dataclass(frozen=True, slots=True)
class CaseTable:
    """Requests of a year.

    Parameters
    ----------
    frame : DataFrame
        One row a counted case: id, line, channel, applicant, outcome, is_new, received_on,
        closed_on, topic, subtopic. Texts are not kept: see `texts`.
    issues : tuple of CaseIssue
    n_rows : int
        Rows without `totals`; rows + added = counted + set aside + outside the year + struck.
    n_outside : int
        Closed before the year or received after it.
    file : str
    texts : CaseTexts or None
        What the counted cases say, None where the register has no such column.
    register : Register
    settled : tuple of Settled
        Decisions of people that were carried out.
    remarks : tuple of str
        Decisions that were not, and why.
    n_struck, n_added : int
    totals : tuple of int
        Lines of rows that sum the register up (合计); they are no requests and are left out.
    """

    frame: pl.DataFrame
    issues: tuple[CaseIssue, ...]
    n_rows: int
    n_outside: int
    file: str
    texts: CaseTexts | None
    register: Register
    settled: tuple[Settled, ...] = ()
    remarks: tuple[str, ...] = ()
    n_struck: int = 0
    n_added: int = 0
    totals: tuple[int, ...] = ()

    @property
    def n_set_aside(self) -> int:
        """Cases that stand in no table and await a person."""
        return len({(i.line, i.case_id) for i in self.issues
                    if not i.is_counted and i.kind != "outside"})  # fmt: skip


def read_cases(path: Path, year: int, decisions: Sequence[CaseDecision] = ()) -> CaseTable:
    """Read a register of requests, stretch by stretch.

    Parameters
    ----------
    path : Path
        csv, tsv, xlsx, xls, jsonl or parquet.
    year : int
    decisions : sequence of CaseDecision
        What people decided about single rows.

    Raises
    ------
    InputError
        If the file cannot be read.
    CaseTableError
        If it lacks a column that table 3 needs, or holds no request.
    """
    table = _read(open_register(path), year, decisions)
    if not table.n_rows:
        raise CaseTableError(f"{path.name} 中没有申请记录，请检查文件。")
    return table


def tabulate(
    frame: pl.DataFrame, year: int, file: str, decisions: Sequence[CaseDecision] = ()
) -> CaseTable:
    """Type the columns of a register that is in memory; see `read_cases`.

    Raises
    ------
    CaseTableError
        If a column that table 3 needs is missing.
    """
    return _read(register_of(frame, file), year, decisions)


def _read(register: Register, year: int, decisions: Sequence[CaseDecision]) -> CaseTable:
    naming, settler = load_naming(), Settler(decisions)
    kept: list[pl.DataFrame] = []
    issues: list[CaseIssue] = []
    n_rows = n_outside = n_struck = 0

    def sort_out(cells: pl.DataFrame) -> None:
        nonlocal n_outside, n_struck
        judged = judge(cells, year, naming).with_columns(cells["decided"])
        struck = judged["decided"] == STRIKE
        outside = judged["is_outside"] & ~struck
        bad = (judged["problem"] != "") & ~struck
        n_struck += int(struck.sum())
        n_outside += int(outside.sum())
        issues.extend(_problems(judged.filter(bad)))
        issues.extend(_outside(judged.filter(outside), year))
        kept.append(judged.filter(~(struck | outside | bad)).select(*KEPT, "decided"))

    totals: list[int] = []
    for batch in register.batches():
        batch, summed = without_totals(batch, register.columns.get("text"))
        totals += summed
        n_rows += batch.frame.height + len(batch.rejects)
        issues += [CaseIssue(f"第{r.line}行", r.line, "unread", f"这一行读不出：{r.reason}", False)
                   for r in batch.rejects]  # fmt: skip
        cells = settler.correct(register.cells(batch))
        sort_out(cells)
    added = settler.added(cells) if n_rows else pl.DataFrame()
    if added.height:
        sort_out(added)
    frame = pl.concat(kept) if kept else pl.DataFrame(schema=dict.fromkeys(KEPT, pl.String))
    if kept:
        issues.extend(_doubts(frame))
    by_hand = frame["decided"] == ADD if kept else pl.Series([], dtype=pl.Boolean)
    texts = CaseTexts(register, frame.filter(~by_hand)["line"], int(by_hand.sum()))
    return CaseTable(
        frame.drop("decided", "needs_review", strict=False),
        tuple(issues),
        n_rows,
        n_outside,
        register.file,
        texts if register.has_text else None,
        register,
        tuple(settler.settled),
        tuple(settler.remarks()),
        n_struck,
        added.height,
        tuple(totals),
    )


def _problems(judged: pl.DataFrame) -> Iterator[CaseIssue]:
    for id, line, problem in judged.select("id", "line", "problem").iter_rows():
        yield CaseIssue(id, line, problem, PROBLEMS[problem], False)


def _outside(judged: pl.DataFrame, year: int) -> Iterator[CaseIssue]:
    for id, line in judged.select("id", "line").iter_rows():
        yield CaseIssue(id, line, "outside", f"不属于{year}年：上年已办结或次年才收到", False)


def _doubts(frame: pl.DataFrame) -> Iterator[CaseIssue]:
    """Counted cases that are doubtful and that nobody has accepted yet."""
    conditions = {
        "unknown_channel": pl.col("channel") == "",
        "review": pl.col("needs_review") & (pl.col("decided") == ""),
        "duplicate_id": pl.col("id").is_duplicated(),
    }
    for kind, condition in conditions.items():
        rows = frame.filter(condition & (pl.col("decided") != ACCEPT))
        for id, line in rows.select("id", "line").iter_rows():
            yield CaseIssue(id, line, kind, DOUBTS[kind], True)
