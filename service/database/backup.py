"""Copies of a SQLite database that is in use, and going back to one."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from models.clock import BEIJING
from service.database.engine import Database, StoreError
from service.errors import refusal

_SIDE_FILES = ("-wal", "-shm", "-journal")


def copy_sqlite(database: Database, target: Path) -> None:
    """Write a whole, sound copy of the database while others go on working.

    The copy is written beside the target, verified, and then renamed: a reader never meets half.

    Raises
    ------
    StoreError
        If it cannot be written or the target exists.
    """
    file = Path(database.engine.url.database or "")
    if target.exists():
        raise StoreError(f"{target.name} 已经存在，没有覆盖。请换一个名字或文件夹。")
    half = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(half)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        _synced(half)
        check_sqlite(half)
        half.replace(target)
        _synced(target.parent)
    except (OSError, sqlite3.Error) as error:
        why = refusal(error) if isinstance(error, OSError) else "磁盘空间不足或数据库读不出"
        raise StoreError(f"备份没有写成（{why}），数据库没有改动。") from error
    finally:
        with suppress(OSError):
            half.unlink(missing_ok=True)


def check_sqlite(path: Path) -> None:
    """Verify a whole file: its pages, its indexes, and that records fit each other.

    Raises
    ------
    StoreError
        If it is missing, damaged, no SQLite database or none of ours.
    """
    if not path.is_file():
        raise StoreError(f"找不到文件 {path.name}。")
    try:
        with closing(sqlite3.connect(f"file:{path.absolute()}?mode=ro", uri=True)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()
            astray = connection.execute("PRAGMA foreign_key_check").fetchone()
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error as error:
        raise StoreError(f"{path.name} 已损坏或不是数据库文件，不能用来恢复。") from error
    if found != ("ok",) or astray is not None:
        raise StoreError(f"{path.name} 已损坏，不能用来恢复，请换一份备份。")
    if "alembic_version" not in names:
        raise StoreError(f"{path.name} 不是阳光的数据库。")


def restore_sqlite(file: Path, backup: Path) -> Path | None:
    """Put a backup in the place of a database; what was there is kept aside.

    Parameters
    ----------
    file : Path
        The database; no program may have it open.
    backup : Path

    Returns
    -------
    Path or None
        Where the former file lies now; None where there was none.

    Raises
    ------
    StoreError
        If the backup is not sound, or the database is in use.
    """
    check_sqlite(backup)
    _refuse_in_use(file)
    half = file.with_name(f".{file.name}.{os.getpid()}")
    aside = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        address = f"file:{backup.absolute()}?mode=ro"
        with (
            closing(sqlite3.connect(address, uri=True)) as source,
            closing(sqlite3.connect(half)) as copy,
        ):
            source.backup(copy)
        _synced(half)
        check_sqlite(half)
        if file.exists():
            stamp = dt.datetime.now(BEIJING).strftime("%Y%m%d-%H%M%S-%f")
            aside = file.with_name(f"{file.stem}-恢复前-{stamp}{file.suffix}")
            file.rename(aside)
        for ending in _SIDE_FILES:  # belong to the former file
            side = file.with_name(file.name + ending)
            if side.exists():
                side.rename((aside or file).with_name((aside or file).name + ending))
        half.replace(file)
        _synced(file.parent)
    except OSError as error:
        raise StoreError(f"恢复没有完成：{refusal(error)}。") from error
    finally:
        half.unlink(missing_ok=True)
    return aside


def _refuse_in_use(file: Path) -> None:
    """A program that serves keeps the file open and would go on writing to the former one."""
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(file, timeout=1, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise StoreError("数据库正在使用中，请先停止 yangguang serve，再恢复。") from error
    except sqlite3.DatabaseError:
        return  # damaged: that is why it is restored


def _synced(path: Path) -> None:
    """Have the operating system put a file or a folder on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
