"""Finished files of a version: the Word file is made, checked and kept when first asked for."""

from __future__ import annotations

import json
from typing import Literal

from service.accounts.audit import record
from service.database.engine import Database
from service.drafts.errors import YearError
from service.drafts.printed import printed_draft
from service.drafts.versions import version
from service.report.rendering.render import checked, render

Kind = Literal["docx", "html", "json"]


def export_version(database: Database, actor: str, year: int, number: int, kind: Kind) -> bytes:
    """One file of a version, which is the same however often and late it is asked for.

    Making it holds no transaction: others go on saving meanwhile.

    Raises
    ------
    YearError
        If there is no such version.
    InputError
        If the Word file does not pass `report check`; it is not handed out then.
    """
    with database.reading() as session:
        found = version(session, year, number)
        files = {"docx": found.document, "html": found.page, "json": found.content.encode()}
    content, made = files[kind], b""
    if content is None and kind == "docx":
        content = made = _word(found.content, year)
    if content is None:
        raise YearError(f"这一版没有存成 {kind}，请再存一版。")
    with database.session() as session:
        if made:
            kept = version(session, year, number)
            if kept.document is None:
                kept.document = made
            content = kept.document
        record(session, actor, "draft.export", f"draft:{year}:{number}", kind=kind)
    return content


def _word(content: str, year: int) -> bytes:
    made = render(printed_draft(json.loads(content)["layout"]), ".docx")
    checked(made, f"{year}.docx")
    return made
