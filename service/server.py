"""The one application an office runs: the HTTP interface and the console together."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

from models.pipeline import Pipeline
from service.api.app import create_app
from service.database.engine import Database
from service.settings import Settings, read_settings


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

    @app.get("/", include_in_schema=False)
    def home(_: Request) -> RedirectResponse:
        return RedirectResponse("/console/", status_code=307)

    app.mount("/console", create_console(app.state))
    return app
