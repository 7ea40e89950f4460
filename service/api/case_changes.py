"""`/v1/cases/{number}/…`: dated steps, letters, predictions and people's labels of one case."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import select

from service.api.case_records import Number
from service.api.case_schemas import (
    AssignmentIn,
    AssignmentOut,
    CaseOut,
    EventIn,
    EventOut,
    ItemOut,
    ItemsOut,
    PredictionOut,
    ReplyIn,
    ReplyOut,
    assignment_out,
    case_out,
    event_out,
    prediction_out,
    reply_out,
)
from service.api.cases import DeadlineOut
from service.api.problems import RESPONSES
from service.api.schemas import OutcomeOut
from service.api.writing import (
    IdempotencyKey,
    IfMatch,
    Reader,
    Reviewer,
    Writer,
    answered,
    database_of,
    etag,
    once,
    version_of,
)
from service.cases.errors import CaseError
from service.cases.items import items_of, rolled_up
from service.cases.itemwise import assign_items
from service.cases.labelling import assign, withdraw_assignments
from service.cases.replying import add_reply, replies_of
from service.cases.repository import get_case
from service.cases.tables import Assignment, Prediction
from service.cases.timeline import (
    EVENT_NAMES,
    add_event,
    clock_of,
    events_of,
    withdraw_event,
)
from service.classification.outcomes import outcome_json

router = APIRouter(prefix="/v1/cases/{number:path}", tags=["cases"], responses=RESPONSES)
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


class ReplyAddedOut(BaseModel):
    """A letter with what was read in it."""

    case: CaseOut
    reply: ReplyOut
    outcome: Annotated[OutcomeOut, Field(description="从答复书读出的办理结果，待人认可")]


class EventAddedOut(BaseModel):
    """A step, and the case with its last day to reply."""

    case: CaseOut
    event: EventOut


@router.get("/deadlines", response_model=DeadlineOut, summary="这一件的各项期限，逐日写明理由")
def read_clock(request: Request, _: Reader, number: Number) -> Any:
    """Deadlines of a case from its dated steps."""
    with database_of(request).reading() as session:
        return answered(clock_of(session, get_case(session, number)).to_json())


@router.get("/events", response_model=list[EventOut], summary="这一件的日期事项")
def read_events(request: Request, _: Reader, number: Number) -> Any:
    """Steps in force, by day."""
    with database_of(request).reading() as session:
        found = events_of(session, get_case(session, number))
        return answered([event_out(event, EVENT_NAMES.get(event.kind, "")) for event in found])


@router.post(
    "/events", response_model=EventAddedOut, status_code=201, summary="登记补正、延期、答复等日期"
)
def create_event(
    request: Request,
    by: Writer,
    number: Number,
    body: EventIn,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Any:
    """Add a dated step; the last day to reply is worked out anew."""
    version = version_of(body.version, if_match)

    def work(session: Any) -> JSONResponse:
        event = add_event(session, by.name, number, version, body.kind, body.on, body.n_days)
        case = get_case(session, number)
        added = EventAddedOut(case=case_out(case), event=event_out(event, EVENT_NAMES[event.kind]))
        return answered(added, 201, etag(case.version))

    return once(request, by, key, body, work)


@router.delete("/events/{event_id}", response_model=CaseOut, summary="撤回一个日期事项")
def delete_event(
    request: Request,
    by: Writer,
    number: Number,
    event_id: Id,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Any:
    """Take a step back; both stay on record."""
    version = version_of(None, if_match)

    def work(session: Any) -> JSONResponse:
        case = withdraw_event(session, by.name, number, version, event_id)
        return answered(case_out(case), headers=etag(case.version))

    return once(request, by, key, None, work)


@router.get("/replies", response_model=list[ReplyOut], summary="这一件的答复书")
def read_replies(request: Request, _: Reader, number: Number) -> Any:
    """Letters of a case."""
    with database_of(request).reading() as session:
        found = replies_of(session, get_case(session, number))
        return answered([reply_out(reply) for reply in found])


@router.post(
    "/replies", response_model=ReplyAddedOut, status_code=201, summary="登记答复书，读出办理结果"
)
def create_reply(
    request: Request,
    by: Writer,
    number: Number,
    body: ReplyIn,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Any:
    """Store a letter; the outcome that is read in it waits for a person."""
    version = version_of(body.version, if_match)
    reader = request.app.state.reader

    def work(session: Any) -> JSONResponse:
        added = add_reply(
            session, by.name, number, version, body.text, reader, replied_on=body.replied_on
        )
        content = {
            "case": case_out(added.case),
            "reply": reply_out(added.reply),
            "outcome": outcome_json(added.answer),
        }
        return answered(content, 201, etag(added.case.version))

    return once(request, by, key, body, work)


@router.get("/predictions", response_model=list[PredictionOut], summary="模型对这一件说过的话")
def read_predictions(request: Request, _: Reader, number: Number) -> Any:
    """All predictions, the newest first."""
    with database_of(request).reading() as session:
        case = get_case(session, number)
        query = select(Prediction).where(Prediction.case_id == case.id)
        found = session.scalars(query.order_by(Prediction.id.desc()).limit(1000))
        return answered([prediction_out(prediction) for prediction in found])


@router.get("/assignments", response_model=list[AssignmentOut], summary="人对这一件的标注")
def read_assignments(request: Request, _: Reader, number: Number) -> Any:
    """All assignments, the newest first."""
    with database_of(request).reading() as session:
        case = get_case(session, number)
        query = select(Assignment).where(Assignment.case_id == case.id)
        found = session.scalars(query.order_by(Assignment.id.desc()).limit(1000))
        return answered([assignment_out(assignment) for assignment in found])


@router.get("/items", response_model=ItemsOut, summary="这一件的分项和各项的办理结果")
def read_items(request: Request, _: Reader, number: Number) -> Any:
    """Items that stand, in order; none where the case is one thing."""
    with database_of(request).reading() as session:
        case = get_case(session, number)
        listed = [
            ItemOut(
                id=found.item.id,
                position=found.item.position,
                text=found.item.text,
                outcome=found.outcome,
                decided_by=found.assignment.assigned_by if found.assignment else "",
            )
            for found in items_of(session, case)
        ]
        rolled = rolled_up(session, [case.id]).get(case.id)
        answer = ItemsOut(
            items=listed,
            outcome=rolled.outcome if rolled else "",
            is_mixed=rolled.is_mixed if rolled else False,
            is_first_of_several=rolled.is_first_of_several if rolled else False,
        )
        return answered(answer, headers=etag(case.version))


@router.post(
    "/assignments", response_model=CaseOut, status_code=201, summary="标注这一件，或它的一个分项"
)
def create_assignment(
    request: Request,
    by: Reviewer,
    number: Number,
    body: AssignmentIn,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Any:
    """Add the caller's labels; a stale version is refused, nothing is overwritten."""
    version = version_of(body.version, if_match)

    def work(session: Any) -> JSONResponse:
        labels = {str(layer): label for layer, label in body.labels.items()}
        if body.item is None:
            case = assign(session, by.name, number, version, labels, note=body.note)
        elif set(labels) != {"outcome"}:
            raise CaseError("一个分项只定办理结果（outcome）；主题和诉求类型按整件来定。")
        else:
            decided = {body.item: labels["outcome"]}
            case = assign_items(session, by.name, number, version, decided, note=body.note)
        return answered(case_out(case), 201, etag(case.version))

    return once(request, by, key, body, work)


@router.delete("/assignments/{assignment_id}", response_model=CaseOut, summary="撤回一个标注")
def delete_assignment(
    request: Request,
    by: Reviewer,
    number: Number,
    assignment_id: Id,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Any:
    """Take a label back; what was in force before it is so again."""
    version = version_of(None, if_match)

    def work(session: Any) -> JSONResponse:
        case = withdraw_assignments(session, by.name, number, version, [assignment_id])
        return answered(case_out(case), headers=etag(case.version))

    return once(request, by, key, None, work)
