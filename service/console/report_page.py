"""年报: the draft of a year, sentence by sentence, every number one click from its source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from models.clock import beijing_day
from models.errors import YangguangError
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.cases.selection import Selection
from service.cases.statistics import count_by
from service.console.rendering import render, tell
from service.console.report_view import parts_of, source_of
from service.database.engine import Database
from service.drafts.editing import Place, for_people, from_people, places
from service.drafts.errors import YearError
from service.drafts.figures import DECISION, FIRST_YEAR, Entry, enter
from service.drafts.versions import YearDraft, draft_year, newest_version, save_version, years
from service.report.drafting.notice import notice_lines

router = APIRouter(prefix="/report")
Reader = Annotated[Principal, Depends(needs(Right.READ))]
Writer = Annotated[Principal, Depends(needs(Right.WRITE))]
Text = Annotated[str, Form()]
Read = Annotated[int, Form()]


@router.get("")
def overview(request: Request, _: Reader) -> Response:
    """Years that can be drafted."""
    database: Database = request.app.state.database
    with database.reading() as session:
        counted = count_by(session, Selection(kind="disclosure"), "year")
        known = {int(c.value): c.n_cases for c in counted if int(c.value) >= FIRST_YEAR}
        drafted = years(session)
        newest = {year: newest_version(session, year) for year in drafted}
    rows = [
        (year, known.get(year, 0), newest.get(year))
        for year in sorted({*known, *drafted}, reverse=True)
    ]
    return render(
        request,
        "report_years.html",
        section="report",
        rows=rows,
        usual=beijing_day().year - 1,
        first=FIRST_YEAR,
    )


@router.get("/go")
def go(request: Request, _: Reader, year: int) -> Response:
    """From the chooser to a year."""
    return RedirectResponse(f"/console/report/{year}", status_code=303)


@router.get("/{year}")
def text(request: Request, _: Reader, year: int) -> Response:
    """The text of the report with what awaits a person."""
    return show_text(request, year)


def show_text(request: Request, year: int, fault: str = "", status: int = 200) -> Response:
    """The text, perhaps with what went wrong."""
    try:
        current = _draft(request, year)
    except YangguangError as error:
        return render(
            request, "report_fault.html", status=422, section="report", year=year, tab="text",
            fault=fault or error.message,
        )  # fmt: skip
    draft = current.draft
    known = {place.key: sentence for place, sentence in places(draft)}
    return render(
        request,
        "report_text.html",
        status=status,
        section="report",
        tab="text",
        year=year,
        title=draft.title,
        parts=parts_of(draft, current.edits),
        questions=draft.open_questions,
        notices=notice_lines(draft),
        lost=[known[p.key].text if p.key in known else p.sentence for p in current.lost],
        number=current.number,
        fault=fault,
    )


def _draft(request: Request, year: int) -> YearDraft:
    database: Database = request.app.state.database
    with database.reading() as session:
        return draft_year(session, year)


@router.get("/{year}/tables")
def tables(request: Request, _: Reader, year: int) -> Response:
    """Tables 2 to 4, each number with its source and last year's beside it."""
    try:
        current = _draft(request, year)
    except YangguangError as error:
        return render(
            request, "report_fault.html", status=422, section="report", year=year, tab="tables",
            fault=error.message,
        )  # fmt: skip
    draft = current.draft
    shown = [part for part in parts_of(draft, current.edits) if part.table is not None]
    issues = [issue for issue in draft.cases.issues if issue.kind != "outside"]
    return render(
        request,
        "report_tables.html",
        section="report",
        tab="tables",
        year=year,
        parts=shown,
        issues=issues[:200],
        n_issues=len(issues),
        questions=draft.open_questions,
        cases=draft.cases,
        has_last=any(f.id.startswith("last.") for f in draft.figures),
        number=current.number,
    )


@router.get("/{year}/figure")
def figure(request: Request, _: Reader, year: int, id: str = "") -> Response:
    """Where a number comes from."""
    draft = _draft(request, year).draft
    found = draft.figures.get(id)
    if found is None:
        raise YearError("没有这个数，数据可能已经变了，请刷新页面。")
    is_part = bool(request.headers.get("HX-Request"))
    return render(
        request,
        "report_source.html" if is_part else "report_source_page.html",
        section="report",
        tab="text",
        year=year,
        source=source_of(draft.figures, found),
        number=0,
    )


