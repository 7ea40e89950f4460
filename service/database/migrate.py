"""Bringing a database to the tables that this program knows, with a copy made before."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from models.clock import BEIJING
from service.database.backup import copy_sqlite
from service.database.engine import Database, StoreError
from service.database.migrations import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 0x79676D69
"""Key of PostgreSQL's advisory lock: programs that start at once migrate one after another."""


class NewerDatabase(StoreError):
    """The database was written by a newer program; this one leaves it alone."""

    code = "newer_database"
    status: ClassVar[int] = 503


def upgrade(database: Database, backups: Path | None = None) -> Path | None:
    """Bring the tables to this program's version; nothing happens where they are.

    Parameters
    ----------
    database : Database
    backups : Path, optional
        Folder for a copy of a SQLite file that holds anything; by default `backups` beside it.

    Returns
    -------
    Path or None
        The copy that was made before the change.

    Raises
    ------
    NewerDatabase
        If a newer program wrote it.
    StoreError
        If the copy or a step fails; the database is as it was.
    """
    found = revision(database)
    if found == HEAD:
        return None
    if found is not None and found not in known_revisions():
        raise NewerDatabase(
            f"数据库是更新版本的程序建立的（{found[:32]}），本程序只认识到 {HEAD}。"
            "请升级程序后再启动；数据没有改动。"
        )
    copy = None
    if found is not None and database.is_sqlite:
        copy = _copy(database, found, backups)
    try:
        _run(database)
    except DBAPIError as error:
        saved = f"，升级前的副本在 {copy.name}" if copy else ""
        raise StoreError(f"数据库升级到 {HEAD} 没有成功，内容保持原样{saved}。") from error
    return copy


def revision(database: Database) -> str | None:
    """Step that the tables are at; None where there are none.

    Raises
    ------
    StoreError
        If there are tables, but none of ours.
    """
    with database.engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
        if "alembic_version" in names:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if found is not None:
                return str(found)
    if names - {"alembic_version"}:
        raise StoreError(
            "数据库里有别的程序的表，不是阳光的数据库。请换一个文件或库名（YANGGUANG_DATABASE_URL）。"
        )
    return None


def known_revisions() -> tuple[str, ...]:
    """Steps of this program, oldest first."""
    folder = Path(__file__).parent / "migrations" / "versions"
    return tuple(sorted(path.stem.split("_")[0] for path in folder.glob("[0-9]*.py")))


def configuration(connection: Connection) -> Config:
    """Alembic's settings, without a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "service:database/migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _run(database: Database, target: str = "head") -> None:
    from alembic import command

    with database.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        if database.is_sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")  # a step may rebuild a table that others name
        try:
            with connection.begin():
                if not database.is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                command.upgrade(configuration(connection), target)
                if (
                    database.is_sqlite
                    and connection.execute(text("PRAGMA foreign_key_check")).first()
                ):
                    raise StoreError("数据库升级后有记录互相对不上，已撤销，内容保持原样。")
        finally:
            if database.is_sqlite:
                raw.execute("PRAGMA foreign_keys=ON")


def _copy(database: Database, found: str, backups: Path | None) -> Path:
    file = Path(database.engine.url.database or "")
    folder = backups or file.parent / "backups"
    stamp = dt.datetime.now(BEIJING).strftime("%Y%m%d-%H%M%S")
    target = folder / f"{file.stem}-{found}-{stamp}{file.suffix}"
    copy_sqlite(database, target)
    return target
