"""What a database refuses for the moment is said in Chinese; what is our fault is not hidden."""

import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from service.database.availability import StoreUnavailable, reason_of
from service.database.engine import open_database


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("database is locked", "正忙"),
        ("database or disk is full", "磁盘空间不足"),
        ("attempt to write a readonly database", "只读"),
        ("disk I/O error", "读写出错"),
        ("deadlock detected", "同时改了"),
        ("terminating connection due to administrator command", "连不上"),
    ],
)
def test_reasons(words, said):
    reason = reason_of(OperationalError("statement", {}, Exception(words)))
    assert said in reason
    assert "没有保存" in reason


def test_a_locked_file_is_a_busy_database(tmp_path, monkeypatch):
    monkeypatch.setattr("service.database.engine.BUSY_SECONDS", 0.1)
    opened = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    with opened.session() as session:
        session.execute(text("CREATE TABLE t (x INTEGER PRIMARY KEY)"))
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    def write():
        with opened.session() as session:
            session.execute(text("INSERT INTO t VALUES (1)"))

    with pytest.raises(StoreUnavailable, match="正忙"):
        write()
    with opened.reading() as session:  # readers are not held up
        assert session.execute(text("SELECT count(*) FROM t")).scalar() == 0
    other.execute("ROLLBACK")
    other.close()
    write()
    with pytest.raises(IntegrityError):
        write()
    opened.close()


def test_faults_of_ours_pass_as_they_are(database):
    def ask():
        with database.reading() as session:
            session.execute(text("SELECT * FROM no_such_table"))

    with pytest.raises(OperationalError if database.is_sqlite else ProgrammingError):
        ask()
