"""The words in which a model is asked, read from `data/generation/prompts.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any

from models.resources import data_path
from models.summarizers.generation.request import Request, Task

_THOUGHT = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
_QUOTES = (("“", "”"), ('"', '"'), ("《", "》"), ("「", "」"), ("**", "**"))


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(data_path("generation", "prompts.toml").read_text(encoding="utf-8"))


def instruction(task: Task) -> str:
    """What the model is told to do."""
    return str(_data()[task]["instruction"])


def longest_answer(task: Task) -> int:
    """Characters an answer may have."""
    return int(_data()[task]["characters"])


def chat(request: Request) -> list[dict[str, str]]:
    """Messages for a model that chats."""
    return [
        {"role": "system", "content": instruction(request.task)},
        {"role": "user", "content": request.text},
    ]


def plain(request: Request) -> str:
    """One text for a model that only continues."""
    template = str(_data()["plain"]["template"])
    return template.format(instruction=instruction(request.task), text=request.text)


def tidy(answer: str, task: Task) -> str:
    """An answer without thoughts, labels and quotation marks; a title is its first line."""
    text = _THOUGHT.sub("", answer).strip()
    if task != "polish":
        text = text.split("\n")[0].strip()
    labels = "|".join(_data()["answer"]["labels"])
    text = re.sub(rf"^(?:{labels})[：:]\s*", "", text)
    if task != "polish":
        text = text.rstrip("。")
    for opening, closing in _QUOTES:
        inner = text[len(opening) : len(text) - len(closing)]
        if text.startswith(opening) and text.endswith(closing) and opening not in inner:
            text = inner
    return text.strip()
