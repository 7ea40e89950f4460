"""Adding a row unless it is there: what two writers may do at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.database.base import Base


def insert_missing(session: Session, table: type[Base], **values: Any) -> bool:
    """Add a row unless one with its key exists; whether it was added.

    On PostgreSQL a second writer of the same key waits until the first has finished.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    result = session.execute(insert(table).values(**values).on_conflict_do_nothing())
    return isinstance(result, CursorResult) and result.rowcount == 1
