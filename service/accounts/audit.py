"""The audit trail: who did what to which record, each entry bound to the one before it.

Entries are gathered while a unit of work runs and chained as its last act, under one lock, so that
writers never wait for each other with the lock held and two entries never follow the same one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, insert, select, text
from sqlalchemy.orm import Session, SessionTransaction

from service.accounts.tables import AuditEntry
from service.database.base import now

GENESIS = "0" * 64
"""What the first entry names as the hash before it."""
Detail = int | str | float | bool | None
_LOCK = 0x79616E67
"""Key of PostgreSQL's advisory lock for the end of the chain."""
_WAITING = "audit_waiting"
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying the chain found.

    `broken_id` is the first entry that does not follow from the one before it, None if all do.
    `head` is the hash of the last sound entry: an office that writes it down can later prove that
    nothing up to it was removed.
    """

    n_entries: int
    head: str
    broken_id: int | None = None
    reason: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether every entry follows from the one before it."""
        return self.broken_id is None


def record(session: Session, actor: str, action: str, subject: str, **details: Detail) -> None:
    """Note what was done; stored with the rest of the unit of work, or not at all.

    Parameters
    ----------
    session : Session
        Of the change itself.
    actor : str
        A person's name, `key:<prefix>`, `job:<id>` or `cli:<os user>`.
    action : str
        `<noun>.<verb>`, such as `case.assign`; at most 40 characters.
    subject : str
        The record, such as `case:17`; at most 80 characters.
    details
        Codes, ids, counts and file names; never a citizen's text. Long strings are cut.
    """
    cut = {k: v[:_LONGEST] if isinstance(v, str) else v for k, v in details.items()}
    entry = {
        "at": now(),
        "actor": actor[:80],
        "action": action[:40],
        "subject": subject[:80],
        "details": cut,
    }
    if not session.in_transaction():  # so that a commit with nothing else to do happens at all
        session.begin()
    session.info.setdefault(_WAITING, []).append((_enclosing(session), entry))


def _enclosing(session: Session) -> list[SessionTransaction]:
    """The transaction and every savepoint that is open, innermost first."""
    found = []
    step = session.get_nested_transaction() or session.get_transaction()
    while step is not None:
        found.append(step)
        step = step.parent
    return found


@event.listens_for(Session, "before_commit")
def _chain(session: Session) -> None:
    if not session.info.get(_WAITING) or session.in_nested_transaction():
        return
    entries = [entry for _, entry in session.info.pop(_WAITING)]
    session.flush()  # every other lock is taken before the chain's
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = select(AuditEntry.entry_hash).order_by(AuditEntry.id.desc()).limit(1)
    previous = session.execute(last).scalar() or GENESIS
    for entry in entries:
        entry["previous_hash"] = previous
        previous = entry["entry_hash"] = digest(entry)
    session.execute(insert(AuditEntry), entries)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, undone: SessionTransaction) -> None:
    waiting = session.info.get(_WAITING, [])
    session.info[_WAITING] = [(within, entry) for within, entry in waiting if undone not in within]


@event.listens_for(AuditEntry, "before_update")
@event.listens_for(AuditEntry, "before_delete")
def _refuse(*_: object) -> None:
    raise RuntimeError("audit entries are only ever added")


def digest(entry: Mapping[str, Any]) -> str:
    """SHA-256 over an entry and the hash before it."""
    at: dt.datetime = entry["at"]
    parts = [
        entry["previous_hash"],
        at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        entry["actor"],
        entry["action"],
        entry["subject"],
        entry["details"],
    ]
    canonical = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def verify(session: Session, head: str | None = None) -> Verdict:
    """Follow the whole chain.

    Parameters
    ----------
    head : str, optional
        A hash that was written down earlier; the chain must still contain it.
    """
    previous, n_entries, seen = GENESIS, 0, head in (None, GENESIS)
    for entry in _entries(session):
        if entry["previous_hash"] != previous:
            reason = "前面有记录被删去、插入或改动"
            return Verdict(n_entries, previous, entry["id"], reason)
        if entry["entry_hash"] != digest(entry):
            return Verdict(n_entries, previous, entry["id"], "这条记录的内容被改动")
        previous = entry["entry_hash"]
        n_entries += 1
        seen = seen or previous == head
    if not seen:
        return Verdict(n_entries, previous, 0, "抄录过的校验值不在链上，末尾的记录被删去")
    return Verdict(n_entries, previous)


def _entries(session: Session) -> Iterator[dict[str, Any]]:
    columns = AuditEntry.__table__.columns
    query = select(*columns).order_by(AuditEntry.id).execution_options(yield_per=1000)
    for row in session.execute(query):
        yield dict(row._mapping)
