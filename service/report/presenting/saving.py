"""Writing a result so that a reader never meets half a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from service.report.errors import ReportOutputError


def save_text(path: Path, text: str) -> None:
    """Write UTF-8 text beside the target, then rename.

    Raises
    ------
    ReportOutputError
        If the folder is missing or cannot be written.
    """
    save_with(path, lambda file: file.write(text))


def save_with(path: Path, write: Callable[[TextIO], object]) -> None:
    """Let a function write UTF-8 text beside the target, then rename.

    Raises
    ------
    ReportOutputError
        If the folder is missing or cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            write(file)
        temporary = Path(name)
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise ReportOutputError(f"写不出“{path}”，请检查文件夹是否存在、是否可写。") from error
