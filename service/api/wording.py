"""The generator of the service for one request: within its time, ended when the caller goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import Request
from starlette.datastructures import State

from models.errors import InputError
from models.summarizers.generation.request import Cancellation, Limits

if TYPE_CHECKING:
    from service.report.drafting.wording import Wording

_DRAFT_SECONDS = 300.0


def open_wording(state: State, cancellation: Cancellation) -> Wording:
    """Words for one draft by the generator of the service.

    Raises
    ------
    InputError
        If the service has none.
    """
    from models.summarizers.generation.rewriting import Rewriter
    from service.report.drafting.wording import Wording

    if state.generator is None:
        raise InputError("本服务没有设置生成模型，请由管理员设置 YANGGUANG_GENERATOR。")
    limits = Limits(state.settings.generator_seconds)
    return Wording(Rewriter(state.generator, limits, cancellation), _DRAFT_SECONDS)


@asynccontextmanager
async def cancelled_with(request: Request) -> AsyncIterator[Cancellation]:
    """A cancellation that is switched when the caller hangs up."""
    cancellation = Cancellation()

    async def watch() -> None:
        # the body is read by now; all that can still come is the end of the connection
        while (await request.receive())["type"] != "http.disconnect":
            pass
        cancellation.cancel()

    watcher = asyncio.create_task(watch())
    try:
        yield cancellation
    finally:
        watcher.cancel()
