"""`POST /v1/classify`."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError
from pydantic_core import to_json
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.document import Document
from models.errors import InputError, YangguangError
from models.pipeline import DocumentPrediction
from service.accounts.roles import Right
from service.accounts.web import needs
from service.api.batching import SLICE, Batcher
from service.api.problems import RESPONSES
from service.api.schemas import ClassifyIn, ClassifyOut, DocumentIn
from service.api.telemetry import Telemetry
from service.classification.classify import heads_json
from service.classification.content import has_content
from service.classification.outcomes import outcomes_json
from service.settings import Settings

if TYPE_CHECKING:
    from models.replies import ReplyReader

_PATH = "/v1/classify"
BRIEF_CHARACTERS = 4000
_may_classify = needs(Right.CLASSIFY)


class Shortcut:
    """ASGI middleware that answers `POST /v1/classify` where nothing is wrong with it.

    Finding the route and taking the request apart cost the framework as much as a model does.
    Whatever is not right is handed on as it came: the framework then says what is wrong, as
    everywhere else.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        is_ours = scope["type"] == "http" and scope["path"] == _PATH and scope["method"] == "POST"
        if not is_ours or scope.get("root_path"):
            await self._app(scope, receive, send)
            return
        read: deque[Message] = deque()

        async def noted() -> Message:
            message = await receive()
            read.append(message)
            return message

        async def again() -> Message:
            return read.popleft() if read else await receive()

        response = await _answered(Request(scope, noted))
        if response is None:
            await self._app(scope, again, send)
        else:
            scope["route"] = router.routes[0]  # its path is counted and logged
            await response(scope, receive, send)


async def _answered(request: Request) -> Response | None:
    """The answer; None if there is something to complain of."""
    try:
        body = await _parsed(request)
        if body is None:
            return None
        await _may_classify(request)
        return await classify(body, request)
    except (YangguangError, ClientDisconnect):
        return None


async def _parsed(request: Request) -> ClassifyIn | None:
    """The body, if it is declared as plain JSON and valid."""
    if request.headers.get("content-type") != "application/json":
        return None
    content = await request.body()
    try:
        return ClassifyIn.model_validate_json(content)
    except ValidationError:
        return None


router = APIRouter(prefix="/v1", tags=["classify"], dependencies=[Depends(_may_classify)])


@router.post(
    "/classify",
    response_model=ClassifyOut,
    responses=RESPONSES,
    summary="给文本分类：主题、二级主题、诉求类型；有答复书的，读出办理结果",
)
async def classify(body: ClassifyIn, request: Request) -> Response:
    """Classify 1 to 1,000 texts; answers come in their order."""
    state = request.app.state
    _check(body, state.settings)
    batcher: Batcher = state.batcher
    model = batcher.pipeline
    parts = []
    for at in range(0, len(body.documents), SLICE):
        part = body.documents[at : at + SLICE]
        documents = [Document(document.text, document.id) for document in part]
        answers = await batcher.predict(documents, evidence=body.evidence, model=model)
        _count(state.telemetry, answers)
        if _is_brief(part):
            parts.append(_encoded(part, answers, state.reader))
        else:
            parts.append(await run_in_threadpool(_encoded, part, answers, state.reader))
    head = b'{"model_id":' + to_json(model.model_id) + b',"results":['
    return Response(head + b",".join(parts) + b"]}", media_type="application/json")


def _is_brief(documents: Sequence[DocumentIn]) -> bool:
    """Whether reading requests takes less time than handing them to a thread; letters never do."""
    n_characters = sum(len(document.text) for document in documents)
    return n_characters <= BRIEF_CHARACTERS and not any(document.reply for document in documents)


def _encoded(
    documents: Sequence[DocumentIn], answers: Sequence[DocumentPrediction], reader: ReplyReader
) -> bytes:
    """Results as the inside of a JSON list."""
    outcomes = outcomes_json(
        [document.text for document in documents],
        [document.reply for document in documents],
        [answer.heads for answer in answers],
        reader,
    )
    results = [
        {"id": answer.id} | heads_json(answer.heads) | {"outcome": outcome}
        for answer, outcome in zip(answers, outcomes, strict=True)
    ]
    return to_json(results)[1:-1]


def _check(body: ClassifyIn, settings: Settings) -> None:
    n = len(body.documents)
    if n > settings.max_documents:
        raise InputError(f"一次最多 {settings.max_documents} 条，收到 {n} 条，请分批提交。")
    for position, document in enumerate(body.documents):
        longest = max(len(document.text), len(document.reply or ""))
        if longest > settings.max_text_characters:
            limit = settings.max_text_characters
            where = _where(position, document)
            raise InputError(f"{where}超过 {limit} 字，请截取或拆分后再提交。")
        if not has_content(document.text):
            raise InputError(f"{_where(position, document)}没有可以分类的文字：正文是空的。")


def _where(position: int, document: DocumentIn) -> str:
    return f"第 {position + 1} 条" + (f"（编号 {document.id}）" if document.id else "")


def _count(telemetry: Telemetry, answers: Sequence[DocumentPrediction]) -> None:
    telemetry.documents.inc(len(answers))
    tally = Counter((name, a.decision) for answer in answers for name, a in answer.heads.items())
    for (head, decision), n in tally.items():
        telemetry.decided(head, decision, n)
