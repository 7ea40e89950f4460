"""Lists, searches and counts over a million stored cases: seconds per question, cold and warm.

    PYTHONPATH=. python benchmarks/stored_cases.py [N] [URL]

Fills a database (SQLite in a temporary file by default, any other by its address) with N made-up
cases of ten years and asks what the pages of the console ask.
"""

from __future__ import annotations

import datetime as dt
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, text

from models.labels import intents, outcomes, topics
from service.cases.repository import list_cases
from service.cases.selection import Selection, searching
from service.cases.statistics import count_all, count_by
from service.cases.tables import Case
from service.database.base import now
from service.database.engine import Database, open_database
from service.database.migrate import upgrade

TEXT = "反映村里征地补偿款迟迟没有到账、宅基地确权登记办不下来的问题，请核实情况并给予答复。" * 5
STATES = ("new", "review", "accepted", "accepted", "accepted", "reviewed")


def rows(n: int) -> Any:
    """Made-up cases in the order in which they came in."""
    chance = random.Random(1)
    leaves = [(label.parent, label.code) for label in topics().leaves]
    kinds, decided = [label.code for label in intents()], [o.code for o in outcomes().decided]
    first, moment = dt.date(2016, 1, 1), now()
    for i in range(n):
        topic, subtopic = leaves[min(int(chance.expovariate(0.05)), len(leaves) - 1)]
        is_disclosure = chance.random() < 0.1
        day = first + dt.timedelta(days=3650 * i // n)
        closed = None if i > 0.995 * n else day + dt.timedelta(days=20)
        yield {
            "number": f"件{i:08d}", "kind": "disclosure" if is_disclosure else "message",
            "received_on": day, "closed_on": closed,
            "due_on": day + dt.timedelta(days=28) if is_disclosure else None,
            "channel": chance.choice(("network", "letter", "in_person", "other")),
            "applicant_type": "natural" if is_disclosure else "", "applicant": "", "contact": "",
            "title": "关于征地补偿的问题", "text": f"{TEXT}{i}", "text_key": f"{i:032x}",
            "topic": topic, "subtopic": subtopic, "intent": chance.choice(kinds),
            "outcome": chance.choice(decided) if is_disclosure and closed else "",
            "state": chance.choice(STATES), "doubt": chance.random(), "version": 1,
            "created_by": "x", "created_at": moment, "changed_by": "x", "changed_at": moment,
        }  # fmt: skip


def fill(database: Database, n: int) -> float:
    """Store the cases; seconds."""
    start, batch = time.perf_counter(), []
    for row in rows(n):
        batch.append(row)
        if len(batch) == 20_000:
            with database.session() as session:
                session.connection().execute(insert(Case), batch)
            batch = []
    if batch:
        with database.session() as session:
            session.connection().execute(insert(Case), batch)
    with database.session() as session:
        session.execute(text("ANALYZE"))
    return time.perf_counter() - start


def questions() -> dict[str, Callable[[Any], object]]:
    """What the pages ask."""

    def deep(session: Any) -> object:
        page = list_cases(session, Selection(), limit=500, with_texts=False)
        for _ in range(19):
            page = list_cases(
                session, Selection(), limit=500, cursor=page.next_cursor, with_texts=False
            )
        return page

    def listed(**conditions: Any) -> Callable[[Any], object]:
        return lambda s: list_cases(s, Selection(**conditions), with_texts=False)

    return {
        "first page": listed(),
        "20 pages of 500": deep,
        "one topic": listed(topic="minerals"),
        "rare topic in review": listed(topic="surveying", state="review"),
        "rare second level, one month": listed(subtopic="609", year=2024, month=5),
        "outcome of a year": listed(outcome="partial", year=2023),
        "nothing fits": listed(topic="land", intent="disclosure", channel="fax"),
        "open and due": lambda s: list_cases(
            s, Selection(due_before=dt.date(2026, 1, 31)), order="due", with_texts=False
        ),
        "beginning of a number": lambda s: list_cases(
            s, searching(s, "件0005", Selection()), with_texts=False
        ),
        "words that occur often": listed(words="宅基地"),
        "words that occur once": listed(words="答复。1234567"),
        "one year by month": lambda s: count_by(s, Selection(year=2024), "month"),
        "one year, all eight counts": lambda s: count_all(s, Selection(year=2024)),
        "ten years by topic": lambda s: count_by(s, Selection(), "topic"),
    }


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/cases.db"
        database = open_database(url)
        upgrade(database)
        print(f"{n:,} cases on {database.engine.dialect.name}, filled in {fill(database, n):.0f} s")
        for name, ask in questions().items():
            taken = []
            for _ in range(5):
                with database.reading() as session:
                    start = time.perf_counter()
                    ask(session)
                    taken.append(time.perf_counter() - start)
            first, usual = taken[0] * 1000, statistics.median(taken[1:]) * 1000
            print(f"{name:32} first {first:9.1f} ms, then {usual:9.1f} ms")
        database.close()


if __name__ == "__main__":
    main()
