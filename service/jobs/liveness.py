"""Which workers of this machine are alive, told by locks that die with their process.

A lock needs no clock: a jump of the time, a suspended laptop or a slow disk cannot make a living
worker look dead. Workers of other machines are judged by their leases, in the database's time.
"""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
import uuid
from functools import cache
from pathlib import Path

from service.file_lock import lock_file


class Alive:
    """Our process as a worker, for as long as it lives or until `close`.

    Parameters
    ----------
    folder : Path
        Of all workers' locks, in the data folder.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name = f"{this_machine()}/{os.getpid()}-{secrets.token_hex(4)}"
        self._folder = folder
        self._path = _lock_path(folder, self.name)
        self._lock = self._path.open("ab")
        if not lock_file(self._lock):
            raise RuntimeError("a fresh lock file is held by another process")

    def is_dead(self, worker: str) -> bool | None:
        """Whether a worker has ended; None if it is on another machine."""
        if worker == self.name:
            return False
        if worker.partition("/")[0] != this_machine():
            return None
        path = _lock_path(self._folder, worker)
        try:
            with path.open("r+b") as file:
                free = lock_file(file)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        if free:
            path.unlink(missing_ok=True)
        return free

    def close(self) -> None:
        """Stop counting as alive."""
        self._lock.close()
        self._path.unlink(missing_ok=True)


@cache
def this_machine() -> str:
    """Name of this machine, short enough to stand in a lease.

    Machines may share a host name (`localhost`), so the system's own id is part of it; without
    one the network card's address is.
    """
    try:
        own = Path("/etc/machine-id").read_text("ascii").strip()
    except (OSError, ValueError):
        own = ""
    digest = hashlib.sha256((own or str(uuid.getnode())).encode()).hexdigest()
    name = (platform.node() or "machine").replace("/", "_")[:40]
    return f"{name}-{digest[:8]}"


def _lock_path(folder: Path, worker: str) -> Path:
    return folder / f"{worker.partition('/')[2] or 'unknown'}.lock"
