"""The files of jobs: staged while an upload arrives, put in place whole, cleared after days."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from service.database.base import now
from service.database.engine import Database
from service.jobs.queue import OPEN
from service.jobs.tables import Job

_STAGING = ".incoming"
_ORPHAN_SECONDS = 24 * 3600


def folder_of(root: Path, id: str) -> Path:
    """The folder of one job."""
    return root / id


@contextmanager
def staged(root: Path) -> Iterator[Path]:
    """A folder for an upload under way; gone afterwards unless `settle` moved it."""
    folder = root / _STAGING / secrets.token_hex(8)
    (folder / "input").mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settle(folder: Path, root: Path, id: str) -> None:
    """Put a staged folder in its place, in one step; its bytes are on the disk by then."""
    for path in (folder / "input").iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    folder.rename(folder_of(root, id))


def discard(root: Path, id: str) -> None:
    """Remove a job's files."""
    shutil.rmtree(folder_of(root, id), ignore_errors=True)


def describe(folder: Path) -> list[dict[str, Any]]:
    """Names and sizes of the files that people may fetch."""
    if not folder.is_dir():
        return []
    paths = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    return [{"name": path.name, "n_bytes": path.stat().st_size} for path in paths]


def clean(database: Database, root: Path, keep_days: int) -> int:
    """Forget jobs that ended `keep_days` ago, with their files, and uploads that broke off.

    Returns
    -------
    int
        Jobs forgotten.
    """
    before = now() - dt.timedelta(days=keep_days)
    over = Job.state.not_in(OPEN) & (Job.finished_at < before)
    with database.reading() as session:
        old = list(session.scalars(select(Job.id).where(over)))
        known = set(session.scalars(select(Job.id)))
    for id in old:
        discard(root, id)
        with database.session() as session:
            session.execute(delete(Job).where(Job.id == id, over))
    _remove_orphans(root, known)
    return len(old)


def _remove_orphans(root: Path, known: set[str]) -> None:
    if not root.is_dir():
        return
    staging = root / _STAGING
    left = [*root.iterdir(), *(staging.iterdir() if staging.is_dir() else ())]
    for path in left:
        is_ours = path.parent == staging or not path.name.startswith(".")
        if not is_ours or path.name in known or not path.is_dir():
            continue
        # A folder without a job is an upload that a crash cut off, or one being put in place now.
        if abs(time.time() - path.stat().st_mtime) > _ORPHAN_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
