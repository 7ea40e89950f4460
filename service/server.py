"""The one application an office runs: the HTTP interface and the console together."""

from __future__ import annotations

import sys
from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

from models.pipeline import Pipeline
from service.api.app import create_app
from service.api.described import describe
from service.database.engine import Database
from service.logs import configure_logs
from service.settings import Settings, read_settings

_TURN_SECONDS = 0.001


def create_worker() -> FastAPI:
    """The application of one process among several; all of them read the same settings."""
    prepare_process()
    return create_server()


def prepare_process() -> None:
    """Set up what belongs to a whole process: its log, and how its threads take turns.

    Whoever waits for a page gets the interpreter back from a job or a large call within a
    thousandth of a second, not five.
    """
    configure_logs()
    sys.setswitchinterval(_TURN_SECONDS)


def create_server(
    settings: Settings | None = None,
    load: Callable[[], Pipeline] | None = None,
    database: Database | None = None,
) -> FastAPI:
    """Assemble the interface and the console over one set of services.

    Parameters
    ----------
    settings : Settings, optional
        By default read from the environment.
    load : callable, optional
        Gives the pipeline; see `create_app`.
    database : Database, optional
        Opened already; see `create_app`.
    """
    from service.console.app import create_console

    app = create_app(settings or read_settings(), load, database)
    describe(app)

    @app.get("/", include_in_schema=False)
    def home(_: Request) -> RedirectResponse:
        return RedirectResponse("/console/", status_code=307)

    app.mount("/console", create_console(app.state))
    return app
