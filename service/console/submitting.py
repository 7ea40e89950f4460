"""Putting a job into the queue with its upload: both are there afterwards, or neither is."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any, BinaryIO

from service.console.uploads import plain_name, safe_suffix
from service.database.engine import Database
from service.jobs import files, queue
from service.jobs.registry import Registry


def submit(
    database: Database,
    registry: Registry,
    root: Path,
    actor: str,
    code: str,
    options: dict[str, Any],
    upload: tuple[str, BinaryIO] | None,
) -> str:
    """Queue a job; returns its id.

    Raises
    ------
    JobError
        If the kind or an option is wrong.
    """
    checked = registry[code].check(options)
    id = queue.new_id()
    with files.staged(root) as folder:
        stored = {} if upload is None else {"file": _store(folder, *upload)}
        files.settle(folder, root, id)
    try:
        with database.session() as session:
            queue.submit(session, id, code, actor, {"options": checked, "files": stored})
    except BaseException:
        files.discard(root, id)
        raise
    return id


def _store(folder: Path, name: str, content: BinaryIO) -> dict[str, Any]:
    path = folder / "input" / f"file{safe_suffix(name)}"
    with path.open("wb") as target:
        shutil.copyfileobj(content, target, 1 << 20)
    with path.open("rb") as stored:
        digest = hashlib.file_digest(stored, "sha256").hexdigest()
    return {"name": plain_name(name), "path": path.name, "sha256": digest,
            "n_bytes": path.stat().st_size}  # fmt: skip
