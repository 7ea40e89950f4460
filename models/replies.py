"""Reply letters in, rows of table 3 out: rules and a trained head, item by item, with evidence.

A letter of which the two sides say different things, or one that provides some items and not
others, goes to a person. What is not an outcome (补正告知 …) is said to be none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.artifact import BLEND, LETTERS, TRANSFORMER, load_pipeline, read_manifest
from models.classifiers.letter import notices
from models.classifiers.letter.combination import ONE_THING, Combination, point_rows
from models.classifiers.letter.dating import date_of_letter
from models.classifiers.letter.reading import Reading, read_letter
from models.classifiers.letter.rollup import roll_up
from models.classifiers.letter.weighing import ItemReading
from models.clock import beijing_day
from models.errors import ArtifactError
from models.labels import PROCEDURAL, letter_kinds, outcomes
from models.loading import check_folder
from models.prediction import Candidate, Decision, Evidence
from models.predictor import Predictor
from models.resources import data_path

LETTER = "letter"
HEAD = LETTERS
N_CANDIDATES, N_EVIDENCE = 3, 5
MIN_CHARACTERS = 6
"""Decision texts shorter than this tell the trained head nothing."""
MIN_PROBABILITY = 0.35
"""Below this, without a rule that says so, no row is named."""


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """Outcome of one item of a letter; `outcome` is None where no row can be read."""

    number: str
    outcome: str | None
    name: str
    probability: float
    decision: Decision
    candidates: tuple[Candidate, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ReplyAnswer:
    """What a reply letter says.

    Parameters
    ----------
    outcome : str, optional
        Code of the row of the case; None for a procedural letter and where none can be read.
    name : str
        Official words of the row, or what the letter is instead.
    probability : float
        Calibrated on letters written for this project; for several items that of the least sure.
    decision : {"accept", "review"}
    candidates : tuple of Candidate
        The answer first.
    evidence : tuple of Evidence
        Spans of the letter as received.
    procedural : str, optional
        Kind of a letter that ends nothing.
    items : tuple of ItemAnswer
    notices : tuple of str
        Chinese: what a person should know, most important first.
    is_old_law : bool
        The letter applies the text of 2007.
    """

    outcome: str | None
    name: str
    probability: float
    decision: Decision
    candidates: tuple[Candidate, ...]
    evidence: tuple[Evidence, ...]
    procedural: str | None
    items: tuple[ItemAnswer, ...]
    notices: tuple[str, ...]
    is_old_law: bool


@dataclass(frozen=True, slots=True)
class ReplyReader:
    """A loaded letter model; safe to share between threads.

    Parameters
    ----------
    pipeline : Predictor, optional
        Its head `outcome` is asked. Without it the rules answer alone, and everything goes to
        review.
    combination : Combination
    """

    pipeline: Predictor | None
    combination: Combination

    @property
    def model_id(self) -> str:
        """`name@version` of the trained head, or `rules`."""
        return self.pipeline.model_id if self.pipeline else "rules"

    def read(
        self,
        replies: Sequence[str],
        requests: Sequence[str | None] | None = None,
        *,
        today: date | None = None,
    ) -> list[ReplyAnswer]:
        """Read letters, in order. Any string is accepted.

        Parameters
        ----------
        replies : sequence of n str
        requests : sequence of n str or None, optional
            What each answers, if known: its numbers say how many items there are.
        today : date, optional
            A letter dated later goes to review; by default the day of the call.
        """
        asked = requests if requests is not None else [None] * len(replies)
        readings = [
            read_letter(reply, request or "") for reply, request in zip(replies, asked, strict=True)
        ]
        joined = self._joined(readings)
        readings = [one or reading for one, reading in zip(joined, readings, strict=True)]
        items = [(reading, item) for reading in readings for item in reading.items]
        texts = [reading.decision_text(item) for reading, item in items]
        y_prob, codes = self._head_probabilities(texts)
        points = point_rows([item.points for _, item in items], codes)
        n_characters = np.array([len(text) for text in texts], np.intp)
        joint = self.combination.probabilities(y_prob, points, n_characters)
        answers, at = [], 0
        for one, reading in zip(joined, readings, strict=True):
            rows = slice(at, at + len(reading.items))
            judges = [
                _Judge(reading, item, codes, y_prob[i], joint[i], self.combination.threshold)
                for i, item in zip(range(rows.start, rows.stop), reading.items, strict=True)
            ]
            answer = _answer(reading, judges, has_head=self.pipeline is not None)
            doubts = [notices.READ_AS_ONE] if one is not None else []
            signed = date_of_letter(reading.letter.original)
            if signed is not None and signed > (today or beijing_day()):
                doubts.append(notices.future_date(signed))
            if doubts:
                answer = replace(answer, decision="review", notices=(*doubts, *answer.notices))
            answers.append(answer)
            at = rows.stop
        return answers

    def _joined(self, readings: Sequence[Reading]) -> list[Reading | None]:
        """Letters that the rules split by their words and the head, sure of it, reads as one."""
        found: list[Reading | None] = [None] * len(readings)
        if self.pipeline is None:
            return found
        split = [i for i, reading in enumerate(readings) if reading.is_split_by_words]
        if not split:
            return found
        y_prob, codes = self._head_probabilities([readings[i].whole_text for i in split])
        for i, row in zip(split, y_prob, strict=True):
            kind = codes[int(row.argmax())]
            if row.max() >= ONE_THING and kind != "partial":
                found[i] = readings[i].as_one(kind)
        return found

    def _head_probabilities(self, texts: list[str]) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        """The trained head's opinion, uniform where it has none; and the kinds it knows."""
        if self.pipeline is None:
            codes = tuple(label.code for label in letter_kinds())
            return np.full((len(texts), len(codes)), 1 / len(codes)), codes
        head = self.pipeline.predict_texts(texts).heads[HEAD]
        y_prob = head.y_prob.astype(np.float64)
        y_prob[[len(text) < MIN_CHARACTERS for text in texts]] = 1 / len(head.codes)
        return y_prob, head.codes


