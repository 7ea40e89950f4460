"""From the outcomes of the items to the one of the case.

How a case with mixed answers is counted is not said in the form. The default, any provided and
any not provided → 部分公开, is flagged for a person to confirm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WHOLE_CASE = frozenset({"unavailable.unclear", "other.no_correction", "other.unpaid_fee"})
"""Outcomes of the whole application, never of one item: the last that is said stands."""
PROVIDED = frozenset({"granted", "partial"})


@dataclass(frozen=True, slots=True)
class RollUp:
    """Outcome of a case.

    Parameters
    ----------
    outcome : str
    is_mixed : bool
        Some items were provided and some not: 部分公开 by the default rule.
    is_first_of_several : bool
        Only refusals, but of different rows: the first item's stands for the case (or what
        ended the application as a whole).
    """

    outcome: str
    is_mixed: bool = False
    is_first_of_several: bool = False


def roll_up(outcomes: Sequence[str]) -> RollUp:
    """Outcome of a case from its items' outcomes, in order.

    Raises
    ------
    ValueError
        If there are none.
    """
    if not outcomes:
        raise ValueError("a case has at least one item")
    kinds = set(outcomes)
    if len(kinds) == 1:
        return RollUp(outcomes[0])
    if kinds & PROVIDED:
        return RollUp("partial", is_mixed=bool(kinds - PROVIDED))
    whole = [outcome for outcome in outcomes if outcome in WHOLE_CASE]
    return RollUp(whole[-1] if whole else outcomes[0], is_first_of_several=True)
