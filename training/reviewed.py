"""An office's corrections beside the shipped corpus: heavier, gaps allowed.

A correction usually names the topic and not the second level. Filling that gap with the model's
own guess was measured and taught it nothing (docs/decisions/0008-adaptation.md), so it stays
open; a missing topic follows from the second level.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models import labels as label_sets
from models.errors import InputError
from training.config import RunConfig
from training.corpus import Corpus

REVIEWED_WEIGHT = 3.0


def prepare_reviewed(reviewed: Corpus, config: RunConfig) -> Corpus:
    """Corrections with all label columns of the recipe, empty cells as nulls.

    Parameters
    ----------
    reviewed : Corpus of n documents
        Any of the recipe's label columns; empty cells and missing columns are allowed.

    Returns
    -------
    Corpus of n documents, in order; every label column of the recipe exists.

    Raises
    ------
    InputError
        If there is no label at all, or a second-level label does not belong to its topic.
    LabelError
        If a second-level code is unknown.
    """
    frame = reviewed.frame.with_columns(
        pl.col(head.field).cast(pl.String).replace({"": None})
        if head.field in reviewed.frame.columns
        else pl.lit(None, pl.String).alias(head.field)
        for head in config.heads
    )
    fields = [head.field for head in config.heads]
    if all(frame[name].null_count() == frame.height for name in fields):
        raise InputError(f"订正文件里没有任何标签；应有这些列之一：{'、'.join(fields)}。")
    field_of = {head.name: head.field for head in config.heads}
    for head in config.heads:
        if head.parent is not None:
            frame = _topics_from_leaves(frame, field_of[head.parent], head.field)
    return Corpus(frame, reviewed.text_field)


def _topics_from_leaves(frame: pl.DataFrame, above: str, below: str) -> pl.DataFrame:
    """Fill missing topics from the second level; one that contradicts it is an error."""
    label_set = label_sets.topics()
    topics = frame[above].to_list()
    for row, leaf in enumerate(frame[below].to_list()):
        if leaf is None:
            continue
        parent = label_set[leaf].parent
        if topics[row] not in (None, parent):
            raise InputError(
                f"订正文件第 {row + 1} 条：{leaf} 属于 {parent}，与所填的 {topics[row]} 不符。"
            )
        topics[row] = parent
    return frame.with_columns(pl.Series(above, topics, pl.String))


def join_reviewed(
    corpus: Corpus, reviewed: Corpus, weight: float
) -> tuple[Corpus, NDArray[np.float64]]:
    """Corpus followed by corrections, and the weight of each document (1, then `weight`)."""
    extra = reviewed.frame.rename({reviewed.text_field: corpus.text_field})
    columns = [name for name in extra.columns if name in corpus.frame.columns]
    frame = pl.concat([corpus.frame, extra.select(columns)], how="diagonal_relaxed")
    weights = np.concatenate([np.ones(len(corpus)), np.full(len(reviewed), weight)])
    return Corpus(frame, corpus.text_field), weights
