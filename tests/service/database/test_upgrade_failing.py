"""A step that fails half-way leaves the database as it was, with a copy beside it."""

import pytest
from sqlalchemy import inspect, text

from service.database import migrate
from service.database.engine import StoreError, open_database


@pytest.fixture
def older(tmp_path, monkeypatch):
    """A file of the first version, seen by a program whose next step fails."""
    opened = open_database(f"sqlite:///{tmp_path / 'yangguang.db'}")
    migrate.upgrade(opened)
    yield opened
    opened.close()


def test_failing_step_is_undone(older, monkeypatch, tmp_path):
    def fail(config, target):
        connection = config.attributes["connection"]
        connection.execute(text("CREATE TABLE half (id INTEGER PRIMARY KEY)"))
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))

    monkeypatch.setattr("alembic.command.upgrade", fail)
    monkeypatch.setattr(migrate, "HEAD", "0002")
    with pytest.raises(StoreError, match="没有成功"):
        migrate.upgrade(older)
    with older.engine.connect() as connection:
        assert "half" not in inspect(connection).get_table_names()
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    copies = list((tmp_path / "backups").iterdir())
    assert len(copies) == 1
    assert copies[0].name.startswith("yangguang-0001-")
