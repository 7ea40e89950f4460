"""`POST /v1/classify`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from models.document import Document
from models.errors import InputError
from models.pipeline import DocumentPrediction
from service.accounts.roles import Right
from service.accounts.web import needs
from service.api.batching import Batcher
from service.api.problems import RESPONSES
from service.api.schemas import ClassifyIn, ClassifyOut
from service.api.telemetry import Telemetry
from service.classification.classify import heads_json
from service.classification.content import has_content
from service.classification.outcomes import outcomes_json
from service.settings import Settings

router = APIRouter(prefix="/v1", tags=["classify"], dependencies=[Depends(needs(Right.CLASSIFY))])


@router.post(
    "/classify",
    response_model=ClassifyOut,
    responses=RESPONSES,
    summary="给文本分类：主题、二级主题、诉求类型；有答复书的，读出办理结果",
)
async def classify(body: ClassifyIn, request: Request) -> Any:
    """Classify 1 to 1,000 texts; answers come in their order."""
    settings: Settings = request.app.state.settings
    _check(body, settings)
    batcher: Batcher = request.app.state.batcher
    documents = [Document(document.text, document.id) for document in body.documents]
    answers = await batcher.predict(documents, evidence=body.evidence)
    _count(request.app.state.telemetry, answers)
    outcomes = await run_in_threadpool(
        outcomes_json,
        [document.text for document in body.documents],
        [document.reply for document in body.documents],
        [answer.heads for answer in answers],
        request.app.state.reader,
    )
    results = [
        {"id": answer.id} | heads_json(answer.heads) | {"outcome": outcome}
        for answer, outcome in zip(answers, outcomes, strict=True)
    ]
    return JSONResponse({"model_id": batcher.pipeline.model_id, "results": results})


def _check(body: ClassifyIn, settings: Settings) -> None:
    n = len(body.documents)
    if n > settings.max_documents:
        raise InputError(f"一次最多 {settings.max_documents} 条，收到 {n} 条，请分批提交。")
    for position, document in enumerate(body.documents):
        where = f"第 {position + 1} 条" + (f"（编号 {document.id}）" if document.id else "")
        longest = max(len(document.text), len(document.reply or ""))
        if longest > settings.max_text_characters:
            limit = settings.max_text_characters
            raise InputError(f"{where}超过 {limit} 字，请截取或拆分后再提交。")
        if not has_content(document.text):
            raise InputError(f"{where}没有可以分类的文字：正文是空的。")


def _count(telemetry: Telemetry, answers: Sequence[DocumentPrediction]) -> None:
    telemetry.documents.inc(len(answers))
    tally = Counter((name, a.decision) for answer in answers for name, a in answer.heads.items())
    for (head, decision), n in tally.items():
        telemetry.decisions.labels(head, decision).inc(n)
