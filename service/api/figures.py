"""`/v1/years/{year}/figures`: what people enter for a report, signed and never overwritten."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path as File
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import select

from service.accounts.errors import Forbidden
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.api.case_schemas import Body
from service.api.problems import RESPONSES
from service.api.writing import IdempotencyKey, Reader, Writer, answered, database_of, once
from service.drafts.figures import (
    DECISION,
    Entry,
    enter,
    enter_workbook,
    facts_of,
    form_of,
    in_force,
    name_of,
)
from service.drafts.tables import EnteredFigure
from service.errors import naming

router = APIRouter(prefix="/v1/years/{year}/figures", tags=["figures"], responses=RESPONSES)
Year = Annotated[int, Path(ge=2019, le=2100, description="报告年度")]
FigureId = Annotated[str, Path(min_length=1, max_length=80)]


class EntryIn(Body):
    """A figure; a blank value takes an earlier one back. Blank is not zero."""

    figure: Annotated[str, Field(min_length=1, max_length=80, examples=["t2.laws.made"])]
    value: Annotated[str, Field(max_length=64, examples=["12"])]
    note: Annotated[str, Field(max_length=2000)] = ""


class EntriesIn(Body):
    """Figures that are entered together, or not at all."""

    entries: Annotated[list[EntryIn], Field(min_length=1, max_length=500)]


class EntryOut(BaseModel):
    """A figure as it was entered, by whom and when; `value` null: taken back."""

    figure: str
    name: str
    value: str | None
    note: str
    entered_by: str
    entered_at: dt.datetime


class FigureFactOut(BaseModel):
    """A figure that may be entered."""

    figure: str
    name: str
    unit: str
    kind: str


class FiguresOut(BaseModel):
    """What may be entered for a year, and what is in force."""

    year: int
    format: str
    facts: list[FigureFactOut]
    entered: list[EntryOut]


class EnteredOut(BaseModel):
    """How many entries differed from those in force."""

    n_changed: int


@router.get("", response_model=FiguresOut, summary="一个年度可填的数和已填的数")
def read_figures(request: Request, _: Reader, year: Year) -> Any:
    """Figures in force, each with who entered it and when."""
    form = form_of(year)
    facts = facts_of(form)
    with database_of(request).reading() as session:
        entered = [_out(entry, name_of(id, facts)) for id, entry in in_force(session, year).items()]
    known = [
        FigureFactOut(figure=f.id, name=f.name, unit=f.unit, kind=f.kind) for f in facts.values()
    ]
    return answered(FiguresOut(year=year, format=form.id, facts=known, entered=entered))


@router.post("", response_model=EnteredOut, status_code=201, summary="填报数")
def create_figures(
    request: Request, by: Writer, year: Year, body: EntriesIn, key: IdempotencyKey = None
) -> Any:
    """Enter figures; those that stay as they are leave no trace.

    Deciding a contradiction (`decision.…`) needs the right to approve.
    """
    if any(entry.figure.startswith(DECISION) for entry in body.entries):
        _must_approve(by)

    def work(session: Any) -> JSONResponse:
        entries = [Entry(one.figure, one.value, one.note) for one in body.entries]
        return answered(EnteredOut(n_changed=enter(session, by.name, year, entries)), 201)

    return once(request, by, key, body, work)


@router.post("/workbook", response_model=EnteredOut, status_code=201, summary="导入数据表")
def create_from_workbook(request: Request, by: Writer, year: Year, file: UploadFile) -> Any:
    """Enter everything of a filled figures workbook (`yangguang report form`)."""
    with TemporaryDirectory() as folder:
        path = File(folder) / "figures.xlsx"
        with path.open("wb") as target:
            shutil.copyfileobj(file.file, target, 1 << 20)
        names = {path.name: file.filename or path.name}
        with database_of(request).session() as session, naming(names):
            n_changed = enter_workbook(session, by.name, year, path)
    return answered(EnteredOut(n_changed=n_changed), 201)


@router.get("/{figure}/history", response_model=list[EntryOut], summary="一个数的填报经过")
def read_history(request: Request, _: Reader, year: Year, figure: FigureId) -> Any:
    """Every entry of a figure, the newest first."""
    query = (
        select(EnteredFigure)
        .where(EnteredFigure.year == year, EnteredFigure.figure == figure)
        .order_by(EnteredFigure.id.desc())
        .limit(1000)
    )
    name = name_of(figure, facts_of(form_of(year)))
    with database_of(request).reading() as session:
        return answered([_out(entry, name) for entry in session.scalars(query)])


def _must_approve(by: Principal) -> None:
    if not by.may(Right.APPROVE):
        raise Forbidden("决定互相矛盾的数需要审核权限，请找审核人员。")


def _out(entry: EnteredFigure, name: str) -> EntryOut:
    return EntryOut(
        figure=entry.figure,
        name=name,
        value=entry.value,
        note=entry.note,
        entered_by=entry.entered_by,
        entered_at=entry.entered_at,
    )
