"""Opening the office's database by its settings, with the tables of this version."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from service.database.base import Base
from service.database.engine import Database, open_database
from service.settings import Settings


def open_store(settings: Settings) -> Database:
    """Open the database that the settings name; its tables are brought to this version.

    Raises
    ------
    StoreError
        If it cannot be reached or is damaged.
    """
    database = open_database(settings.database_address, settings.keys)
    if find_spec("service.database.migrate"):
        import_module("service.database.migrate").upgrade(database)
    else:
        for package in ("accounts", "cases", "drafts", "jobs"):
            import_module(f"service.{package}.tables")
        import_module("service.database.tables")
        Base.metadata.create_all(database.engine)
    return database
