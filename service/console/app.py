"""The console as an application of its own, mounted beside the interface over the same state."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.datastructures import State
from starlette.staticfiles import StaticFiles

from service.console import failures
from service.console.policy import PagePolicy
from service.console.rendering import STATIC


def create_console(state: State) -> FastAPI:
    """Build the console.

    Parameters
    ----------
    state : State
        Of the application that it is mounted on: settings, database, models, jobs.
    """
    from service.console import (
        case_changes,
        case_items,
        case_list,
        case_page,
        checking,
        desk,
        exporting,
        import_page,
        importing,
        jobs_page,
        model_choice,
        model_page,
        registering,
        report_figures,
        report_page,
        report_versions,
        review_page,
        second_reading,
        sign_in,
        statistics_page,
        system_backup,
        system_page,
    )

    console = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    console.state = state
    console.add_middleware(PagePolicy)
    pages = (
        sign_in, desk, registering, importing, import_page, second_reading, review_page,
        case_page, case_changes, case_items, exporting, case_list, statistics_page,
        report_page, report_figures, report_versions,
        checking, jobs_page, model_page, model_choice, system_page, system_backup,
    )  # fmt: skip
    for page in pages:
        console.include_router(page.router)
    console.mount("/static", StaticFiles(directory=STATIC))
    failures.install(console)
    return console
