"""A linear model and a network together: each head's probabilities mixed, then decided anew.

    manifest.json         format version, model id, weight and threshold of each head, SHA-256
    linear/, network/     the two models, each a whole artefact folder
    config.json, metrics.json, README.md

Evidence is the linear model's: it costs no further reading of the text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.artifact import BLEND, load_pipeline, read_manifest
from models.document import Document
from models.errors import ArtifactError
from models.folders import hashes_of, sha256
from models.judging import Head
from models.pipeline import DocumentPrediction, Pipeline, legible_texts
from models.prediction import HeadPredictions, PredictionBatch
from models.predictor import Predictor
from models.text.codepoints import CodePoints
from models.text.normalize import normalize
from models.transformer_artifact import load_for_messages

LINEAR, NETWORK = "linear", "network"
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Mixed:
    """One head's mixed opinion of a batch.

    Parameters
    ----------
    y_prob : float32 array, shape (n_documents, n_labels)
    best : int array, shape (n_documents,)
    confidence : float32 array, shape (n_documents,)
        The mixed probability of the answer, which the threshold is compared with.
    """

    y_prob: NDArray[np.float32]
    best: NDArray[np.intp]
    confidence: NDArray[np.float32]


def mix(
    questions: Mapping[str, Head],
    weights: Mapping[str, float],
    first: Mapping[str, HeadPredictions],
    second: Mapping[str, HeadPredictions],
) -> dict[str, Mixed]:
    """Mix two models' calibrated probabilities; a second level stays below the first.

    Parameters
    ----------
    questions : mapping of head name to Head, parents before children
    weights : mapping of head name to float
        Share of `second`, 0..1.
    first, second : mappings of head name to HeadPredictions
        Of the same labels in the same order.
    """
    found: dict[str, Mixed] = {}
    for name, head in questions.items():
        share = np.float32(weights[name])
        y_prob = first[name].y_prob * (np.float32(1) - share) + second[name].y_prob * share
        allowed = y_prob
        if head.parent is not None and head.parent_index is not None:
            below = head.parent_index == found[head.parent].best[:, None]
            allowed = np.where(below, y_prob, np.float32(-1))
        best = allowed.argmax(axis=1)
        found[name] = Mixed(y_prob, best, y_prob[np.arange(len(best)), best])
    return found


@dataclass(frozen=True, slots=True)
class BlendedModel:
    """A `Predictor` made of two.

    Parameters
    ----------
    model_id : str
        `name@version`.
    linear : Pipeline
    network : Predictor
        With the heads of `linear` and their labels in the same order.
    weights : mapping of head name to float
        Share of the network, 0..1.
    questions : mapping of head name to Head, parents before children
        With the thresholds of the blend; their calibrators are the linear model's.
    """

    model_id: str
    linear: Pipeline
    network: Predictor
    weights: Mapping[str, float]
    questions: Mapping[str, Head] = field(repr=False)

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of the heads."""
        return tuple(self.questions)

    def predict_texts(self, texts: Sequence[str]) -> PredictionBatch:
        """Label a batch of Python strings; any string is accepted."""
        return self._decided(
            self.linear.predict_texts(texts),
            self.network.predict_texts(texts),
            CodePoints.from_texts(texts),
        )

    def predict_utf8(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> PredictionBatch:
        """Label a column of UTF-8 text; row i is `data[offsets[i]:offsets[i + 1]]`."""
        return self._decided(
            self.linear.predict_utf8(data, offsets),
            self.network.predict_utf8(data, offsets),
            CodePoints.from_utf8(data, offsets),
        )

    def predict(
        self, documents: Sequence[Document], *, evidence: bool = True
    ) -> list[DocumentPrediction]:
        """Label documents and, unless told otherwise, say which words spoke for each answer."""
        batch = self.predict_texts([document.text for document in documents])
        found = []
        for document, heads in zip(documents, batch.rows(), strict=True):
            if evidence:
                heads = self.linear.explained(document.text, heads)
            found.append(DocumentPrediction(document.id, self.model_id, heads))
        return found

    def _decided(
        self, first: PredictionBatch, second: PredictionBatch, raw: CodePoints
    ) -> PredictionBatch:
        legible = legible_texts(normalize(raw).points)
        mixed = mix(self.questions, self.weights, first.heads, second.heads)
        heads = {
            name: HeadPredictions(
                head.codes,
                head.names,
                mixed[name].y_prob,
                mixed[name].best,
                (mixed[name].confidence >= head.threshold) & legible,
            )
            for name, head in self.questions.items()
        }
        return PredictionBatch(self.model_id, heads)


def save_blend(
    folder: Path,
    model: BlendedModel,
    *,
    config: dict[str, Any],
    metrics: dict[str, Any],
    card: str,
    attachments: Mapping[str, str] | None = None,
) -> None:
    """Complete a folder that already holds `linear/` and `network/`.

    Parameters
    ----------
    folder : Path
        As `models.folders.whole_folder` gives it.
    """
    for name, content in {"config.json": config, "metrics.json": metrics}.items():
        written = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        (folder / name).write_text(written, encoding="utf-8")
    for name, text in {"README.md": card, **(attachments or {})}.items():
        (folder / name).write_text(text, encoding="utf-8")
    manifest = {
        "format": BLEND,
        "model_id": model.model_id,
        "heads": [
            {"name": name, "weight": model.weights[name], "threshold": head.threshold}
            for name, head in model.questions.items()
        ],
        "sha256": hashes_of(folder),
    }
    written = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (folder / _MANIFEST).write_text(written, encoding="utf-8")


def load_blend(folder: Path) -> BlendedModel:
    """Load a blend after checking every file against its hash.

    Raises
    ------
    ArtifactError
        If a file is missing or altered, the two models do not go together, or what opens the
        network is not installed.
    """
    manifest = read_manifest(folder, (BLEND,))
    for name, expected in manifest["sha256"].items():
        if sha256(folder / name) != expected:
            raise ArtifactError(f"模型文件 {folder / name} 已损坏或被改动，请重新安装或重新训练。")
    linear, network = load_pipeline(folder / LINEAR), load_for_messages(folder / NETWORK)
    entries = {entry["name"]: entry for entry in manifest["heads"]}
    same = {name: head.codes for name, head in network.questions.items()}
    if same != {name: head.codes for name, head in linear.questions.items()} or set(same) != set(
        entries
    ):
        raise ArtifactError(f"模型 {folder} 中的两个模型标签不同，不能合用，请重新训练。")
    return BlendedModel(
        manifest["model_id"],
        linear,
        network,
        {name: float(entry["weight"]) for name, entry in entries.items()},
        {
            name: replace(head, threshold=float(entries[name]["threshold"]))
            for name, head in linear.questions.items()
        },
    )
