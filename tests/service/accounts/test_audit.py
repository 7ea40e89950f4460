"""The chain of the audit trail: whole under concurrency, broken by any edit."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

import service.accounts.tables  # noqa: F401
from service.accounts.audit import GENESIS, record, verify
from service.accounts.tables import AuditEntry
from service.database.base import Base
from service.database.engine import open_database


@pytest.fixture
def database(tmp_path):
    opened = open_database(f"sqlite:///{tmp_path / 'audit.db'}")
    Base.metadata.create_all(opened.engine)
    yield opened
    opened.close()


def fill(database, n=5):
    for i in range(n):
        with database.session() as session:
            record(session, "王芳", "case.assign", f"case:{i}", layer="topic", sure=0.5, old=None)


def verdict(database, head=None):
    with database.session() as session:
        return verify(session, head)


def test_chain_of_many_writers_is_whole(database):
    def write(i):
        with database.session() as session:
            record(session, f"user{i}", "case.open", f"case:{i}")
            record(session, f"user{i}", "case.close", f"case:{i}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(16)))
    found = verdict(database)
    assert found.is_sound
    assert found.n_entries == 32


@pytest.mark.parametrize(
    ("edit", "broken"),
    [
        ("UPDATE audit SET actor = '李四' WHERE id = 3", 3),
        ('UPDATE audit SET details = \'{"layer": "intent"}\' WHERE id = 2', 2),
        ("UPDATE audit SET at = '2020-01-01 00:00:00' WHERE id = 4", 4),
        ("DELETE FROM audit WHERE id = 3", 4),
        ("DELETE FROM audit WHERE id = 1", 2),
    ],
)
def test_first_broken_entry_is_named(database, edit, broken):
    fill(database)
    with database.engine.begin() as connection:
        connection.execute(text(edit))
    found = verdict(database)
    assert found.broken_id == broken
    assert found.reason


def test_cutting_off_the_end_shows_against_a_noted_head(database):
    fill(database)
    head = verdict(database).head
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit WHERE id = 5"))
    assert verdict(database).is_sound  # nothing in the chain itself can tell
    assert not verdict(database, head).is_sound
    assert verdict(database, GENESIS).is_sound


def test_entries_go_with_their_unit_of_work(database):
    def failing():
        with database.session() as session:
            record(session, "a", "case.open", "case:1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()

    def failing_part(session):
        with session.begin_nested():
            record(session, "a", "case.open", "case:3")
            raise ZeroDivisionError

    with database.session() as session:
        record(session, "a", "case.open", "case:2")
        with pytest.raises(ZeroDivisionError):
            failing_part(session)
        with session.begin_nested():
            record(session, "a", "case.open", "case:4")
    with database.session() as session:
        subjects = session.scalars(
            AuditEntry.__table__.select().with_only_columns(AuditEntry.subject)
        ).all()
    assert subjects == ["case:2", "case:4"]
    assert verdict(database).is_sound


def test_the_program_cannot_edit_entries(database):
    fill(database, 1)

    def edit():
        with database.session() as session:
            session.get(AuditEntry, 1).actor = "别人"

    with pytest.raises(RuntimeError):
        edit()
