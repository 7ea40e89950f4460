"""Cases over HTTP: what is sent and what is answered."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from service.cases.tables import Assignment, Case, Event, Prediction, Reply

Kind = Literal["message", "disclosure"]
State = Literal["new", "review", "accepted", "reviewed"]
Layer = Literal["topic", "subtopic", "intent", "outcome"]
ApplicantType = Literal["", "natural", "commercial", "research", "social", "legal", "other"]
Code = Annotated[str, Field(max_length=40)]
Name = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=100_000)]
Version = Annotated[int | None, Field(ge=1, le=2**31 - 1, description="读到的版本")]


class Body(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class CaseIn(Body):
    """A case to register; what is left out is not known."""

    kind: Kind
    received_on: dt.date
    text: Annotated[Text, Field(examples=["请公开柳湾村征地补偿安置方案。"])]
    number: Annotated[str, Field(max_length=64, description="本单位的编号；空则自动编号")] = ""
    closed_on: dt.date | None = None
    due_on: Annotated[dt.date | None, Field(description="诉求的办理期限；依申请公开由程序算出")] = (
        None
    )
    channel: Annotated[Code, Field(examples=["network"])] = ""
    applicant_type: ApplicantType = ""
    applicant: Name = ""
    contact: Name = ""
    title: Name = ""
    is_carried_in: bool | None = None


class CaseChangeIn(Body):
    """What to change; fields that are left out stay."""

    version: Version = None
    received_on: dt.date | None = None
    closed_on: dt.date | None = None
    due_on: dt.date | None = None
    channel: Code = ""
    applicant_type: ApplicantType = ""
    applicant: Name = ""
    contact: Name = ""
    title: Name = ""
    is_carried_in: bool | None = None

    @field_validator("received_on")
    @classmethod
    def _is_known(cls, value: dt.date | None) -> dt.date:
        if value is None:
            raise ValueError("a day of receipt is always known")
        return value


class CaseRow(BaseModel):
    """A case of a list, without its text and whose it is."""

    number: str
    version: int
    kind: Kind
    received_on: dt.date
    closed_on: dt.date | None
    due_on: dt.date | None
    channel: str
    applicant_type: str
    title: str
    is_carried_in: bool | None
    topic: str
    subtopic: str
    intent: str
    outcome: str
    state: State
    doubt: float
    changed_by: str
    changed_at: dt.datetime


class CaseOut(CaseRow):
    """A whole case."""

    text: str
    applicant: str
    contact: str
    import_id: int | None
    line: int | None
    created_by: str
    created_at: dt.datetime


class CasesOut(BaseModel):
    """A page of cases; `next` is the `cursor` of the following one."""

    items: list[CaseRow]
    next: str | None
    n_found: Annotated[int, Field(description="符合条件的件数，最多数到 10000")]
    is_exact: bool


class CountOut(BaseModel):
    """Cases that share a value; blank where it is not known."""

    value: str
    n_cases: int


class StatisticsOut(BaseModel):
    """Counts of a selection by each dimension."""

    counts: dict[str, list[CountOut]]


class EventIn(Body):
    """A dated step of a case."""

    version: Version = None
    kind: Annotated[str, Field(max_length=32, examples=["extension"])]
    on: dt.date
    n_days: Annotated[int | None, Field(ge=1, le=20, description="延期几个工作日")] = None


class EventOut(BaseModel):
    """A step in force."""

    id: int
    kind: str
    name: str
    on: dt.date
    n_days: int | None
    entered_by: str
    entered_at: dt.datetime


class ReplyIn(Body):
    """A letter that the office sent."""

    version: Version = None
    text: Text
    replied_on: dt.date | None = None


class ReplyOut(BaseModel):
    """A letter."""

    id: int
    text: str
    replied_on: dt.date | None
    entered_by: str
    entered_at: dt.datetime


class PredictionOut(BaseModel):
    """What a model said of one layer; `evidence` are [start, end, weight] of text or letter."""

    id: int
    layer: Layer
    label: str
    probability: float
    decision: Literal["accept", "review"]
    candidates: list[tuple[str, float]]
    evidence: list[tuple[int, int, float]]
    model_id: str
    made_at: dt.datetime
    reply_id: int | None


class AssignmentIn(Body):
    """A person's labels by layer."""

    version: Version = None
    labels: Annotated[
        dict[Layer, Code],
        Field(min_length=1, examples=[{"topic": "land", "subtopic": "203"}]),
    ]
    item: Annotated[
        int | None, Field(ge=1, le=2**31 - 1, description="分项的序号，只定这一项的办理结果")
    ] = None
    note: Annotated[str, Field(max_length=1000)] = ""


class ItemOut(BaseModel):
    """An item of a case that was split; `outcome` is blank while nobody decided it."""

    id: int
    position: int
    text: str
    outcome: str
    decided_by: str


class ItemsOut(BaseModel):
    """Items of a case, and what they make of its outcome."""

    items: list[ItemOut]
    outcome: Annotated[str, Field(description="各项合起来的结果；没有逐项定完为空")]
    is_mixed: Annotated[bool, Field(description="有的提供、有的没有：按部分公开计，请人工确认")]
    is_first_of_several: Annotated[
        bool, Field(description="各项都没有提供而理由不同：按第一项计，请人工确认")
    ]


class AssignmentOut(BaseModel):
    """What a person said; a blank label takes the one in `withdraws` back."""

    id: int
    item_id: Annotated[int | None, Field(description="只是这一项的；空为整件的")]
    layer: Layer
    label: str
    reader: int
    prediction_id: int | None
    withdraws: int | None
    note: str
    assigned_by: str
    assigned_at: dt.datetime


def case_row(case: Case) -> CaseRow:
    """A case for a list."""
    return CaseRow.model_validate(case, from_attributes=True)


def case_out(case: Case) -> CaseOut:
    """A whole case."""
    return CaseOut.model_validate(case, from_attributes=True)


def event_out(event: Event, name: str) -> EventOut:
    """A step."""
    return EventOut(
        id=event.id,
        kind=event.kind,
        name=name,
        on=event.on,
        n_days=event.n_days,
        entered_by=event.entered_by,
        entered_at=event.entered_at,
    )


def reply_out(reply: Reply) -> ReplyOut:
    """A letter."""
    return ReplyOut.model_validate(reply, from_attributes=True)


def prediction_out(prediction: Prediction) -> PredictionOut:
    """A prediction."""
    return PredictionOut.model_validate(prediction, from_attributes=True)


def assignment_out(assignment: Assignment) -> AssignmentOut:
    """An assignment."""
    return AssignmentOut.model_validate(assignment, from_attributes=True)
