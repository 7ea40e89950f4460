"""What a generator is asked, within which limits, and how it is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Task = Literal["title", "topic", "polish"]


@dataclass(frozen=True, slots=True)
class Request:
    """A text to word.

    Parameters
    ----------
    task : str
        `title` a message, name a `topic`, `polish` a paragraph.
    text : str
        The source; all a generator sees.
    """

    task: Task
    text: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one generation: seconds of wall clock, waiting included."""

    seconds: float = 30.0

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise ValueError("seconds must be positive")


class Cancellation:
    """A switch that ends a generation from another thread."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """End what runs and refuse what comes."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether it was switched."""
        return self._event.is_set()


@dataclass(frozen=True, slots=True)
class Completion:
    """What a generator wrote to the end; `error` says in Chinese why it did not, `cause` in short.

    `cause` is that of a `GenerationError`.
    """

    text: str = ""
    error: str = ""
    cause: str = ""


class Generator(Protocol):
    """A model that words texts."""

    @property
    def name(self) -> str:
        """Name for people and for the provenance."""

    def stream(
        self, request: Request, limits: Limits, cancellation: Cancellation | None = None
    ) -> Iterator[str]:
        """Pieces of the answer as they come.

        Raises
        ------
        GenerationError
            If it does not come to its end within the limits.
        """

    def complete_all(
        self, requests: Sequence[Request], limits: Limits, cancellation: Cancellation | None = None
    ) -> list[Completion]:
        """Answers in order; limits hold for each round of the model, an error for its text."""
