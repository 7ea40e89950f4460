"""A saved model with a network inside: the same folder as a linear one, other weights.

    manifest.json         format version, model id, heads with codes, how texts are read, SHA-256
    config.json           the resolved training configuration
    weights.safetensors   heads and calibration
    tokenizer.json        of Hugging Face's `tokenizers`
    encoder/              the network for torch: config.json, model.safetensors
    model.onnx            or the network for ONNX Runtime, after `yangguang-train export`
    metrics.json          what was measured
    README.md             the model card

Format history. transformer-1: first. To change the format, raise it in `models.artifact`, keep
reading the old ones, and keep an old artefact in `tests/models/artifacts/` that proves it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.artifact import LETTERS, TRANSFORMER, heads_of, label_set_of, read_manifest
from models.classifiers.fine_tuned import DenseScores
from models.encoders.networks import Network, OnnxNetwork, Pooling, TorchNetwork
from models.encoders.tokens import Reading, Tokens, read_tokens
from models.encoders.transformer import TransformerEncoder
from models.errors import ArtifactError
from models.folders import hashes_of, sha256, whole_folder
from models.judging import Head
from models.transformer_pipeline import TransformerPipeline

ONNX = "model.onnx"
ENCODER = "encoder"
_MANIFEST, _WEIGHTS, _TOKENIZER = "manifest.json", "weights.safetensors", "tokenizer.json"


def save_transformer(
    path: Path,
    pipeline: TransformerPipeline,
    *,
    pooling: Pooling,
    network: Path,
    config: dict[str, Any],
    metrics: dict[str, Any],
    card: str,
    precision: str = "float32",
    attachments: Mapping[str, str] | None = None,
) -> None:
    """Write an artefact folder whole or not at all; an artefact of that name is replaced.

    Parameters
    ----------
    network : Path
        An ONNX file, or a folder with config.json and model.safetensors; copied.
    precision : str
        Of the network's weights: float32 or int8.

    Raises
    ------
    ArtifactError
        If the folder cannot be written.
    """
    import shutil

    from safetensors.numpy import save_file

    tensors: dict[str, NDArray[Any]] = {
        "heads.weight": pipeline.scorer.weight,
        "heads.bias": pipeline.scorer.bias,
    }
    for name, head in pipeline.questions.items():
        tensors[f"{name}.slope"] = head.calibrator.slope
        tensors[f"{name}.offset"] = head.calibrator.offset
        tensors[f"{name}.power"] = np.array([head.calibrator.power], np.float32)
    tokens = pipeline.encoder.tokens
    with whole_folder(path) as folder:
        save_file({k: np.ascontiguousarray(v) for k, v in tensors.items()}, folder / _WEIGHTS)
        (folder / _TOKENIZER).write_text(tokens.content, encoding="utf-8")
        if network.is_dir():
            (folder / ENCODER).mkdir()
            for name in ("config.json", "model.safetensors"):
                shutil.copyfile(network / name, folder / ENCODER / name)
        else:
            shutil.copyfile(network, folder / ONNX)
        texts = {"README.md": card, **(attachments or {})}
        for name, content in {"config.json": config, "metrics.json": metrics}.items():
            texts[name] = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        manifest = {
            "format": TRANSFORMER,
            "model_id": pipeline.model_id,
            "encoder": {
                **asdict(tokens.reading),
                "pad_id": tokens.pad_id,
                "pooling": pooling,
                "width": pipeline.encoder.width,
                "network": ENCODER if network.is_dir() else ONNX,
                "precision": precision,
            },
            "heads": [_entry(head) for head in pipeline.questions.values()],
            "sha256": hashes_of(folder),
        }
        written = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        (folder / _MANIFEST).write_text(written, encoding="utf-8")


def _entry(head: Head) -> dict[str, Any]:
    above = head.parent_index
    return {
        "name": head.name,
        "label_set": label_set_of(head.name),
        "codes": head.codes,
        "names": head.names,
        "threshold": head.threshold,
        "parent": head.parent,
        "parent_index": None if above is None else [int(i) for i in above],
        "blend": head.blend,
    }


def load_transformer(folder: Path) -> TransformerPipeline:
    """Load an artefact folder after checking every file against its hash.

    Raises
    ------
    ArtifactError
        If a file is missing or altered, the format is of another version, or what opens the
        network (ONNX Runtime, or torch) is not installed.
    """
    manifest = read_manifest(folder, (TRANSFORMER,))
    for name, expected in manifest["sha256"].items():
        if sha256(folder / name) != expected:
            raise ArtifactError(f"模型文件 {folder / name} 已损坏或被改动，请重新安装或重新训练。")
    facts = manifest["encoder"]
    reading = Reading(facts["max_tokens"], facts["long_texts"], facts["max_windows"])
    tokens: Tokens = read_tokens(folder / _TOKENIZER, reading, facts["pad_id"])
    encoder = TransformerEncoder(tokens, _network(folder, facts), facts["width"])
    tensors = _tensors(folder / _WEIGHTS)
    scorer = DenseScores(tensors["heads.weight"], tensors["heads.bias"])
    return TransformerPipeline(manifest["model_id"], encoder, scorer, heads_of(manifest, tensors))


def load_for_messages(folder: Path) -> TransformerPipeline:
    """Load an artefact folder without its head for reply letters, which `models.replies` asks.

    Raises
    ------
    ArtifactError
        As `load_transformer`.
    """
    whole = load_transformer(folder)
    names = [name for name in whole.heads if name != LETTERS]
    return whole.part(names) if names else whole


def _network(folder: Path, facts: Mapping[str, Any]) -> Network:
    if facts["network"] == ONNX:
        return OnnxNetwork(folder / ONNX)
    return TorchNetwork.open(folder / ENCODER, facts["pooling"])


def _tensors(file: Path) -> dict[str, NDArray[Any]]:
    from safetensors.numpy import load_file

    tensors: dict[str, NDArray[Any]] = load_file(file)
    return tensors
