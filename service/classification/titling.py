"""Titles worded by a local generator under the guard; the extractive headline stands otherwise."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # most runs have no generator, and its modules need not be read
    from models.summarizers.generation.request import Cancellation
    from models.summarizers.generation.rewriting import Rewriter, Rewriting

GENERATED = "生成"
EXTRACTED = "摘自来信"
TITLED_ROWS = 16
"""Rows saved at once where a generator titles them: two rounds of a model, seconds each."""
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Title:
    """A title and where it is from.

    Parameters
    ----------
    text : str
    source : str
        Chinese: generated, or taken from the text and why.
    fate : str
        `generated`, `refused` by the guard, or `unfinished`.
    fault : str
        For an unfinished one, why; it quotes nothing.
    """

    text: str
    source: str
    fate: str
    fault: str = ""

    @classmethod
    def of(cls, made: Rewriting) -> Title:
        """What became of a title put to the generator."""
        if not made.reasons:
            return cls(made.text, GENERATED, "generated")
        source = f"{EXTRACTED}：{'；'.join(made.reasons)}"
        if "unfinished" in made.kinds:
            return cls(made.text, source, "unfinished", made.reasons[0])
        return cls(made.text, source, "refused")


class Titler:
    """A generator at work on the rows of a file, one share of rows after another.

    Parameters
    ----------
    rewriter : Rewriter
    cancellation : Cancellation
        The one of the rewriter; switched when the run is stopped.
    seconds : float
        For all rows of a run together; later ones keep the extractive headline.
    """

    def __init__(self, rewriter: Rewriter, cancellation: Cancellation, seconds: float) -> None:
        self._rewriter, self._cancellation = rewriter, cancellation
        self._seconds = seconds
        self._deadline: float | None = None
        self._turn = threading.Lock()

    @property
    def name(self) -> str:
        """Name of the generator."""
        return self._rewriter.name

    def titles(
        self, texts: Sequence[str], headlines: Sequence[str], stop: threading.Event
    ) -> list[Title] | None:
        """Titles in order, or None once the run was stopped.

        Shares wait for one another here, not within the limits of their own texts.

        Parameters
        ----------
        headlines : sequence of str
            Extractive ones, that stand where the generated title does not.
        """
        while not self._turn.acquire(timeout=_POLL_SECONDS):
            if stop.is_set():
                return None
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(stop, done), daemon=True)
        try:
            if self._deadline is None:
                self._deadline = time.monotonic() + self._seconds
            if stop.is_set():
                return None
            if time.monotonic() >= self._deadline:
                return [self._late(headline) for headline in headlines]
            watcher.start()
            made = self._rewriter.titles(texts, headlines)
        finally:
            done.set()
            self._turn.release()
        return None if stop.is_set() else [Title.of(one) for one in made]

    def _late(self, headline: str) -> Title:
        fault = f"拟标题的总时限（{self._seconds / 60:g}分钟）已到"
        return Title(headline, f"{EXTRACTED}：{fault}", "unfinished", fault)

    def _watch(self, stop: threading.Event, done: threading.Event) -> None:
        while not done.wait(_POLL_SECONDS):
            if stop.is_set():
                self._cancellation.cancel()
                return
