"""模型: the card of the model in use, a contest with another, and the switch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from models.errors import YangguangError
from models.resources import data_path
from service.accounts.audit import record
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.console.highlighting import LAYERS
from service.console.rendering import render, tell
from service.console.wording import label_name
from service.database.base import now
from service.database.engine import Database
from service.review.contest import MIN_CASES, MOST_CASES, Contest, contest
from service.review.examples import examples
from service.review.live import Choice, LiveModel, ModelChoiceError, read_choices

router = APIRouter(prefix="/model")
Anyone = Annotated[Principal, Depends(needs(Right.CLASSIFY))]
Administrator = Annotated[Principal, Depends(needs(Right.ADMIN))]
_MERGED = {
    "other_nr": "矿产资源、测绘地理信息（合在一起检验）",
    "other": "综合政务、其他（合在一起检验）",
}
"""Classes of the real messages that stand for several topics."""
_PARTS = (
    ("real_messages", "真实来信", "从公开的来信中取样，由人标注；模型没有学过"),
    ("evaluation", "自编检验来信", "为检验而写，模型没有学过"),
    ("out_of_fold", "轮流留出", "每位写信人轮流留出，用没学过这位的模型来考"),
)


@router.get("")
def card(request: Request, _: Anyone) -> Response:
    """What the model in use is good for, in numbers measured on texts it has not learnt."""
    live = _live(request)
    metrics = _metrics(_folder(request))
    parts = [
        (title, about, [_row(layer, m) for layer, m in metrics[key].items() if layer in LAYERS])
        for key, title, about in _PARTS
        if isinstance(metrics.get(key), dict)
    ]
    return render(
        request,
        "model_card.html",
        section="model",
        tab="card",
        model_id=live.pipeline.model_id,
        problem=live.problem,
        measures=parts,
        labels=_labels(metrics),
        n_learnt=metrics.get("training", {}).get("n_documents"),
    )


@router.get("/choice")
def choice_page(request: Request, _: Administrator) -> Response:
    """Models at hand."""
    return _choice(request)


@router.post("/compare")
def compare(request: Request, _: Administrator, name: Annotated[str, Form()] = "") -> Response:
    """Let a model compete with the one in use on reviewed cases that neither has learnt."""
    try:
        held = _contest(request, name)
    except YangguangError as error:
        return _choice(request, fault=error.message)
    return _choice(request, held=held, name=name)


@router.post("/use")
def use(
    request: Request,
    by: Administrator,
    name: Annotated[str, Form()] = "",
    force: Annotated[str, Form()] = "",
) -> Response:
    """Put a model to use; one that has not won only if the person insists."""
    live, database = _live(request), request.app.state.database
    try:
        held = _contest(request, name) if name else None
        if held is not None and held.verdict != "better" and force != "yes":
            words = f"{held.to_json()['message']}。确要启用，请勾选“没有更好也启用”。"
            return _choice(request, fault=words, held=held, name=name)
        live.choose(Choice(name, by.name, now(), held.to_json() if held else None))
    except YangguangError as error:
        return _choice(request, fault=error.message)
    with database.session() as session:
        verdict = held.verdict if held else ""
        record(
            session, by.name, "model.use", f"model:{name}"[:80],
            verdict=verdict, forced=force == "yes",
        )  # fmt: skip
    answer = RedirectResponse("/console/model/choice", status_code=303)
    return tell(answer, f"已启用 {live.pipeline.model_id}；以后新来的件由它判断。")


def _contest(request: Request, name: str) -> Contest:
    live = _live(request)
    database: Database = request.app.state.database
    new = live.load(name)
    with database.reading() as session:
        held_out = list(examples(session, held_out=True, most=MOST_CASES))
    return contest(live.pipeline, new, held_out)


def _choice(
    request: Request, fault: str = "", held: Contest | None = None, name: str = ""
) -> Response:
    live = _live(request)
    try:
        choices = read_choices(live.folder)
    except ModelChoiceError as error:
        choices, fault = [], fault or error.message
    return render(
        request,
        "model_choice.html",
        status=422 if fault else 200,
        section="model",
        tab="choice",
        fault=fault,
        model_id=live.pipeline.model_id,
        names=["", *live.names()],
        in_use=choices[-1].name if choices else "",
        choices=list(reversed(choices)),
        held=held,
        compared=name,
        layers=LAYERS,
        least=MIN_CASES,
        folder=str(live.folder),
    )


def _live(request: Request) -> LiveModel:
    live: LiveModel = request.app.state.live
    return live


def _folder(request: Request) -> Path:
    """Folder of the model in use."""
    live = _live(request)
    try:
        choices = read_choices(live.folder)
    except ModelChoiceError:
        choices = []
    if choices and choices[-1].name and not live.problem:
        return live.folder / choices[-1].name
    given: Path | None = request.app.state.settings.model_path
    return given or data_path("artifacts", "default")


def _metrics(folder: Path) -> dict[str, Any]:
    """What was measured when the model was made; empty where the folder does not say."""
    try:
        found = json.loads((folder / "metrics.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _row(layer: str, measured: dict[str, Any]) -> dict[str, Any]:
    names = ("n_documents", "accuracy", "top3_accuracy", "accept_coverage", "accept_precision")
    return {"name": LAYERS[layer], **{name: measured.get(name) for name in names}}


def _labels(metrics: dict[str, Any]) -> list[dict[str, Any]]:
    """The first-level topics one by one, on real messages where there are any."""
    measured = (metrics.get("real_messages") or metrics.get("evaluation") or {}).get("topic", {})
    return [
        {"name": _MERGED.get(row["label"]) or label_name(row["label"], "topic"), **row}
        for row in measured.get("labels", [])
    ]
