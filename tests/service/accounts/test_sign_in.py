"""Many guesses at once, and two who shut each other out; on SQLite and PostgreSQL."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher

from service.accounts import people, sign_in, throttle
from service.accounts.errors import AccountError, Throttled, WrongPassword
from service.accounts.roles import Role
from service.accounts.sign_in import Lifetime
from service.database.availability import StoreUnavailable

LASTING = Lifetime(dt.timedelta(hours=1), dt.timedelta(hours=12))


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    monkeypatch.setattr(
        "service.accounts.passwords._hasher", PasswordHasher(time_cost=1, memory_cost=64)
    )


def test_guesses_sent_at_once_gain_nothing(database):
    with database.session() as session:
        people.add(session, "test", "wangfang", "王芳", Role.CLERK)

    def guess(i):
        try:
            sign_in.sign_in(database, "wangfang", f"guess {i}", f"192.0.2.{i}", LASTING)
        except (WrongPassword, Throttled) as error:
            return type(error)
        raise AssertionError("a guess was right")

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(guess, range(24)))
    assert outcomes.count(WrongPassword) == throttle.FREE
    assert outcomes.count(Throttled) == 24 - throttle.FREE


def test_two_administrators_cannot_shut_each_other_out_at_once(database):
    names = ("a1", "a2")
    with database.session() as session:
        for name in names:
            people.add(session, "test", name, name, Role.ADMIN)

    def demote(name):
        try:
            with database.session() as session:
                people.set_role(session, "x", people.by_name(session, name), Role.CLERK)
        except (AccountError, StoreUnavailable):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(demote, names)) <= 1
    with database.reading() as session:
        assert sum(user.role == Role.ADMIN for user in people.listed(session)) >= 1


def test_right_password_takes_its_own_attempt_back(database):
    with database.session() as session:
        _, password = people.add(session, "test", "wangfang", "王芳", Role.CLERK)
    for _ in range(throttle.FREE_BY_ADDRESS + 3):
        sign_in.sign_in(database, "wangfang", password, "192.0.2.1", LASTING)
