"""`POST /v1/cases/repeats`: what in a register is like new requests, or like itself."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from models.clock import beijing_day
from service.accounts.roles import Right
from service.accounts.web import needs
from service.api.problems import RESPONSES
from service.casework.errors import RegisterError
from service.casework.repeats import NewRequest, Register, RepeatIndex, overview

MOST_ROWS, MOST_NEW = 100_000, 100
_SCHEMA = {
    "case_id": pl.String,
    "applicant": pl.String,
    "identity": pl.String,
    "text": pl.String,
    "received_on": pl.Date,
    "replied_on": pl.Date,
}

router = APIRouter(
    prefix="/v1/cases", tags=["cases"], dependencies=[Depends(needs(Right.CLASSIFY))]
)


class RequestIn(BaseModel):
    """One request; of a new one only the text is needed."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(description="申请内容")]
    applicant: Annotated[str, Field(max_length=500, description="申请人，不明则空着")] = ""
    identity: Annotated[str, Field(max_length=100, description="证件号码或统一社会信用代码")] = ""
    received_on: dt.date | None = None
    case_id: Annotated[str, Field(max_length=200, description="编号")] = ""


class RegisterRowIn(RequestIn):
    """A request of the register."""

    replied_on: dt.date | None = None


class RepeatsIn(BaseModel):
    """A register, and the new requests to compare with it, if any."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "register": [
                        {
                            "case_id": "2025-017",
                            "applicant": "张三",
                            "text": "申请公开三组征地批复",
                            "received_on": "2025-03-03",
                            "replied_on": "2025-03-20",
                        }
                    ],
                    "requests": [
                        {
                            "applicant": "张三",
                            "text": "请公开三组的征地批复",
                            "received_on": "2025-09-25",
                        }
                    ],
                }
            ]
        },
    )

    register_rows: Annotated[
        list[RegisterRowIn],
        Field(alias="register", min_length=1, max_length=MOST_ROWS, description="登记簿各件"),
    ]
    requests: Annotated[
        list[RequestIn],
        Field(max_length=MOST_NEW, description="新申请；空着则给出登记簿自身的概况"),
    ] = []


class MatchOut(BaseModel):
    """An earlier request like the new one."""

    row: Annotated[int, Field(description="在登记簿中的次序，从 0 起")]
    case_id: str
    received_on: dt.date | None
    replied_on: dt.date | None
    similarity: Annotated[float, Field(ge=0, le=1)]
    differences: Annotated[list[tuple[str, str]], Field(description="此前的写法，现在的写法")]
    numbers_differ: Annotated[bool, Field(description="年份、文号、组号等不同，可能不是同一信息")]
    basis: Annotated[str, Field(description="怎样判断是同一申请人")]


class EvidenceOut(BaseModel):
    """What a person needs to judge one new request; nothing is decided."""

    case_id: str
    same_applicant: list[MatchOut]
    n_same_applicant: int
    similar: list[MatchOut]
    n_similar: int
    n_similar_applicants: int
    n_in_month: int | None
    fee_by_items: Annotated[int | None, Field(description="按件计收的档次，元")]
    to_verify: list[str]
    notices: list[str]


class CaseRefOut(BaseModel):
    """A request of the register."""

    row: int
    case_id: str
    received_on: dt.date | None
    replied_on: dt.date | None


class AskedAgainOut(BaseModel):
    """Near-identical requests of one applicant."""

    applicant: str
    by_name_only: bool
    cases: list[CaseRefOut]
    least_similarity: float
    excerpt: str


class AskedByManyOut(BaseModel):
    """One text from several applicants."""

    n_requests: int
    n_applicants: int
    first: CaseRefOut
    excerpt: str


class MonthOut(BaseModel):
    """Requests of an applicant in a month beyond those free of charge."""

    applicant: str
    month: dt.date
    n_requests: int
    fee_by_items: int


class OverviewOut(BaseModel):
    """The register at a glance."""

    n_requests: int
    n_applicants: int
    asked_again: list[AskedAgainOut]
    asked_by_many: list[AskedByManyOut]
    months: list[MonthOut]
    notices: list[str]


class RepeatsOut(BaseModel):
    """Packs for the new requests in their order, or the register's overview if there are none."""

    n_register: int
    overview: OverviewOut | None
    requests: list[EvidenceOut]


@router.post(
    "/repeats",
    response_model=RepeatsOut,
    responses=RESPONSES,
    summary="在登记簿里找相同、相近的申请和当月件数，只列证据",
)
def repeats(body: RepeatsIn) -> Any:
    """Compare; nothing of what is sent is kept."""
    rows = [row.model_dump() for row in body.register_rows]
    register = Register.from_frame(pl.DataFrame(rows, schema=_SCHEMA))
    register.require_texts()
    index = RepeatIndex(register)
    answer: dict[str, Any] = {"n_register": len(index), "overview": None, "requests": []}
    if not body.requests:
        answer["overview"] = overview(index).to_json()
    for number, request in enumerate(body.requests, start=1):
        answer["requests"].append(_pack(index, request, number))
    return JSONResponse(answer)


def _pack(index: RepeatIndex, request: RequestIn, number: int) -> dict[str, Any]:
    if request.received_on is not None and request.received_on > beijing_day():
        raise RegisterError(f"第 {number} 件新申请的收到日期 {request.received_on} 在今天之后。")
    new = NewRequest(
        request.text, request.applicant, request.identity, request.received_on, request.case_id
    )
    try:
        return {"case_id": request.case_id, **index.query(new).to_json()}
    except RegisterError as error:
        raise RegisterError(f"第 {number} 件新申请：{error}") from error
