"""Structured logs: one JSON object a line on standard error; never a citizen's text."""

from __future__ import annotations

import logging
import os
import sys
import traceback

import structlog


class PlaceOnly(logging.Filter):
    """Keeps of an exception its type and the line that raised it.

    Messages and tracebacks quote what was worked on: a statement's parameters, a citizen's words.
    A maintainer who needs them sets `YANGGUANG_DEBUG=1`.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Cut a record; none is dropped."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
            words = record.getMessage().strip()
            record.msg, record.args = f"{words}: {type(error).__name__}{place}", ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def configure_logs(level: int = logging.INFO) -> None:
    """Set up logging once, at an entry point."""
    handler = logging.StreamHandler(sys.stderr)
    if not os.environ.get("YANGGUANG_DEBUG"):
        handler.addFilter(PlaceOnly())
    logging.basicConfig(
        level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", handlers=[handler]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
