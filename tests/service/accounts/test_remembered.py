"""A key that is remembered is refused at once where it was ended, and soon everywhere else."""

import datetime as dt

import pytest
from sqlalchemy import text

from service.accounts import remembered
from service.accounts.principal import Principal
from service.accounts.remembered import RememberedKeys
from service.database.engine import Database

KEY = Principal("key:ab", "网站", frozenset(), is_key=True, user_id=1)


class Clock:
    def __init__(self):
        self.at = 0.0

    def monotonic(self):
        return self.at


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(remembered, "time", clock)
    return clock


def test_only_the_very_key_is_remembered(database, clock):
    known = RememberedKeys(database)
    known.put("yg_ab_1", KEY, known.n_writes)
    assert known.get("yg_ab_1") is KEY
    assert known.get("yg_ab_2") is None


def test_a_write_of_this_process_ends_what_is_remembered(database: Database, clock):
    known = RememberedKeys(database)
    known.put("yg_ab_1", KEY, known.n_writes)
    with database.session() as session:
        session.execute(text("SELECT 1"))
    assert known.get("yg_ab_1") is None


def test_a_write_between_asking_and_remembering_counts(database, clock):
    known = RememberedKeys(database)
    before = known.n_writes
    with database.session() as session:
        session.execute(text("SELECT 1"))
    known.put("yg_ab_1", KEY, before)
    assert known.get("yg_ab_1") is None


def test_what_another_process_ended_is_known_within_seconds(database, clock):
    known = RememberedKeys(database)
    known.put("yg_ab_1", KEY, known.n_writes)
    clock.at = remembered.SECONDS - 0.01
    assert known.get("yg_ab_1") is KEY
    clock.at = remembered.SECONDS
    assert known.get("yg_ab_1") is None
    assert dt.timedelta(seconds=remembered.SECONDS) <= dt.timedelta(seconds=5)


def test_not_more_is_remembered_than_is_needed(database, clock):
    known = RememberedKeys(database)
    for i in range(2500):
        known.put(f"yg_{i}", KEY, known.n_writes)
    assert len(known._entries) <= 1000


def test_reading_ends_nothing(database, clock):
    known = RememberedKeys(database)
    known.put("yg_ab_1", KEY, known.n_writes)
    with database.reading() as session:
        session.execute(text("SELECT 1"))
    assert known.get("yg_ab_1") is KEY
