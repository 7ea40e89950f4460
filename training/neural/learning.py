"""One fine-tuning: encoder and all heads together, stopped by texts set aside, resumable.

Every step draws its batch and its dropout from (seed, epoch, step), so that a run that was
interrupted and goes on gives what it would have given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.encoders.networks import Pooling, pooled
from models.encoders.tokens import Row, pad
from models.encoders.transformer import alike, average
from models.errors import InputError
from training.config import NetworkConfig
from training.fit import HeadTarget
from training.neural.devices import mixed_precision
from training.neural.state import RunState

Report = Callable[[str], None]
_POOL = 32  # batches that are sorted by length together: little padding, still shuffled
_EVERY = 50  # steps between lines of progress
_MASK = -100  # no label: left out of the loss


@dataclass(frozen=True)
class Lesson:
    """What there is to learn.

    Parameters
    ----------
    rows : sequence of Row
        Of all documents, in order.
    y : int array, shape (n_documents, n_heads)
        Class numbers; -1 where there is no label.
    widths : sequence of int
        Number of labels of each head.
    weight : float32 array, shape (n_documents,)
    class_weight : sequence of float32 arrays or None, one a head
    """

    rows: Sequence[Row]
    y: NDArray[np.intp]
    widths: Sequence[int]
    weight: NDArray[np.float32]
    class_weight: Sequence[NDArray[np.float32] | None]

    @property
    def n_documents(self) -> int:
        """Number of documents."""
        return len(self.y)

    @cached_property
    def _bounds(self) -> NDArray[np.intp]:
        """Rows of document i are `[bounds[i]:bounds[i + 1]]`."""
        owner = np.array([row.document for row in self.rows], np.intp)
        return np.searchsorted(owner, np.arange(self.n_documents + 1))

    def rows_of(self, documents: NDArray[np.intp]) -> tuple[list[Row], NDArray[np.intp]]:
        """Rows of some documents, and for each the place of its document among them."""
        bounds = self._bounds
        chosen: list[Row] = []
        places: list[int] = []
        for place, document in enumerate(documents.tolist()):
            start, end = int(bounds[document]), int(bounds[document + 1])
            chosen += self.rows[start:end]
            places += [place] * (end - start)
        return chosen, np.array(places, np.intp)


def make_lesson(
    rows: Sequence[Row],
    targets: Mapping[str, HeadTarget],
    train: NDArray[np.intp],
    sample_weight: NDArray[np.float64] | None,
) -> Lesson:
    """Gather labels and weights; classes are balanced over the documents trained on."""
    y = np.stack([target.y for target in targets.values()], axis=1)
    weight = np.ones(len(y)) if sample_weight is None else sample_weight
    balances: list[NDArray[np.float32] | None] = []
    for column, target in enumerate(targets.values()):
        if target.config.class_weight is None:
            balances.append(None)
            continue
        known = y[train, column]
        counts = np.bincount(known[known >= 0], minlength=len(target.codes))
        share = counts.sum() / (len(counts) * np.maximum(counts, 1))
        balances.append(share.astype(np.float32))
    widths = [len(target.codes) for target in targets.values()]
    return Lesson(rows, y, widths, weight.astype(np.float32), balances)


@dataclass
class Learner:
    """An encoder with heads on it.

    Parameters
    ----------
    encoder : torch module
    heads : torch Linear, width to all outputs
    pooling : how token vectors become one
    pad_id : int
    """

    encoder: Any
    heads: Any
    pooling: Pooling
    pad_id: int

    @property
    def module(self) -> Any:
        """Both as one torch module, for weights and optimizer."""
        import torch

        return torch.nn.ModuleDict({"encoder": self.encoder, "heads": self.heads})

    @property
    def device(self) -> Any:
        """Where the weights are."""
        return self.heads.weight.device

    def vectors(self, rows: Sequence[Row], places: NDArray[np.intp], n_documents: int) -> Any:
        """Vectors of documents as a tensor, shape (n_documents, width); windows averaged."""
        import torch

        ids, mask = pad([row.ids for row in rows], self.pad_id)
        device = self.device
        each = pooled(
            self.encoder,
            torch.from_numpy(ids).to(device),
            torch.from_numpy(mask).to(device),
            self.pooling,
        )
        if len(rows) == n_documents:
            return each
        index = torch.from_numpy(places).to(device)
        sums = torch.zeros(n_documents, each.shape[1], dtype=each.dtype, device=device)
        counts = torch.from_numpy(np.bincount(places, minlength=n_documents)).to(each)
        return sums.index_add(0, index, each) / counts[:, None]

    def scores(
        self, rows: Sequence[Row], n_documents: int, batch_tokens: int = 8192
    ) -> NDArray[np.float32]:
        """Raw scores of documents numbered from 0, shape (n_documents, n_outputs)."""
        import torch

        self.encoder.eval()
        found = np.zeros((len(rows), self.heads.in_features), np.float32)
        with torch.inference_mode(), mixed_precision(self.device.type):
            for batch in alike([len(row.ids) for row in rows], batch_tokens):
                chosen = [rows[i] for i in batch]
                each = self.vectors(chosen, np.arange(len(chosen)), len(chosen))
                found[batch] = each.float().cpu().numpy()
        vectors = average([row.document for row in rows], found, n_documents)
        weight = self.heads.weight.detach().float().cpu().numpy()
        bias = self.heads.bias.detach().float().cpu().numpy()
        result: NDArray[np.float32] = vectors @ weight.T + bias
        return result


@dataclass
class Progress:
    """Where a run stands; all of it is in the saved state."""

    epoch: int = 0
    step: int = 0
    best_epoch: int = -1
    best_loss: float = math.inf
    history: list[dict[str, float]] = field(default_factory=list)


def learn(
    learner: Learner,
    lesson: Lesson,
    train: NDArray[np.intp],
    dev: NDArray[np.intp],
    config: NetworkConfig,
    seed: int,
    state: RunState,
    report: Report,
) -> Progress:
    """Fine-tune; afterwards the learner holds the weights of the best epoch.

    Parameters
    ----------
    train, dev : int arrays
        Documents to learn from; documents whose loss says when to stop.

    Raises
    ------
    InputError
        If a GPU runs out of memory.
    """
    import torch

    module = learner.module
    optimizer = _optimizer(learner, config)
    progress, best = _resumed(module, optimizer, state, report)
    try:
        while not _finished(progress, config):
            batches = _batches(lesson, train, config.batch_size, (seed, progress.epoch))
            _one_epoch(
                learner, lesson, batches, config, seed, progress, best, optimizer, state, report
            )
            loss = dev_loss(learner, lesson, dev)
            progress.history.append({"epoch": progress.epoch + 1, "dev_loss": round(loss, 5)})
            report(f"第 {progress.epoch + 1} 轮：留出文本的损失 {loss:.4f}")
            if loss < progress.best_loss:
                progress.best_loss, progress.best_epoch = loss, progress.epoch
                best = {k: v.detach().cpu().clone() for k, v in module.state_dict().items()}
            progress.epoch, progress.step = progress.epoch + 1, 0
            state.save({"weights": module.state_dict(), "best": best}, optimizer, vars(progress))
    except torch.cuda.OutOfMemoryError as error:
        raise InputError(
            '显存不足：请在训练配置中把 batch_size 或 max_tokens 调小，或用 device = "cpu"。'
        ) from error
    module.load_state_dict(best)
    module.eval()
    return progress


def _finished(progress: Progress, config: NetworkConfig) -> bool:
    waited = progress.epoch - 1 - progress.best_epoch
    return progress.epoch >= config.epochs or (progress.epoch > 0 and waited >= config.patience)


def _resumed(
    module: Any, optimizer: Any, state: RunState, report: Report
) -> tuple[Progress, dict[str, Any]]:
    saved = state.load(optimizer)
    if saved is None:
        return Progress(), {}
    tensors, facts = saved
    module.load_state_dict(tensors["weights"])
    progress = Progress(**facts)
    report(f"接着第 {progress.epoch + 1} 轮第 {progress.step} 步继续。")
    return progress, tensors.get("best", {})


def _optimizer(learner: Learner, config: NetworkConfig) -> Any:
    """AdamW; norms and biases are not pulled to zero, heads learn faster than the encoder."""
    import torch

    decayed = [p for p in learner.encoder.parameters() if p.ndim > 1]
    free = [p for p in learner.encoder.parameters() if p.ndim <= 1]
    rate, decay = config.learning_rate, config.weight_decay
    return torch.optim.AdamW(
        [
            {"params": decayed, "lr": rate, "peak": rate, "weight_decay": decay},
            {"params": free, "lr": rate, "peak": rate, "weight_decay": 0.0},
            {
                "params": list(learner.heads.parameters()),
                "lr": config.head_learning_rate,
                "peak": config.head_learning_rate,
                "weight_decay": decay,
            },
        ]
    )


def _batches(
    lesson: Lesson, train: NDArray[np.intp], size: int, seed: tuple[int, int]
) -> list[NDArray[np.intp]]:
    """Shuffled batches of documents of like length."""
    rng = np.random.default_rng(seed)
    n_tokens = np.zeros(lesson.n_documents, np.int64)
    for row in lesson.rows:
        n_tokens[row.document] = max(n_tokens[row.document], len(row.ids))
    order = rng.permutation(train)
    batches: list[NDArray[np.intp]] = []
    for start in range(0, len(order), size * _POOL):
        pool = order[start : start + size * _POOL]
        pool = pool[np.argsort(n_tokens[pool], kind="stable")]
        batches += [np.sort(pool[i : i + size]) for i in range(0, len(pool), size)]
    return [batches[i] for i in rng.permutation(len(batches)).tolist()]


def _one_epoch(
    learner: Learner,
    lesson: Lesson,
    batches: Sequence[NDArray[np.intp]],
    config: NetworkConfig,
    seed: int,
    progress: Progress,
    best: Mapping[str, Any],
    optimizer: Any,
    state: RunState,
    report: Report,
) -> None:
    import torch

    module = learner.module
    module.train()
    n_steps, losses = config.epochs * len(batches), []
    for step in range(progress.step, len(batches)):
        done = progress.epoch * len(batches) + step
        torch.manual_seed(hash((seed, progress.epoch, step)) & 0x7FFFFFFF)
        set_rates(optimizer, done, n_steps)
        with mixed_precision(learner.device.type):
            chosen, places = lesson.rows_of(batches[step])
            vectors = learner.vectors(chosen, places, len(batches[step]))
            dropped = torch.nn.functional.dropout(vectors.float(), config.dropout)
            loss = _loss(learner.heads(dropped).float(), lesson, batches[step])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()
        losses.append(float(loss.detach()))
        progress.step = step + 1
        if progress.step % _EVERY == 0:
            recent = sum(losses[-_EVERY:]) / len(losses[-_EVERY:])
            where = f"第 {progress.epoch + 1} 轮 {progress.step}/{len(batches)} 步"
            report(f"{where}，损失 {recent:.3f}")
        if (done + 1) % config.save_every == 0:
            state.save({"weights": module.state_dict(), "best": best}, optimizer, vars(progress))


def set_rates(optimizer: Any, step: int, n_steps: int) -> None:
    """Learning rates rise over the first tenth, then fall in a straight line to nothing."""
    rise = max(n_steps // 10, 1)
    factor = (step + 1) / rise if step < rise else (n_steps - step) / max(n_steps - rise, 1)
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * factor


def _loss(scores: Any, lesson: Lesson, documents: NDArray[np.intp]) -> Any:
    """Sum over heads of the weighted mean cross-entropy."""
    import torch

    weight = torch.from_numpy(lesson.weight[documents]).to(scores)
    total = scores.sum() * 0.0  # a batch without any label still has a gradient
    at = 0
    for column, (width, balance) in enumerate(zip(lesson.widths, lesson.class_weight, strict=True)):
        y = torch.from_numpy(
            np.where(lesson.y[documents, column] < 0, _MASK, lesson.y[documents, column])
        ).to(scores.device)
        each = torch.nn.functional.cross_entropy(
            scores[:, at : at + width],
            y,
            weight=None if balance is None else torch.from_numpy(balance).to(scores),
            reduction="none",
            ignore_index=_MASK,
        )
        known = weight * (y != _MASK)
        total = total + (each * known).sum() / known.sum().clamp(min=1e-6)
        at += width
    return total


def dev_loss(learner: Learner, lesson: Lesson, documents: NDArray[np.intp]) -> float:
    """Mean over heads of the cross-entropy on some documents."""
    chosen, places = lesson.rows_of(documents)
    renumbered = [Row(int(p), r.ids, r.spans) for p, r in zip(places, chosen, strict=True)]
    scores = learner.scores(renumbered, len(documents))
    losses, at = [], 0
    for column, width in enumerate(lesson.widths):
        own = scores[:, at : at + width].astype(np.float64)
        own -= own.max(axis=1, keepdims=True)
        logs = own - np.log(np.exp(own).sum(axis=1, keepdims=True))
        y = lesson.y[documents, column]
        known = y >= 0
        if known.any():
            losses.append(-float(logs[np.flatnonzero(known), y[known]].mean()))
        at += width
    return sum(losses) / len(losses)
