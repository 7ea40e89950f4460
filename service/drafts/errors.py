"""What can be wrong with a year's figures or its draft."""

from __future__ import annotations

from typing import ClassVar

from models.errors import InputError


class YearError(InputError):
    """A figure cannot be entered, or a sentence cannot stand, as asked."""

    code = "year"
    status: ClassVar[int] = 422


class StaleDraft(YearError):
    """Somebody saved a version of the draft after the caller read it; nothing was overwritten."""

    code = "stale_draft"
    status: ClassVar[int] = 409
