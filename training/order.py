"""One fit as the command line orders it: read the files it names, then train."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from training.config import read_config, single_head
from training.corpus import Corpus, read_corpus, shipped_corpus
from training.fit import Fitted
from training.reviewed import REVIEWED_WEIGHT, prepare_reviewed
from training.train import VOICE, train


@dataclass(frozen=True)
class Order:
    """What to fit on and where to write; without a corpus, the shipped one is taken.

    Parameters
    ----------
    reviewed : Path, optional
        An office's corrections, each counting as `reviewed_weight` texts.
    archive : Path, optional
        An office's unlabelled messages to adapt to.
    real_messages : Path, optional
        Labelled texts to measure on only; `renames` merges our codes into theirs.
    """

    corpus: Path | None
    out: Path
    text_field: str = "text"
    label_field: str | None = None
    group_field: str | None = None
    recipe: str = "linear"
    reviewed: Path | None = None
    reviewed_weight: float = REVIEWED_WEIGHT
    archive: Path | None = None
    real_messages: Path | None = None
    renames: Mapping[str, str] = field(default_factory=dict)


def carry_out(order: Order) -> tuple[Fitted, int]:
    """Train and write the artefact folder; returns the model and how many texts it learnt from.

    Raises
    ------
    InputError
        If a file or a column is missing, or a setting is wrong.
    """
    config = read_config(order.recipe)
    if order.label_field is not None:
        config = single_head(config, order.label_field)
    evaluations: dict[str, tuple[Corpus, Mapping[str, str]]] = {}
    group_field = order.group_field
    if order.corpus is None:
        corpus, group_field = shipped_corpus(), group_field or VOICE
        evaluations["evaluation"] = (shipped_corpus("evaluation"), {})
    else:
        corpus = _read(order.corpus, order)
    if order.real_messages is not None:
        evaluations["real_messages"] = (_read(order.real_messages, order), order.renames)
    reviewed = archive = None
    if order.reviewed is not None:
        reviewed = prepare_reviewed(_read(order.reviewed, order), config)
    if order.archive is not None:
        archive = _read(order.archive, order)
    fitted = train(
        corpus,
        config,
        order.out,
        group_field=group_field,
        evaluations=evaluations,
        reviewed=reviewed,
        reviewed_weight=order.reviewed_weight,
        archive=archive,
    )
    return fitted, len(corpus) + (0 if reviewed is None else len(reviewed))


def _read(path: Path, order: Order) -> Corpus:
    return read_corpus(path, text_field=order.text_field)
