"""Like texts found again: weighted characters beside a network's vectors.

    python benchmarks/retrieval.py repeats FILE  [--model FOLDER | --checkpoint FOLDER] [--limit N]
    python benchmarks/retrieval.py headlines FILE [--model FOLDER | --checkpoint FOLDER] [--limit N]

`repeats` takes JSONL with `text` and `group` (messages that repeat one another share a group): each
message of a group of several asks for the others among all texts. `headlines` takes `text` and
`headline`: each headline asks for its own text, a paraphrase rather than a repeat. Recall@k is the
mean share of those looked for that are among the k nearest; its 95 % interval is a bootstrap over
queries. With a model or checkpoint both encoders answer the same queries and are compared in pairs.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.encoders.checkpoint import inspect_checkpoint, load_encoder, load_tokenizer
from models.encoders.networks import TorchNetwork
from models.encoders.tokens import Reading, Tokens
from models.encoders.transformer import TransformerEncoder
from models.loading import load_predictor
from models.retrieval import Encode, TextIndex
from models.text.codepoints import CodePoints
from models.text.normalize import normalize

KS = (1, 10)


def checkpoint_vectors(folder: Path, max_tokens: int) -> Encode:
    checkpoint = inspect_checkpoint(folder)
    content, pad_id = load_tokenizer(checkpoint)
    network = load_encoder(checkpoint)
    tokens = Tokens(content, Reading(max_tokens), pad_id)
    width = network.config.hidden_size
    encoder = TransformerEncoder(tokens, TorchNetwork(network, "mean"), width)

    def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
        points = normalize(CodePoints.from_texts(texts)).points
        found = encoder.encode([points.text(i) for i in range(len(points))])
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)

    return vectors


def queries(task: str, rows: list[dict]) -> tuple[list[str], list[str], list[int], list[list[int]]]:
    """Texts of the index, queries, each query's own row (-1: none) and the rows looked for."""
    texts = [row["text"] for row in rows]
    if task == "headlines":
        wanted = [[i] for i in range(len(rows))]
        return texts, [row["headline"] for row in rows], [], wanted
    groups = defaultdict(list)
    for i, row in enumerate(rows):
        groups[row["group"]].append(i)
    own = [i for members in groups.values() if len(members) > 1 for i in members]
    others = [[j for j in groups[rows[i]["group"]] if j != i] for i in own]
    return texts, [texts[i] for i in own], own, others


def recalls(
    index: TextIndex, asked: list[str], own: list[int], wanted: list[list[int]]
) -> dict[int, NDArray[np.float64]]:
    found = index.nearest(asked, max(KS), other_than=own or None).rows
    return {
        k: np.array(
            [
                np.isin(w, row[:k]).sum() / min(len(w), k)
                for w, row in zip(wanted, found, strict=True)
            ]
        )
        for k in KS
    }


def interval(values: NDArray[np.float64]) -> str:
    rng = np.random.default_rng(0)
    means = values[rng.integers(0, len(values), (2000, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return f"{values.mean():.3f} [{low:.3f}, {high:.3f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=["repeats", "headlines"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--max-tokens", type=int, default=256)
    parser.add_argument("--limit", type=int)
    arguments = parser.parse_args()
    lines = arguments.file.read_text(encoding="utf-8").splitlines()[: arguments.limit]
    texts, asked, own, wanted = queries(arguments.task, [json.loads(line) for line in lines])
    encoders: dict[str, Callable | None] = {"weighted characters": None}
    if arguments.checkpoint:
        name = f"vectors of {arguments.checkpoint.name}"
        encoders[name] = checkpoint_vectors(arguments.checkpoint, arguments.max_tokens)
    if arguments.model:
        model = load_predictor(arguments.model)
        encoders[f"vectors of {model.model_id}"] = model.vectors
    print(f"{arguments.task}: {len(asked)} queries over {len(texts)} texts")
    print("| encoder | recall@1 | recall@10 | index, s | queries/s |\n|---|---|---|---|---|")
    measured = {}
    for name, vectors in encoders.items():
        began = time.perf_counter()
        index = TextIndex(texts, vectors)
        built = time.perf_counter()
        measured[name] = recalls(index, asked, own, wanted)
        speed = len(asked) / (time.perf_counter() - built)
        cells = " | ".join(interval(measured[name][k]) for k in KS)
        print(f"| {name} | {cells} | {built - began:.1f} | {speed:.0f} |")
    first, *others = measured
    for name in others:
        difference = measured[name][10] - measured[first][10]
        print(f"recall@10, {name} minus {first}: {interval(difference)}")


if __name__ == "__main__":
    main()
