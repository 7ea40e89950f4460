"""What the guard says of a rewrite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "empty", "length", "number", "date", "article", "name", "negation", "amount", "direction",
    "certainty", "question", "word", "missing", "order",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a rewrite does not stand.

    Parameters
    ----------
    kind : str
        What differs from the source.
    message : str
        Chinese, with the words that differ. It quotes the text: for the person, never for a log.
    """

    kind: FaultKind
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Faults of a rewrite; it is accepted if there are none."""

    faults: tuple[Fault, ...] = ()

    @property
    def is_accepted(self) -> bool:
        """Whether the rewrite may replace its source."""
        return not self.faults
