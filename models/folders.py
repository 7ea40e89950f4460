"""Folders that are written whole or not at all, and files that are what their hash says."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import ArtifactError


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A fresh folder to fill; it takes the place of `path` when all went well.

    Raises
    ------
    ArtifactError
        If the folder cannot be written.
    """
    fresh = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
        yield fresh
        fresh.chmod(0o755)
        if path.exists():
            retired = Path(tempfile.mkdtemp(prefix=f".{path.name}-old-", dir=path.parent))
            path.replace(retired / "old")
            fresh.replace(path)
            shutil.rmtree(retired)
        else:
            fresh.replace(path)
    except OSError as error:
        raise ArtifactError(
            f"模型写不进 {path}：{error.strerror}。请检查磁盘空间和权限。"
        ) from error
    finally:
        if fresh is not None and fresh.exists():
            shutil.rmtree(fresh, ignore_errors=True)


def sha256(file: Path) -> str:
    """SHA-256 of a file of any size."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hashes_of(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a folder by its relative name."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): sha256(file) for file in files}
