"""Train and measure the reading of reply letters: rules alone, trained head alone, both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.artifact import save_artifact
from models.classifiers.letter.combination import Combination, point_rows
from models.classifiers.letter.reading import read_letter
from models.decision import NEVER, fit_threshold
from models.errors import InputError
from models.judging import Head
from models.labels import PROCEDURAL, letter_kinds
from models.replies import HEAD, ReplyAnswer, ReplyReader, rules_alone
from models.resources import data_path
from training.config import CalibrationConfig, RunConfig, TrainConfig
from training.corpus import Corpus, read_corpus
from training.evaluate import Evaluation, evaluate
from training.fit import fit
from training.letter_card import render_letter_card
from training.neighbours import group_similar
from training.split import assign_folds

UNREAD = "unread"
"""Answer of a reader that names no row."""
MIN_THRESHOLD = 0.6
"""Lowest threshold, however good the figures on our own letters."""
SIDES = ("rules", "head", "both")


@dataclass(frozen=True, slots=True)
class Letter:
    """A reply letter with its reference labels.

    Parameters
    ----------
    id, reply : str
    request : str
        What it answers; blank if unknown.
    kind : str
        Outcome of the case, or `procedural.…`.
    items : tuple of str
        Outcome of each item in order; empty for a procedural letter.
    """

    id: str
    reply: str
    kind: str
    items: tuple[str, ...]
    request: str = ""


def read_letters(path: str | Path) -> list[Letter]:
    """Read request and reply pairs from JSONL, one file or a folder.

    Raises
    ------
    InputError
        If the file is unusable or a label is unknown.
    """
    frame = read_corpus(path, text_field="reply").frame
    known = letter_kinds()
    letters = []
    for row in frame.iter_rows(named=True):
        kind = row["outcome"] or f"{PROCEDURAL}{row['procedural']}"
        items = tuple(item["outcome"] for item in row.get("items") or ())
        for code in (kind, *items):
            if code not in known:
                raise InputError(f"语料 {path} 中 {row['id']} 的标签 {code} 不认识。")
        letters.append(Letter(row["id"], row["reply"], kind, items, row.get("request") or ""))
    return letters


def shipped_letters(part: str = "train") -> list[Letter]:
    """Letters written for this project: `train`, or `evaluation`, which is never trained on."""
    return read_letters(data_path("corpora", f"replies_{part}"))


@dataclass(frozen=True)
class Passage:
    """What the head learns from: the agency's words of an item, or of a whole letter."""

    letter: int
    text: str
    kind: str
    points: dict[str, float] | None


def passages(letters: Sequence[Letter]) -> list[Passage]:
    """Items where the rules find as many as the reference has, whole letters otherwise."""
    found = []
    for index, letter in enumerate(letters):
        reading = read_letter(letter.reply, letter.request)
        if len(letter.items) > 1 and len(reading.items) == len(letter.items):
            pairs = zip(reading.items, letter.items, strict=True)
            found += [Passage(index, reading.decision_text(i), kind, i.points) for i, kind in pairs]
            continue
        points = reading.items[0].points if len(reading.items) == 1 else None
        found.append(Passage(index, reading.whole_text, letter.kind, points))
    return [passage for passage in found if passage.text]


def letter_folds(
    letters: Sequence[Letter], learned: Sequence[Passage], config: RunConfig
) -> NDArray[np.intp]:
    """Fold of each passage; those of one letter, and of letters alike, stay together."""
    clusters = group_similar([letter.reply for letter in letters])
    groups = [str(clusters[passage.letter]) for passage in learned]
    return assign_folds(groups, config.calibration.n_folds, config.seed)


def fit_letters(
    letters: Sequence[Letter], config: TrainConfig, out: Path, evaluation: Sequence[Letter] = ()
) -> ReplyReader:
    """Fit the head, how much head and rules count, and the threshold; write the artefact."""
    learned = passages(letters)
    folds = letter_folds(letters, learned, config)
    frame = pl.DataFrame({"text": [p.text for p in learned], HEAD: [p.kind for p in learned]})
    fitted = fit(Corpus(frame), config, folds)
    head, y = fitted.pipeline.questions[HEAD], fitted.targets[HEAD].y
    combination = fit_combination(head, y, fitted.oof_score, learned, config.calibration)
    reader = ReplyReader(fitted.pipeline, combination)
    metrics: dict[str, Any] = {"training": {"n_letters": len(letters), "n_passages": len(learned)}}
    if evaluation:
        measured = measure_letters(reader, evaluation)
        metrics["evaluation"] = {side: e.to_json() for side, e in measured.items()}
        metrics["items"] = measure_items(reader, evaluation)
    settings = config.model_dump(mode="json") | {"combination": asdict(combination)}
    card = render_letter_card(fitted.pipeline.model_id, settings, metrics)
    save_artifact(
        out,
        fitted.pipeline,
        fitted.parts,
        fitted.weights,
        config=settings,
        metrics=metrics,
        card=card,
    )
    return reader


