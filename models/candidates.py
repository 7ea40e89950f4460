"""What a request alone lets one suspect: outcomes to verify, and what to verify.

A request cannot show its outcome: whether the information exists, is held, is classified or harms
somebody is found by looking. So nothing here has a probability, and state secrets, harm to third
parties and absence are never read from words (`data/rules/requests.toml`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from models.classifiers.letter.text import LetterText, prepare
from models.errors import LabelError
from models.labels import outcomes, topics
from models.prediction import Evidence, Prediction
from models.resources import data_path
from models.text.required import Cue, cue

_NEVER = frozenset({"refused.state_secret", "refused.third_party", "refused.security"})
"""Never suspected from words."""
_NEEDS_DEMAND = "declined.petition"
_DEMANDING = frozenset({"complaint", "help"})
OTHER_OFFICES = "out_of_scope"


@dataclass(frozen=True, slots=True)
class RequestCandidate:
    """An outcome to verify.

    Parameters
    ----------
    outcome, name : str
        Code and official words of the row.
    article : str
        Provision of 《条例》 it would rest on; empty where there is none.
    why, verify : str
        Chinese: why it comes to mind; what must be found out before anyone decides.
    agency : str, optional
        Office that is probably responsible.
    evidence : tuple of Evidence
        Spans of the request as received.
    """

    outcome: str
    name: str
    article: str
    why: str
    verify: str
    agency: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestReading:
    """Candidates, strongest hint first, and what else to mind."""

    candidates: tuple[RequestCandidate, ...]
    reminders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    outcome: str
    article: str
    why: str
    verify: str
    cues: tuple[Cue, ...]
    unless: Cue | None


@dataclass(frozen=True, slots=True)
class _Rules:
    candidates: tuple[_Entry, ...]
    other_agency: Mapping[str, str]
    reminders: tuple[tuple[str, tuple[Cue, ...]], ...]


def read_request(text: str, answers: Mapping[str, Prediction] | None = None) -> RequestReading:
    """Suspect outcomes of a request.

    Parameters
    ----------
    text : str
        As received; any string.
    answers : mapping of head to Prediction, optional
        Topic and intent of the text, where they are known: another office's matter gets its
        agency, and a complaint that names no paper counts as a petition in disguise.
    """
    letter = prepare(text)
    answers = answers or {}
    found = []
    for entry in _rules().candidates:
        evidence = _evidence(letter, entry.cues)
        if not evidence or (entry.unless and entry.unless.search(letter.text)):
            continue
        if entry.outcome == _NEEDS_DEMAND and not _demands(answers, len(evidence)):
            continue
        found.append(_candidate(entry, evidence))
    elsewhere = _other_office(answers)
    if elsewhere is not None:
        found.insert(0, elsewhere)
    found.sort(key=lambda c: c.outcome == "granted")  # a hint of refusal is looked at first
    reminders = tuple(reminder for reminder, cues in _rules().reminders if _evidence(letter, cues))
    return RequestReading(tuple(found), reminders)


def _demands(answers: Mapping[str, Prediction], n_cues: int) -> bool:
    """Whether the writer wants action: so says the intent, or more than one phrase."""
    intent = answers.get("intent")
    return n_cues > 1 or intent is None or intent.label in _DEMANDING


def _other_office(answers: Mapping[str, Prediction]) -> RequestCandidate | None:
    topic, second = answers.get("topic"), answers.get("subtopic")
    if topic is None or second is None or topic.label != OTHER_OFFICES:
        return None
    agency = topics()[second.label].agency if second.label in topics() else None
    if not agency:
        return None
    rule = _rules().other_agency
    return RequestCandidate(
        rule["outcome"],
        outcomes()[rule["outcome"]].name,
        rule["article"],
        rule["why"].format(agency=agency),
        rule["verify"].format(agency=agency),
        agency,
        second.evidence,
    )


def _candidate(entry: _Entry, evidence: tuple[Evidence, ...]) -> RequestCandidate:
    name = outcomes()[entry.outcome].name
    return RequestCandidate(
        entry.outcome, name, entry.article, entry.why, entry.verify, None, evidence
    )


def _evidence(letter: LetterText, cues: tuple[Cue, ...]) -> tuple[Evidence, ...]:
    found = []
    for one in cues:
        match = one.search(letter.text)
        if match and match.end() > match.start():
            start, end = letter.original_span(match.start(), match.end())
            found.append((start, end))
    return tuple(
        Evidence(letter.original[start:end], start, end, round(1 / len(found), 4))
        for start, end in sorted(set(found))
    )


@cache
def _rules() -> _Rules:
    path = data_path("rules", "requests.toml")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        entries = tuple(
            _Entry(
                outcomes()[entry["outcome"]].code,
                entry["article"],
                entry["why"],
                entry["verify"],
                tuple(map(cue, entry["cues"])),
                cue(entry["unless"]) if "unless" in entry else None,
            )
            for entry in raw["candidates"]
        )
        reminders = tuple(
            (entry["text"], tuple(map(cue, entry["cues"]))) for entry in raw["reminders"]
        )
        rules = _Rules(entries, raw["other_agency"], reminders)
    except (OSError, tomllib.TOMLDecodeError, KeyError, re.error) as error:
        raise LabelError(f"规则文件 {path.name} 有误：{error}。") from error
    if any(entry.outcome in _NEVER for entry in rules.candidates):
        raise LabelError(f"规则文件 {path.name} 不得只凭申请推测涉密、危及安全或损害第三方。")
    return rules
