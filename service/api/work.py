"""Which jobs this program knows to do, and the workers that do them."""

from __future__ import annotations

from collections.abc import Callable

from models.predictor import Predictor
from service.cases.importing.job import import_kind
from service.cases.relabelling import relabel_kind
from service.classification.answer import LetterReader
from service.classification.engine import n_cores
from service.database.engine import Database
from service.jobs.kinds.check import check_kind
from service.jobs.kinds.draft import draft_kind
from service.jobs.kinds.label import label_kind
from service.jobs.registry import Registry
from service.jobs.runner import Runner
from service.review.live import LiveModel
from service.review.training import train_kind
from service.settings import Settings


def create_registry(
    model: Callable[[], Predictor],
    reader: Callable[[], LetterReader],
    *,
    n_threads: int,
    live: LiveModel | None = None,
) -> Registry:
    """All kinds of jobs.

    Parameters
    ----------
    model, reader : callable
        Give the model in use and the reader of letters when a job starts.
    n_threads : int
        Threads of one job.
    live : LiveModel, optional
        The models of the service; without them no new one can be trained.
    """
    registry = Registry()
    registry.add(label_kind(model, reader, n_threads))
    registry.add(check_kind())
    registry.add(draft_kind())
    registry.add(import_kind(model, reader))
    registry.add(relabel_kind(model))
    if live is not None:
        registry.add(train_kind(live))
    return registry


def create_runner(
    settings: Settings, database: Database, registry: Registry, n_workers: int
) -> Runner:
    """Workers over the jobs' folder of the settings."""
    return Runner(database, registry, settings.data_dir / "jobs", n_workers, settings.job_days)


def threads_beside_pages() -> int:
    """Threads of a job inside the service: one core stays free for those who wait for a page."""
    return max(1, n_cores() - 1)
