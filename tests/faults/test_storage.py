"""Disks that fill up, databases that are locked or restarted under load."""

import datetime as dt
import os
import shutil
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text

from service.accounts import audit
from service.accounts.audit import record, verify
from service.accounts.tables import AuditEntry
from service.cases.registering import NewCase, register_case
from service.cases.tables import Case
from service.database.availability import StoreUnavailable
from service.database.engine import open_database
from service.jobs import queue

from .conftest import gone
from .test_kill import finish, folder, look, put, register, worker  # noqa: F401


def add(database, number):
    with database.session() as session:
        new = NewCase("message", dt.date(2026, 3, 2), "林地占用问题。" * 50, number=number)
        register_case(session, "王芳", new)


def fill(database):
    """Store cases until it is refused; how many were stored."""
    stored = []

    def add_many():
        for number in range(20_000):
            add(database, f"甲{number}")
            stored.append(number)

    with pytest.raises(StoreUnavailable, match="磁盘空间不足"):
        add_many()
    return len(stored)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 3 MB."""
    path = tmp_path / "disk"
    path.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(path)],
            check=False,
            capture_output=True,
        ).returncode
    )
    if not mounted:
        pytest.skip("mounting a small disk is not allowed here")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


def test_database_on_a_full_disk_says_so_and_loses_nothing(small_disk, sqlite_template):
    shutil.copy(sqlite_template, small_disk / "yangguang.db")
    database = open_database(f"sqlite:///{small_disk / 'yangguang.db'}")
    stored = fill(database)
    assert stored > 10
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == stored
        assert verify(session).is_sound
    database.close()
    subprocess.run(["mount", "-o", "remount,size=16m", str(small_disk)], check=True)
    database = open_database(f"sqlite:///{small_disk / 'yangguang.db'}")
    add(database, "乙1")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == stored + 1
    database.close()


def test_database_that_may_not_grow_says_so_and_loses_nothing(tmp_path, sqlite_template):
    shutil.copy(sqlite_template, tmp_path / "yangguang.db")
    database = open_database(f"sqlite:///{tmp_path / 'yangguang.db'}")
    with database.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        raw = connection.connection.dbapi_connection
        raw.execute(f"PRAGMA max_page_count = {pages + 20}")
    stored = fill(database)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == stored
        assert verify(session).is_sound
    database.close()


def test_labelling_on_a_full_disk_keeps_what_is_done(worker, database, folder, tmp_path):  # noqa: F811
    if database.is_sqlite:
        pytest.skip("the limit would hit the database file first; see the tests above")
    source = register(tmp_path / "来信.csv", 8000)
    id = put(database, folder, "label", {"file": source}, result="csv", text_column="内容")
    gone(worker(seconds=0, file_limit=300_000))
    job = look(database, id)
    assert job.state == "failed"
    assert "磁盘空间不足" in job.error
    assert job.n_rows > 0
    with database.session() as session:
        queue.resume(session, id, "王芳")
    done = finish(worker, database, id)
    assert done.result["n_resumed"] > 0
    assert done.result["n_labelled"] + done.result["n_rejected"] == 8000


def test_writers_wait_for_a_lock_that_is_held_for_seconds(database):
    held, release = threading.Event(), threading.Event()

    def hold():
        with database.session() as session:
            record(session, "甲", "test.hold", "case:1")
            session.execute(text("SELECT 1"))  # takes SQLite's write lock
            if not database.is_sqlite:
                session.execute(text(f"SELECT pg_advisory_xact_lock({audit._LOCK})"))
            held.set()
            release.wait(10)

    with ThreadPoolExecutor(2) as pool:
        holder = pool.submit(hold)
        held.wait(10)
        waiting = pool.submit(add, database, "甲1")
        time.sleep(1)
        assert not waiting.done()
        release.set()
        holder.result(20)
        waiting.result(20)
    with database.reading() as session:
        assert verify(session).n_entries == 2


def test_postgres_restarted_under_load_loses_no_acknowledged_write(postgres, postgres_template):
    database = open_database(postgres.create("restarted", postgres_template))
    acknowledged, refused, stop = [], [], threading.Event()

    def write(writer):
        number = 0
        while not stop.is_set():
            number += 1
            try:
                add(database, f"{writer}-{number}")
                acknowledged.append(f"{writer}-{number}")
            except StoreUnavailable:
                refused.append(f"{writer}-{number}")
                time.sleep(0.05)

    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(write, writer) for writer in range(8)]
        for mode in ("immediate", "fast"):
            time.sleep(1.0)
            postgres.stop(mode)
            time.sleep(0.3)
            postgres.start()
            seen = len(acknowledged)
            end = time.monotonic() + 30
            while len(acknowledged) < seen + 20:  # service goes on by itself
                assert time.monotonic() < end
                time.sleep(0.05)
        stop.set()
        for writer in writers:
            writer.result(30)
    with database.reading() as session:
        numbers = list(session.scalars(select(Case.number)))
        n_audited = session.scalar(select(func.count()).where(AuditEntry.action == "case.register"))
        verdict = verify(session)
    assert refused
    assert set(acknowledged) <= set(numbers)
    # A commit whose answer was lost may be stored; nothing that was never sent is.
    assert set(numbers) <= set(acknowledged) | set(refused)
    assert len(numbers) == len(set(numbers)) == n_audited
    assert verdict.is_sound
    database.close()


def test_a_job_goes_on_after_postgres_was_restarted(nursery, postgres, postgres_template, tmp_path):
    jobs = tmp_path / "jobs"
    jobs.mkdir()
    url = postgres.create("interrupted", postgres_template)
    database = open_database(url)
    id = put(database, jobs, "label", {"file": register(tmp_path / "a.csv", 3000)}, result="csv",
             text_column="内容")  # fmt: skip
    pid = nursery.start("work_off", url=url, folder=str(jobs), seconds=0.03, forever=True)
    end = time.monotonic() + 60
    while look(database, id).n_rows == 0:
        assert time.monotonic() < end
        time.sleep(0.02)
    postgres.stop("immediate")
    time.sleep(1.0)
    postgres.start()
    while look_patiently(database, id).state in queue.OPEN:
        assert time.monotonic() < end + 60
        time.sleep(0.1)
    job = look(database, id)
    assert job.state == "done", job.error
    assert job.result["n_labelled"] + job.result["n_rejected"] == 3000
    os.kill(pid, 9)
    gone(pid)
    database.close()


def look_patiently(database, id):
    for _ in range(50):
        try:
            return look(database, id)
        except StoreUnavailable:
            time.sleep(0.1)
    raise AssertionError("the database did not come back")
