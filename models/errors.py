"""Errors that the program expects. Each carries a stable code and one clear Chinese message.

YangguangError
├── LabelError        a label set is malformed, or a code is not in it
├── TextError         a text cannot be classified as it stands
├── ArtifactError     a model folder is missing, damaged or of another version
└── InputError        a file or argument from outside cannot be used
"""

from __future__ import annotations

from typing import ClassVar


class YangguangError(Exception):
    """Base of all expected errors; `str(error)` is what the user reads.

    Parameters
    ----------
    message : str
        Chinese: what is wrong, where, and what to do. Never contains a citizen's text.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class LabelError(YangguangError):
    """A label set file is malformed, or a code is not part of the set."""

    code = "label"


class TextError(YangguangError):
    """A text cannot be classified as it stands."""

    code = "text"


class ArtifactError(YangguangError):
    """A model folder is missing, damaged or written by another version."""

    code = "artifact"


class InputError(YangguangError):
    """A file or an argument from outside cannot be used."""

    code = "input"
