"""Why a generator cannot be used, or did not finish."""

from __future__ import annotations

from typing import Literal

from models.errors import YangguangError

Cause = Literal["time", "cancelled", "length", "source", "memory", "server", "model"]


class GeneratorError(YangguangError):
    """A model folder or a server cannot be used: wrong kind, damaged, too large, not allowed."""

    code = "generator"


class GenerationError(YangguangError):
    """A text was not generated to its end.

    Parameters
    ----------
    message : str
    cause : str
        `time`, `cancelled` and `length` say that a limit ended it, `source` that the text is too
        long, the others what failed.
    """

    code = "generation"

    def __init__(self, message: str, cause: Cause) -> None:
        super().__init__(message)
        self.cause = cause
