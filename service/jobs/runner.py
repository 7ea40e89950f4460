"""Workers: threads that take jobs out of the queue and do them, in the service or on their own."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.errors import YangguangError
from service.database.availability import StoreUnavailable
from service.database.engine import Database
from service.errors import as_people_name, refusal
from service.jobs import files, queue
from service.jobs.clock import Steadiness
from service.jobs.context import JobContext
from service.jobs.errors import Cancelled, HandedOver, LeaseLost
from service.jobs.liveness import Alive
from service.jobs.queue import Claim
from service.jobs.registry import Registry

_log = structlog.get_logger()
_IDLE_SECONDS, _BEAT_SECONDS, _BACK_OFF_SECONDS = 2.0, 1.0, 5.0
_CLEAN_SECONDS = 3600.0


class Runner:
    """Some workers of this process.

    Parameters
    ----------
    database : Database
    registry : Registry
    folder : Path
        Of all jobs' files and workers' locks.
    n_workers : int
        Jobs done at a time; 0 does none.
    keep_days : int
        Days after their end that jobs and their files are kept.
    """

    def __init__(
        self, database: Database, registry: Registry, folder: Path, n_workers: int, keep_days: int
    ) -> None:
        self._database, self._registry = database, registry
        self.folder = folder
        self._keep_days, self._steadiness = keep_days, Steadiness()
        self._alive: Alive | None = None
        self._stopping, self._wake = threading.Event(), threading.Event()
        self._running: dict[str, JobContext] = {}
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._loop, name=f"job-{i}", daemon=True)
            for i in range(n_workers)
        ]
        self._beating = threading.Thread(target=self._beat, name="job-beat", daemon=True)

    @property
    def n_running(self) -> int:
        """Jobs under way in this process."""
        return len(self._running)

    def start(self) -> None:
        """Begin to take jobs."""
        if not self._threads:
            return
        self._alive = Alive(self.folder / ".workers")
        for thread in (*self._threads, self._beating):
            thread.start()

    def wake(self) -> None:
        """Look at the queue now: a job was just put in."""
        self._wake.set()

    def stop(self, seconds: float = 15.0) -> None:
        """Take no more jobs and hand over those under way at their next pause for breath.

        A job that does not pause in time stays marked as running; whoever starts next sees that
        this process is gone and goes on with it.
        """
        self._stopping.set()
        self._wake.set()
        with self._lock:
            for context in self._running.values():
                context.interrupt(HandedOver)
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if self._threads:
            self._beating.join(2 * _BEAT_SECONDS)
        if self._alive is not None and not any(thread.is_alive() for thread in self._threads):
            self._alive.close()

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                found = self._next()
            except (SQLAlchemyError, YangguangError) as error:
                _log.warning("queue_unreachable", kind=type(error).__name__)
                self._stopping.wait(_BACK_OFF_SECONDS)
                continue
            if found is None:
                self._wake.wait(_IDLE_SECONDS)
                self._wake.clear()
                continue
            try:
                self._do(*found)
            finally:
                with self._lock:
                    self._running.pop(found[0].id, None)

    def _next(self) -> tuple[Claim, JobContext] | None:
        assert self._alive is not None
        if not self._may_be_waiting():
            return None
        with self._lock, self._database.session() as session:
            claim = queue.claim(session, self._alive, self._registry.codes, tuple(self._running))
            if claim is None:
                return None
            context = JobContext(claim, self._database, files.folder_of(self.folder, claim.id))
            self._running[claim.id] = context
        return claim, context

    def _may_be_waiting(self) -> bool:
        """Look without a lock first: an idle worker must not hold up writers."""
        with self._database.reading() as session:
            jobs = queue.open_ids(session)
        return bool(set(jobs) - set(self._running))

    def _do(self, claim: Claim, context: JobContext) -> None:
        started = time.monotonic()
        state = "lost"
        try:
            state = self._work(claim, context)
        except LeaseLost:
            pass
        except (SQLAlchemyError, StoreUnavailable) as error:
            # The job stays ours; `_next` takes it up again as soon as the database answers.
            _log.warning("job_interrupted", job=claim.id, kind=type(error).__name__)
            self._stopping.wait(_BACK_OFF_SECONDS)
        _log.info(
            "job",
            job=claim.id,
            work=claim.kind,
            state=state,
            attempt=claim.attempt,
            seconds=round(time.monotonic() - started, 1),
        )

    def _work(self, claim: Claim, context: JobContext) -> str:
        """Do a job and store its end; the state it is in then."""
        try:
            result = self._registry[claim.kind].work(context)
        except Cancelled:
            context.end("cancelled", _partial(context))
            return "cancelled"
        except HandedOver:
            context.hand_over()
            return "queued"
        except (SQLAlchemyError, StoreUnavailable):
            raise
        except YangguangError as error:
            message = as_people_name(error.message, _names(context))
            context.end("failed", _partial(context), message)
            return "failed"
        except OSError as error:
            context.end("failed", _partial(context), f"读写文件时出错：{refusal(error)}。")
            return "failed"
        except Exception as error:
            # The type alone: a message may quote a citizen's text.
            kind = type(error).__name__
            _log.error("job_failed", job=claim.id, work=claim.kind, kind=kind)
            context.end("failed", _partial(context), f"程序内部出错（{kind}），请告诉维护人员。")
            return "failed"
        context.end("done", result | {"files": files.describe(context.output)})
        return "done"

    def _beat(self) -> None:
        cleaned = -_CLEAN_SECONDS
        while not self._stopping.is_set() or self._running:
            for context in list(self._running.values()):
                try:
                    context.beat()
                except (SQLAlchemyError, YangguangError) as error:
                    _log.warning("beat_missed", job=context.id, kind=type(error).__name__)
            if time.monotonic() - cleaned >= _CLEAN_SECONDS:
                cleaned = time.monotonic()
                self._clean()
            time.sleep(_BEAT_SECONDS)

    def _clean(self) -> None:
        if not self._steadiness.holds:
            _log.warning("clock_jumped", consequence="nothing is cleared away until the next start")
            return
        try:
            files.clean(self._database, self.folder, self._keep_days)
        except (SQLAlchemyError, YangguangError, OSError) as error:
            _log.warning("clean_failed", kind=type(error).__name__)


def _partial(context: JobContext) -> dict[str, object]:
    return {"files": files.describe(context.output), "is_partial": True}


def _names(context: JobContext) -> dict[str, str]:
    """What people call the uploads of a job, by the names they are stored under."""
    uploads = (context.arguments.get("files") or {}).values()
    return {stored["path"]: stored["name"] for stored in uploads if stored}
