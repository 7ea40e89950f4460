"""Files between two pages: kept under a name that cannot be guessed, cleared after a day."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from pathlib import Path
from typing import BinaryIO

from models.errors import InputError

_TOKEN = re.compile(r"[0-9a-f]{32}")
_KEPT_SECONDS = 24 * 3600


def keep(root: Path, name: str, content: BinaryIO) -> str:
    """Keep an upload; returns the token that `kept` finds it by."""
    clear(root)
    token = secrets.token_hex(16)
    folder = root / token
    folder.mkdir(parents=True)
    with (folder / f"file{safe_suffix(name)}").open("wb") as target:
        shutil.copyfileobj(content, target, 1 << 20)
    (folder / "name.txt").write_text(plain_name(name), "utf-8")
    return token


def plain_name(name: str) -> str:
    """What a user calls a file, without folders and signs that do not print."""
    plain = Path(name.replace("\\", "/")).name
    return "".join(c for c in plain if c.isprintable())[-120:] or "文件"


def safe_suffix(name: str) -> str:
    """The ending of a file's name where it is one of a known sort, else nothing."""
    suffix = Path(plain_name(name)).suffix.lower()
    is_safe = suffix[1:].isalnum() and suffix.isascii() and len(suffix) < 10
    return suffix if is_safe else ""


def kept(root: Path, token: str) -> tuple[Path, str]:
    """Path of a kept upload and what the user calls it.

    Raises
    ------
    InputError
        If it is not there, or no longer.
    """
    folder = root / token
    if not _TOKEN.fullmatch(token) or not (folder / "name.txt").is_file():
        raise InputError("上传的文件已经清理（只保留一天），请重新上传。")
    name = (folder / "name.txt").read_text("utf-8")
    return next(p for p in folder.iterdir() if p.name != "name.txt"), name


def discard(root: Path, token: str) -> None:
    """Forget a kept upload."""
    if _TOKEN.fullmatch(token):
        shutil.rmtree(root / token, ignore_errors=True)


def clear(root: Path) -> None:
    """Forget uploads that nobody came back to."""
    if not root.is_dir():
        return
    for folder in root.iterdir():
        if _TOKEN.fullmatch(folder.name) and time.time() - folder.stat().st_mtime > _KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
