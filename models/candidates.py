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

from models.classifiers.letter.text import MAX_CHARACTERS, mended
from models.errors import LabelError
from models.labels import outcomes, topics
from models.prediction import Evidence, Prediction
from models.resources import data_path
from models.text.blankless import blankless
from models.text.required import Cues

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
    cues: tuple[int, ...]  # places in `_Rules.all_cues`
    unless: int | None


@dataclass(frozen=True, slots=True)
class _Rules:
    candidates: tuple[_Entry, ...]
    other_agency: Mapping[str, str]
    reminders: tuple[tuple[str, tuple[int, ...]], ...]
    all_cues: Cues


class _Request:
    """A request in the form that rules read, and what they find in it."""

    def __init__(self, original: str, cues: Cues) -> None:
        found = blankless(original[:MAX_CHARACTERS])
        self._original, self._source = original, found.source
        self._text = mended(found.text)
        self._patterns, self._worth_trying = cues.patterns, cues.worth_trying(self._text)

    def has(self, cue: int | None) -> bool:
        """Whether a cue is found."""
        return cue is not None and self._search(cue) is not None

    def evidence(self, cues: tuple[int, ...]) -> tuple[Evidence, ...]:
        """First place of each cue that is found, as spans of the request as received."""
        if self._worth_trying.isdisjoint(cues):
            return ()
        found = set()
        for cue in cues:
            match = self._search(cue)
            if match and match.end() > match.start():
                first, last = self._source[match.start()], self._source[match.end() - 1]
                found.add((int(first), int(last) + 1))
        return tuple(
            Evidence(self._original[start:end], start, end, round(1 / len(found), 4))
            for start, end in sorted(found)
        )

    def _search(self, cue: int) -> re.Match[str] | None:
        return self._patterns[cue].search(self._text) if cue in self._worth_trying else None


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
    rules = _rules()
    request = _Request(text, rules.all_cues)
    answers = answers or {}
    found = []
    for entry in rules.candidates:
        evidence = request.evidence(entry.cues)
        if not evidence or request.has(entry.unless):
            continue
        if entry.outcome == _NEEDS_DEMAND and not _demands(answers, len(evidence)):
            continue
        found.append(_candidate(entry, evidence))
    elsewhere = _other_office(answers)
    if elsewhere is not None:
        found.insert(0, elsewhere)
    found.sort(key=lambda c: c.outcome == "granted")  # a hint of refusal is looked at first
    reminders = tuple(reminder for reminder, cues in rules.reminders if request.evidence(cues))
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


@cache
def _rules() -> _Rules:
    path = data_path("rules", "requests.toml")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        patterns: list[str] = []

        def places(cues: list[str]) -> tuple[int, ...]:
            patterns.extend(cues)
            return tuple(range(len(patterns) - len(cues), len(patterns)))

        entries = tuple(
            _Entry(
                outcomes()[entry["outcome"]].code,
                entry["article"],
                entry["why"],
                entry["verify"],
                places(entry["cues"]),
                places([entry["unless"]])[0] if "unless" in entry else None,
            )
            for entry in raw["candidates"]
        )
        reminders = tuple((entry["text"], places(entry["cues"])) for entry in raw["reminders"])
        rules = _Rules(entries, raw["other_agency"], reminders, Cues(patterns))
    except (OSError, tomllib.TOMLDecodeError, KeyError, re.error) as error:
        raise LabelError(f"规则文件 {path.name} 有误：{error}。") from error
    if any(entry.outcome in _NEVER for entry in rules.candidates):
        raise LabelError(f"规则文件 {path.name} 不得只凭申请推测涉密、危及安全或损害第三方。")
    return rules
