"""A model in a folder on this machine: one text at a time as a stream, or several in one round."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from models.summarizers.generation.checkpoint import inspect_checkpoint, require_memory
from models.summarizers.generation.errors import GenerationError, GeneratorError
from models.summarizers.generation.prompts import longest_answer
from models.summarizers.generation.relay import Emit, Stopped, relay
from models.summarizers.generation.request import Cancellation, Completion, Limits, Request

_EXTRA = ("torch", "transformers", "psutil")
_ROUND = 8


class LocalGenerator:
    """A sequence-to-sequence or causal model from a folder; nothing is fetched from anywhere.

    Safe to call from several threads: the model works on one round, the others wait within their
    limits.

    Parameters
    ----------
    folder : Path
        Of a model in the layout of transformers, with safetensors weights.

    Raises
    ------
    GeneratorError
        If the extra is not installed, the folder does not hold such a model, or it does not fit
        into memory.
    """

    def __init__(self, folder: Path) -> None:
        checkpoint = inspect_checkpoint(folder)
        missing = [name for name in _EXTRA if importlib.util.find_spec(name) is None]
        if missing:
            raise GeneratorError(
                f"使用本机生成模型要另装组件（缺 {'、'.join(missing)}）：pip install yangguang[transformers]。"  # noqa: E501
            )
        import psutil

        from models.summarizers.generation.transformer import Transformer

        is_single = require_memory(checkpoint, int(psutil.virtual_memory().available))
        self._model = Transformer(checkpoint, is_single=is_single)
        self._lock = threading.Lock()
        self._name = folder.name

    @property
    def name(self) -> str:
        """Name of the folder: a path may name a person."""
        return self._name

    def stream(
        self, request: Request, limits: Limits, cancellation: Cancellation | None = None
    ) -> Iterator[str]:
        """Pieces of the answer as they come; see `Generator`."""

        def produce(emit: Emit, stopped: Stopped) -> None:
            self._model.generate([request], longest_answer(request.task), stopped, emit)

        return relay(produce, limits, cancellation, self._lock)

    def complete_all(
        self, requests: Sequence[Request], limits: Limits, cancellation: Cancellation | None = None
    ) -> list[Completion]:
        """Answers in order, eight texts of similar length in a round; see `Generator`."""
        order = sorted(range(len(requests)), key=lambda i: len(requests[i].text))
        found: dict[int, Completion] = {}
        for start in range(0, len(order), _ROUND):
            chosen = order[start : start + _ROUND]
            answers = self._round([requests[i] for i in chosen], limits, cancellation)
            found |= dict(zip(chosen, answers, strict=True))
        return [found[i] for i in range(len(requests))]

    def _round(
        self, requests: Sequence[Request], limits: Limits, cancellation: Cancellation | None
    ) -> list[Completion]:
        answers: list[str | GenerationError] = []

        def produce(emit: Emit, stopped: Stopped) -> None:
            longest = max(longest_answer(request.task) for request in requests)
            answers.extend(self._model.generate(requests, longest, stopped))

        try:
            for _ in relay(produce, limits, cancellation, self._lock):
                pass
        except GenerationError as error:
            if error.cause == "source" and len(requests) > 1:  # one of them is too long, which?
                return [self._round([one], limits, cancellation)[0] for one in requests]
            return [Completion(error=error.message, cause=error.cause)] * len(requests)
        return [
            Completion(error=answer.message, cause=answer.cause)
            if isinstance(answer, GenerationError)
            else Completion(answer)
            for answer in answers
        ]
