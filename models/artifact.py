"""A saved model: a folder of plain files, verified before it is believed. No pickle.

    manifest.json         format version, model id, heads with codes, SHA-256 of all other files
    config.json           the resolved training configuration
    weights.safetensors   buckets, weights, 8-bit coefficients, calibration
    metrics.json          what was measured
    README.md             the model card, with what it shows beside it

Format history. 1: first. To change the format, raise `FORMAT`, keep reading the old ones, and
keep an old artefact in `tests/models/artifacts/` that proves it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import labels as label_sets
from models.calibration import Calibrator
from models.classifiers.linear import Block, LinearScores
from models.encoders.characters import CharacterHasher
from models.encoders.weighting import Vocabulary
from models.errors import ArtifactError, LabelError
from models.folders import hashes_of, sha256, whole_folder
from models.pipeline import Head, Pipeline
from models.resources import data_path

FORMAT = 1
TRANSFORMER = "transformer-1"  # models.transformer_artifact reads and writes it
BLEND = "blend-1"  # models.blended reads and writes it
FORMATS = (FORMAT, TRANSFORMER, BLEND)
DEFAULT = "default"
LETTERS = "outcome"
"""The head that reads reply letters, beside those that read messages."""
_MANIFEST = "manifest.json"
_WEIGHTS = "weights.safetensors"


@dataclass(frozen=True, slots=True)
class QuantizedCoef:
    """Coefficients of one head in 8 bits: `coef[columns[i], j] = values[i, j] * scale[j]`.

    Parameters
    ----------
    columns : int32 array, shape (n_kept,)
        Feature columns that this head uses, sorted.
    values : int8 array, shape (n_kept, n_labels)
    scale : float32 array, shape (n_labels,)
    """

    columns: NDArray[np.int32]
    values: NDArray[np.int8]
    scale: NDArray[np.float32]


def quantize(coef: NDArray[np.floating], columns: NDArray[np.int32]) -> QuantizedCoef:
    """Round the coefficients of the chosen columns to 8 bits, one scale per label."""
    kept = coef[columns]
    scale = np.maximum(np.abs(kept).max(axis=0, initial=0.0), 1e-12) / 127
    values = np.rint(kept / scale).astype(np.int8)
    return QuantizedCoef(columns, values, scale.astype(np.float32))


def assemble(
    parts: Sequence[QuantizedCoef],
    weightings: Sequence[int],
    weights: Sequence[NDArray[np.float32]],
    intercept: NDArray[np.float32],
) -> LinearScores:
    """Scorer of all heads; heads of one weighting over the same columns share a block.

    Parameters
    ----------
    parts : sequence of QuantizedCoef, one a head
    weightings : sequence of int, one a head
        Which of `weights` the head uses.
    weights : sequence of float32 arrays, shape (n_features,)
    intercept : float32 array, shape (n_outputs,)
    """
    n_features = len(weights[0])
    starts = np.cumsum([0, *(part.values.shape[1] for part in parts)])
    together: dict[tuple[int, bytes], list[int]] = {}
    for i, part in enumerate(parts):
        together.setdefault((weightings[i], part.columns.tobytes()), []).append(i)
    blocks = []
    for (weighting, _), members in together.items():
        used = parts[members[0]].columns
        values = np.hstack([parts[i].values for i in members])
        scale = np.concatenate([parts[i].scale for i in members]).astype(np.float64)
        place = None
        if len(used) < n_features:
            place = np.full(n_features, -1, np.int32)
            place[used] = np.arange(len(used), dtype=np.int32)
        outputs = np.concatenate([np.arange(starts[i], starts[i + 1]) for i in members])
        blocks.append(Block(place, np.ascontiguousarray(values), scale, weighting, outputs))
    return LinearScores(blocks, weights, intercept)


def save_artifact(
    path: Path,
    pipeline: Pipeline,
    parts: Mapping[str, QuantizedCoef],
    weights: Mapping[str, NDArray[np.float32]],
    *,
    config: dict[str, Any],
    metrics: dict[str, Any],
    card: str,
    attachments: Mapping[str, str] | None = None,
) -> None:
    """Write an artefact folder whole or not at all; an artefact of that name is replaced.

    Parameters
    ----------
    attachments : mapping of file name to text, optional
        What the card shows.

    Raises
    ------
    ArtifactError
        If the folder cannot be written.
    """
    from safetensors.numpy import save_file

    tensors: dict[str, NDArray[Any]] = {
        "buckets": pipeline.vocabulary.buckets,
        "intercept": pipeline.scorer.intercept,
    }
    for name, vector in weights.items():
        tensors[f"weights.{name}"] = vector
    for name, head in pipeline.questions.items():
        tensors[f"{name}.columns"] = parts[name].columns
        tensors[f"{name}.values"] = parts[name].values
        tensors[f"{name}.scale"] = parts[name].scale
        tensors[f"{name}.slope"] = head.calibrator.slope
        tensors[f"{name}.offset"] = head.calibrator.offset
        tensors[f"{name}.power"] = np.array([head.calibrator.power], np.float32)
    with whole_folder(path) as folder:
        save_file({k: np.ascontiguousarray(v) for k, v in tensors.items()}, folder / _WEIGHTS)
        _write_json(folder / "config.json", config)
        _write_json(folder / "metrics.json", metrics)
        for name, text in {"README.md": card, **(attachments or {})}.items():
            (folder / name).write_text(text, encoding="utf-8")
        _write_json(folder / _MANIFEST, _manifest(pipeline, hashes_of(folder)))


def _manifest(pipeline: Pipeline, hashes: dict[str, str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "model_id": pipeline.model_id,
        "encoder": {"orders": pipeline.hasher.orders, "n_bits": pipeline.hasher.n_bits},
        "heads": [
            {
                "name": head.name,
                "label_set": label_set_of(head.name),
                "codes": head.codes,
                "names": head.names,
                "threshold": head.threshold,
                "parent": head.parent,
                "parent_index": None
                if head.parent_index is None
                else [int(i) for i in head.parent_index],
                "blend": head.blend,
                "weighting": head.weighting,
            }
            for head in pipeline.questions.values()
        ],
        "sha256": hashes,
    }


def label_set_of(head: str) -> dict[str, str] | None:
    """Name and version of the shipped label set that a head answers from, if any."""
    known = {
        "topic": label_sets.topics,
        "subtopic": label_sets.topics,
        "intent": label_sets.intents,
        "outcome": label_sets.letter_kinds,
    }
    if head not in known:
        return None
    label_set = known[head]()
    return {"name": label_set.name, "version": label_set.version}


def load_pipeline(path: str | Path | None = None) -> Pipeline:
    """Load an artefact folder after checking every file against its hash.

    Raises
    ------
    ArtifactError
        If a file is missing or altered, or the format is of another version.
    """
    folder = Path(path) if path is not None else data_path("artifacts", DEFAULT)
    manifest = read_manifest(folder, (FORMAT,))
    weights = (folder / _WEIGHTS).read_bytes()
    for name, expected in manifest["sha256"].items():
        file = folder / name
        actual = hashlib.sha256(weights).hexdigest() if name == _WEIGHTS else sha256(file)
        if actual != expected:
            raise ArtifactError(f"模型文件 {file} 已损坏或被改动，请重新安装或重新训练。")
    return _assemble(manifest, weights)


def read_manifest(folder: Path, formats: Sequence[int | str] = FORMATS) -> dict[str, Any]:
    """Read and check a manifest; its format must be one of `formats`.

    Raises
    ------
    ArtifactError
        If there is none, it is not JSON, or its format is unknown.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        missing = [name for name in manifest["sha256"] if not (folder / name).is_file()]
    except FileNotFoundError:
        raise ArtifactError(f"{folder} 不是模型文件夹：缺少 {_MANIFEST}。") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"模型清单 {folder / _MANIFEST} 无法读取，请重新安装。") from error
    if missing:
        raise ArtifactError(f"模型文件夹 {folder} 缺少 {'、'.join(missing)}，请重新安装。")
    if manifest.get("format") not in formats:
        raise ArtifactError(
            f"模型 {folder} 的格式版本是 {manifest.get('format')}，"
            f"这里只认 {'、'.join(map(str, formats))}，请换一个模型或升级程序。"
        )
    return manifest


