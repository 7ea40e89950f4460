"""The queue: putting jobs in, taking them out one worker each, and ending them."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from service.accounts.audit import record
from service.database.base import now
from service.jobs.clock import database_now
from service.jobs.errors import JobConflict, JobNotFound, LeaseLost
from service.jobs.liveness import Alive
from service.jobs.tables import Job

LEASE = dt.timedelta(seconds=30)
MAX_STALLED = 10
"""Claims without any progress after which a job is given up."""
OPEN = ("queued", "running")
STATES = (*OPEN, "done", "failed", "cancelled")
GIVEN_UP = "这项作业每次运行都使程序中断，已停止尝试。请检查文件后重新提交，或点“继续”再试。"


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in the hands of one worker; `attempt` fences off everybody who held it before."""

    id: str
    kind: str
    arguments: dict[str, Any]
    checkpoint: dict[str, Any]
    position: int
    total: int
    n_rows: int
    attempt: int
    worker: str
    created_by: str


def new_id() -> str:
    """An id for a job that cannot be guessed; also the name of its folder."""
    return secrets.token_hex(12)


def submit(
    session: Session,
    id: str,
    kind: str,
    actor: str,
    arguments: dict[str, Any],
    idempotency_key: str | None = None,
) -> Job:
    """Put a job into the queue.

    Raises
    ------
    JobConflict
        If the idempotency key is taken; see `by_key`.
    """
    job = Job(
        id=id,
        kind=kind,
        state="queued",
        arguments=arguments,
        checkpoint={},
        created_by=actor,
        created_at=now(),
        idempotency_key=_stored_key(actor, idempotency_key),
    )
    session.add(job)
    session.flush()
    record(session, actor, "job.create", f"job:{id}", kind=kind)
    return job


def by_key(session: Session, actor: str, idempotency_key: str | None) -> Job | None:
    """The job that a caller made under an idempotency key."""
    key = _stored_key(actor, idempotency_key)
    if key is None:
        return None
    return session.scalar(select(Job).where(Job.idempotency_key == key))


def _stored_key(actor: str, key: str | None) -> str | None:
    return None if key is None else hashlib.sha256(f"{actor}\0{key}".encode()).hexdigest()


def get(session: Session, id: str) -> Job:
    """The job of an id.

    Raises
    ------
    JobNotFound
    """
    job = session.get(Job, id)
    if job is None:
        raise JobNotFound("没有这项作业，编号可能写错了，或已过保存期。")
    return job


def listed(
    session: Session,
    *,
    kind: str | None = None,
    state: str | None = None,
    before: dt.datetime | None = None,
    limit: int = 50,
) -> list[Job]:
    """Jobs, the newest first."""
    query = select(Job).order_by(Job.created_at.desc(), Job.id).limit(limit)
    if kind is not None:
        query = query.where(Job.kind == kind)
    if state is not None:
        query = query.where(Job.state == state)
    if before is not None:
        query = query.where(Job.created_at < before)
    return list(session.scalars(query))


def open_ids(session: Session) -> list[str]:
    """Ids of jobs that wait or run."""
    return list(session.scalars(select(Job.id).where(Job.state.in_(OPEN))))


def counts(session: Session) -> dict[tuple[str, str], int]:
    """Number of jobs by kind and state."""
    query = select(Job.kind, Job.state, func.count()).group_by(Job.kind, Job.state)
    return {(kind, state): n for kind, state, n in session.execute(query)}


def cancel(session: Session, id: str, actor: str) -> Job:
    """Cancel a job: at once if it waits, at its next pause for breath if it runs.

    Raises
    ------
    JobNotFound
    JobConflict
        If it has ended.
    """
    job = _locked(session, id)
    if job.state not in OPEN:
        raise JobConflict("这项作业已经结束，不能取消。")
    if job.state == "queued":
        _end(job, "cancelled")
    if not job.cancel_requested:
        job.cancel_requested = True
        record(session, actor, "job.cancel", f"job:{id}", kind=job.kind)
    return job


