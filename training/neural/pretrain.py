"""A small encoder from scratch: single characters, an objective, then alike and unlike.

The network is ModernBERT's (norms before the layers, rotary positions): stock BERT of this size
does not leave the level of character frequencies within a CPU's patience. The result is an
ordinary Hugging Face folder that `fit --checkpoint` takes like any other.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.neural.characters import END, character_tokenizer, character_vocabulary
from training.neural.contrast import contrast
from training.neural.devices import mixed_precision, need_torch, pick_device
from training.neural.objectives import Objective, make_objective
from training.neural.plan import PretrainConfig
from training.neural.state import RunState, fingerprint
from training.neural.warm_start import warm_start

Report = Callable[[str], None]
_EVERY = 50  # steps between lines of progress
_HELD_OUT = 64  # rows on which the loss is measured


def pretrain(
    texts: Sequence[str], config: PretrainConfig, out: Path, report: Report = lambda line: None
) -> dict[str, Any]:
    """Train a tokenizer and an encoder on plain texts and write a checkpoint folder.

    An interrupted run goes on from `<out>.state` if texts and configuration are the same.

    Parameters
    ----------
    texts : sequence of str, in normal form
    report : callable
        Gets lines of progress for people.

    Returns
    -------
    dict
        What was trained on and the loss on rows that were never trained on.

    Raises
    ------
    InputError
        If the extra is missing, or there is too little text for one batch.
    """
    need_torch()
    import torch

    torch.manual_seed(config.seed)
    began = time.process_time()
    vocabulary = character_vocabulary(texts, config.vocabulary)
    tokenizer = character_tokenizer(vocabulary, max(512, config.row_tokens))
    stream = _stream(tokenizer, texts)
    objective = make_objective(config, tokenizer)
    warm_start(objective.embeddings, objective.bias, stream, config.seed)
    device = pick_device(config.device)
    objective.module.to(device)
    run = fingerprint(config.model_dump(exclude={"device", "save_every"}), len(stream), vocabulary)
    loss = _train(objective, stream, config, RunState(_state(out), run), report)
    encoder = objective.encoder
    facts = {
        "n_texts": len(texts),
        "n_tokens": len(stream),
        "n_parameters": sum(p.numel() for p in encoder.parameters()),
        "held_out_loss": round(loss, 4),
        "cpu_seconds": round(time.process_time() - began),
        **config.model_dump(),
    }
    if config.contrastive_steps:
        facts["contrastive_loss"] = contrast(encoder, tokenizer, texts, config, device, report)
    encoder.half().save_pretrained(out)
    tokenizer.save_pretrained(out)
    content = json.dumps(facts, ensure_ascii=False, indent=1)
    (out / "pretraining.json").write_text(content + "\n", encoding="utf-8")
    RunState(_state(out), run).clear()
    return facts


def _state(out: Path) -> Path:
    return out.with_name(out.name + ".state")


def _stream(tokenizer: Any, texts: Sequence[str]) -> NDArray[np.int64]:
    """All texts as one row of tokens, parted by `[SEP]`."""
    end = tokenizer.convert_tokens_to_ids(END)
    rows = tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]
    return np.array([token for row in rows for token in (*row, end)], np.int64)


def _train(
    objective: Objective,
    stream: NDArray[np.int64],
    config: PretrainConfig,
    state: RunState,
    report: Report,
) -> float:
    """Train on an objective; returns its loss on held-out rows."""
    import torch

    network = objective.module
    blocks, held = _blocks(stream, config)
    optimizer = torch.optim.AdamW(network.parameters(), lr=config.learning_rate, weight_decay=0.01)
    done = 0
    if (saved := state.load(optimizer)) is not None:
        network.load_state_dict(saved[0]["weights"])
        done = int(saved[1]["steps"])
        report(f"接着第 {done} 步继续。")
    device = next(network.parameters()).device
    began, running = time.perf_counter(), 0.0
    network.train()
    for step in range(done, config.steps):
        rng = np.random.default_rng((config.seed, step))
        rows = blocks[rng.integers(0, len(blocks), config.batch_rows)]
        _set_rate(optimizer, config.learning_rate, step, config.steps)
        with mixed_precision(device.type):
            loss = _loss(objective, rows, rng)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        running += float(loss.detach())
        if (step + 1) % _EVERY == 0:
            speed = (step + 1 - done) * rows.size / (time.perf_counter() - began)
            report(
                f"第 {step + 1}/{config.steps} 步，损失 {running / _EVERY:.3f}，{speed:,.0f} 字/秒"
            )
            running = 0.0
        if (step + 1) % config.save_every == 0 or step + 1 == config.steps:
            state.save({"weights": network.state_dict()}, optimizer, {"steps": step + 1})
    network.eval()
    with torch.no_grad():
        rng = np.random.default_rng(config.seed)
        return float(_loss(objective, held, rng))


def _blocks(
    stream: NDArray[np.int64], config: PretrainConfig
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of equal length: those to train on, and a few from all over that are held out."""
    from models.errors import InputError

    n_rows = len(stream) // config.row_tokens
    if n_rows < 4:
        raise InputError(f"文本太少：只有 {len(stream)} 字，至少要 {4 * config.row_tokens} 字。")
    rows = stream[: n_rows * config.row_tokens].reshape(n_rows, config.row_tokens)
    held = np.zeros(n_rows, bool)
    held[:: max(n_rows // _HELD_OUT, 2)] = True
    return rows[~held], rows[held]


def _loss(objective: Objective, rows: NDArray[np.int64], rng: np.random.Generator) -> Any:
    return objective.loss(rows, rng)


def _set_rate(optimizer: Any, peak: float, step: int, n_steps: int) -> None:
    """Rise over the first twentieth, then fall in a straight line to nothing."""
    rise = max(n_steps // 20, 1)
    factor = (step + 1) / rise if step < rise else (n_steps - step) / max(n_steps - rise, 1)
    for group in optimizer.param_groups:
        group["lr"] = peak * factor
