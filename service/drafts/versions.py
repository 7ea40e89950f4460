"""The draft of a year: made from what is stored now, with the edits of its newest version.

A version is a snapshot: the sentences with their figures and sources, and the finished document.
It never changes; whoever edits or drafts anew makes the next one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from service.accounts.audit import record
from service.database.base import now
from service.drafts.editing import Place, apply_edits, places
from service.drafts.errors import StaleDraft, YearError
from service.drafts.figures import form_of, material_of
from service.drafts.printed import printed_json
from service.drafts.register import table_of
from service.drafts.tables import Draft as StoredDraft
from service.drafts.tables import DraftVersion
from service.report.drafting.draft import Cited, Draft, Quoted
from service.report.drafting.prepare import build_draft
from service.report.drafting.provenance import draft_json
from service.report.figures.figure import Figure, TableCell
from service.report.rendering.render import checked, render


@dataclass(frozen=True, slots=True)
class YearDraft:
    """A year as it stands now.

    Parameters
    ----------
    draft : Draft
        With the edits that still stand.
    edits : dict place → text
    lost : list of Place
        Edits that no longer stand.
    number : int
        Of the newest version, 0 if there is none.
    made : Draft
        In the program's own words.
    """

    draft: Draft
    edits: dict[Place, str]
    lost: list[Place]
    number: int
    made: Draft


def draft_year(session: Session, year: int) -> YearDraft:
    """Draft a year from the cases and figures that are stored now.

    Raises
    ------
    InputError
        If the year has no form, or a sentence is not backed.
    """
    newest = newest_version(session, year)
    return _draft(session, year, _edits(newest), newest.number if newest else 0)


def _draft(session: Session, year: int, edits: Mapping[Place, str], number: int) -> YearDraft:
    form = form_of(year)
    made = build_draft(
        year, form, material_of(session, year), table_of(session, year), _last_year(session, year)
    )
    return _worded(made, edits, number)


def _worded(made: Draft, edits: Mapping[Place, str], number: int) -> YearDraft:
    worded, lost = apply_edits(made, edits)
    kept = {place: text for place, text in edits.items() if place not in lost}
    return YearDraft(worded, kept, lost, number, made)


def _last_year(session: Session, year: int) -> list[Figure]:
    """Tables 3 and 4 of last year's newest version, to compare with."""
    newest = newest_version(session, year - 1)
    if newest is None:
        return []
    figures = []
    for f in json.loads(newest.content)["figures"]:
        if f["id"].startswith(("t3.", "t4.")) and f["unit"] == "件":
            place = f"{year - 1}年年报第{newest.number}版"
            source = TableCell(place, f["name"])
            name = f"{year - 1}年{f['name']}"
            value = _decimal(f["value"])
            figures.append(Figure(f"last.{f['id']}", value, "件", f"{year - 1}年", source, name))
    return figures


def _decimal(value: float) -> Decimal:
    return Decimal(str(int(value) if value == int(value) else value))


def newest_version(session: Session, year: int) -> DraftVersion | None:
    """The newest version of a year, without its document."""
    query = (
        select(DraftVersion)
        .join(StoredDraft, StoredDraft.id == DraftVersion.draft_id)
        .where(StoredDraft.year == year)
        .order_by(DraftVersion.number.desc())
        .options(defer(DraftVersion.document), defer(DraftVersion.page))
        .limit(1)
    )
    return session.scalar(query)


def versions_of(session: Session, year: int) -> list[DraftVersion]:
    """All versions of a year, the newest first, without their documents."""
    query = (
        select(DraftVersion)
        .join(StoredDraft, StoredDraft.id == DraftVersion.draft_id)
        .where(StoredDraft.year == year)
        .order_by(DraftVersion.number.desc())
        .options(defer(DraftVersion.document), defer(DraftVersion.page))
    )
    return list(session.scalars(query))


def version(session: Session, year: int, number: int) -> DraftVersion:
    """One version.

    Raises
    ------
    YearError
        If there is none.
    """
    query = (
        select(DraftVersion)
        .join(StoredDraft, StoredDraft.id == DraftVersion.draft_id)
        .where(StoredDraft.year == year, DraftVersion.number == number)
    )
    found = session.scalar(query)
    if found is None:
        raise YearError(f"{year}年年报没有第 {number} 版。")
    return found


def save_version(
    session: Session,
    actor: str,
    year: int,
    read: int,
    change: Callable[[YearDraft], Mapping[Place, str]] | None = None,
    note: str = "",
) -> DraftVersion:
    """Make the next version of a year; its Word file is made when it is first asked for.

    Parameters
    ----------
    read : int
        Number of the version that the person saw; another one in force is a `StaleDraft`.
    change : callable(year as it stands) → mapping place → text, optional
        Edits of the new version; by default those of the last one that still stand.

    Raises
    ------
    StaleDraft
    InputError
        If the finished report does not pass `report check`; nothing is stored then.
    """
    stored = _stored(session, actor, year)
    newest = newest_version(session, year)
    number = newest.number if newest else 0
    if read != number:
        by, at = (newest.made_by, newest.made_at) if newest else ("", now())
        raise StaleDraft(
            f"{by} 在 {at.astimezone():%Y-%m-%d %H:%M} 已存了第 {number} 版，您的修改没有保存。"
            "请刷新后再改。"
        )
    current = _draft(session, year, _edits(newest), number)
    if change is not None:  # other words alone: what they are put over was drafted just now
        current = _worded(current.made, change(current), number)
    draft, kept = current.draft, current.edits
    page = render(draft, ".html")
    findings = checked(page, f"{year}.html")
    made = DraftVersion(
        draft_id=stored.id,
        number=number + 1,
        content=json.dumps(
            content_of(draft, findings) | {"layout": printed_json(draft)}, ensure_ascii=False
        ),
        document=None,
        page=page,
        edits=[[place.section, f"{place.sentence}/{place.rank}", text]
               for place, text in kept.items()],
        note=note[:255],
        made_by=actor,
        made_at=now(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(session, actor, "draft.save", f"draft:{year}:{number + 1}", n_edits=len(kept))
    return made


def _stored(session: Session, actor: str, year: int) -> StoredDraft:
    query = select(StoredDraft).where(StoredDraft.year == year).order_by(StoredDraft.id).limit(1)
    found = session.scalar(query.with_for_update())
    if found is None:
        found = StoredDraft(year=year, created_by=actor, created_at=now())
        session.add(found)
        session.flush()
    return found


def _edits(newest: DraftVersion | None) -> dict[Place, str]:
    if newest is None:
        return {}
    return {Place.of(f"{section}/{rest}"): text for section, rest, text in newest.edits}


def content_of(draft: Draft, findings: Sequence[str]) -> dict[str, Any]:
    """A version as plain data: provenance of every number, and the sentences piece by piece."""
    sentences = []
    for place, sentence in places(draft):
        spans = [
            {"text": span.text}
            | ({"figure": span.figure_id} if isinstance(span, Cited) else {})
            | ({"source": span.source.to_json()} if isinstance(span, Quoted) else {})
            for span in sentence.spans
        ]
        sentences.append({"place": place.key, "spans": spans})
    return draft_json(draft) | {"sentences": sentences, "warnings": list(findings)}


def years(session: Session) -> list[int]:
    """Years that have a version, ascending."""
    return sorted(set(session.scalars(select(StoredDraft.year))))