@dataclass(frozen=True, slots=True)
class _Judge:
    """One item with the opinions of both sides."""

    reading: Reading
    item: ItemReading
    codes: tuple[str, ...]
    y_prob: NDArray[np.float64]
    joint: NDArray[np.float64]
    threshold: float

    @property
    def best(self) -> str | None:
        """Kind of the letter, or None if neither side is sure of a row."""
        code = self.codes[int(self.joint.argmax())]
        named = self.item.best is not None and self.item.best in self.codes
        return code if named or self.joint.max() >= MIN_PROBABILITY else None

    @property
    def head_best(self) -> str | None:
        """The trained head's own answer, if it has an opinion."""
        if self.y_prob.max() - self.y_prob.min() < 1e-9:
            return None
        return self.codes[int(self.y_prob.argmax())]

    @property
    def agrees(self) -> bool:
        """Whether rules, head and both together say the same."""
        return self.best is not None and self.best == self.item.best == self.head_best

    def answer(self) -> ItemAnswer:
        """Answer of this item alone."""
        best = self.best
        probability = float(self.joint.max())
        accepted = self.agrees and probability >= self.threshold and not self.item.is_mixed
        order = np.argsort(-self.joint, kind="stable")[:N_CANDIDATES]
        candidates = tuple(
            Candidate(self.codes[j], _name(self.codes[j]), float(self.joint[j])) for j in order
        )
        is_row = best is not None and not best.startswith(PROCEDURAL)
        return ItemAnswer(
            self.item.number,
            best if is_row else None,
            _name(best) if best else notices.UNREADABLE_NAME,
            probability,
            "accept" if accepted else "review",
            candidates,
            _evidence(self.reading, self.item, best),
        )


