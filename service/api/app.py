"""Assembly of the HTTP application; the model is loaded once, in lifespan."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from anyio import to_thread
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi_offline import FastAPIOffline

import models
from models.compiled.loading import LOADER
from models.document import Document
from models.predictor import Predictor
from models.summarizers.generation.request import Generator
from service.api import (
    auth,
    case_changes,
    case_records,
    cases,
    classify,
    drafts,
    figures,
    imports,
    jobs,
    problems,
    repeats,
    reports,
    review,
    system,
)
from service.api import models as models_router
from service.api.batching import Batcher
from service.api.headers import SecureHeaders
from service.api.job_metrics import JobCollector
from service.api.telemetry import Observe, Telemetry
from service.api.work import create_registry, create_runner, threads_beside_pages
from service.classification.outcomes import default_reader
from service.database.engine import Database
from service.database.store import open_store
from service.review.live import LiveModel
from service.settings import Settings, read_settings

_DESCRIPTION = (
    "给群众诉求分类、核对政府信息公开年度报告。全部在本机完成，不联网，不记录正文。"
    "判定为 `review` 的，请人工复核；模型不替任何人作出决定。"
)

_LOOK_SECONDS = 3.0
"""Less than the seconds after which a request would look itself."""
THREADS = 6
"""Calls worked on at once; more of them only take the interpreter from one another (ADR 0122)."""
_BUSY_DOCUMENTS = 200
"""Documents after which compiled code is loaded: it takes 80 MB, which an idle office keeps."""


def create_app(
    settings: Settings | None = None,
    load: Callable[[], Predictor] | None = None,
    database: Database | None = None,
) -> FastAPI:
    """Build the application.

    Parameters
    ----------
    settings : Settings, optional
        By default read from the environment.
    load : callable, optional
        Gives the pipeline; by default the artefact that the settings name.
    database : Database, optional
        Opened already; by default the one that the settings name is opened in lifespan. It is
        closed at the end either way.
    """
    chosen = settings or read_settings()

    def load_default() -> Predictor:
        return models.load(None if chosen.model_path is None else str(chosen.model_path))

    def load_one(folder: Path | None) -> Predictor:
        return (load or load_default)() if folder is None else models.load(str(folder))

    telemetry = Telemetry()

    n_documents = 0

    def on_round(n: int) -> None:
        nonlocal n_documents
        telemetry.rounds.observe(n)
        if n_documents < _BUSY_DOCUMENTS <= n_documents + n:
            LOADER.prepare()
        n_documents += n

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        live = LiveModel(chosen.data_dir / "models", load_one)
        app.state.live = live
        pipeline = live.pipeline
        pipeline.predict(
            [Document("预热")]
        )  # tables and dictionary are built now, not in the first caller's time
        app.state.reader = default_reader(
            None if chosen.reply_model_path is None else str(chosen.reply_model_path)
        )
        app.state.generator = await run_in_threadpool(_open_generator, chosen)
        opened = await run_in_threadpool(open_store, chosen) if database is None else database
        app.state.database = opened
        app.state.registry = create_registry(
            lambda: live.pipeline,
            lambda: app.state.reader,
            n_threads=threads_beside_pages(),
            live=live,
        )
        runner = create_runner(chosen, opened, app.state.registry, chosen.workers)
        app.state.runner = runner
        telemetry.registry.register(JobCollector(opened))
        runner.start()
        try:
            async with Batcher(lambda: live.pipeline, chosen.max_batch, on_round) as batcher:
                app.state.batcher = batcher
                beside = [asyncio.create_task(_look_for_choices(live))]
                yield
                for task in beside:
                    task.cancel()
                app.state.batcher = None
        finally:
            await run_in_threadpool(runner.stop)
            opened.close()

    app = FastAPIOffline(
        title="阳光 yangguang",
        version=models.__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
    )
    app.state.settings = chosen
    app.state.telemetry = telemetry
    for router in (
        classify.router,
        cases.router,
        case_changes.router,
        case_records.router,
        imports.router,
        figures.router,
        drafts.router,
        repeats.router,
        reports.router,
        auth.router,
        jobs.router,
        review.router,
        models_router.router,
        system.router,
    ):
        app.include_router(router)
    problems.install(app)
    uploads = dict.fromkeys(
        ("/v1/reports", "/v1/jobs", "/v1/imports", "/v1/years", "/console"), chosen.max_upload_bytes
    )
    limits = uploads | {"/": chosen.max_body_bytes}
    app.add_middleware(classify.Shortcut)
    app.add_middleware(SecureHeaders)
    app.add_middleware(Observe, telemetry=telemetry, limits=limits)
    return app


async def _look_for_choices(live: LiveModel) -> None:
    """See in a thread whether another model was chosen, so that no request has to load it."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        await run_in_threadpool(live.refresh)


def _open_generator(settings: Settings) -> Generator | None:
    """The generator that the settings name; a wrong one stops the start with its reason."""
    if not settings.generator:
        return None
    from models.summarizers.generation.opening import open_generator

    return open_generator(settings.generator, settings.generator_key)
