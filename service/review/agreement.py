"""A blind second reader for a sample, and how far two readers agree."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, literal_column, select
from sqlalchemy.orm import Session, aliased

from service.cases.tables import Assignment, Case

SAMPLE_PREFIXES = 13
"""Of 256 two-digit prefixes of the text key: about 5 % of cases, the same ones whoever asks."""
LAYERS = ("topic", "subtopic", "intent", "outcome")


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two readers agree on one layer.

    Parameters
    ----------
    layer : str
    n, n_agree : int
        Cases that both read, and those with the same label.
    kappa : float or None
        Cohen's kappa: agreement beyond chance; None where it is not defined (one label only).
    low, high : float
        95 % Wilson interval of the raw agreement, 0..1.
    disputes : tuple of (first, second, count)
        Pairs of labels they disagree on, the most frequent first.
    """

    layer: str
    n: int
    n_agree: int
    kappa: float | None
    low: float
    high: float
    disputes: tuple[tuple[str, str, int], ...]

    def to_json(self) -> dict[str, Any]:
        """The agreement as plain data."""
        return {"layer": self.layer, "n": self.n, "n_agree": self.n_agree, "kappa": self.kappa,
                "low": self.low, "high": self.high,
                "disputes": [list(pair) for pair in self.disputes]}  # fmt: skip


def second_reading(session: Session, reader: str, n: int = 20) -> list[Case]:
    """Reviewed cases of the sample that `reader` has not read and nobody has read twice.

    The caller shows them without labels: neither the model's nor the first reader's.
    """
    read_by_me, read_twice = aliased(Assignment), aliased(Assignment)
    prefix = f"{SAMPLE_PREFIXES:02x}"
    query = (
        select(Case)
        .where(Case.state == "reviewed", Case.text_key < prefix)
        .where(~exists().where(read_by_me.case_id == Case.id, read_by_me.assigned_by == reader))
        .where(~exists().where(read_twice.case_id == Case.id, read_twice.reader == 2))
        .order_by(Case.text_key, Case.id)  # by chance, and found without sorting the sample
        .limit(n)
    )
    return list(session.scalars(query))


def agreement(session: Session) -> list[Agreement]:
    """Agreement of first and second readers, one entry for each layer that both read."""
    twice = aliased(Assignment)
    # Literally 2, so that the databases see that the index of second readings serves.
    second = select(twice.case_id).where(twice.reader == literal_column("2"))
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.case_id.in_(second))
        .where(Assignment.item_id.is_(None))
        .order_by(Assignment.id)
    )
    in_force: dict[str, dict[tuple[int, int], str]] = {layer: {} for layer in LAYERS}
    for row in rows:
        in_force[row.layer][row.case_id, row.reader] = row.label
    measured = []
    for layer, read in in_force.items():
        both = [(label, read.get((case_id, 2), "")) for (case_id, reader), label in read.items()
                if reader == 1]  # fmt: skip
        pairs = [(first, second) for first, second in both if first and second]
        if pairs:
            measured.append(measure(layer, pairs))
    return measured


def measure(layer: str, pairs: list[tuple[str, str]]) -> Agreement:
    """Agreement over pairs of labels (first reader, second reader); at least one pair."""
    from scipy.stats import binomtest

    n, n_agree = len(pairs), sum(first == second for first, second in pairs)
    bounds = binomtest(n_agree, n).proportion_ci(method="wilson")
    firsts = Counter(first for first, _ in pairs)
    seconds = Counter(second for _, second in pairs)
    by_chance = sum(firsts[label] * seconds[label] for label in firsts) / n**2
    kappa = None if by_chance == 1 else (n_agree / n - by_chance) / (1 - by_chance)
    disputes = Counter(pair for pair in pairs if pair[0] != pair[1]).most_common()
    return Agreement(
        layer, n, n_agree, kappa, bounds.low, bounds.high,
        tuple((first, second, count) for (first, second), count in disputes),
    )  # fmt: skip
