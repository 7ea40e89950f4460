"""Workers of made-up machines, and a job that counts."""

import datetime as dt

import pytest
from sqlalchemy import select

from service.accounts.tables import Attempt
from service.database.base import now
from service.jobs import queue
from service.jobs.liveness import Alive
from service.jobs.registry import Kind, Registry


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "jobs"
    path.mkdir()
    return path


@pytest.fixture
def worker(folder):
    """Make workers of this machine; `close` ends one as a crash would."""
    made = []

    def make():
        made.append(Alive(folder / ".workers"))
        return made[-1]

    yield make
    for alive in made:
        alive.close()


@pytest.fixture
def put(database):
    def submit(kind="count", **options):
        id = queue.new_id()
        with database.session() as session:
            queue.submit(session, id, kind, "王芳", {"options": options, "files": {}})
        return id

    return submit


@pytest.fixture
def job(database):
    """Look at a job."""

    def look(id):
        with database.reading() as session:
            return queue.get(session, id)

    return look


def count(context):
    """One row of the table of attempts for each number, each in a step of its own."""
    n = context.arguments["options"].get("n", 20)
    for i in range(context.checkpoint.get("n_done", 0), n):
        with context.step(i + 1, n, i + 1, {"n_done": i + 1}) as session:
            session.add(Attempt(subject=f"{context.id}:{i}", at=now()))
    return {"n": n}


def counted(database, id):
    with database.reading() as session:
        subjects = session.scalars(select(Attempt.subject).where(Attempt.subject.startswith(id)))
        return sorted(int(subject.partition(":")[2]) for subject in subjects)


@pytest.fixture
def registry():
    kinds = Registry()
    kinds.add(Kind("count", "数数", count, {}, dict))
    return kinds


LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
