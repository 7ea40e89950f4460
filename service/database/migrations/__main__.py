"""For developers: `python -m service.database.migrations NUMBER "Why"` writes the next step.

It compares today's tables with those that the steps so far lead to, in a scratch SQLite file.
Read what it wrote before you commit it, and set `HEAD`.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import service
from service.database.base import Base
from service.database.engine import open_database
from service.database.migrate import configuration


def import_tables() -> None:
    """Import every module of tables, so that the metadata knows them all."""
    root = Path(next(iter(service.__path__)))
    for path in sorted(root.glob("*/tables.py")):
        importlib.import_module(f"service.{path.parent.name}.tables")


def write_step(number: str, message: str) -> None:
    """Write the module of the next step."""
    from alembic import command

    import_tables()
    with TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/scratch.db")
        with database.engine.begin() as connection:
            config = configuration(connection)
            command.upgrade(config, "head")
            config.attributes["metadata"] = Base.metadata
            command.revision(config, message, autogenerate=True, rev_id=number)
        database.close()


if __name__ == "__main__":
    write_step(sys.argv[1], sys.argv[2])
