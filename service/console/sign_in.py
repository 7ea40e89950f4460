"""登录, 退出, 改密码."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from service.accounts import passwords, people
from service.accounts import sign_in as sessions
from service.accounts.errors import AccountError, Throttled, WrongPassword
from service.accounts.principal import GUEST, Principal
from service.accounts.tables import User
from service.accounts.web import COOKIE, address_of, lifetime, needs, refuse_other_sites
from service.console.rendering import render, tell
from service.database.engine import Database
from service.settings import Settings

router = APIRouter()
Signed = Annotated[Principal, Depends(needs(None, before_change=True))]


@router.get("/login")
def sign_in_form(request: Request, next: str = "") -> Response:
    """The sign-in page; without accounts there is nothing to sign in to."""
    if request.app.state.settings.accounts == "off":
        return RedirectResponse("/console/", status_code=303)
    return _form(request, inside(next))


@router.post("/login")
def sign_in(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """Open a session and go where the person wanted to go."""
    refuse_other_sites(request)
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    try:
        opened = sessions.sign_in(
            database, name.strip(), password, address_of(request), lifetime(settings)
        )
    except (Throttled, WrongPassword) as error:
        return _form(request, inside(next), name, error.message, status=error.status)
    answer = RedirectResponse(
        "/console/password" if opened.user.must_change_password else inside(next), status_code=303
    )
    keep_session(request, answer, opened.token)
    return answer


@router.post("/logout")
def sign_out(request: Request, _: Signed) -> Response:
    """End the session."""
    database: Database = request.app.state.database
    token = request.cookies.get(COOKIE)
    if token is not None:
        with database.session() as session:
            sessions.sign_out(session, token)
    answer = RedirectResponse("/console/login", status_code=303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


@router.get("/password")
def password_form(request: Request, by: Signed) -> Response:
    """The page where one's own password is changed."""
    return _password(request, by)


@router.post("/password")
def change_password(
    request: Request,
    by: Signed,
    current: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Change it; other sessions of the person end."""
    if new != again:
        return _password(request, by, "两次输入的新密码不一样。", status=422)
    token = request.cookies.get(COOKIE)
    try:
        people.change_password(
            request.app.state.database, by, current, new, address_of(request), token
        )
    except (AccountError, Throttled) as error:
        return _password(request, by, error.message, status=getattr(error, "status", 422))
    answer = RedirectResponse("/console/", status_code=303)
    return tell(answer, "密码已改。其他地方的登录已经退出。")


def _password(request: Request, by: Principal, fault: str = "", status: int = 200) -> Response:
    must_change = False
    if by.user_id is not None:
        with request.app.state.database.reading() as session:
            must_change = session.get_one(User, by.user_id).must_change_password
    return render(
        request,
        "password.html",
        status=status,
        fault=fault,
        must_change=must_change,
        min_length=passwords.SHORTEST,
    )


def keep_session(request: Request, answer: Response, token: str) -> None:
    """Give the browser its session; scripts cannot read it, other sites cannot send it."""
    answer.set_cookie(
        COOKIE,
        token,
        max_age=request.app.state.settings.session_hours * 3600,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def inside(address: str) -> str:
    """An address of the console, or the desk if it is none: nobody is sent elsewhere."""
    is_ours = address.startswith("/console/") and "\\" not in address and "\n" not in address
    return address if is_ours else "/console/"


def _form(
    request: Request, next: str, name: str = "", fault: str = "", status: int = 200
) -> Response:
    request.state.principal = GUEST
    return render(request, "sign_in.html", status=status, next=next, name=name[:64], fault=fault)
