"""Slowing down guesses, by name and by address; kept in the database, so a restart frees nobody.

Up to `FREE` failures cost nothing; each further one doubles the wait, from `FIRST_WAIT` to
`LONGEST_WAIT`. A name is throttled with everybody's failures on it, an address with a higher
allowance, since a whole office may share one.
"""

from __future__ import annotations

import datetime as dt
import math

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from service.accounts.errors import Throttled
from service.accounts.tables import Attempt
from service.database.base import now

FREE, FREE_BY_ADDRESS = 5, 30
FIRST_WAIT, LONGEST_WAIT = 15, 15 * 60
"""Seconds."""
REMEMBERED = dt.timedelta(hours=1)


def check(session: Session, name: str, address: str) -> None:
    """Refuse while the wait after the last failure is not over.

    Attempts by one name or address come one after another from here to the end of the unit of
    work, so that many at once are counted like many in a row.

    Raises
    ------
    Throttled
        With the seconds that remain.
    """
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 0))")
        for subject in (_by_name(name), _by_address(address)):
            session.execute(lock, {"subject": subject})
    remaining = max(
        _remaining(session, _by_name(name), FREE),
        _remaining(session, _by_address(address), FREE_BY_ADDRESS),
    )
    if remaining > 0:
        raise Throttled(f"输错的次数太多，请 {remaining} 秒后再试。", remaining)


def count(session: Session, name: str, address: str) -> list[int]:
    """Count an attempt as failed; what is older than an hour is forgotten.

    Returns
    -------
    list of int
        For `take_back`, should it turn out right.
    """
    at = now()
    session.execute(delete(Attempt).where(Attempt.at < at - REMEMBERED))
    made = [Attempt(subject=_by_name(name), at=at), Attempt(subject=_by_address(address), at=at)]
    session.add_all(made)
    session.flush()
    return [attempt.id for attempt in made]


def take_back(session: Session, counted: list[int]) -> None:
    """The attempt was right after all."""
    session.execute(delete(Attempt).where(Attempt.id.in_(counted)))


def forgive(session: Session, name: str) -> None:
    """Forget a name's failures after a right password; its address keeps them."""
    session.execute(delete(Attempt).where(Attempt.subject == _by_name(name)))


def _remaining(session: Session, subject: str, n_free: int) -> int:
    at = now()
    # A failure later than now means that the clock was set back; it counts as of now, so that a
    # jump neither frees a guesser nor locks people out for long.
    n_failures, last = session.execute(
        select(func.count(), func.max(Attempt.at)).where(
            Attempt.subject == subject, Attempt.at > at - REMEMBERED
        )
    ).one()
    if n_failures <= n_free - 1 or last is None:
        return 0
    wait: int = min(FIRST_WAIT * 2 ** min(n_failures - n_free, 10), LONGEST_WAIT)
    elapsed: float = max(0.0, (at - last).total_seconds())
    return math.ceil(wait - elapsed)


def _by_name(name: str) -> str:
    return f"name:{name.casefold()[:100]}"


def _by_address(address: str) -> str:
    return f"address:{address[:100]}"
