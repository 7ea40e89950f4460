"""Writers of one process take turns at a file; none is passed over."""

import threading
import time

import pytest
from sqlalchemy import select
from sqlalchemy.exc import TimeoutError as WaitedTooLong

from service.database.availability import StoreUnavailable
from service.database.base import Base
from service.database.engine import open_database
from service.database.tables import Counter
from service.database.turns import Turns, take_turns


@pytest.fixture
def database(tmp_path):
    opened = open_database(f"sqlite:///{tmp_path / 'office.db'}")
    Base.metadata.create_all(opened.engine)
    yield opened
    opened.close()


def _write_and_fail(database):
    with database.session() as session:
        session.add(Counter(name="m", value=0))
        session.flush()
        raise ZeroDivisionError


def test_turns_are_given_in_the_order_of_asking():
    turns, order = Turns(), []
    assert turns.take(1)

    def ask(n):
        assert turns.take(30)
        order.append(n)
        turns.hand_back()

    threads = []
    for n in range(5):
        threads.append(threading.Thread(target=ask, args=(n,)))
        threads[-1].start()
        while len(turns._waiting) <= n:
            time.sleep(0.001)
    turns.hand_back()
    for thread in threads:
        thread.join()
    assert order == list(range(5))


def test_who_waits_too_long_leaves_the_line():
    turns = Turns()
    assert turns.take(1)
    assert not turns.take(0.01)
    turns.hand_back()
    assert turns.take(0)


def test_forty_writers_at_once_all_write(database):
    with database.session() as session:
        session.add(Counter(name="n", value=0))
    failed = []

    def write():
        try:
            for _ in range(2):
                with database.session() as session:
                    session.get_one(Counter, "n").value += 1
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    with database.reading() as session:
        assert session.get_one(Counter, "n").value == 80


def test_a_turn_ends_with_a_unit_of_work_that_failed(database):
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            _write_and_fail(database)
    with database.session() as session:
        assert session.scalar(select(Counter)) is None


def test_a_writer_that_does_not_end_lets_others_say_so(tmp_path, monkeypatch):
    def impatient(engine, _):
        take_turns(engine, 0.05)

    monkeypatch.setattr("service.database.engine.take_turns", impatient)
    opened = open_database(f"sqlite:///{tmp_path / 'office.db'}")
    Base.metadata.create_all(opened.engine)
    with opened.session() as session:
        session.add(Counter(name="n", value=0))
        session.flush()
        with pytest.raises(StoreUnavailable) as caught:
            _write_and_fail(opened)
    # In our line, not in SQLite's, where those who come later may be let in first.
    assert isinstance(caught.value.__cause__, WaitedTooLong)
    opened.close()
