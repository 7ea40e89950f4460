"""The interface's documentation in Chinese: what an integrator reads, kept apart from docstrings.

Summaries and most fields say it themselves; what FastAPI takes from English docstrings is replaced
by the words of `data/interface/openapi.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

from fastapi import FastAPI

from models.resources import data_path


def describe(app: FastAPI) -> None:
    """Let the application's OpenAPI document speak Chinese."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            in_chinese(plain())
        return plain()

    app.openapi = openapi  # type: ignore[method-assign]


def in_chinese(document: dict[str, Any]) -> None:
    """Put Chinese descriptions into an OpenAPI document, in place; what has its own keeps it."""
    words = _words()
    for key, operation in _operations(document):
        _say(operation, words["operations"].get(key))
        for parameter in operation.get("parameters", ()):
            _say(parameter, words["parameters"].get(parameter["name"]))
        for code, answer in operation.get("responses", {}).items():
            _say(answer, words["responses"].get(code))
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        _say(schema, words["schemas"].get(name))


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def _say(node: dict[str, Any], words: str | None) -> None:
    if words and not has_chinese(node.get("description", "")):
        node["description"] = words


def has_chinese(text: str) -> bool:
    """Whether a description holds a Chinese character."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


@cache
def _words() -> dict[str, dict[str, str]]:
    path = data_path("interface", "openapi.toml")
    found: dict[str, dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return found
