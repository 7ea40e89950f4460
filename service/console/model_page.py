"""模型: what the model in use is good for, trying it out, comparing and switching."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from models.errors import InputError
from service.accounts.roles import Right
from service.accounts.web import needs
from service.console.highlighting import LAYERS, Span, highlight
from service.console.rendering import render
from service.settings import Settings

router = APIRouter(dependencies=[Depends(needs(Right.CLASSIFY))])


@router.get("/try")
def try_form(request: Request) -> Response:
    """The page with nothing in it yet."""
    return _page(request, "", "")


@router.post("/try")
def try_text(
    request: Request, text: Annotated[str, Form()] = "", reply: Annotated[str, Form()] = ""
) -> Response:
    """Classify what was typed; nothing of it is kept."""
    from service.classification.classify import classify_text, heads_json
    from service.classification.outcomes import outcomes_json

    state, settings = request.app.state, request.app.state.settings
    try:
        if max(len(text), len(reply)) > settings.max_text_characters:
            raise InputError(f"超过 {settings.max_text_characters} 字，请截取后再试。")
        answers = classify_text(text, state.batcher.pipeline)
    except InputError as error:
        return _page(request, text, reply, status=422, fault=error.message)
    spans = [
        Span(e.start, e.end, layer, e.weight)
        for layer, answer in answers.items()
        for e in answer.evidence
    ]
    outcome = outcomes_json([text], [reply or None], [answers], state.reader)[0]
    cited = [Span(e["start"], e["end"], "outcome") for e in outcome["evidence"]]
    return _page(
        request,
        text,
        reply,
        heads=heads_json(answers),
        marked=highlight(text, spans),
        outcome=outcome,
        marked_reply=highlight(reply, cited),
    )


def _page(request: Request, text: str, reply: str, status: int = 200, **found: object) -> Response:
    settings: Settings = request.app.state.settings
    shown: dict[str, object] = {
        "heads": {}, "marked": "", "marked_reply": "", "outcome": None, "fault": "",
    }  # fmt: skip
    return render(
        request,
        "try.html",
        status=status,
        section="model",
        tab="try",
        model_id=request.app.state.batcher.pipeline.model_id,
        max_characters=settings.max_text_characters,
        layers=LAYERS,
        text=text,
        reply=reply,
        **(shown | found),
    )
