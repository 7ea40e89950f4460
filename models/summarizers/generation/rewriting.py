"""Texts worded by a generator where the guard agrees, and left as they are where it does not."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.summarizers.generation.errors import GenerationError
from models.summarizers.generation.prompts import tidy
from models.summarizers.generation.request import (
    Cancellation,
    Completion,
    Generator,
    Limits,
    Request,
    Task,
)
from models.summarizers.guard.check import check_headline, check_rewrite
from models.summarizers.guard.verdict import Verdict

_HEAD = 600
_MOST_FAILURES = 2
_OWN_FAULTS = ("time", "server", "memory", "model")  # of a generator, not of the text
_GIVEN_UP = Completion(error="生成器连续失败，不再使用", cause="model")

Watch = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What became of a text.

    Parameters
    ----------
    task : str
    text : str
        What stands: the generated text, or `original`.
    original : str
        The extractive headline, the name, or the paragraph.
    proposed : str
        What the generator wrote; empty if it wrote nothing to the end.
    reasons : tuple of str
        Chinese: why the proposal does not stand; empty if it does.
    kinds : tuple of str
        Kinds of the faults, or `unfinished`.
    generator : str
    seconds : float
    """

    task: Task
    text: str
    original: str
    proposed: str
    reasons: tuple[str, ...]
    kinds: tuple[str, ...]
    generator: str
    seconds: float

    @property
    def is_generated(self) -> bool:
        """Whether the generated text stands and differs from the original."""
        return not self.reasons and self.text != self.original

    def refused(self, kind: str, reason: str) -> Rewriting:
        """The same with the original text, for a reason of the caller's."""
        return replace(
            self, text=self.original, reasons=(*self.reasons, reason), kinds=(*self.kinds, kind)
        )

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {"task": self.task, "text": self.text, "original": self.original,
                "proposed": self.proposed, "generated": self.is_generated,
                "reasons": list(self.reasons), "kinds": list(self.kinds),
                "generator": self.generator, "seconds": round(self.seconds, 3)}  # fmt: skip


class Rewriter:
    """A generator under guard.

    Parameters
    ----------
    generator : Generator
    limits : Limits
        Of each text.
    cancellation : Cancellation, optional
        Once switched, every text stays as it is.

    Notes
    -----
    After two failures in a row that are not the text's own, the generator is not asked again:
    a thousand texts do not wait for a server that is down. Of many texts together, all must fail.
    """

    def __init__(
        self, generator: Generator, limits: Limits | None = None,
        cancellation: Cancellation | None = None,
    ) -> None:  # fmt: skip
        self._generator = generator
        self._limits = limits or Limits()
        self._cancellation = cancellation
        self._failures = 0

    @property
    def name(self) -> str:
        """Name of the generator."""
        return self._generator.name

    def title(self, text: str, original: str, watch: Watch | None = None) -> Rewriting:
        """Title a message; `original` is its extractive headline."""
        return self._one(Request("title", text[:_HEAD]), original, [text[:_HEAD]], watch)

    def topic(
        self, original: str, examples: Sequence[str], watch: Watch | None = None
    ) -> Rewriting:
        """Name a topic by one of its texts; `original` is the name it has."""
        sources = [text[:_HEAD] for text in (*examples, original) if text]
        return self._one(Request("topic", sources[0] if sources else ""), original, sources, watch)

    def polish(self, paragraph: str, watch: Watch | None = None) -> Rewriting:
        """Polish a paragraph; `watch` gets the pieces before the guard has seen any."""
        return self._one(Request("polish", paragraph), paragraph, [paragraph], watch)

    def titles(self, texts: Sequence[str], originals: Sequence[str]) -> list[Rewriting]:
        """Title many messages, in order; rounds of the model share the work."""
        requests = [Request("title", text[:_HEAD]) for text in texts]
        start = time.monotonic()
        completions = self._completions(requests)
        seconds = (time.monotonic() - start) / max(len(texts), 1)
        return [
            self._judged(request, original, [request.text], completion, seconds)
            for request, original, completion in zip(requests, originals, completions, strict=True)
        ]

    def _completions(self, requests: Sequence[Request]) -> list[Completion]:
        if self._failures >= _MOST_FAILURES:
            return [_GIVEN_UP] * len(requests)
        found = self._generator.complete_all(requests, self._limits, self._cancellation)
        failed = [completion.cause in _OWN_FAULTS for completion in found]
        self._failures = self._failures + 1 if failed and all(failed) else 0
        return found

    def _one(
        self, request: Request, original: str, sources: Sequence[str], watch: Watch | None
    ) -> Rewriting:
        start = time.monotonic()
        completion = self._completion(request, watch)
        return self._judged(request, original, sources, completion, time.monotonic() - start)

    def _completion(self, request: Request, watch: Watch | None) -> Completion:
        if self._failures >= _MOST_FAILURES:
            return _GIVEN_UP
        pieces: list[str] = []
        try:
            for piece in self._generator.stream(request, self._limits, self._cancellation):
                pieces.append(piece)
                if watch is not None:
                    watch(piece)
        except GenerationError as error:
            self._failures += error.cause in _OWN_FAULTS
            return Completion(error=error.message, cause=error.cause)
        self._failures = 0
        return Completion("".join(pieces))

    def _judged(
        self, request: Request, original: str, sources: Sequence[str], completion: Completion,
        seconds: float,
    ) -> Rewriting:  # fmt: skip
        if completion.error:
            return self._kept(request, original, "", (completion.error,), ("unfinished",), seconds)
        proposed = tidy(completion.text, request.task)
        verdict = _verdict(request.task, sources, proposed)
        if verdict.is_accepted:
            return Rewriting(request.task, proposed, original, proposed, (), (), self.name, seconds)
        reasons = tuple(fault.message for fault in verdict.faults)
        kinds = tuple(fault.kind for fault in verdict.faults)
        return self._kept(request, original, proposed, reasons, kinds, seconds)

    def _kept(
        self, request: Request, original: str, proposed: str, reasons: tuple[str, ...],
        kinds: tuple[str, ...], seconds: float,
    ) -> Rewriting:  # fmt: skip
        return Rewriting(
            request.task, original, original, proposed, reasons, kinds, self.name, seconds
        )


def _verdict(task: Task, sources: Sequence[str], proposed: str) -> Verdict:
    if task == "polish":
        return check_rewrite(sources[0], proposed)
    return check_headline(sources, proposed)
