"""The office's database, for commands at the machine."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.database.engine import Database


@contextmanager
def opened_store() -> Iterator[Database]:
    """The database that the settings name, for as long as the block runs."""
    from service.database.store import open_store
    from service.settings import read_settings

    database = open_store(read_settings())
    try:
        yield database
    finally:
        database.close()


def os_actor() -> str:
    """Who is named in the audit trail: the user of the operating system."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError):  # an account without a name, as in some containers
        return "cli:unknown"
