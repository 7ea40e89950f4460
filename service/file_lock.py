"""A lock on a file that the operating system lets go of when its holder ends, however it ends."""

from __future__ import annotations

import sys
from typing import IO


def lock_file(file: IO[bytes]) -> bool:
    """Lock an open file until it is closed or the process ends; whether it was free."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
