"""Workers: progress, cancel, hand-over, what goes wrong; each row done once."""

import threading
import time

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from models.errors import InputError
from service.accounts.tables import Attempt
from service.database.base import now
from service.jobs import files, queue
from service.jobs.registry import Kind, Registry
from service.jobs.runner import Runner
from service.jobs.tables import Job

from .conftest import LONG_AGO, count, counted

PATIENCE = 30


def until(condition, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come about in time")


@pytest.fixture
def run(database, folder, monkeypatch):
    """Start workers; they are stopped at the end."""
    monkeypatch.setattr("service.jobs.runner._BACK_OFF_SECONDS", 0.05)
    monkeypatch.setattr("service.jobs.runner._BEAT_SECONDS", 0.05)
    monkeypatch.setattr("service.jobs.runner._IDLE_SECONDS", 0.05)
    started = []

    def start(work=count, n_workers=1):
        kinds = Registry()
        kinds.add(Kind("count", "数数", work, {}, dict))
        started.append(Runner(database, kinds, folder, n_workers, keep_days=30))
        started[-1].start()
        return started[-1]

    yield start
    for runner in started:
        runner.stop()


def test_jobs_are_done_and_counted(database, run, put, job):
    ids = [put(n=5) for _ in range(3)]
    run(n_workers=2)
    until(lambda: all(job(id).state == "done" for id in ids))
    for id in ids:
        assert counted(database, id) == list(range(5))
        assert job(id).result == {"n": 5, "files": []}
        assert (job(id).position, job(id).total, job(id).n_rows) == (5, 5, 5)


def test_cancelled_job_stops_keeps_what_it_did_and_goes_on(database, run, put, job):
    gate = threading.Event()

    def slowly(context):
        if not gate.is_set():
            for i in range(context.checkpoint.get("n_done", 0), 100):
                with context.step(i + 1, 100, i + 1, {"n_done": i + 1}) as session:
                    session.add(Attempt(subject=f"{context.id}:{i}", at=now()))
                time.sleep(0.01)
        return count(context)

    id = put(n=100)
    run(slowly)
    until(lambda: job(id).position > 3)
    with database.session() as session:
        queue.cancel(session, id, "王芳")
    until(lambda: job(id).state == "cancelled")
    done = counted(database, id)
    assert 3 < len(done) < 100
    assert done == list(range(len(done)))
    gate.set()
    with database.session() as session:
        queue.resume(session, id, "王芳")
    until(lambda: job(id).state == "done")
    assert counted(database, id) == list(range(100))


def test_stopping_hands_the_job_over(database, run, put, job):
    def slowly(context):
        for i in range(context.checkpoint.get("n_done", 0), 60):
            with context.step(i + 1, 60, i + 1, {"n_done": i + 1}) as session:
                session.add(Attempt(subject=f"{context.id}:{i}", at=now()))
            time.sleep(0.02)
        return {}

    id = put()
    first = run(slowly)
    until(lambda: job(id).position > 3)
    first.stop()
    assert job(id).state == "queued"
    assert job(id).lease_by == ""
    run(slowly)
    until(lambda: job(id).state == "done")
    assert counted(database, id) == list(range(60))
    assert job(id).n_attempts == 2


def test_a_failed_job_names_the_upload_as_people_do(database, run, job):
    def fail(context):
        raise InputError("file.csv 是压缩包，不是表格。")

    id = queue.new_id()
    upload = {"name": "三月来信.csv", "path": "file.csv", "n_bytes": 1}
    with database.session() as session:
        queue.submit(session, id, "count", "王芳", {"options": {}, "files": {"file": upload}})
    run(fail)
    until(lambda: job(id).state == "failed")
    assert job(id).error == "三月来信.csv 是压缩包，不是表格。"


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (InputError("第 3 列没有正文。"), "第 3 列没有正文。"),
        (OSError(28, "No space left on device", "/somewhere"), "磁盘空间不足"),
        (ZeroDivisionError("张三的来信"), "程序内部出错（ZeroDivisionError）"),
    ],
)
def test_what_goes_wrong_is_said_without_any_text(run, put, job, error, shown, capfd):
    def fail(context):
        (context.output / "half.csv").write_text("a")
        raise error

    id = put()
    run(fail)
    until(lambda: job(id).state == "failed")
    assert shown in job(id).error
    assert "张三" not in job(id).error
    assert job(id).result["files"] == [{"name": "half.csv", "n_bytes": 1}]
    assert "张三" not in "".join(capfd.readouterr())


def test_database_that_fails_in_the_middle_only_delays(database, run, put, job):
    failures = iter(range(3))

    def fail_at_first(context):
        if next(failures, None) is not None:
            raise OperationalError("statement", {}, Exception("server closed the connection"))
        return count(context)

    id = put(n=5)
    run(fail_at_first)
    until(lambda: job(id).state == "done")
    assert counted(database, id) == list(range(5))


def test_a_worker_that_lost_its_job_stores_nothing_of_it(database, run, put, job):
    seen = []

    def robbed(context):
        with database.session() as session:
            session.execute(
                update(Job)
                .where(Job.id == context.id)
                .values(lease_by="elsewhere/1-ab", n_attempts=Job.n_attempts + 1)
            )
        seen.append(context.id)
        return count(context)

    id = put(n=5)
    run(robbed)
    until(lambda: seen)
    time.sleep(0.3)
    assert counted(database, id) == []
    assert job(id).state == "running"  # elsewhere


def test_rate_is_told_while_it_works_and_a_clock_jump_does_not_matter(
    run, put, job, monkeypatch, database
):
    def steady(context):
        for i in range(400):
            context.progress(i, 400)
            time.sleep(0.01)
        return {}

    monkeypatch.setattr("time.time", lambda: 4e9)  # the time of day leaps; nothing here reads it
    id = put()
    run(steady)
    until(lambda: job(id).rate > 0)
    assert 5 < job(id).rate < 150


def test_old_jobs_and_broken_uploads_are_cleared_away(database, folder, put, job, monkeypatch):
    old, young = put(), put()
    for id in (old, young):
        (folder / id / "output").mkdir(parents=True)
        with database.session() as session:
            session.execute(update(Job).where(Job.id == id).values(state="done", finished_at=now()))
    with database.session() as session:
        session.execute(update(Job).where(Job.id == old).values(finished_at=LONG_AGO))
    with files.staged(folder):
        fresh = next((folder / ".incoming").iterdir())
        assert files.clean(database, folder, keep_days=30) == 1
        assert fresh.exists()
    assert not fresh.exists()
    assert not (folder / old).exists()
    assert (folder / young).exists()
    with pytest.raises(InputError):
        job(old)


def test_nothing_is_cleared_after_the_clock_was_set_ahead(database, folder, monkeypatch):
    runner = Runner(database, Registry(), folder, 0, keep_days=30)
    cleaned = []
    monkeypatch.setattr(files, "clean", lambda *a: cleaned.append(a))
    runner._clean()
    assert len(cleaned) == 1
    real = time.time
    monkeypatch.setattr("time.time", lambda: real() + 400 * 86400)
    runner._clean()
    assert len(cleaned) == 1
