"""Everything that the page of one case shows, gathered in one reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.candidates import RequestCandidate, read_request
from models.errors import YangguangError
from models.labels import Outcome, outcomes, topics
from models.prediction import Candidate, Decision, Prediction
from service.cases.in_force import (
    FIXED_BY_KIND,
    LAYERS,
    assignments_in_force,
    newest_predictions,
    standing_roll_up,
)
from service.cases.items import ItemOutcome, RolledUp, items_of, rolled_up
from service.cases.replying import replies_of
from service.cases.tables import Assignment, Case, Event, Reply
from service.cases.tables import Prediction as Stored
from service.cases.timeline import clock_of, events_of
from service.casework.milestone import Clock
from service.classification.answer import LetterReader
from service.console.due import Due, due_of
from service.console.highlighting import LAYERS as LAYER_NAMES
from service.console.highlighting import Span, highlight
from service.console.wording import choices, label_name
from service.review.decisions import repeat_of

_N_CANDIDATES = 5
"""Candidates that a number key chooses."""


@dataclass(frozen=True, slots=True)
class Option:
    """A label that a person may choose by a key; probability None where no model gave one."""

    code: str
    name: str
    probability: float | None
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """One question about a case.

    Parameters
    ----------
    chosen : str
        The label in force, blank if none.
    by : str
        Who decided: a person's name, or blank where it is the model's.
    decision : str
        `accept` or `review` of the model, blank without a prediction.
    options : tuple of Option
        The likely ones, best first.
    others : list of Option
        All further labels of the layer.
    """

    code: str
    name: str
    chosen: str
    by: str
    decision: str
    model_id: str
    options: tuple[Option, ...]
    others: list[Option]


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case for its page.

    `suggested` holds outcomes that the letter seems to give to items which nobody decided yet, by
    id; `rolled` is None where no item decides the outcome of the case.
    """

    case: Case
    due: Due | None
    marked: Markup
    replies: list[tuple[Reply, Markup]]
    layers: list[Layer]
    laws: list[Outcome]
    suspicions: tuple[RequestCandidate, ...]
    reminders: tuple[str, ...]
    events: list[Event]
    clock: Clock | None
    clock_fault: str
    items: list[ItemOutcome]
    suggested: dict[int, str]
    rolled: RolledUp | None
    repeats: Case | None
    history: list[Assignment] = field(default_factory=list)

    @property
    def places(self) -> dict[int, int]:
        """Position of each item that stands, by id, for the history."""
        return {found.item.id: found.item.position for found in self.items}


def view_case(session: Session, case: Case, today: dt.date, reader: LetterReader) -> CaseView:
    """Gather a case; nothing is changed.

    Parameters
    ----------
    reader : LetterReader
        Asked what the letter says of each item, where the case was split.
    """
    predicted = {layer: p for (_, layer), p in newest_predictions(session, [case.id]).items()}
    assigned = {layer: a for (_, layer), a in assignments_in_force(session, [case.id]).items()}
    asks_outcome = case.kind == "disclosure" or bool(case.outcome) or "outcome" in predicted
    fixed = FIXED_BY_KIND.get(case.kind, {})
    shown = [
        layer for layer in LAYERS if layer not in fixed and (layer != "outcome" or asks_outcome)
    ]
    replies = replies_of(session, case)
    clock, fault = _clock(session, case, today)
    items = items_of(session, case)
    reading = read_request(case.text, _answers(predicted)) if asks_outcome and not replies else None
    suspicions = reading.candidates if reading else ()
    layers = [_layer(layer, predicted.get(layer), assigned.get(layer), case) for layer in shown]
    return CaseView(
        case=case,
        due=due_of(case, today),
        marked=highlight(case.text, _spans(predicted, None)),
        replies=[(reply, highlight(reply.text, _spans(predicted, reply.id))) for reply in replies],
        layers=layers,
        laws=_laws(layers, case),
        suspicions=suspicions,
        reminders=reading.reminders if reading else (),
        events=events_of(session, case),
        clock=clock,
        clock_fault=fault,
        items=items,
        suggested=_suggested(case, items, replies, reader),
        rolled=standing_roll_up(
            rolled_up(session, [case.id]).get(case.id), assigned.get("outcome")
        ),
        repeats=repeat_of(session, case.id),
        history=_history(session, case),
    )


def _suggested(
    case: Case, items: list[ItemOutcome], replies: list[Reply], reader: LetterReader
) -> dict[int, str]:
    """What the newest letter says of each item that nobody decided, if it has as many items."""
    if not replies or all(found.outcome for found in items):
        return {}
    said = reader.read([replies[-1].text], [case.text])[0].items
    if len(said) != len(items):
        return {}
    return {
        found.item.id: answer.outcome
        for found, answer in zip(items, said, strict=True)
        if answer.outcome and not found.outcome
    }


def _history(session: Session, case: Case) -> list[Assignment]:
    query = select(Assignment).where(Assignment.case_id == case.id, Assignment.reader == 1)
    return list(session.scalars(query.order_by(Assignment.id.desc()).limit(30)))


def _clock(session: Session, case: Case, today: dt.date) -> tuple[Clock | None, str]:
    """Deadlines of an application, or why they cannot be worked out."""
    if case.kind != "disclosure":
        return None, ""
    try:
        return clock_of(session, case, today), ""
    except YangguangError as error:
        return None, error.message


def _spans(predicted: Mapping[str, Stored], reply_id: int | None) -> list[Span]:
    return [
        Span(int(start), int(end), layer, weight)
        for layer, prediction in predicted.items()
        if prediction.reply_id == reply_id
        for start, end, weight in prediction.evidence
    ]


def _answers(predicted: Mapping[str, Stored]) -> dict[str, Prediction]:
    """Stored predictions in the form that the rules for requests read."""
    found = {}
    for layer in ("topic", "subtopic", "intent"):
        stored = predicted.get(layer)
        if stored is not None:
            name = label_name(stored.label, layer)
            candidate = Candidate(stored.label, name, stored.probability)
            decision: Decision = "accept" if stored.decision == "accept" else "review"
            found[layer] = Prediction(
                stored.label, name, stored.probability, decision, (candidate,)
            )  # fmt: skip
    return found


def _layer(layer: str, predicted: Stored | None, assigned: Assignment | None, case: Case) -> Layer:
    known = dict(choices(layer))
    parents = {label.code: label.parent or "" for label in topics()} if layer == "subtopic" else {}
    ranked = {code: p for code, p in (predicted.candidates if predicted else []) if code in known}
    chosen: str = getattr(case, layer)
    if chosen in known:
        ranked.setdefault(chosen, None)
    options = tuple(
        Option(code, known[code], probability, parents.get(code, ""))
        for code, probability in list(ranked.items())[:_N_CANDIDATES]
    )
    others = [
        Option(code, name, None, parents.get(code, ""))
        for code, name in known.items()
        if code not in {option.code for option in options}
    ]
    return Layer(
        layer,
        LAYER_NAMES[layer],
        chosen if chosen in known else "",
        assigned.assigned_by if assigned else "",
        predicted.decision if predicted else "",
        predicted.model_id if predicted else "",
        options,
        others,
    )


def _laws(layers: list[Layer], case: Case) -> list[Outcome]:
    """Rows of table 3 among the candidates, with their articles."""
    known = outcomes()
    for layer in layers:
        if layer.code == "outcome":
            codes = dict.fromkeys([layer.chosen, *(option.code for option in layer.options)])
            return [known.outcome(code) for code in codes if code and code in known][:3]
    return []