def _assemble(manifest: dict[str, Any], weights: bytes) -> Pipeline:
    from safetensors.numpy import load

    tensors = load(weights)
    hasher = CharacterHasher(tuple(manifest["encoder"]["orders"]), manifest["encoder"]["n_bits"])
    vocabulary = Vocabulary(tensors["buckets"], hasher.n_buckets)
    questions = heads_of(manifest, tensors)
    parts = [
        QuantizedCoef(*(tensors[f"{name}.{k}"] for k in ("columns", "values", "scale")))
        for name in questions
    ]
    names = sorted({head.weighting for head in questions.values()})
    scorer = assemble(
        parts,
        [names.index(head.weighting) for head in questions.values()],
        [tensors[f"weights.{name}"] for name in names],
        tensors["intercept"],
    )
    return Pipeline(manifest["model_id"], hasher, vocabulary, scorer, questions)


def heads_of(manifest: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> dict[str, Head]:
    """Heads of a model of any kind, parents before children, their outputs side by side."""
    questions: dict[str, Head] = {}
    at = 0
    for entry in manifest["heads"]:
        name, width = entry["name"], len(entry["codes"])
        above = entry["parent_index"]
        questions[name] = Head(
            name,
            tuple(entry["codes"]),
            current_names(name, entry),
            slice(at, at + width),
            Calibrator(
                tensors[f"{name}.slope"],
                tensors[f"{name}.offset"],
                float(tensors[f"{name}.power"][0]),
            ),
            float(entry["threshold"]),
            entry["parent"],
            None if above is None else np.array(above, np.intp),
            float(entry["blend"]),
            entry.get("weighting", ""),
        )
        at += width
    return questions


def current_names(head: str, entry: dict[str, Any]) -> tuple[str, ...]:
    """Display names of today's label set; codes the set no longer knows are an error."""
    if entry["label_set"] is None:
        return tuple(entry["names"])
    known = {"intent": label_sets.intents, "outcome": label_sets.letter_kinds}
    label_set = known.get(head, label_sets.topics)()
    try:
        return tuple(label_set[code].name for code in entry["codes"])
    except LabelError as error:
        raise ArtifactError(f"模型与标签集不符：{error.message}") from error


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