def resume(session: Session, id: str, actor: str) -> Job:
    """Let a job that failed or was cancelled go on where it stopped.

    Raises
    ------
    JobNotFound
    JobConflict
        If it is under way or done.
    """
    job = _locked(session, id)
    if job.state not in ("failed", "cancelled"):
        raise JobConflict("只有失败或取消的作业可以继续。")
    job.state, job.error, job.cancel_requested = "queued", "", False
    job.n_stalled, job.finished_at, job.result = 0, None, None
    record(session, actor, "job.resume", f"job:{id}", kind=job.kind)
    return job


def _locked(session: Session, id: str) -> Job:
    job = session.get(Job, id, with_for_update=True, populate_existing=True)
    if job is None:
        raise JobNotFound("没有这项作业，编号可能写错了，或已过保存期。")
    return job


def claim(
    session: Session, alive: Alive, kinds: Collection[str], busy: Collection[str] = ()
) -> Claim | None:
    """Take the oldest job that waits, or whose worker is gone; None if there is none.

    Parameters
    ----------
    alive : Alive
        The worker that asks.
    kinds : collection of str
        What it knows to do.
    busy : collection of str
        Ids of jobs that this very worker is at.
    """
    at = database_now(session)
    query = (
        select(Job)
        .where(Job.state.in_(OPEN), Job.kind.in_(kinds), Job.id.not_in(busy))
        .order_by(Job.created_at, Job.id)
        .with_for_update(skip_locked=True)
    )
    for job in session.scalars(query):
        if job.state == "running" and not _is_abandoned(job, alive, at):
            continue
        if job.n_stalled >= MAX_STALLED:
            _end(job, "failed", GIVEN_UP)
            continue
        if job.cancel_requested:
            _end(job, "cancelled")
            continue
        job.state, job.lease_by, job.lease_until = "running", alive.name, at + LEASE
        job.n_attempts += 1
        job.n_stalled += 1
        job.started_at = job.started_at or at
        job.rate = 0.0
        return Claim(
            job.id, job.kind, job.arguments, job.checkpoint, job.position, job.total, job.n_rows,
            job.n_attempts, alive.name, job.created_by,
        )  # fmt: skip
    return None


def _is_abandoned(job: Job, alive: Alive, at: dt.datetime) -> bool:
    if job.lease_by == alive.name:
        return True  # ours, and not among those we are at
    dead = alive.is_dead(job.lease_by)
    if dead is None:
        return job.lease_until is None or job.lease_until <= at
    return dead


def renew(session: Session, claim: Claim) -> bool:
    """Hold a job for longer; whether a person wants it cancelled.

    Raises
    ------
    LeaseLost
        If another worker has it.
    """
    until = database_now(session) + LEASE
    write(session, claim, lease_until=until)
    wanted = session.scalar(select(Job.cancel_requested).where(Job.id == claim.id))
    return bool(wanted)


def write(session: Session, claim: Claim, **values: Any) -> None:
    """Change columns of a job that the worker still holds.

    Raises
    ------
    LeaseLost
        If another worker has it, or it was ended.
    """
    held = update(Job).where(
        Job.id == claim.id,
        Job.state == "running",
        Job.lease_by == claim.worker,
        Job.n_attempts == claim.attempt,
    )
    changed = session.execute(held.values(**values).execution_options(synchronize_session=False))
    if getattr(changed, "rowcount", 0) != 1:
        raise LeaseLost


def finish(
    session: Session,
    claim: Claim,
    state: str,
    *,
    result: dict[str, Any] | None = None,
    error: str = "",
) -> None:
    """End a job.

    Raises
    ------
    LeaseLost
    """
    write(
        session,
        claim,
        state=state,
        result=result,
        error=error[:500],
        finished_at=now(),
        lease_by="",
        lease_until=None,
        rate=0.0,
    )


def release(session: Session, claim: Claim) -> None:
    """Give a job back to the queue, for another worker to go on with.

    Raises
    ------
    LeaseLost
    """
    write(session, claim, state="queued", lease_by="", lease_until=None, n_stalled=0, rate=0.0)


def _end(job: Job, state: str, error: str = "") -> None:
    job.state, job.error, job.finished_at = state, error, now()
    job.lease_by, job.lease_until = "", None
