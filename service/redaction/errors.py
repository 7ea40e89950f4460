"""What can be wrong with a file that is to be redacted."""

from __future__ import annotations

from models.errors import InputError


class RedactionError(InputError):
    """A file cannot be read, or its result cannot be written."""

    code = "redaction"
