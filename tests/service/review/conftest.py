import datetime as dt
import hashlib
from itertools import count

import pytest

import service.accounts.tables
import service.drafts.tables
import service.jobs.tables  # noqa: F401  all tables belong to one metadata
from service.cases.tables import Assignment, Case
from service.database.base import Base, now
from service.database.engine import open_database


@pytest.fixture
def database(tmp_path):
    opened = open_database(f"sqlite:///{tmp_path / 'office.db'}")
    Base.metadata.create_all(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def session(database):
    with database.session() as opened:
        yield opened


_numbers = count(1)


@pytest.fixture
def add_case(session):
    def add(**given):
        number = next(_numbers)
        text = given.pop("text", f"第{number}封来信，请问手续怎么办。")
        values = {
            "number": f"2026-{number:05d}",
            "kind": "message",
            "received_on": dt.date(2026, 3, 2),
            "text": text,
            "text_key": hashlib.sha256(text.encode()).hexdigest()[:32],
            "state": "review",
            "topic": "land",
            "subtopic": "",
            "intent": "inquiry",
            "doubt": 0.3,
            "created_by": "wang",
            "created_at": now(),
            "changed_by": "wang",
            "changed_at": now(),
        }
        case = Case(**(values | given))
        session.add(case)
        session.flush()
        return case

    return add


@pytest.fixture
def assign(session):
    def add(case, label, layer="topic", reader=1, by="wang"):
        session.add(
            Assignment(
                case_id=case.id,
                layer=layer,
                label=label,
                reader=reader,
                assigned_by=by,
                assigned_at=now(),
            )
        )
        session.flush()

    return add
