"""What the work of a job is given: its arguments, its folder, and ways to say how far it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from service.database.engine import Database
from service.jobs import queue
from service.jobs.errors import Cancelled, Interrupted, LeaseLost
from service.jobs.queue import Claim

_RATE_SECONDS = 10.0
"""Time over which the rate is taken."""


class JobContext:
    """The work's side of a running job.

    Parameters
    ----------
    claim : Claim
    database : Database
    folder : Path
        The job's own; uploads lie in `input`, what people may fetch goes into `output`.
    """

    def __init__(self, claim: Claim, database: Database, folder: Path) -> None:
        self._claim, self.database, self.folder = claim, database, folder
        self.id, self.arguments = claim.id, claim.arguments
        self.created_by = claim.created_by
        self.checkpoint: dict[str, Any] = dict(claim.checkpoint)
        self._stop: type[Interrupted] | None = None
        self._lock = threading.Lock()
        self._at = (claim.position, claim.total, claim.n_rows)
        self._stored = self._at
        self._marks = [(time.monotonic(), claim.position)]

    @property
    def actor(self) -> str:
        """Name in the audit trail."""
        return f"job:{self.id}"

    @property
    def input(self) -> Path:
        """Folder of the uploads."""
        return self.folder / "input"

    @property
    def output(self) -> Path:
        """Folder of what people may fetch."""
        path = self.folder / "output"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def check(self) -> None:
        """Stop here if the job was cancelled, taken over, or the process is to end.

        Raises
        ------
        Interrupted
            Let it pass: what is done so far must be on disk by then.
        """
        if self._stop is not None:
            raise self._stop

    def progress(self, position: int, total: int, n_rows: int = 0) -> None:
        """Say how far the work is; stored within a second. Calls `check`.

        Parameters
        ----------
        position, total : int
            In any unit, the same throughout; `total` 0 if it is not known.
        n_rows : int
            Rows, files or cases done.
        """
        self._set(position, total, n_rows)
        self.check()

    def _set(self, position: int, total: int, n_rows: int) -> None:
        with self._lock:
            self._at = (position, total, n_rows)
            at = time.monotonic()  # the time of day may jump
            if position < self._marks[-1][1]:
                self._marks = []
            self._marks.append((at, position))
            while len(self._marks) > 2 and at - self._marks[1][0] > _RATE_SECONDS:
                self._marks.pop(0)

    @contextmanager
    def step(
        self, position: int, total: int, n_rows: int, checkpoint: dict[str, Any]
    ) -> Iterator[Session]:
        """One unit of work in the database, stored together with how far the work is then.

        Either both are there after a crash or neither is, so each row is done once; a worker
        that has lost the job stores nothing.

        Raises
        ------
        Interrupted
        """
        self.check()
        with self.database.session() as session:
            queue.write(
                session, self._claim, position=position, total=total, n_rows=n_rows,
                checkpoint=checkpoint, n_stalled=0,
            )  # fmt: skip
            yield session
        self.checkpoint = dict(checkpoint)
        self._set(position, total, n_rows)

    def save(self, checkpoint: dict[str, Any]) -> None:
        """Store how far work outside the database is; what it refers to is on disk already.

        Raises
        ------
        Interrupted
        """
        with self._lock:
            position, total, n_rows = self._at
        with self.step(position, total, n_rows, checkpoint):
            pass

    @property
    def rate(self) -> float:
        """Units a second, lately."""
        with self._lock:
            (since, first), (until, last) = self._marks[0], self._marks[-1]
        return (last - first) / (until - since) if until > since else 0.0

    def interrupt(self, how: type[Interrupted]) -> None:
        """Ask the work to stop at its next `check`; the first reason counts."""
        self._stop = self._stop or how

    def beat(self) -> None:
        """Renew the lease and store the progress; called by the worker, once a second."""
        try:
            with self.database.session() as session:
                if queue.renew(session, self._claim):
                    self.interrupt(Cancelled)
                if self._at != self._stored:
                    self._store(session)
        except LeaseLost:
            self._stop = LeaseLost

    def _store(self, session: Session) -> None:
        position, total, n_rows = at = self._at
        moved = {"n_stalled": 0} if position > self._stored[0] else {}
        queue.write(session, self._claim, position=position, total=total, n_rows=n_rows,
                    rate=self.rate, **moved)  # fmt: skip
        self._stored = at

    def end(self, state: str, result: dict[str, Any] | None = None, error: str = "") -> None:
        """Store the end of the job; called by the worker."""
        with self.database.session() as session:
            position, total, n_rows = self._at
            if state == "done":
                position = total = max(position, total)
            queue.write(session, self._claim, position=position, total=total, n_rows=n_rows)
            queue.finish(session, self._claim, state, result=result, error=error)

    def hand_over(self) -> None:
        """Give the job back; called by the worker."""
        with self.database.session() as session:
            queue.release(session, self._claim)
