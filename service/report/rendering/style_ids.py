"""Ids of a template's paragraph styles."""

from __future__ import annotations

from typing import Any


class StyleIds(dict[str, "str | None"]):
    """Style name to id in one open document, None for the default style.

    python-docx searches all styles of the template at every assignment of a name, which cost more
    than the layout itself; here a name is looked up once a document.

    Parameters
    ----------
    document : docx.Document

    Raises
    ------
    KeyError
        On reading a name the template does not have.
    ValueError
        On reading the name of a style that is none of paragraphs.
    """

    def __init__(self, document: Any) -> None:
        super().__init__()
        self._part = document.part

    def __missing__(self, name: str) -> str | None:
        from docx.enum.style import WD_STYLE_TYPE

        found: str | None = self._part.get_style_id(name, WD_STYLE_TYPE.PARAGRAPH)
        self[name] = found
        return found
