"""Whether one text holds anything to classify; light enough for a single call."""

from __future__ import annotations

import unicodedata


def has_content(text: str) -> bool:
    """Whether a text holds a character that can be seen, as `rejects.is_blank` tells of columns.

    White space, control, format and unassigned characters and lone surrogates cannot.
    """
    return any(unicodedata.category(character)[0] not in "CZ" for character in text)
