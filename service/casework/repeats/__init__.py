"""Repeats over a register: evidence for a person, never a decision."""

from service.casework.repeats.counts import monthly_counts
from service.casework.repeats.evidence import Evidence, Match
from service.casework.repeats.index import NewRequest, RepeatIndex
from service.casework.repeats.overview import Overview, overview
from service.casework.repeats.register import Register, read_register, read_requests

__all__ = [
    "Evidence",
    "Match",
    "NewRequest",
    "Overview",
    "Register",
    "RepeatIndex",
    "monthly_counts",
    "overview",
    "read_register",
    "read_requests",
]
