"""The prose of a report, read once: quantities, lists, and which quantity is a part of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.report.model import Report
from service.report.narrative.lists import Listing, find_listings
from service.report.narrative.quantities import passage_quantities
from service.report.narrative.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Prose:
    """Quantities and lists of all paragraphs.

    `parents` maps `id(part)` to the list it is a part of.
    """

    quantities: Sequence[Quantity]
    listings: Sequence[Listing]
    parents: dict[int, Listing]

    def parent(self, quantity: Quantity) -> Listing | None:
        """The list a quantity is a part of."""
        return self.parents.get(id(quantity))


def read_prose(report: Report) -> Prose:
    """Find all quantities and lists of a report."""
    quantities: list[Quantity] = []
    listings: list[Listing] = []
    for passage in report.passages:
        found = passage_quantities(passage, report.year)
        quantities += found
        listings += find_listings(passage, found)
    parents: dict[int, Listing] = {}
    for listing in listings:
        for part in listing.parts:
            parents.setdefault(id(part), listing)
    return Prose(quantities, listings, parents)