def fit_combination(
    head: Head,
    y: NDArray[np.intp],
    y_score: NDArray[np.float32],
    learned: Sequence[Passage],
    config: CalibrationConfig,
) -> Combination:
    """Weights of head and rules by maximum likelihood out of fold; then the threshold.

    The rules were written with these letters at hand and look better on them than they are: so
    they get no more than the likelihood gives them (docs/decisions/0048).

    Parameters
    ----------
    y : int array, shape (n_passages,)
        Places of the reference labels among the codes of `head`.
    y_score : float32 array, shape (n_passages, n_labels)
        Raw scores of the passages by a head that has not seen them.
    learned : sequence of n_passages Passage
    """
    from scipy.optimize import minimize

    rows = np.array([i for i, passage in enumerate(learned) if passage.points is not None], np.intp)
    y = y[rows]
    y_prob = head.calibrator.probabilities(y_score[rows]).astype(np.float64)
    points = point_rows([learned[i].points or {} for i in rows], head.codes)

    n_characters = np.array([len(learned[i].text) for i in rows], np.intp)

    def losses(model_weight: float, rule_weight: float) -> NDArray[np.float64]:
        mixed = Combination(model_weight, rule_weight)
        joint = mixed.probabilities(y_prob, points, n_characters)
        negative: NDArray[np.float64] = -np.log(np.maximum(joint[np.arange(len(y)), y], 1e-12))
        return negative

    best = minimize(lambda w: losses(*np.exp(w)).mean(), np.log([0.8, 0.6]), method="Nelder-Mead").x
    model_weight, rule_weight = (float(w) for w in np.exp(best))
    combination = Combination(round(model_weight, 4), round(rule_weight, 4))
    joint = combination.probabilities(y_prob, points, n_characters)
    agree = (joint.argmax(1) == y_prob.argmax(1)) & (joint.argmax(1) == points.argmax(1))
    threshold = fit_threshold(
        joint.max(1)[agree],
        (joint.argmax(1) == y)[agree],
        target=config.target_precision,
        delta=config.delta,
    )
    return replace(combination, threshold=min(max(round(threshold, 4), MIN_THRESHOLD), NEVER))


def measure_letters(reader: ReplyReader, letters: Sequence[Letter]) -> dict[str, Evaluation]:
    """Figures per row for rules alone, head alone and both.

    A letter of which no row is read counts as wrong; procedural letters are rows of their own.
    """
    replies = [letter.reply for letter in letters]
    y_true = [letter.kind for letter in letters]
    codes = [*(label.code for label in letter_kinds()), UNREAD]
    both = reader.read(replies)
    found = {
        "rules": [kind_of(answer) for answer in rules_alone().read(replies)],
        "head": _head_kinds(reader, replies),
        "both": [kind_of(answer) for answer in both],
    }
    accepted = np.array([answer.decision == "accept" for answer in both])
    return {
        side: evaluate(
            y_true, found[side], codes=codes, accepted=accepted if side == "both" else None
        )
        for side in SIDES
    }


def kind_of(answer: ReplyAnswer) -> str:
    """Outcome, procedural kind or `unread` of an answer."""
    if answer.procedural is not None:
        return f"{PROCEDURAL}{answer.procedural}"
    return answer.outcome or UNREAD


def measure_items(reader: ReplyReader, letters: Sequence[Letter]) -> dict[str, dict[str, int]]:
    """Letters of several items, read without and with the request that they answer.

    Returns
    -------
    dict
        `letter` and `request`, each with `n_letters` of several items, `same_number` of items and
        `all_right` item by item; `n_single` letters of one item, `split` of them into several.
    """
    decided = [letter for letter in letters if letter.items]
    replies = [letter.reply for letter in decided]
    requests = [letter.request for letter in decided]
    found = {}
    for name, answers in (
        ("letter", reader.read(replies)),
        ("request", reader.read(replies, requests)),
    ):
        several = same = right = split = 0
        for letter, answer in zip(decided, answers, strict=True):
            if len(letter.items) < 2:
                split += len(answer.items) > 1
                continue
            several += 1
            same += len(answer.items) == len(letter.items)
            right += [item.outcome for item in answer.items] == list(letter.items)
        found[name] = {
            "n_letters": several,
            "same_number": same,
            "all_right": right,
            "n_single": len(decided) - several,
            "split": split,
        }
    return found


def _head_kinds(reader: ReplyReader, replies: Sequence[str]) -> list[str]:
    """The head on the agency's words of whole letters, no rule about items."""
    if reader.pipeline is None:
        return [UNREAD] * len(replies)
    texts = [read_letter(reply).whole_text for reply in replies]
    head = reader.pipeline.predict_texts(texts).heads[HEAD]
    return [head.codes[best] for best in head.best]


def mistakes(reader: ReplyReader, letters: Sequence[Letter]) -> list[dict[str, Any]]:
    """Letters read wrongly, with what was said: to be looked at, one by one."""
    answers = reader.read([letter.reply for letter in letters])
    return [
        {
            "id": letter.id,
            "reference": letter.kind,
            "answer": kind_of(answer),
            "probability": round(answer.probability, 3),
            "decision": answer.decision,
            "reply": letter.reply,
        }
        for letter, answer in zip(letters, answers, strict=True)
        if kind_of(answer) != letter.kind
    ]