@router.get("/{year}/sentence")
def sentence(request: Request, _: Writer, year: int, key: str = "") -> Response:
    """The form to word a sentence anew."""
    return _sentence(request, year, key)


def _sentence(
    request: Request, year: int, key: str, fault: str = "", typed: str | None = None
) -> Response:
    current = _draft(request, year)
    place = Place.of(key)
    known = dict(places(current.draft))
    if place not in known:
        raise YearError("没有这一句，数据可能已经变了，请刷新页面。")
    draft = current.draft
    return render(
        request,
        "report_sentence.html",
        status=422 if fault else 200,
        section="report",
        tab="text",
        year=year,
        key=key,
        text=typed if typed is not None else for_people(known[place]),
        is_edited=place in current.edits,
        fault=fault,
        number=current.number,
        figures=[f for f in draft.figures if f.name and not f.id.startswith("last.")],
    )


@router.post("/{year}/sentence")
def save_sentence(
    request: Request, by: Writer, year: int, key: Text, read: Read, text: Text = "",
    back: Text = "",
) -> Response:  # fmt: skip
    """Keep an edit as a new version; `back` gives the program's own words again."""
    database: Database = request.app.state.database
    place = Place.of(key)

    def change(current: YearDraft) -> dict[Place, str]:
        edits = dict(current.edits)
        if back:
            edits.pop(place, None)
            return edits
        known = dict(places(current.draft))
        if place not in known:
            raise YearError("没有这一句，数据可能已经变了，请刷新页面。")
        return edits | {place: from_people(text, known[place], current.draft.figures)}

    try:
        with database.session() as session:
            note = f"{'恢复' if back else '改写'}第{'零一二三四五六'[place.section]}部分一句"
            save_version(session, by.name, year, read, change, note)
    except YangguangError as error:
        return _sentence(request, year, key, error.message, text)
    answer = RedirectResponse(f"/console/report/{year}#{anchor(key)}", status_code=303)
    return tell(answer, "这一句已改，存为新的一版。")


def anchor(key: str) -> str:
    """Id of a sentence in the page."""
    from urllib.parse import quote

    return quote(f"s-{key}")


@router.post("/{year}/decide")
def decide(
    request: Request, by: Annotated[Principal, Depends(needs(Right.APPROVE))], year: int,
    question: Text, choice: Text, reason: Text = "",
) -> Response:  # fmt: skip
    """Decide between two figures that contradict each other; signed and on record."""
    database: Database = request.app.state.database
    try:
        with database.session() as session:
            enter(session, by.name, year, [Entry(f"{DECISION}{question}"[:80], choice, reason)])
    except YangguangError as error:
        return show_text(request, year, error.message, status=422)
    answer = RedirectResponse(f"/console/report/{year}", status_code=303)
    return tell(answer, "已记下您的决定。")


@router.get("/{year}/findings")
def findings(request: Request, _: Reader, year: int) -> Response:
    """What `report check` says of the draft, asked for when the page has come."""
    from service.report import check_bytes
    from service.report.checking.finding import Finding
    from service.report.rendering.render import render as render_report

    draft = _draft(request, year).draft
    # The page form: the same findings as of the Word file, which takes a hundred times as long.
    result = check_bytes((render_report(draft, ".html"), f"{year}.html"))
    failed: Sequence[Finding] = [f for f in result.findings if f.status.value == "fails"]
    shown = []
    for finding in failed:
        span = finding.where[0] if finding.where else None
        words = ""
        if span is not None and span.start is not None and span.end is not None:
            words = result.report.text[span.start : span.end]
        key = next((p.key for p, s in places(draft) if words and words in s.text), "")
        shown.append((finding.severity.value, finding.message, anchor(key) if key else ""))
    n_held = sum(f.status.value == "holds" for f in result.findings)
    return render(request, "report_findings.html", findings=shown, n_held=n_held)
