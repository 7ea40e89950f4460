"""`POST /v1/cases/deadline`: the deadlines of a request, day by day."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from models.clock import beijing_day
from service.accounts.roles import Right
from service.accounts.web import needs
from service.api.problems import RESPONSES
from service.casework.clock import reckon
from service.casework.facts import (
    CaseFacts,
    Consultation,
    ConsultationKind,
    Correction,
    Extension,
)
from service.casework.milestone import Status
from service.casework.receipt import Channel
from service.settings import Settings

router = APIRouter(
    prefix="/v1/cases", tags=["cases"], dependencies=[Depends(needs(Right.CLASSIFY))]
)


class CorrectionIn(BaseModel):
    """补正, told once (第三十条)."""

    model_config = ConfigDict(extra="forbid")

    notified_on: dt.date
    due_on: dt.date | None = None
    received_on: dt.date | None = None


class ExtensionIn(BaseModel):
    """延期 (第三十三条第二款)."""

    model_config = ConfigDict(extra="forbid")

    notified_on: dt.date
    working_days: Annotated[int, Field(description="延长几个工作日，最多 20")] = 20


class ConsultationIn(BaseModel):
    """征求意见 (第三十二条, 第三十四条)."""

    model_config = ConfigDict(extra="forbid")

    kind: ConsultationKind
    sent_on: dt.date
    served_on: dt.date | None = None
    answered_on: dt.date | None = None


class DeadlineIn(BaseModel):
    """Dates of one request."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"received_on": "2025-09-25", "channel": "online", "confirmed_on": "2025-09-26"}
            ]
        },
    )

    received_on: Annotated[dt.date, Field(description="提交、签收或到达日期")]
    channel: Channel | None = None
    confirmed_on: dt.date | None = None
    corrections: Annotated[list[CorrectionIn], Field(max_length=10)] = []
    extension: ExtensionIn | None = None
    consultations: Annotated[list[ConsultationIn], Field(max_length=50)] = []
    fee_notice_on: dt.date | None = None
    replied_on: dt.date | None = None
    count_start_day: Annotated[
        bool | None, Field(description="收到当日是否计入；默认按设置，设置默认不计入")
    ] = None
    today: Annotated[dt.date | None, Field(description="按哪一天算，默认今天")] = None


class MilestoneOut(BaseModel):
    """Something with a last day."""

    code: str
    name: str
    article: str
    start_on: dt.date
    working_days: int
    due_on: dt.date
    done_on: dt.date | None
    note: str


class DerivedDayOut(BaseModel):
    """One day of the reply period; `number` is null where it does not count."""

    date: dt.date
    weekday: str
    kind: str
    number: int | None
    reason: str


class DeadlineOut(BaseModel):
    """Deadlines with their derivation."""

    received_on: dt.date
    receipt_article: str
    receipt_reason: str
    today: dt.date
    status: Status
    due_on: dt.date | None
    remaining_working_days: int | None
    milestones: list[MilestoneOut]
    derivation: list[DerivedDayOut]
    warnings: list[str]
    notes: list[str]


@router.post(
    "/deadline",
    response_model=DeadlineOut,
    responses=RESPONSES,
    summary="算一件依申请公开的各项期限，逐日写明理由",
)
def deadline(body: DeadlineIn, request: Request) -> Any:
    """Work out the deadlines of one request; contradictory dates are a problem in one line."""
    facts = CaseFacts(
        body.received_on,
        body.channel,
        body.confirmed_on,
        tuple(Correction(c.notified_on, c.due_on, c.received_on) for c in body.corrections),
        Extension(body.extension.notified_on, body.extension.working_days)
        if body.extension
        else None,
        tuple(
            Consultation(c.kind, c.sent_on, c.served_on, c.answered_on) for c in body.consultations
        ),
        body.fee_notice_on,
        body.replied_on,
    )
    today = body.today or beijing_day()
    settings: Settings = request.app.state.settings
    first = settings.count_start_day if body.count_start_day is None else body.count_start_day
    clock = reckon(facts, today, count_start_day=first)
    return JSONResponse(clock.to_json())
