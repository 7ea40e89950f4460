"""A fine-tuned model as an ONNX file, perhaps in 8 bits: served without torch, measured twice."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.artifact import BLEND
from models.blended import LINEAR, NETWORK, load_blend, save_blend
from models.encoders.networks import OnnxNetwork, Pooling, TorchNetwork, pooled
from models.encoders.tokens import pad
from models.encoders.transformer import TransformerEncoder
from models.errors import InputError
from models.folders import whole_folder
from models.loading import check_folder
from models.transformer_artifact import load_transformer, save_transformer
from models.transformer_pipeline import TransformerPipeline
from training.card import render_card
from training.corpus import Corpus
from training.neural.devices import need_torch

_OPSET = 17
_ONE_BY_ONE = 40  # texts timed alone
_NOTICEABLE = 0.01  # loss of accuracy that is said aloud


def export_onnx(folder: Path, out: Path, corpus: Corpus, *, int8: bool) -> dict[str, Any]:
    """Write a folder that serves without torch; the one exported from stays as it is.

    Parameters
    ----------
    folder, out : Path
        A fine-tuned artefact; the new one.
    corpus : Corpus
        Texts to measure on before and after; accuracy where it has a head's labels.
    int8 : bool
        Weights in 8 bits, activations quantised as they come.

    Returns
    -------
    dict
        What was measured, as it goes into metrics.json and the card.

    Raises
    ------
    InputError
        If an extra is missing, or the model is none with a network, or already exported.
    """
    need_torch()
    if check_folder(folder) == BLEND:
        return _export_blend(folder, out, corpus, int8=int8)
    pipeline = load_transformer(folder)
    network = pipeline.encoder.network
    if not isinstance(network, TorchNetwork):
        raise InputError(f"{folder} 已经是 ONNX 模型，请从训练所得的文件夹导出。")
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "model.onnx"
        write_onnx(network.encoder, network.pooling, pipeline.encoder, file)
        if int8:
            file = quantise(file)
        encoder = TransformerEncoder(
            pipeline.encoder.tokens, OnnxNetwork(file), pipeline.encoder.width
        )
        exported = TransformerPipeline(
            pipeline.model_id, encoder, pipeline.scorer, pipeline.questions
        )
        facts = _measure(pipeline, exported, corpus)
        facts["precision"] = "int8" if int8 else "float32"
        facts["megabytes"] = round(file.stat().st_size / 1e6, 2)
        before = folder / "encoder" / "model.safetensors"
        facts["before_megabytes"] = round(before.stat().st_size / 1e6, 2)
        settings, metrics = (_json(folder / name) for name in ("config.json", "metrics.json"))
        metrics["export"] = facts
        picture = folder / "reliability.svg"
        save_transformer(
            out,
            exported,
            pooling=network.pooling,
            network=file,
            precision=facts["precision"],
            config=settings,
            metrics=metrics,
            card=render_card(exported, settings, metrics),
            attachments={"reliability.svg": picture.read_text(encoding="utf-8")},
        )
    return facts


def _export_blend(folder: Path, out: Path, corpus: Corpus, *, int8: bool) -> dict[str, Any]:
    """The same for the network of a blend, whose weights and thresholds stay; measured alone."""
    blend = load_blend(folder)
    with whole_folder(out) as fresh:
        shutil.copytree(folder / LINEAR, fresh / LINEAR)
        facts = export_onnx(folder / NETWORK, fresh / NETWORK, corpus, int8=int8)
        settings, metrics = (_json(folder / name) for name in ("config.json", "metrics.json"))
        metrics["export"] = facts
        card = render_card(blend, settings, metrics)
        save_blend(fresh, blend, config=settings, metrics=metrics, card=card)
    return facts


def write_onnx(network: Any, pooling: Pooling, encoder: TransformerEncoder, file: Path) -> None:
    """Trace a network into an ONNX file with rows and tokens of any number."""
    import torch

    class Pooled(torch.nn.Module):
        """Token numbers and mask to one vector a row."""

        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return pooled(self.network, input_ids, attention_mask, pooling)

    rows = encoder.tokens.rows(["规划许可证办理进度查询", "征地"])  # of unlike length: a real mask
    ids, mask = (torch.from_numpy(a) for a in pad([r.ids for r in rows], encoder.tokens.pad_id))
    free = {0: "rows", 1: "tokens"}
    with warnings.catch_warnings():
        # Tracing warns of every branch on a shape; the measuring afterwards is what tells.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Pooled().eval(),
            (ids, mask),
            str(file),
            input_names=["input_ids", "attention_mask"],
            output_names=["vectors"],
            dynamic_axes={"input_ids": free, "attention_mask": free, "vectors": {0: "rows"}},
            opset_version=_OPSET,
            dynamo=False,
        )


def quantise(file: Path) -> Path:
    """Weights of products and embeddings in 8 bits, in a new file beside the old one.

    Raises
    ------
    InputError
        If the `onnx` package is missing.
    """
    try:
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ModuleNotFoundError as error:
        raise InputError(
            f"int8 导出需要 {error.name}：请运行 pip install 'yangguang[transformers]'。"
        ) from None
    del onnx
    smaller = file.with_name("model-int8.onnx")
    level = logging.root.level
    logging.root.setLevel(logging.ERROR)  # it recommends a step that does not apply here
    try:
        quantize_dynamic(str(file), str(smaller), weight_type=QuantType.QInt8, per_channel=True)
    finally:
        logging.root.setLevel(level)
    return smaller


def _json(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def _measure(
    before: TransformerPipeline, after: TransformerPipeline, corpus: Corpus
) -> dict[str, Any]:
    answers_before, speed_before = _timed(before, corpus.texts)
    answers_after, speed_after = _timed(after, corpus.texts)
    return {
        "n_texts": len(corpus),
        "before": _side(before, answers_before, answers_before, corpus) | speed_before,
        "after": _side(after, answers_after, answers_before, corpus) | speed_after,
    }


def _timed(
    pipeline: TransformerPipeline, texts: Sequence[str]
) -> tuple[dict[str, np.ndarray[Any, Any]], dict[str, float]]:
    """Answers to all texts, and how long one takes alone and many together."""
    pipeline.predict_texts(texts[:8])  # warm
    alone = []
    for text in texts[:_ONE_BY_ONE]:
        began = time.perf_counter()
        pipeline.predict_texts([text])
        alone.append(time.perf_counter() - began)
    began = time.perf_counter()
    batch = pipeline.predict_texts(texts)
    together = time.perf_counter() - began
    speed = {
        "milliseconds": round(1000 * float(np.median(alone)), 2),
        "texts_per_second": round(len(texts) / together, 1),
    }
    return {name: answers.best for name, answers in batch.heads.items()}, speed


def _side(
    pipeline: TransformerPipeline,
    answers: Mapping[str, np.ndarray[Any, Any]],
    reference: Mapping[str, np.ndarray[Any, Any]],
    corpus: Corpus,
) -> dict[str, Any]:
    accuracy = {}
    for name, head in pipeline.questions.items():
        if name not in corpus.frame.columns:
            continue
        said = [head.codes[i] for i in answers[name].tolist()]
        labels = corpus.values(name)
        right = [a == b for a, b in zip(said, labels, strict=True) if b is not None]
        if right:
            accuracy[name] = round(sum(right) / len(right), 4)
    same = {name: round(float((answers[name] == reference[name]).mean()), 4) for name in answers}
    return {"accuracy": accuracy, "same_answer": same}


def losses(facts: Mapping[str, Any]) -> list[str]:
    """Chinese warnings where accuracy fell noticeably."""
    before, after = facts["before"]["accuracy"], facts["after"]["accuracy"]
    return [
        f"{name} 的准确率由 {before[name]:.3f} 降为 {after[name]:.3f}"
        for name in before
        if before[name] - after[name] > _NOTICEABLE
    ]
