"""A database of made-up cases for `service_load.py`: filled in bulk, with the real tables."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.schema import CreateIndex, DropIndex

from models.clock import beijing_day
from models.labels import intents, topics
from service.accounts.keys import MARK
from service.accounts.roles import Right
from service.accounts.sign_in import token_hash
from service.accounts.tables import ApiKey, User
from service.cases.tables import Assignment, Case, Prediction
from service.database.base import now
from service.database.engine import Database

SHARES = {"new": 0.01, "review": 0.15, "accepted": 0.54, "reviewed": 0.30}
"""State of the cases. Those in review have their three predictions, the reviewed ones their three
assignments; predictions of the others would only lengthen the filling."""
YEARS = 10
MODEL_ID = "yangguang-linear@1"
_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Store:
    """What the load needs to know of a filled database."""

    key: str
    n_cases: int
    n_waiting: int


def fill(database: Database, n_cases: int, texts: list[str], seed: int = 1) -> Store:
    """Add an administrator with a key for programs, and `n_cases` cases; indexes come last."""
    tables = [model.__table__ for model in (Case, Prediction, Assignment)]
    indexes: list[Index] = [
        index for table in tables for index in sorted(table.indexes, key=lambda i: str(i.name))
    ]
    with database.engine.begin() as connection:
        for index in indexes:
            connection.execute(DropIndex(index))
    key = _open_account(database)
    n_waiting = 0
    kinds = {"cases": Case, "predictions": Prediction, "assignments": Assignment}
    for start in range(0, n_cases, _AT_ONCE):
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in kinds}
        for case, predictions, assignments in _cases(start, min(n_cases, start + _AT_ONCE), texts,
                                                     n_cases, seed):  # fmt: skip
            rows["cases"].append(case)
            rows["predictions"] += predictions
            rows["assignments"] += assignments
            n_waiting += case["state"] == "review"
        for name in kinds:
            _insert(database, name, rows[name])
    with database.engine.begin() as connection:
        for index in indexes:
            connection.execute(CreateIndex(index))
        if not database.is_sqlite:
            for table in tables:
                sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
                connection.execute(
                    text(f"SELECT setval({sequence}, (SELECT max(id) FROM {table.name}))")
                )
    with database.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        if not database.is_sqlite:  # what autovacuum does within minutes
            connection.exec_driver_sql("VACUUM ANALYZE")
    return Store(key, n_cases, n_waiting)


def _open_account(database: Database) -> str:
    secret = f"{MARK}{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
    with database.session() as session:
        user = User(name="admin", display_name="管理员", role="admin", password_hash="-",
                    must_change_password=False, created_at=now())  # fmt: skip
        session.add(user)
        session.flush()
        session.add(
            ApiKey(name="load", prefix=secret[3:11], key_hash=token_hash(secret),
                   scopes=sorted(Right), created_by=user.id, created_at=now())
        )  # fmt: skip
    return secret


def _insert(database: Database, table: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    columns = list(rows[0])
    names = ", ".join(f'"{name}"' for name in columns)
    with database.engine.begin() as connection:
        raw: Any = connection.connection.dbapi_connection
        values = (tuple(row.values()) for row in rows)
        if database.is_sqlite:
            places = ", ".join("?" * len(columns))
            raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", values)
            return
        with raw.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)


def _cases(
    start: int, end: int, texts: list[str], n_cases: int, seed: int
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]]:
    """Cases in order of receipt, the waiting ones among them, with what was said of them."""
    rng = random.Random(seed * 1_000_003 + start)
    leaves = [(label.parent or "", label.code) for label in topics().leaves]
    wishes = [label.code for label in intents()]
    # A few topics are most of the mail.
    weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(leaves))))
    last, days = beijing_day(), 365 * YEARS
    states, shares = list(SHARES), list(SHARES.values())
    for i in range(start, end):
        received = last - dt.timedelta(days=int(days * (1 - (i + 1) / n_cases)))
        moment = f"{received} 09:00:00.000000"
        topic, subtopic = rng.choices(leaves, cum_weights=weights)[0]
        state = rng.choices(states, shares)[0]
        is_known = state != "new"
        is_open = i >= n_cases * 0.985
        doubt = round(rng.random() * (0.8 if state == "review" else 0.1), 6)
        labels = {"topic": topic, "subtopic": subtopic, "intent": rng.choice(wishes)}
        case = {
            "id": i + 1,
            "number": f"{received.year}-{i + 1:07d}",
            "kind": "message" if rng.random() < 0.9 else "disclosure",
            "received_on": str(received),
            "closed_on": None if is_open else str(min(last, received + dt.timedelta(days=12))),
            "due_on": str(received + dt.timedelta(days=28)),
            "channel": rng.choice(("network", "letter", "in_person", "")),
            "applicant_type": "",
            "applicant": "",
            "contact": "",
            "title": "",
            "text": f"{i}：{texts[i % len(texts)]}",
            "text_key": f"{rng.getrandbits(128):032x}",
            **(labels if is_known else dict.fromkeys(labels, "")),
            "outcome": "",
            "state": state,
            "doubt": 1.0 if state == "new" else 0.0 if state == "reviewed" else doubt,
            "version": 1,
            "created_by": "load",
            "created_at": moment,
            "changed_by": "load",
            "changed_at": moment,
        }
        if state not in ("review", "reviewed"):
            yield case, [], []
            continue
        said = list(enumerate(labels.items(), 1))
        if state == "reviewed":
            yield case, [], [_assignment(3 * i + n, i + 1, *of, moment) for n, of in said]
        else:
            sure = 1 - doubt
            yield case, [_prediction(3 * i + n, i + 1, *of, sure, moment) for n, of in said], []


def _prediction(
    id: int, case_id: int, layer: str, label: str, probability: float, moment: str
) -> dict[str, Any]:
    return {
        "id": id, "case_id": case_id, "layer": layer, "label": label, "probability": probability,
        "decision": "review", "candidates": json.dumps([[label, round(probability, 4)]]),
        "evidence": "[]", "model_id": MODEL_ID, "made_at": moment,
    }  # fmt: skip


def _assignment(id: int, case_id: int, layer: str, label: str, moment: str) -> dict[str, Any]:
    return {
        "id": id, "case_id": case_id, "layer": layer, "label": label, "reader": 1,
        "prediction_id": None, "note": "", "assigned_by": "load", "assigned_at": moment,
    }  # fmt: skip
