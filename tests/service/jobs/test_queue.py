"""One worker a job, whatever happens to clocks and processes; on SQLite and PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from service.jobs import queue
from service.jobs.errors import JobConflict, JobNotFound, LeaseLost
from service.jobs.tables import Job

from .conftest import LONG_AGO

KINDS = ("count",)


def claim(database, alive, busy=()):
    with database.session() as session:
        return queue.claim(session, alive, KINDS, busy)


def change(database, id, **values):
    with database.session() as session:
        session.execute(update(Job).where(Job.id == id).values(**values))


def test_many_workers_share_the_jobs_one_each(database, worker, put):
    ids = [put() for _ in range(12)]
    workers = [worker() for _ in range(4)]

    def take_all(alive):
        mine = []
        while (held := claim(database, alive, mine)) is not None:
            mine.append(held.id)
        return mine

    with ThreadPoolExecutor(4) as pool:
        taken = [id for mine in pool.map(take_all, workers) for id in mine]
    assert sorted(taken) == sorted(ids)


def test_first_come_first_served_and_unknown_kinds_are_left(database, worker, put):
    other, first, second = put("other"), put(), put()
    alive = worker()
    assert claim(database, alive).id == first
    assert claim(database, alive, [first]).id == second
    assert claim(database, alive, [first, second]) is None
    assert other


def test_job_of_a_dead_worker_is_taken_up_at_once_where_it_stopped(database, worker, put):
    id, alive = put(), worker()
    held = claim(database, alive)
    with database.session() as session:
        queue.write(session, held, position=7, checkpoint={"n_done": 7})
    alive.close()  # what the end of a process does to its lock
    taken = claim(database, worker())
    assert taken.id == id
    assert taken.checkpoint == {"n_done": 7}
    assert taken.attempt == held.attempt + 1


def test_a_clock_jump_does_not_make_a_living_worker_look_dead(database, worker, put):
    id, alive = put(), worker()
    claim(database, alive)
    change(database, id, lease_until=LONG_AGO)
    assert claim(database, worker()) is None


def test_worker_of_another_machine_is_judged_by_its_lease(database, worker, put):
    id = put()
    claim(database, worker())
    change(database, id, lease_by="elsewhere/1-ab")
    assert claim(database, worker()) is None
    change(database, id, lease_until=LONG_AGO)
    assert claim(database, worker()).id == id


def test_whoever_lost_a_job_writes_no_more(database, worker, put):
    id = put()
    held = claim(database, worker())
    change(database, id, lease_by="elsewhere/1-ab", lease_until=LONG_AGO)
    taken = claim(database, worker())

    def write(by):
        with database.session() as session:
            queue.write(session, by, position=3)

    with pytest.raises(LeaseLost):
        write(held)
    write(taken)

    def renew(by):
        with database.session() as session:
            return queue.renew(session, by)

    with pytest.raises(LeaseLost):
        renew(held)
    assert renew(taken) is False


def test_a_job_that_ends_its_process_each_time_is_given_up(database, worker, put, job):
    id = put()
    for _ in range(queue.MAX_STALLED):
        alive = worker()
        assert claim(database, alive).id == id
        alive.close()
    assert claim(database, worker()) is None
    assert job(id).state == "failed"
    assert "停止尝试" in job(id).error


def test_progress_makes_interruptions_forgotten(database, worker, put):
    id = put()
    for _ in range(queue.MAX_STALLED + 5):
        alive = worker()
        held = claim(database, alive)
        with database.session() as session:
            queue.write(session, held, position=held.position + 1, n_stalled=0)
        alive.close()
    assert claim(database, worker()).id == id


def test_states_follow_each_other(database, worker, put, job):
    def act(what, id):
        with database.session() as session:
            return what(session, id, "王芳")

    waiting = put()
    assert act(queue.cancel, waiting).state == "cancelled"
    with pytest.raises(JobConflict):
        act(queue.cancel, waiting)
    assert act(queue.resume, waiting).state == "queued"
    with pytest.raises(JobConflict):
        act(queue.resume, waiting)
    alive = worker()
    held = claim(database, alive)
    act(queue.cancel, waiting)
    assert job(waiting).state == "running"
    with database.session() as session:
        assert queue.renew(session, held)
    with database.session() as session:
        queue.finish(session, held, "cancelled")
    assert job(waiting).finished_at is not None
    with pytest.raises(JobNotFound):
        act(queue.cancel, "0" * 24)


def test_a_job_cancelled_while_its_worker_died_is_not_done_again(database, worker, put, job):
    id, alive = put(), worker()
    claim(database, alive)
    with database.session() as session:
        queue.cancel(session, id, "王芳")
    alive.close()
    assert claim(database, worker()) is None
    assert job(id).state == "cancelled"
