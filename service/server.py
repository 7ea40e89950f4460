"""The one application an office runs: the HTTP interface and the console together."""

from __future__ import annotations

from fastapi import FastAPI

from service.api.app import create_app
from service.database.engine import Database
from service.settings import Settings, read_settings


def create_server(settings: Settings | None = None, *, database: Database | None = None) -> FastAPI:
    """Assemble the interface and the console over one set of services; see `create_app`."""
    return create_app(settings or read_settings(), database=database)
