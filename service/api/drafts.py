"""`/v1/years/{year}/draft`: the report of a year from what is stored, its edits and versions."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from service.api.case_schemas import Body
from service.api.figures import Year
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
from service.drafts.editing import Place, from_people, places
from service.drafts.errors import YearError
from service.drafts.exporting import export_version
from service.drafts.tables import DraftVersion
from service.drafts.versions import (
    YearDraft,
    content_of,
    draft_year,
    save_version,
    versions_of,
)

router = APIRouter(prefix="/v1/years/{year}/draft", tags=["drafts"], responses=RESPONSES)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
_MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}


class DraftOut(BaseModel):
    """A draft as it stands now: every sentence in pieces, every number with its figure."""

    year: int
    number: Annotated[int, Field(description="最新一版的序号，没有为 0")]
    is_settled: bool
    lost: Annotated[list[str], Field(description="站不住而没有采用的改写")]
    content: dict[str, Any]


class VersionIn(Body):
    """The next version.

    `edits` reword sentences by place: a number stands as 【155件】, as the sentence prints it; a
    blank text takes an edit back. Other edits of the last version stay, as far as they still stand.
    """

    version: Annotated[int | None, Field(ge=0, le=2**31 - 1, description="读到的最新一版")] = None
    edits: Annotated[
        dict[Annotated[str, Field(max_length=200)], Annotated[str, Field(max_length=1000)]] | None,
        Field(max_length=500),
    ] = None
    note: Annotated[str, Field(max_length=255)] = ""


class VersionOut(BaseModel):
    """A version; it never changes."""

    number: int
    note: str
    n_edits: int
    made_by: str
    made_at: dt.datetime


@router.get("", response_model=DraftOut, summary="由库中的件和数起草的年报，此刻的样子")
def read_draft(request: Request, _: Reader, year: Year) -> Any:
    """Draft a year now, with the edits of its newest version."""
    with database_of(request).reading() as session:
        made = draft_year(session, year)
    content = {
        "year": year,
        "number": made.number,
        "is_settled": made.draft.is_settled,
        "lost": [place.key for place in made.lost],
        "content": content_of(made.draft, ()),
    }
    return answered(content, headers=etag(made.number))


@router.get("/versions", response_model=list[VersionOut], summary="存过的各版")
def read_versions(request: Request, _: Reader, year: Year) -> Any:
    """Versions of a year, the newest first."""
    with database_of(request).reading() as session:
        return answered([_out(found) for found in versions_of(session, year)])


@router.post("/versions", response_model=VersionOut, status_code=201, summary="存成新的一版")
def create_version(
    request: Request,
    by: Writer,
    year: Year,
    body: VersionIn,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Any:
    """Save a version: checked before it is stored, never over somebody else's."""
    read = version_of(body.version, if_match)

    def work(session: Any) -> JSONResponse:
        given = body.edits
        change = None if given is None else partial(_edits, given=given)
        made = save_version(session, by.name, year, read, change, body.note)
        return answered(_out(made), 201, etag(made.number))

    return once(request, by, key, body, work)


@router.get(
    "/versions/{number}",
    response_class=Response,
    summary="一版的文件：docx、html 或 json",
    responses={200: {"content": {media: {} for media in _MEDIA.values()}}},
)
def read_version(
    request: Request,
    by: Reader,
    year: Year,
    number: Number,
    kind: Annotated[Literal["docx", "html", "json"], Query()] = "docx",
) -> Response:
    """The finished document, the page with its sources, or every number with its provenance."""
    stored = export_version(database_of(request), by.name, year, number, kind)
    headers = {"Content-Disposition": f'attachment; filename="report-{year}-{number}.{kind}"'}
    headers["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    return Response(stored, media_type=_MEDIA[kind], headers=headers)


def _edits(current: YearDraft, given: dict[str, str]) -> dict[Place, str]:
    """Edits in force with those that are given now; a blank one takes an earlier one back."""
    edits = dict(current.edits)
    known = dict(places(current.draft))
    for key, text in given.items():
        place = Place.of(key)
        if place not in known:
            raise YearError(f"没有“{key[:60]}”这一句。")
        if text.strip():
            edits[place] = from_people(text, known[place], current.draft.figures)
        else:
            edits.pop(place, None)
    return edits


def _out(found: DraftVersion) -> VersionOut:
    return VersionOut(
        number=found.number,
        note=found.note,
        n_edits=len(found.edits),
        made_by=found.made_by,
        made_at=found.made_at,
    )
