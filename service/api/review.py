"""`/v1/review`: the queue, decisions on a case, second readers, examples to learn from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from models.clock import beijing_day
from service.accounts.audit import record
from service.accounts.errors import Forbidden
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.api.problems import RESPONSES
from service.api.writing import database_of
from service.cases.tables import Case
from service.database.engine import Database
from service.review import decisions
from service.review.agreement import agreement, second_reading
from service.review.examples import example_lines
from service.review.queue import n_waiting, next_cases

router = APIRouter(prefix="/v1/review", tags=["review"], responses=RESPONSES)
Reviewer = Annotated[Principal, Depends(needs(Right.REVIEW))]
Approver = Annotated[Principal, Depends(needs(Right.APPROVE))]
Label = Annotated[str, Field(max_length=40)]
Number = Annotated[str, Field(max_length=64)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class VersionIn(_Body):
    """The version of the case that the person read."""

    version: Annotated[int, Field(ge=1)]


class SplitIn(VersionIn):
    """What each item asks for; none makes the case one again."""

    items: Annotated[list[Annotated[str, Field(max_length=5000)]], Field(max_length=50)]


class RepeatIn(VersionIn):
    """The earlier case; null takes the mark back."""

    of: Number | None


class SecondIn(VersionIn):
    """Labels of the second reader, by layer."""

    labels: Annotated[dict[str, Label], Field(min_length=1, max_length=4)]


class StandingOut(BaseModel):
    """Labels in force and the version that a next change must name."""

    number: str
    version: int
    state: str
    topic: str
    subtopic: str
    intent: str
    outcome: str


class WaitingOut(StandingOut):
    """A case of the queue."""

    received_on: dt.date
    due_on: dt.date | None
    doubt: float
    priority: float
    reasons: list[str]


class QueueOut(BaseModel):
    """The first cases of the queue, and how many wait in all."""

    n_waiting: int
    cases: list[WaitingOut]


class SecondOut(BaseModel):
    """A case to read without anybody's labels."""

    number: str
    version: int
    received_on: dt.date
    text: str


class AgreementOut(BaseModel):
    """Agreement of two readers on one layer."""

    layer: str
    n: int
    n_agree: int
    kappa: float | None
    low: float
    high: float
    disputes: list[tuple[str, str, int]]


@router.get("/queue", summary="待复核的件，最该看的在前")
def queue(
    request: Request,
    _: Reviewer,
    n: Annotated[int, Query(ge=1, le=200)] = 20,
    skip: Annotated[
        list[int] | None, Query(max_length=500, description="暂且放过的件的序号")
    ] = None,
) -> QueueOut:
    """The first cases of the queue with the reasons why they stand there."""
    with database_of(request).reading() as session:
        found = next_cases(session, beijing_day(), n, skip=skip or ())
        waiting = [
            WaitingOut(
                **_standing(w.case).model_dump(),
                received_on=w.case.received_on,
                due_on=w.case.due_on,
                doubt=w.case.doubt,
                priority=round(w.priority, 4),
                reasons=list(w.reasons),
            )
            for w in found
        ]
        return QueueOut(n_waiting=n_waiting(session), cases=waiting)


@router.post("/{number}/accept", summary="认可程序的判断")
def accept(request: Request, caller: Reviewer, number: Number, body: VersionIn) -> StandingOut:
    """Make the model's answers the caller's own."""
    with database_of(request).session() as session:
        return _standing(decisions.accept(session, caller.name, number, body.version))


@router.post("/{number}/undo", summary="撤回自己上一次的标注")
def undo(request: Request, caller: Reviewer, number: Number, body: VersionIn) -> StandingOut:
    """Take back what the caller last decided on a case."""
    with database_of(request).session() as session:
        return _standing(decisions.undo(session, caller.name, number, body.version))


@router.post("/{number}/items", summary="拆成分项")
def split(request: Request, caller: Reviewer, number: Number, body: SplitIn) -> StandingOut:
    """Record the several things that a case asks for."""
    with database_of(request).session() as session:
        return _standing(decisions.split(session, caller.name, number, body.version, body.items))


@router.post("/{number}/repeat", summary="标为某件的重复")
def repeat(request: Request, caller: Reviewer, number: Number, body: RepeatIn) -> StandingOut:
    """Mark a case as a repeat of an earlier one, or take the mark back."""
    with database_of(request).session() as session:
        return _standing(decisions.mark_repeat(session, caller.name, number, body.version, body.of))


@router.get("/second", summary="抽到第二人复核的件")
def second(
    request: Request, caller: Reviewer, n: Annotated[int, Query(ge=1, le=100)] = 20
) -> list[SecondOut]:
    """Cases of the sample for the caller to read blind."""
    with database_of(request).reading() as session:
        return [
            SecondOut(number=c.number, version=c.version, received_on=c.received_on, text=c.text)
            for c in second_reading(session, caller.name, n)
        ]


@router.post("/second/{number}", summary="第二人的标注")
def read_again(request: Request, caller: Reviewer, number: Number, body: SecondIn) -> StandingOut:
    """Add the labels of a second reader; the labels in force stay."""
    with database_of(request).session() as session:
        case = decisions.read_again(session, caller.name, number, body.version, body.labels)
        return _standing(case)


@router.get("/agreement", summary="两人复核的一致程度")
def agreed(request: Request, _: Approver) -> list[AgreementOut]:
    """Agreement on each layer that two readers read."""
    with database_of(request).reading() as session:
        return [AgreementOut(**found.to_json()) for found in agreement(session)]


@router.get(
    "/examples",
    response_class=StreamingResponse,
    summary="导出复核过的件供训练",
    responses={200: {"content": {"application/x-ndjson": {}}}},
)
def export(
    request: Request,
    caller: Approver,
    plain: Annotated[bool, Query(description="不遮盖个人信息，需要相应权限")] = False,
) -> StreamingResponse:
    """Reviewed cases as JSONL, personal information redacted unless the caller may see it."""
    if plain and not caller.may(Right.EXPORT_PLAIN):
        raise Forbidden("不遮盖个人信息的导出需要相应权限，请找管理员。")
    database = database_of(request)
    with database.session() as session:
        record(session, caller.name, "review.export", "examples", plain=plain)
    return StreamingResponse(_lines(database, plain=plain), media_type="application/x-ndjson")


def _lines(database: Database, *, plain: bool) -> Iterator[str]:
    with database.reading() as session:
        yield from example_lines(session, redacted=not plain)


def _standing(case: Case) -> StandingOut:
    return StandingOut(
        number=case.number,
        version=case.version,
        state=case.state,
        topic=case.topic,
        subtopic=case.subtopic,
        intent=case.intent,
        outcome=case.outcome,
    )
