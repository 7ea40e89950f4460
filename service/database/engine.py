"""Opening the database: pragmas, integrity, and one session per piece of work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker

from models.errors import InputError
from service.database.availability import explained
from service.database.encryption import TextCipher, use_cipher
from service.database.remembering import Remembered
from service.database.turns import take_turns

BUSY_SECONDS = 30
"""How long a writer waits for another one; SQLite allows one at a time."""


class StoreError(InputError):
    """The database cannot be used; the message says why and what to do."""


class Database:
    """An opened database.

    Parameters
    ----------
    engine : Engine
    info : mapping, optional
        What every session knows in its `info`, such as a setting of the office.
    """

    def __init__(self, engine: Engine, info: Mapping[str, Any] | None = None) -> None:
        self.engine = engine
        known = {**(info or {}), "remembered": Remembered()}
        self._sessions = sessionmaker(engine, expire_on_commit=False, info=known)
        self._readers = sessionmaker(
            engine.execution_options(read_only=True),
            expire_on_commit=False,
            autoflush=False,
            info=known,
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file on this machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One unit of work: committed whole at the end, or rolled back whole."""
        with explained(), self._sessions() as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads: it waits for no writer and holds none up."""
        with explained(), self._readers() as session:
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(
    url: str | URL, keys: tuple[str, ...] = (), info: Mapping[str, Any] | None = None
) -> Database:
    """Open a database and see that it is sound; tables are `migrate.upgrade`'s business.

    Parameters
    ----------
    url : str or URL
        `sqlite:///path` or `postgresql+psycopg://user@host/name`.
    keys : tuple of str
        See `TextCipher`.
    info : mapping, optional
        See `Database`.

    Raises
    ------
    StoreError
        If it cannot be reached or is damaged.
    InputError
        If a key is malformed.
    """
    use_cipher(TextCipher(keys))
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return Database(_open_sqlite(parsed), info)
        engine = create_engine(parsed, pool_pre_ping=True, pool_size=20, max_overflow=30)
        event.listen(engine, "connect", _without_nuls)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(
            "YANGGUANG_DATABASE_URL 写法不对；例：sqlite:///data/yangguang.db "
            "或 postgresql+psycopg://用户:密码@主机/库名。"
        ) from error
    except DBAPIError as error:
        raise StoreError(
            f"连不上数据库（{parsed.host or '本机'}），请检查地址、用户和密码，"
            "并确认数据库已经启动。"
        ) from error
    return Database(engine, info)


def _open_sqlite(url: URL) -> Engine:
    if url.database and not _is_memory(url):
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    # More connections than the server has threads and jobs, so that nobody waits for one.
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        **({} if _is_memory(url) else {"pool_size": 20, "max_overflow": 30}),
    )
    event.listen(engine, "connect", _prepare)
    take_turns(engine, BUSY_SECONDS)  # before BEGIN: listeners are called in this order
    event.listen(engine, "begin", _begin_immediate)
    try:
        with engine.connect() as connection:
            found = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
    except DBAPIError as error:
        raise StoreError(_unusable(url)) from error
    if found != "ok":
        raise StoreError(_unusable(url))
    return engine


def _is_memory(url: URL) -> bool:
    return url.database in (None, "", ":memory:")


def _unusable(url: URL) -> str:
    return (
        f"数据库文件 {Path(url.database or '').name} 打不开或已损坏，没有作任何改动。"
        "请用 yangguang restore 从最近的备份恢复，原文件会另存。"
    )


def _prepare(connection: Any, _: object) -> None:
    """Readers never block the writer (WAL), a commit survives a power cut, keys are enforced."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # transactions begin where SQLAlchemy begins them
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _without_nuls(connection: Any, _: object) -> None:
    """PostgreSQL holds no NUL in a text; SQLite does. A search for one finds what it can."""
    from psycopg.types.string import StrDumper, StrDumperUnknown

    class Plain(StrDumper):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\x00", ""))

    class PlainUnknown(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\x00", ""))

    connection.adapters.register_dumper(str, Plain)
    connection.adapters.register_dumper(str, PlainUnknown)


def _begin_immediate(connection: Any) -> None:
    """Take the write lock at once, so that two writers wait instead of failing half-way.

    Read-only work opts out with `connection.execution_options(read_only=True)`.
    """
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
