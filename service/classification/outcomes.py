"""Outcomes beside topic and intent: from the reply letter if there is one, else only suspicions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.candidates import RequestReading, read_request
from models.prediction import Candidate, Evidence, Prediction

if TYPE_CHECKING:  # the letters' rules are slow to import, and most texts come without a letter
    from models.replies import ItemAnswer, ReplyAnswer, ReplyReader

REPLY, REQUEST = "reply", "request"


@cache
def default_reader(path: str | None = None) -> ReplyReader:
    """Letter model of a folder, by default the shipped one, loaded once."""
    from models.replies import load_reader

    return load_reader(path)


def reader_of(model: str | None) -> ReplyReader:
    """The reader of reply letters that goes with a model for messages.

    A fine-tuned network may have learnt letters too and then reads them itself; beside any other
    model the shipped reader does.

    Raises
    ------
    ArtifactError
        If the folder is no model folder.
    """
    if model is not None:
        from models.replies import reads_letters

        if reads_letters(Path(model)):
            return default_reader(model)
    return default_reader()


def outcome_json(answer: ReplyAnswer) -> dict[str, Any]:
    """What a reply letter says, as the command line and the HTTP interface give it."""
    return {
        "basis": REPLY,
        "label": answer.outcome,
        "name": answer.name,
        "probability": round(answer.probability, 4),
        "decision": answer.decision,
        "candidates": _candidates(answer.candidates),
        "evidence": _evidence(answer.evidence),
        "procedural": answer.procedural,
        "old_law": answer.is_old_law,
        "items": [_item(item) for item in answer.items],
        "notices": list(answer.notices),
        "to_verify": [],
        "reminders": [],
    }


def suspicion_json(reading: RequestReading) -> dict[str, Any]:
    """What a request lets one suspect: no label, no probability, always for a person."""
    return {
        "basis": REQUEST,
        "label": None,
        "name": "只有申请，没有答复：以下仅供核实",
        "probability": None,
        "decision": "review",
        "candidates": [],
        "evidence": [],
        "procedural": None,
        "old_law": False,
        "items": [],
        "notices": [],
        "to_verify": [
            {
                "label": c.outcome,
                "name": c.name,
                "article": c.article,
                "why": c.why,
                "verify": c.verify,
                "agency": c.agency,
                "evidence": _evidence(c.evidence),
            }
            for c in reading.candidates
        ],
        "reminders": list(reading.reminders),
    }


def outcomes_json(
    texts: Sequence[str],
    replies: Sequence[str | None],
    answers: Sequence[Mapping[str, Prediction]],
    reader: ReplyReader,
) -> list[dict[str, Any]]:
    """Outcome of each document: read from its reply, or suspected from its request."""
    given = [i for i, reply in enumerate(replies) if reply]
    letters = (
        reader.read([replies[i] or "" for i in given], [texts[i] for i in given]) if given else ()
    )
    read = dict(zip(given, letters, strict=True))
    return [
        outcome_json(read[i]) if i in read else suspicion_json(read_request(text, heads))
        for i, (text, heads) in enumerate(zip(texts, answers, strict=True))
    ]


def _item(item: ItemAnswer) -> dict[str, Any]:
    return {
        "number": item.number,
        "label": item.outcome,
        "name": item.name,
        "probability": round(item.probability, 4),
        "decision": item.decision,
        "candidates": _candidates(item.candidates),
        "evidence": _evidence(item.evidence),
    }


def _candidates(candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    return [
        {"label": c.label, "name": c.name, "probability": round(c.probability, 4)}
        for c in candidates
    ]


def _evidence(evidence: Sequence[Evidence]) -> list[dict[str, Any]]:
    return [
        {"text": e.text, "start": e.start, "end": e.end, "weight": round(e.weight, 4)}
        for e in evidence
    ]
