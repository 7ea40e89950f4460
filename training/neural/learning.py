"""One fine-tuning: encoder and all heads together, stopped by texts set aside, resumable.

Every step draws its batch and its dropout from (seed, epoch, step), so that a run that was
interrupted and goes on gives what it would have given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.encoders.tokens import Row
from models.errors import InputError
from training.config import NetworkConfig
from training.neural.devices import mixed_precision
from training.neural.learner import Learner
from training.neural.lesson import Lesson, shuffled_batches
from training.neural.state import RunState

Report = Callable[[str], None]
_EVERY = 50  # steps between lines of progress
_MASK = -100  # no label: left out of the loss


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
        If a GPU runs out of memory, or the saved state is of another run.
    """
    import torch

    run = _Run(learner, lesson, config, seed, state, report)
    progress = run.progress
    try:
        while not _finished(progress, config):
            run.epoch(shuffled_batches(lesson, train, config.batch_size, (seed, progress.epoch)))
            run.judge(dev_loss(learner, lesson, dev))
    except torch.cuda.OutOfMemoryError as error:
        raise InputError(
            '显存不足：请在训练配置中把 batch_size 或 max_tokens 调小，或用 device = "cpu"。'
        ) from error
    run.keep_best()
    return progress


def _finished(progress: Progress, config: NetworkConfig) -> bool:
    waited = progress.epoch - 1 - progress.best_epoch
    return progress.epoch >= config.epochs or (progress.epoch > 0 and waited >= config.patience)


class _Run:
    """A fine-tuning under way: everything that its saved state is made from."""

    def __init__(
        self,
        learner: Learner,
        lesson: Lesson,
        config: NetworkConfig,
        seed: int,
        state: RunState,
        report: Report,
    ) -> None:
        self.learner, self.lesson, self.config, self.seed = learner, lesson, config, seed
        self.state, self.report = state, report
        self.module, self.optimizer = learner.module, _optimizer(learner, config)
        self.progress, self.best = Progress(), dict[str, Any]()
        if (saved := state.load(self.optimizer)) is not None:
            tensors, facts = saved
            self.module.load_state_dict(tensors["weights"])
            self.progress, self.best = Progress(**facts), tensors.get("best", {})
            where = f"第 {self.progress.epoch + 1} 轮第 {self.progress.step} 步"
            report(f"接着{where}继续。")

    def epoch(self, batches: Sequence[NDArray[np.intp]]) -> None:
        """Go through the batches that are left of this epoch."""
        import torch

        self.module.train()
        losses: list[float] = []
        for step in range(self.progress.step, len(batches)):
            done = self.progress.epoch * len(batches) + step
            torch.manual_seed(hash((self.seed, self.progress.epoch, step)) & 0x7FFFFFFF)
            set_rates(self.optimizer, done, self.config.epochs * len(batches))
            losses.append(self._step(batches[step]))
            self.progress.step = step + 1
            if self.progress.step % _EVERY == 0:
                recent = sum(losses[-_EVERY:]) / len(losses[-_EVERY:])
                where = f"第 {self.progress.epoch + 1} 轮 {step + 1}/{len(batches)} 步"
                self.report(f"{where}，损失 {recent:.3f}")
            if (done + 1) % self.config.save_every == 0:
                self._save()

    def _step(self, documents: NDArray[np.intp]) -> float:
        import torch

        with mixed_precision(self.learner.device.type):
            rows, places = self.lesson.rows_of(documents)
            vectors = self.learner.vectors(rows, places, len(documents))
            dropped = torch.nn.functional.dropout(vectors.float(), self.config.dropout)
            loss = _loss(self.learner.heads(dropped).float(), self.lesson, documents)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
        self.optimizer.step()
        return float(loss.detach())

    def judge(self, loss: float) -> None:
        """End an epoch with its loss on the texts set aside."""
        progress = self.progress
        progress.history.append({"epoch": progress.epoch + 1, "dev_loss": round(loss, 5)})
        self.report(f"第 {progress.epoch + 1} 轮：留出文本的损失 {loss:.4f}")
        if loss < progress.best_loss:
            progress.best_loss, progress.best_epoch = loss, progress.epoch
            weights = self.module.state_dict()
            self.best = {name: value.detach().cpu().clone() for name, value in weights.items()}
        progress.epoch, progress.step = progress.epoch + 1, 0
        self._save()

    def keep_best(self) -> None:
        """Give the learner the weights of the best epoch."""
        self.module.load_state_dict(self.best)
        self.module.eval()

    def _save(self) -> None:
        tensors = {"weights": self.module.state_dict(), "best": self.best}
        self.state.save(tensors, self.optimizer, vars(self.progress))


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
