"""What a database refuses for the moment, said in Chinese: it is busy, full, or away."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.errors import YangguangError


class StoreUnavailable(YangguangError):
    """Nothing was stored; the same may succeed later."""

    code = "store_unavailable"
    status: ClassVar[int] = 503


_REASONS = (
    (("is locked", "is busy"), "数据库正忙，没有保存，请过一会儿再试。"),
    (("is full", "no space left"), "磁盘空间不足，没有保存；请腾出空间后再试。"),
    (("readonly", "read-only"), "数据库文件是只读的，没有保存；请检查文件和文件夹的权限。"),
    (("disk i/o",), "磁盘读写出错，没有保存；请检查磁盘。"),
    (("deadlock", "could not serialize"), "与别人同时改了同一处，没有保存，请再试一次。"),
)
_AWAY = "数据库暂时连不上，没有保存，请过一会儿再试。"


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a database refuses for the moment into a `StoreUnavailable`.

    Faults of ours (a malformed statement, a broken constraint) pass as they are.
    """
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable("同时使用的人太多，没有保存，请过一会儿再试。") from error
    except (OperationalError, InterfaceError) as error:
        if _is_our_fault(error):
            raise
        raise StoreUnavailable(reason_of(error)) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StoreUnavailable(_AWAY) from error
        raise


def _is_our_fault(error: DBAPIError) -> bool:
    """SQLite calls a malformed statement operational, with the code for errors of any kind."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_ERROR


def reason_of(error: DBAPIError) -> str:
    """Why, in Chinese; the database's own words may quote a path or a value."""
    words = str(error.orig).lower()
    return next((said for signs, said in _REASONS if any(s in words for s in signs)), _AWAY)
