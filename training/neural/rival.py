"""A fine-tuned checkpoint as a contestant in a comparison."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.encoders.checkpoint import inspect_checkpoint
from models.text.codepoints import CodePoints
from models.text.normalize import normalize
from training.config import TransformerConfig, single_head
from training.fit import HeadTarget
from training.neural.fine_tune import Starting
from training.neural.learning import learn
from training.neural.lesson import make_lesson
from training.neural.state import RunState

_STOPPING = 10  # one text in ten says when to stop


class FineTunedRival:
    """Fine-tunes afresh in every fold; a tenth of the fold's training texts says when to stop."""

    def __init__(
        self,
        config: TransformerConfig,
        checkpoint: Path,
        report: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.name = f"transformer {checkpoint.name}"
        self._config, self._report = single_head(config, "label"), report
        self._start = Starting(inspect_checkpoint(checkpoint), config.network)

    def fit(self, texts: Sequence[str], y: NDArray[np.intp]) -> None:
        """Learn from texts and class numbers."""
        config = self._config
        codes = tuple(str(i) for i in range(int(y.max()) + 1))
        targets = {"label": HeadTarget(config.heads[0], codes, codes, y)}
        order = np.random.default_rng(config.seed).permutation(len(texts))
        dev, train = np.sort(order[::_STOPPING]), np.sort(np.delete(order, np.s_[::_STOPPING]))
        lesson = make_lesson(self._start.tokens.rows(_normal(texts)), targets, train, None)
        self._learner = self._start.learner(len(codes), config.seed)
        with tempfile.TemporaryDirectory() as scratch:
            state = RunState(Path(scratch) / "state", "")
            settings = config.network
            learn(self._learner, lesson, train, dev, settings, config.seed, state, self._report)

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Raw scores, shape (n_texts, n_classes)."""
        rows = self._start.tokens.rows(_normal(texts))
        return self._learner.scores(rows, len(texts)).astype(float)


def _normal(texts: Sequence[str]) -> list[str]:
    points = normalize(CodePoints.from_texts(texts)).points
    return [points.text(i) for i in range(len(points))]
