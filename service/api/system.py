"""Labels, health and metrics."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from models import __version__
from models.labels import LabelSet, intents, outcomes, topics
from service.accounts.roles import Right
from service.accounts.web import needs
from service.api.problems import RESPONSES, problem
from service.api.schemas import LabelOut, LabelSetOut, LabelsOut

router = APIRouter()
_ANYBODY_HERE = [Depends(needs(Right.CLASSIFY))]


@router.get(
    "/v1/labels",
    response_model=LabelsOut,
    dependencies=_ANYBODY_HERE,
    responses={status: RESPONSES[status] for status in (401, 403)},
    tags=["labels"],
    summary="全部标签集",
)
async def labels() -> LabelsOut:
    """All label sets with codes, Chinese names, terms and neighbours."""
    return LabelsOut(label_sets=[_label_set(s) for s in (topics(), intents(), outcomes())])


def _label_set(label_set: LabelSet) -> LabelSetOut:
    rows = [
        LabelOut(
            code=label.code,
            name=label.name,
            parent=label.parent,
            agency=label.agency,
            terms=list(label.terms),
            neighbours=list(label.neighbours),
        )
        for label in label_set
    ]
    return LabelSetOut(
        name=label_set.name, version=label_set.version, title=label_set.title, labels=rows
    )


@router.get("/healthz", tags=["system"], summary="进程是否活着")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok", "version": __version__}


@router.get("/readyz", tags=["system"], summary="是否可以接受请求", responses={503: RESPONSES[503]})
async def readyz(request: Request) -> Any:
    """The model is loaded."""
    batcher = getattr(request.app.state, "batcher", None)
    if batcher is None:
        return problem(503, "not_ready", "模型尚未装入，请稍候。")
    return JSONResponse({"status": "ready", "model_id": batcher.pipeline.model_id})


@router.get(
    "/metrics",
    dependencies=_ANYBODY_HERE,
    responses={status: RESPONSES[status] for status in (401, 403)},
    tags=["system"],
    summary="Prometheus 指标",
    response_class=Response,
)
def metrics(request: Request) -> Response:
    """Prometheus text format."""
    content = generate_latest(request.app.state.telemetry.registry)
    return Response(content, media_type=CONTENT_TYPE_LATEST)
