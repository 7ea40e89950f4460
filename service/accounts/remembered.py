"""Keys known a moment ago: programs ask many times a second, and looking each time costs more.

A key that was ended is refused at once in the process that ended it, and within `SECONDS` in any
other process over the same database.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import Connection, event

from service.accounts.principal import Principal
from service.accounts.sign_in import token_hash
from service.database.engine import Database

SECONDS = 2.0
_MOST = 1000  # keys remembered at a time


@dataclass(frozen=True, slots=True)
class _Entry:
    principal: Principal
    until: float


class RememberedKeys:
    """Whom keys stand for, by their hash. Only keys that were right are remembered.

    Parameters
    ----------
    database : Database
        Any write to it by this process makes everything be looked up again.
    """

    def __init__(self, database: Database) -> None:
        self._entries: dict[str, _Entry] = {}
        self._n_writes = 0
        event.listen(database.engine, "commit", self._written)

    @property
    def n_writes(self) -> int:
        """Writes of this process so far."""
        return self._n_writes

    def get(self, secret: str) -> Principal | None:
        """Whom a key stands for; None if the database has to be asked."""
        entry = self._entries.get(token_hash(secret))
        return entry.principal if entry and time.monotonic() < entry.until else None

    def put(self, secret: str, principal: Principal, n_writes: int) -> None:
        """Remember a key, unless something was written since the database was asked.

        Parameters
        ----------
        secret : str
        principal : Principal
        n_writes : int
            Before the database was asked.
        """
        if n_writes != self._n_writes:
            return
        if len(self._entries) >= _MOST:
            self._entries.clear()
        self._entries[token_hash(secret)] = _Entry(principal, time.monotonic() + SECONDS)

    def _written(self, _: Connection) -> None:
        self._n_writes += 1
        self._entries.clear()
