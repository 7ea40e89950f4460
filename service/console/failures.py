"""Errors as pages: what happened, what to do, and a way back; never a traceback or a text."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import escape
from starlette.exceptions import HTTPException

from models.errors import YangguangError
from service.accounts.errors import CsrfMissing, Forbidden, NotSignedIn, PasswordMustChange
from service.console.rendering import render

_log = structlog.get_logger()
_TITLES = {
    400: "请求有误",
    403: "没有权限",
    404: "没有这一页",
    405: "不能这样打开",
    409: "已被别人改过",
    413: "文件太大",
    422: "内容不能用",
    429: "试得太多次了",
    500: "程序内部出错",
    503: "暂时不能用",
}


def install(console: FastAPI) -> None:
    """Answer every error of the console with a page."""
    console.add_exception_handler(NotSignedIn, _sign_in)
    console.add_exception_handler(PasswordMustChange, _change_password)
    console.add_exception_handler(YangguangError, _expected)
    console.add_exception_handler(RequestValidationError, _invalid)
    console.add_exception_handler(HTTPException, _http)
    console.add_exception_handler(Exception, _unexpected)


def failure(request: Request, status: int, detail: str) -> Response:
    """An error page, or for a part of a page (htmx) a line that the page shows above itself."""
    title = _TITLES.get(status, "请求有误")
    if request.headers.get("HX-Request"):
        words = f'<div class="note error" role="alert"><p>{escape(detail)}</p></div>'
        return HTMLResponse(words, status_code=status)
    earlier = urlsplit(request.headers.get("referer", ""))
    back = earlier.path if earlier.path.startswith("/console/") else "/console/"
    if earlier.query and back != "/console/":
        back = f"{back}?{earlier.query}"
    is_home = back == "/console/" or earlier.path == request.url.path
    return render(
        request,
        "failure.html",
        status=status,
        title=title,
        detail=detail,
        back="/console/" if is_home else back,
        back_words="到工作台" if is_home else "返回上一页",
        request_id=getattr(request.state, "request_id", "") if status >= 500 else "",
    )


async def _sign_in(request: Request, _: Exception) -> Response:
    wanted = request.url.path if request.method == "GET" else "/console/"
    if request.url.query and request.method == "GET":
        wanted = f"{wanted}?{request.url.query}"
    address = f"/console/login?{urlencode({'next': wanted})}"
    if request.headers.get("HX-Request"):
        return Response(status_code=401, headers={"HX-Redirect": "/console/login"})
    return RedirectResponse(address, status_code=303)


async def _change_password(request: Request, _: Exception) -> Response:
    if request.headers.get("HX-Request"):
        return Response(status_code=403, headers={"HX-Redirect": "/console/password"})
    return RedirectResponse("/console/password", status_code=303)


async def _expected(request: Request, error: Exception) -> Response:
    assert isinstance(error, YangguangError)
    status = getattr(error, "status", 422)
    if isinstance(error, CsrfMissing):
        return failure(request, 403, "这一页放得太久，已经失效。请返回上一页、刷新后再做一次。")
    if isinstance(error, Forbidden):
        return failure(request, 403, error.message)
    return failure(request, status, error.message)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    names = "、".join(sorted({str(item["loc"][-1]) for item in error.errors()}))
    return failure(request, 422, f"表单中有填得不对的地方（{names}），请返回上一页改正后再提交。")


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = {
        404: "地址写错了，或者这一项已经不在了。",
        405: "这个地址不能直接打开，请从页面上的按钮进入。",
    }
    return failure(request, error.status_code, words.get(error.status_code, "请返回上一页再试。"))


async def _unexpected(request: Request, error: Exception) -> Response:
    # The type alone is logged: a message or traceback may quote a citizen's text.
    request_id = getattr(request.state, "request_id", "")
    _log.error("unexpected_error", kind=type(error).__name__, request_id=request_id)
    return failure(
        request, 500, "不是您操作的问题。请把下面的编号告诉维护人员；已保存的内容不受影响。"
    )
