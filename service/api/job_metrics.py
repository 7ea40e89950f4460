"""Jobs in numbers, for Prometheus: read from the database when asked, so every process agrees."""

from __future__ import annotations

from collections.abc import Iterator

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from service.database.availability import StoreUnavailable
from service.database.engine import Database
from service.jobs import queue
from service.jobs.clock import database_now
from service.jobs.tables import Job

_log = structlog.get_logger()


class JobCollector(Collector):
    """Jobs by kind and state, and how long the oldest one has been waiting."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: what there is, is known when asked."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The numbers of this moment; none while the database cannot be reached."""
        try:
            with self._database.reading() as session:
                counts = queue.counts(session)
                waiting = select(func.min(Job.created_at)).where(Job.state == "queued")
                oldest = session.scalar(waiting)
                at = database_now(session)
        except (SQLAlchemyError, StoreUnavailable) as error:
            _log.warning("metrics_incomplete", kind=type(error).__name__)
            return
        jobs = GaugeMetricFamily("yangguang_jobs", "Jobs", labels=["kind", "state"])
        for (kind, state), number in sorted(counts.items()):
            jobs.add_metric([kind, state], number)
        yield jobs
        seconds = max(0.0, (at - oldest).total_seconds()) if oldest is not None else 0.0
        yield GaugeMetricFamily(
            "yangguang_job_waiting_seconds", "How long the oldest job has been waiting", seconds
        )
