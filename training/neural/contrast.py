"""Sentence vectors: two pieces of one message are alike, pieces of different messages are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.neural.plan import PretrainConfig

_TEMPERATURE = 0.05  # of SimCSE (Gao et al. 2021)
_RATE = 2e-4
_ROWS = 48
_LONGEST = 64  # characters of a piece
_EVERY = 50


def contrast(
    encoder: Any,
    tokenizer: Any,
    texts: Sequence[str],
    config: PretrainConfig,
    device: str,
    report: Callable[[str], None],
) -> float:
    """Pull the mean vectors of two random pieces of a text together, those of others apart.

    Returns
    -------
    float
        Mean loss of the last steps.
    """
    import torch

    long = [text for text in texts if len(text) >= 40]
    optimizer = torch.optim.AdamW(encoder.parameters(), lr=_RATE, weight_decay=0.01)
    recent: list[float] = []
    encoder.train()
    for step in range(config.contrastive_steps):
        rng = np.random.default_rng((config.seed, 1, step))
        chosen = [long[i] for i in rng.choice(len(long), min(_ROWS, len(long)), replace=False)]
        pieces = [piece for text in chosen for piece in _two_pieces(text, rng)]
        rows = tokenizer(pieces, padding=True, truncation=True, return_tensors="pt").to(device)
        states = encoder(rows["input_ids"], attention_mask=rows["attention_mask"])
        weight = rows["attention_mask"][..., None]
        vectors = (states.last_hidden_state * weight).sum(1) / weight.sum(1)
        vectors = torch.nn.functional.normalize(vectors, dim=1)
        similarity = vectors[0::2] @ vectors[1::2].T / _TEMPERATURE
        answer = torch.arange(len(similarity), device=device)
        loss = (
            torch.nn.functional.cross_entropy(similarity, answer)
            + torch.nn.functional.cross_entropy(similarity.T, answer)
        ) / 2
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        recent = [*recent, float(loss.detach())][-_EVERY:]
        if (step + 1) % _EVERY == 0:
            mean = sum(recent) / len(recent)
            report(f"句向量第 {step + 1}/{config.contrastive_steps} 步，损失 {mean:.3f}")
    encoder.eval()
    return round(sum(recent) / len(recent), 4)


def _two_pieces(text: str, rng: np.random.Generator) -> tuple[str, str]:
    """Two pieces of a text that do not overlap."""
    cut = int(rng.integers(len(text) * 3 // 10, len(text) * 7 // 10 + 1))
    first, second = text[:cut], text[cut:]
    return first[-_LONGEST:], second[:_LONGEST]
