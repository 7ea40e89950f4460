"""Folds that never let a near-duplicate, or one writer, stand on both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.corpus import Corpus
from training.neighbours import group_similar


def fold_of(key: str, n_folds: int, seed: int) -> int:
    """Fold of one key, by hash: adding texts never moves the old ones."""
    digest = hashlib.blake2b(f"{seed}:{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % n_folds


def assign_folds(keys: Sequence[object], n_folds: int, seed: int) -> NDArray[np.intp]:
    """Fold of each row by the hash of its key, shape (n,); rows with one key share a fold."""
    cache: dict[object, int] = {}
    for key in keys:
        if key not in cache:
            cache[key] = fold_of(str(key), n_folds, seed)
    return np.array([cache[key] for key in keys], np.intp)


def balanced_folds(groups: Sequence[object], n_folds: int) -> NDArray[np.intp]:
    """Fold of each row when groups are few and large: the largest first, into the emptiest fold."""
    names, inverse, sizes = np.unique(
        np.array([str(group) for group in groups]), return_inverse=True, return_counts=True
    )
    load = np.zeros(n_folds, np.int64)
    fold_of_group = np.zeros(len(names), np.intp)
    for group in np.argsort(-sizes, kind="stable"):
        target = int(load.argmin())
        fold_of_group[group] = target
        load[target] += sizes[group]
    return fold_of_group[inverse]


def write_split(
    corpus: Corpus, out: Path, *, one_in: int, group_field: str | None, seed: int
) -> tuple[int, int]:
    """Write `train.jsonl` and `evaluation.jsonl`; returns how many texts went to each.

    One group in `one_in` is held out, chosen by the hash of its first text, so that growing the
    corpus moves nothing. Near-duplicates count as one group unless `group_field` says otherwise.
    """
    groups = corpus.values(group_field) if group_field else group_similar(corpus.texts).tolist()
    first: dict[object, str] = {}
    for group, text in zip(groups, corpus.texts, strict=True):
        first.setdefault(group, text)
    keys = list(groups) if group_field else [first[group] for group in groups]
    held = assign_folds(keys, one_in, seed) == 0
    out.mkdir(parents=True, exist_ok=True)
    corpus.where(~held).frame.write_ndjson(out / "train.jsonl")
    corpus.where(held).frame.write_ndjson(out / "evaluation.jsonl")
    return int((~held).sum()), int(held.sum())
