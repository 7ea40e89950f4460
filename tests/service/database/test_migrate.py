"""Tables come from the steps alone, and equal what the program declares, on both databases.

`files/` holds a database of each released version as SQL. At a release,
`WRITE_VERSION_FILE=1 pytest tests/service/database/test_migrate.py` writes that of the newest step.
"""

import datetime as dt
import os
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from service.cases.labelling import assign
from service.cases.registering import NewCase, register_case
from service.database.base import Base
from service.database.engine import StoreError, open_database
from service.database.migrate import NewerDatabase, known_revisions, revision, upgrade
from service.database.migrations import HEAD
from service.database.migrations.__main__ import import_tables

FILES = Path(__file__).parent / "files"


def test_steps_lead_to_the_declared_tables(database):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    import_tables()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_head_is_the_newest_step():
    assert known_revisions()[-1] == HEAD


def test_second_start_changes_nothing(database):
    assert upgrade(database) is None
    assert revision(database) == HEAD


def test_two_programs_that_start_at_once_agree(database_url):
    opened = [open_database(database_url) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upgrade, opened))
    assert revision(opened[0]) == HEAD
    for database in opened:
        database.close()


def test_newer_database_is_left_alone(database):
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerDatabase, match="升级程序"):
        upgrade(database)
    assert revision(database) == "9999"


def test_tables_of_another_program_are_left_alone(database_url):
    opened = open_database(database_url)
    with opened.engine.begin() as connection:
        connection.execute(text("CREATE TABLE orders (id INTEGER PRIMARY KEY)"))
    with pytest.raises(StoreError, match="不是阳光的数据库"):
        upgrade(opened)
    opened.close()


def test_newest_version_has_its_file(sqlite_template, tmp_path):
    path = FILES / f"{HEAD}.sql"
    if "WRITE_VERSION_FILE" in os.environ:
        write_version_file(sqlite_template, tmp_path / "y.db", path)
    assert path.exists()


def write_version_file(template, database, path):
    shutil.copy(template, database)
    opened = open_database(f"sqlite:///{database}")
    with opened.session() as session:
        for text_ in ("请公开柳湾村征地补偿安置方案。", "林地占用要办什么手续？"):
            case = register_case(session, "王芳", NewCase("disclosure", dt.date(2026, 3, 2), text_))
            assign(session, "王芳", case.number, 1, {"subtopic": "203", "intent": "disclosure"})
    opened.close()
    with sqlite3.connect(database) as connection:
        path.write_text("\n".join(connection.iterdump()) + "\n", encoding="utf-8")
    connection.close()


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.glob("*.sql")))
def test_file_of_an_earlier_version_keeps_its_rows(name, tmp_path):
    path = tmp_path / "yangguang.db"
    with sqlite3.connect(path) as connection:
        connection.executescript((FILES / name).read_text("utf-8"))
        before = dict(connection.execute("SELECT number, text FROM cases").fetchall())
    connection.close()
    assert before
    opened = open_database(f"sqlite:///{path}")
    was = revision(opened)
    copy = upgrade(opened)
    assert revision(opened) == HEAD
    assert (copy is None) == (was == HEAD)
    with opened.engine.connect() as connection:
        query = text("SELECT number, text FROM cases")
        after = {row.number: row.text for row in connection.execute(query)}
        assert connection.execute(text("PRAGMA foreign_key_check")).first() is None
    assert after == before
    opened.close()
