"""Errors over HTTP: RFC 9457 problems with a stable code and a Chinese message, nothing else."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from models.errors import YangguangError
from service.accounts.errors import Throttled
from service.database.availability import StoreUnavailable
from service.refusals import why_refused

MEDIA_TYPE = "application/problem+json"
_log = structlog.get_logger()


class Problem(BaseModel):
    """RFC 9457 problem."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[dict[str, str]] = []


TITLES = {
    400: "请求有误",
    401: "需要登录",
    403: "没有权限",
    404: "没有找到",
    405: "这个地址不支持这种请求方法",
    408: "请求超时",
    409: "与现状冲突",
    413: "内容太大",
    415: "内容类型不支持",
    422: "内容不能用",
    428: "没有说明版本",
    429: "试得太多次了",
    500: "程序内部出错",
    503: "服务尚未就绪",
}

RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": TITLES[status], "content": {MEDIA_TYPE: {}}}
    for status in (400, 401, 403, 404, 409, 413, 422, 428, 429, 503)
}


def problem(
    status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None
) -> JSONResponse:
    """Build a problem response; the type is a stable name, listed in docs/errors.md."""
    title = TITLES.get(status, "请求有误")
    body: dict[str, Any] = {
        "type": f"urn:yangguang:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Map every error to a problem."""
    app.add_exception_handler(YangguangError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _expected(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, YangguangError)
    answer = problem(getattr(error, "status", 422), error.code, error.message)
    if answer.status_code == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Throttled):
        answer.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, StoreUnavailable):
        answer.headers["Retry-After"] = "5"
    return answer


_PLACES = {"query": "查询参数", "path": "地址中的", "header": "请求头", "cookie": "Cookie"}


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = []
    for item in error.errors():
        if item["type"] == "json_invalid":
            return problem(
                400, "not_json", "请求正文不是正确的 JSON，请检查引号、逗号和编码（UTF-8）。"
            )
        where = ".".join(str(part) for part in item["loc"] if part != "body") or "正文"
        found.append({"where": where, "why": why_refused(item["type"], item.get("ctx"))})
    first = found[0]
    detail = f"{_place(first['where'])}：{first['why']}。"
    if len(found) > 1:
        detail = f"共 {len(found)} 处有误，第一处是 {detail}"
    return problem(422, "invalid", detail, found[:20])


def _place(where: str) -> str:
    """Where a value stands, as a person calls it."""
    kind, dot, name = where.partition(".")
    return f"{_PLACES[kind]} {name}" if dot and kind in _PLACES else where


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    codes = {400: "bad_request", 404: "not_found", 405: "method", 413: "too_large"}
    code = codes.get(error.status_code, "http")
    if error.status_code == 400 and "body" in str(error.detail):
        return problem(400, "not_json", "请求正文读不出来，应为 UTF-8 编码的 JSON。")
    if error.status_code == 404:
        return problem(404, code, "没有这个地址，请对照 /docs 检查。")
    return problem(error.status_code, code, f"{TITLES.get(error.status_code, '请求有误')}。")


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    # The type alone is logged: a message or traceback may quote a citizen's text.
    request_id = getattr(request.state, "request_id", "")
    _log.error("unexpected_error", kind=type(error).__name__, request_id=request_id)
    return problem(500, "internal", f"程序内部出错，请把编号 {request_id} 告诉维护人员。")