def _answer(reading: Reading, judges: list[_Judge], *, has_head: bool) -> ReplyAnswer:
    items = tuple(judge.answer() for judge in judges)
    kind = judges[0].best if len(judges) == 1 else None
    said = list(notices.of_reading(reading))
    if has_head:
        said += [
            notices.disagreement(_name(j.item.best), _name(j.head_best))
            for j in judges
            if j.item.best and j.head_best and j.item.best != j.head_best
        ]
    if kind is not None and kind.startswith(PROCEDURAL):
        only = items[0]
        said.insert(0, notices.procedural(_name(kind)))
        return ReplyAnswer(
            outcome=None,
            name=f"{_name(kind)}（不是办理结果）",
            probability=only.probability,
            decision=only.decision if reading.n_letters == 1 else "review",
            candidates=only.candidates,
            evidence=only.evidence,
            procedural=kind.removeprefix(PROCEDURAL),
            items=(),
            notices=tuple(said),
            is_old_law=reading.is_old_law,
        )
    found = [item.outcome for item in items if item.outcome is not None]
    evidence = tuple(e for item in items for e in item.evidence)[: 2 * N_EVIDENCE]
    least = min(items, key=lambda item: item.probability)
    if not found:
        said.append(notices.UNREADABLE)
        name = notices.UNREADABLE_NAME
        if any(judge.item.best == "refused" for judge in judges):
            said[-1], name = notices.NO_REASON, notices.NO_REASON_NAME
        return ReplyAnswer(
            None, name, least.probability, "review", least.candidates, evidence, None, items,
            tuple(said), reading.is_old_law,
        )  # fmt: skip
    case = roll_up(found)
    mixed = case.is_mixed or any(judge.item.is_mixed for judge in judges)
    if mixed:
        said.insert(0, notices.MIXED)
    if case.is_first_of_several:
        said.insert(0, notices.FIRST_OF_SEVERAL)
    sure = all(item.decision == "accept" for item in items) and not mixed
    sure = sure and not case.is_first_of_several and reading.n_letters == 1
    candidates = least.candidates
    if len(items) > 1:
        candidates = (Candidate(case.outcome, _name(case.outcome), least.probability),)
    return ReplyAnswer(
        case.outcome, _name(case.outcome), least.probability, "accept" if sure else "review",
        candidates, evidence, None, items, tuple(said), reading.is_old_law,
    )  # fmt: skip


def _name(code: str | None) -> str:
    if code is None:
        return ""
    if code.startswith(PROCEDURAL):
        return letter_kinds()[code].name
    return outcomes()[code].name


def _evidence(reading: Reading, item: ItemReading, best: str | None) -> tuple[Evidence, ...]:
    """Places of the letter that spoke for the answer, strongest first."""
    if best is None:
        best = item.best
    speaks = [
        h
        for h in item.hits
        if best in (h.code, "partial") or h.code == (best or "").partition(".")[0]
    ]
    total = sum(h.points for h in speaks) or 1.0
    found: dict[tuple[int, int], Evidence] = {}
    for hit in sorted(speaks, key=lambda h: (-h.points, h.start)):
        start, end = reading.letter.original_span(hit.start, hit.end)
        text = reading.letter.original[start:end]
        found.setdefault((start, end), Evidence(text, start, end, round(hit.points / total, 4)))
    return tuple(found.values())[:N_EVIDENCE]


def load_reader(path: str | Path | None = None) -> ReplyReader:
    """Load a letter model, by default the one that comes with the program.

    A fine-tuned network that reads letters beside messages is one too.

    Raises
    ------
    ArtifactError
        If the folder is missing, damaged, of another format version or no letter model.
    """
    folder = Path(path) if path is not None else data_path("artifacts", LETTER)
    if check_folder(folder) == BLEND:
        folder = folder / "network"
    is_network = check_folder(folder) == TRANSFORMER
    if not reads_letters(folder):
        raise ArtifactError(f"模型 {folder} 不是读答复书的模型。")
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    try:
        combination = Combination(**settings["combination"])
    except (KeyError, TypeError):
        raise ArtifactError(f"模型 {folder} 不是读答复书的模型。") from None
    if not is_network:
        return ReplyReader(load_pipeline(folder), combination)
    from models.transformer_artifact import load_transformer  # slow to import

    return ReplyReader(load_transformer(folder).part((HEAD,)), combination)


def reads_letters(folder: Path) -> bool:
    """Whether a model folder has a head for reply letters, by its manifest alone.

    Raises
    ------
    ArtifactError
        If it is no model folder.
    """
    if check_folder(folder) == BLEND:
        folder = folder / "network"
    return any(head["name"] == HEAD for head in read_manifest(folder)["heads"])


def rules_alone() -> ReplyReader:
    """A reader without a trained head."""
    return ReplyReader(None, Combination(model_weight=0.0, rule_weight=1.0, threshold=2.0))
