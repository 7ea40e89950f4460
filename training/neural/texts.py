"""Plain texts to learn a language from: files and folders a user names, in normal form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from models.errors import InputError
from models.resources import data_path
from models.text.codepoints import CodePoints
from models.text.normalize import normalize

_FIELDS = ("text", "request", "reply")
_SHORTEST = 8  # characters: less teaches nothing about a language


def shipped_texts() -> list[Path]:
    """Our own training corpora; the evaluation parts stay unread."""
    return [data_path("corpora", "messages_train"), data_path("corpora", "replies_train")]


def read_texts(sources: Sequence[Path]) -> list[str]:
    """Read `.txt` and `.md` whole and the text fields of `.jsonl`, each text once.

    Parameters
    ----------
    sources : sequence of Path
        Files, or folders that are searched all the way down.

    Returns
    -------
    list of str
        In normal form, in the order of sources and names, so that a run can be repeated.

    Raises
    ------
    InputError
        If a source is missing, unreadable, or nothing is found.
    """
    found: dict[str, None] = {}
    for source in sources:
        if not source.exists():
            raise InputError(f"找不到文本 {source}。")
        files = (
            [source] if source.is_file() else sorted(p for p in source.rglob("*") if p.is_file())
        )
        for file in files:
            if file.suffix in (".txt", ".md", ".jsonl"):
                found.update(dict.fromkeys(_read(file)))
    normal = normalize(CodePoints.from_texts(list(found))).points
    texts = [text for i in range(len(normal)) if len(text := normal.text(i)) >= _SHORTEST]
    if not texts:
        names = "、".join(map(str, sources))
        raise InputError(f"{names} 中没有可学的文本：只读 .txt、.md 和 .jsonl（UTF-8）。")
    return texts


def _read(file: Path) -> Iterator[str]:
    try:
        content = file.read_text(encoding="utf-8-sig")
        if file.suffix != ".jsonl":
            yield content
            return
        for line in content.splitlines():
            record = json.loads(line) if line.strip() else {}
            yield from (record[name] for name in _FIELDS if isinstance(record.get(name), str))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, AttributeError) as error:
        raise InputError(f"文本 {file} 读不出来，请检查格式和编码（应为 UTF-8）。") from error
