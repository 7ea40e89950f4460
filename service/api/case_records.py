"""`/v1/cases`: registering, finding, changing and counting cases."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse

from models.clock import beijing_day
from service.accounts.audit import record
from service.api.case_schemas import (
    CaseChangeIn,
    CaseIn,
    CaseOut,
    CasesOut,
    CountOut,
    Kind,
    State,
    StatisticsOut,
    case_out,
    case_row,
)
from service.api.problems import RESPONSES
from service.api.writing import (
    IdempotencyKey,
    IfMatch,
    Reader,
    Writer,
    answered,
    database_of,
    etag,
    once,
    version_of,
)
from service.cases.registering import NewCase, change_case, register_case
from service.cases.repository import MAX_PAGE, due_cases, get_case, list_cases
from service.cases.selection import Selection, searching
from service.cases.statistics import DIMENSIONS, Dimension, count_all

router = APIRouter(prefix="/v1/cases", tags=["cases"], responses=RESPONSES)
Number = Annotated[str, Path(min_length=1, max_length=64, description="件的编号")]
_Code = Annotated[str | None, Query(max_length=40)]
_Count = Annotated[int, Query(ge=1, le=MAX_PAGE)]


@router.get("", response_model=CasesOut, summary="查找件，分页")
def find_cases(
    request: Request,
    _: Reader,
    kind: Kind | None = None,
    state: State | None = None,
    topic: _Code = None,
    subtopic: _Code = None,
    intent: _Code = None,
    outcome: _Code = None,
    channel: _Code = None,
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None,
    month: Annotated[int | None, Query(ge=1, le=12)] = None,
    due_before: Annotated[dt.date | None, Query(description="未办结且期限不晚于这一天")] = None,
    is_open: bool | None = None,
    import_id: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    q: Annotated[str, Query(max_length=200, description="编号的开头，或标题、正文中的字")] = "",
    order: Annotated[
        Literal["received", "due"], Query(description="新收到的在前，或快到期的在前")
    ] = "received",
    cursor: Annotated[str | None, Query(max_length=200, description="上一页的 next")] = None,
    limit: _Count = 50,
) -> Any:
    """A page of cases; give a code as blank (`topic=`) to find cases without one."""
    selection = Selection(
        kind=kind, state=state, topic=topic, subtopic=subtopic, intent=intent, outcome=outcome,
        channel=channel, year=year, month=month, due_before=due_before, is_open=is_open,
        import_id=import_id,
    )  # fmt: skip
    with database_of(request).reading() as session:
        chosen = searching(session, q, selection)
        page = list_cases(
            session, chosen, limit=limit, cursor=cursor, order=order, with_texts=False
        )
        return answered(
            CasesOut(
                items=[case_row(case) for case in page.cases],
                next=page.next_cursor,
                n_found=page.n_found,
                is_exact=page.is_exact,
            )
        )


@router.post(
    "",
    response_model=CaseOut,
    status_code=201,
    summary="登记一件",
)
def create_case(request: Request, by: Writer, body: CaseIn, key: IdempotencyKey = None) -> Any:
    """Register a case; `Location` is its address."""

    def work(session: Any) -> JSONResponse:
        case = register_case(session, by.name, NewCase(**body.model_dump()))
        session.flush()
        headers = {**etag(case.version), "Location": f"/v1/cases/{quote(case.number, safe='')}"}
        return answered(case_out(case), 201, headers)

    return once(request, by, key, body, work)


@router.get("/due", response_model=CasesOut, summary="快到期和已超期的件")
def find_due(
    request: Request,
    _: Reader,
    days: Annotated[int, Query(ge=0, le=366, description="今后几天内到期")] = 7,
    limit: _Count = 100,
) -> Any:
    """Open cases due within some days, overdue ones first: for programs that poll."""
    with database_of(request).reading() as session:
        page = due_cases(session, beijing_day() + dt.timedelta(days=days), limit)
        return answered(
            CasesOut(
                items=[case_row(case) for case in page.cases],
                next=page.next_cursor,
                n_found=page.n_found,
                is_exact=page.is_exact,
            )
        )


@router.get("/statistics", response_model=StatisticsOut, summary="按月、主题、结果、渠道等计数")
def count_cases(
    request: Request,
    _: Reader,
    by: Annotated[list[Dimension] | None, Query(max_length=8)] = None,
    kind: Kind | None = None,
    state: State | None = None,
    topic: _Code = None,
    subtopic: _Code = None,
    intent: _Code = None,
    outcome: _Code = None,
    channel: _Code = None,
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None,
    month: Annotated[int | None, Query(ge=1, le=12)] = None,
) -> Any:
    """Counts of a selection; each count's value, put into `GET /v1/cases`, gives its cases."""
    selection = Selection(
        kind=kind, state=state, topic=topic, subtopic=subtopic, intent=intent, outcome=outcome,
        channel=channel, year=year, month=month,
    )  # fmt: skip
    with database_of(request).reading() as session:
        found = count_all(session, selection, by or DIMENSIONS)
    counts = {
        name: [CountOut(value=c.value, n_cases=c.n_cases) for c in listed]
        for name, listed in found.items()
    }
    return answered(StatisticsOut(counts=counts))


@router.get("/{number:path}", response_model=CaseOut, summary="一件的全部内容")
def read_case(request: Request, by: Reader, number: Number) -> Any:
    """A whole case, with its version in `ETag`; who looked is on record."""
    with database_of(request).session() as session:
        case = get_case(session, number)
        record(session, by.name, "case.view", f"case:{case.id}")
        return answered(case_out(case), headers=etag(case.version))


@router.patch("/{number:path}", response_model=CaseOut, summary="修改一件的登记内容")
def update_case(
    request: Request,
    by: Writer,
    number: Number,
    body: CaseChangeIn,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Any:
    """Change fields; the text and the number stay. A stale version is refused."""
    version = version_of(body.version, if_match)
    changes = body.model_dump(exclude_unset=True, exclude={"version"})

    def work(session: Any) -> JSONResponse:
        case = change_case(session, by.name, number, version, changes)
        return answered(case_out(case), headers=etag(case.version))

    return once(request, by, key, body, work)
