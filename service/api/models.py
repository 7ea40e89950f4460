"""`/v1/models`: the models at hand, a contest on reviewed cases, which one is in use."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from models.errors import YangguangError
from models.resources import data_path
from service.accounts.audit import record
from service.accounts.principal import Principal
from service.accounts.roles import Right
from service.accounts.web import needs
from service.api.problems import RESPONSES
from service.api.writing import database_of
from service.database.base import now
from service.review.contest import MOST_CASES, Contest, contest
from service.review.examples import examples
from service.review.live import Choice, LiveModel, ModelChoiceError, read_choices

router = APIRouter(prefix="/v1/models", tags=["models"], responses=RESPONSES)
Reader = Annotated[Principal, Depends(needs(Right.READ))]
Administrator = Annotated[Principal, Depends(needs(Right.ADMIN))]
Name = Annotated[str, Field(max_length=80, pattern=r"^[^/\\.\x00][^/\\\x00]*$")]


class ModelOut(BaseModel):
    """A model at hand; `name` blank is the shipped one."""

    name: str
    model_id: str | None
    in_use: bool
    fault: str


class ChoiceOut(BaseModel):
    """Which model was put to use, by whom, when."""

    name: str
    chosen_by: str
    chosen_at: dt.datetime


class ModelsOut(BaseModel):
    """Models at hand and the history of choices, the newest last."""

    models: list[ModelOut]
    choices: list[ChoiceOut]
    problem: str


class HeadOut(BaseModel):
    """Both models on the same cases: right answers, and where only one was right."""

    model_config = ConfigDict(populate_by_name=True)

    head: str
    n: int
    old: int
    new: int
    gained: int
    lost: int
    p_value: float


class ContestOut(BaseModel):
    """The model in use (`old`) against another (`new`)."""

    old: str
    new: str
    verdict: Literal["better", "not_better", "too_few"]
    message: str
    heads: list[HeadOut]


class UseIn(BaseModel):
    """A model to put to use.

    Without `force` it must have won the contest against the one in use.
    """

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=80, description="模型文件夹名；空为随程序附带的模型")]
    force: bool = False


@router.get("", summary="全部模型")
def list_models(request: Request, _: Reader) -> ModelsOut:
    """Models in the data folder and the shipped one."""
    live = _live(request)
    try:
        choices = read_choices(live.folder)
    except ModelChoiceError:
        choices = []
    chosen = choices[-1].name if choices else ""
    names = ["", *live.names()]
    return ModelsOut(
        models=[_describe(live.folder, name, in_use=name == chosen) for name in names],
        choices=[
            ChoiceOut(name=c.name, chosen_by=c.chosen_by, chosen_at=c.chosen_at) for c in choices
        ],
        problem=live.problem,
    )


@router.post("/{name}/contest", summary="与现用模型比较")
def compare(request: Request, _: Administrator, name: Name) -> ContestOut:
    """Compare a model with the one in use on held-out reviewed cases."""
    return ContestOut(**_contest(request, name).to_json())


@router.post("/in-use", summary="启用一个模型")
def put_to_use(request: Request, caller: Administrator, body: UseIn) -> ModelsOut:
    """Put a model to use; it must be better than the one in use, unless forced."""
    live = _live(request)
    held = _contest(request, body.name) if body.name else None
    if held is not None and held.verdict != "better" and not body.force:
        raise ModelChoiceError(f"{held.to_json()['message']}。确要启用，请写 force。")
    choice = Choice(body.name, caller.name, now(), held.to_json() if held else None)
    live.choose(choice)
    with database_of(request).session() as session:
        verdict = held.verdict if held else ""
        record(session, caller.name, "model.use", f"model:{body.name}"[:80], verdict=verdict,
               forced=body.force)  # fmt: skip
    return list_models(request, caller)


def _contest(request: Request, name: str) -> Contest:
    live = _live(request)
    new = live.load(name)
    with database_of(request).reading() as session:
        held_out = list(examples(session, held_out=True, most=MOST_CASES))
    return contest(live.pipeline, new, held_out)


def _describe(folder: Path, name: str, *, in_use: bool) -> ModelOut:
    from models.artifact import read_manifest

    try:
        folder = folder / name if name else data_path("artifacts/default")
        model_id = str(read_manifest(folder)["model_id"])
    except YangguangError as error:
        return ModelOut(name=name, model_id=None, in_use=in_use, fault=error.message)
    return ModelOut(name=name, model_id=model_id, in_use=in_use, fault="")


def _live(request: Request) -> LiveModel:
    found: Any = request.app.state.live
    assert isinstance(found, LiveModel)
    return found
