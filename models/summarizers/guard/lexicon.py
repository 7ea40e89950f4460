"""Words the guard knows, read from `data/generation/guard.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import get_args

from models.resources import data_path
from models.summarizers.guard.verdict import FaultKind


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words by what the guard allows them; see the file for the meaning of each.

    Parameters
    ----------
    same : mapping
        A word → the first of the words that mean the same.
    markers : mapping
        A word that changes what is claimed → the kind of fault its change is.
    units : mapping
        A unit → the unit it is counted in, and how many of those it is.
    approximate : mapping
        A word such as 约 → the class of words it belongs to.
    """

    free: frozenset[str]
    lost: frozenset[str]
    before_number: frozenset[str]
    unless_and: frozenset[str]
    shared: frozenset[str]
    joins: frozenset[str]
    ordered: frozenset[str]
    same: dict[str, str]
    markers: dict[str, FaultKind]
    names: frozenset[str]
    writers: frozenset[str]
    reports: frozenset[str]
    trailing: frozenset[str]
    asked: frozenset[str]
    attributions: tuple[str, ...]
    conditions: frozenset[str]
    retractions: re.Pattern[str]
    frames: re.Pattern[str]
    units: dict[str, tuple[str, Decimal]]
    approximate: dict[str, str]

    @property
    def phrases(self) -> frozenset[str]:
        """Every word that must be read as one."""
        return frozenset(
            {*self.free, *self.lost, *self.unless_and, *self.joins, *self.ordered, *self.same,
             *(w for w in self.markers if len(w) > 1), *self.names, *self.writers, *self.reports}
        )  # fmt: skip

    def marker(self, word: str) -> FaultKind | None:
        """Kind of a word that changes what is claimed; a word holding 不, 未, 无, 没 is one."""
        if word in self.names:
            return None
        if word in self.markers:
            return self.markers[word]
        return "negation" if re.search(r"[不未无没非否勿莫毋]", word) else None


@cache
def load_lexicon() -> Lexicon:
    """Read the words."""
    path = data_path("generation", "guard.toml")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    condense, markers = data["condense"], data["markers"]
    before, after = ("|".join(condense[f"frames_{side}"]) for side in ("before", "after"))
    return Lexicon(
        free=frozenset(data["free"]),
        lost=frozenset(data["lost"]),
        before_number=frozenset(data["before_number"]),
        unless_and=frozenset(data["unless_and"]),
        shared=frozenset(data["shared"]),
        joins=frozenset(data["joins"]),
        ordered=frozenset(data["ordered"]),
        same={word: line[0] for line in data["same"] for word in line},
        markers={w: kind for kind in get_args(FaultKind) for w in markers.get(kind, ())},
        names=frozenset(markers["names"]),
        writers=frozenset(condense["writers"]),
        reports=frozenset(condense["reports"]),
        trailing=frozenset(condense["trailing"]),
        asked=frozenset(condense["asked"]),
        attributions=tuple(condense["attributions"]),
        conditions=frozenset(condense["conditions"]),
        retractions=re.compile("|".join(condense["retractions"])),
        frames=re.compile(rf"^(?:{before})?(?P<core>.*?)(?:{after})?$"),
        units={
            unit: (next(iter(group)), Decimal(n))
            for group in data["units"].values()
            for unit, n in group.items()
        },
        approximate={w: name for name, line in data["approximate"].items() for w in line},
    )
