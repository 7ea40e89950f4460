"""Turning what a page needs into HTML: one environment, one set of filters, one frame."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.clock import BEIJING
from service.accounts.principal import GUEST, Principal
from service.console.navigation import navigation_for
from service.console.wording import channel_name, decider, label_name

HOME = Path(__file__).parent
STATIC = HOME / "static"
TOLD = "yangguang_told"
"""Cookie with the line that the next page begins with; never a citizen's text."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A line above the page; `kind` is info, holds, warning or error."""

    text: str
    kind: str = "holds"


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Render a page inside the frame.

    Parameters
    ----------
    request : Request
        `request.state.principal` is put there by `needs`.
    template : str
        File below `templates/`.
    status : int
    **context
        What the template names; a missing name is an error, never blank.
    """
    principal: Principal = getattr(request.state, "principal", GUEST)
    frame = {
        "principal": principal,
        "csrf": principal.csrf_token,
        "is_guest": principal is GUEST,
        "has_accounts": request.app.state.settings.accounts == "on",
        "navigation": navigation_for(principal),
        "max_upload": request.app.state.settings.max_upload_bytes,
        "section": "",
        "waiting": 0,
        "notice": _told(request),
    }
    content = environment().get_template(template).render(frame | context)
    answer = HTMLResponse(content, status_code=status)
    if TOLD in request.cookies:
        answer.delete_cookie(TOLD, path="/console/")
    return answer


def tell(answer: Response, text: str, kind: str = "holds") -> Response:
    """Let the next page begin with a line; used when a form leads to another page."""
    value = quote(f"{kind}|{text[:300]}")
    answer.set_cookie(TOLD, value, path="/console/", httponly=True, samesite="lax", max_age=60)
    return answer


def _told(request: Request) -> Notice | None:
    kind, _, text = unquote(request.cookies.get(TOLD, "")).partition("|")
    return Notice(text, kind) if text and kind in ("holds", "info", "warning", "error") else None


@cache
def environment() -> Environment:
    """The templates, loaded once; everything is escaped and an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(HOME / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = asset
    made.globals["query"] = query
    made.filters["moment"] = moment
    made.filters["percent"] = percent
    made.filters["count"] = count
    made.filters["label"] = label_name
    made.filters["channel"] = channel_name
    made.filters["decider"] = decider
    return made


@cache
def asset(name: str) -> str:
    """Address of a static file with its content's hash, so that a browser may keep it for good."""
    content = (STATIC / name).read_bytes()
    return f"/console/static/{name}?{hashlib.sha256(content).hexdigest()[:10]}"


def query(values: Mapping[str, object], **changes: object) -> str:
    """A query string of what is not blank, with some values changed."""
    merged = {**values, **changes}
    return urlencode({key: value for key, value in merged.items() if value not in ("", None)})


def moment(at: dt.datetime | None) -> str:
    """A moment in Beijing time, as 2025-03-04 15:06; blank if there is none."""
    return "" if at is None else at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def percent(ratio: float | None) -> str:
    """A ratio in 0..1 as a whole percent; nearly all is not shown as all, nor a little as none."""
    if ratio is None:
        return "—"
    shown = round(ratio * 100)
    if shown == 0 and ratio > 0:
        return "<1%"
    return f"{99 if shown == 100 and ratio < 1 else shown}%"


def count(value: float | None) -> str:
    """A number, from 10 000 in groups of three digits; a dash if not known."""
    if value is None:
        return "—"
    return f"{value:.0f}" if abs(value) < 10_000 else f"{value:,.0f}".replace(",", " ")
