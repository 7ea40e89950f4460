"""Opening the office's database by its settings, with the tables of this version."""

from __future__ import annotations

from service.database.engine import Database, open_database
from service.database.migrate import upgrade
from service.settings import Settings


def open_store(settings: Settings) -> Database:
    """Open the database that the settings name; its tables are brought to this version.

    A SQLite file of an earlier version is copied to `backups` in the data folder before.

    Raises
    ------
    StoreError
        If it cannot be reached, is damaged, or was written by a newer program.
    """
    info = {"count_start_day": settings.count_start_day, "count_items": settings.count_items}
    database = open_database(settings.database_address, settings.keys, info)
    try:
        upgrade(database, settings.data_dir / "backups")
    except BaseException:
        database.close()
        raise
    return database
