"""The unit that is classified."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """One text with the id by which its caller knows it.

    `text` is kept exactly as received: evidence spans are offsets into it.
    """

    text: str
    id: str = ""
