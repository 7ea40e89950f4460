"""Which kinds of jobs there are. The packages that know the work register it here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from service.accounts.roles import Right
from service.jobs.context import JobContext
from service.jobs.errors import JobError

Work = Callable[[JobContext], dict[str, Any]]
"""Does a job, going on where `context.checkpoint` and the folder say; returns a summary.

It calls `context.progress`, `step` or `save` every second or so, lets `Interrupted` pass, and
raises a `YangguangError` for what people can put right. It may be ended at any point, without
warning, and is called again.
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: its code, its Chinese name, what does it.

    `uploads` are the roles of the files it takes, each `True` if it must be there.
    `check` looks at the arguments before a job is made, and gives them as they are to be stored.
    `right` is what a person needs to ask for it.
    """

    code: str
    name: str
    work: Work
    uploads: dict[str, bool]
    check: Callable[[dict[str, Any]], dict[str, Any]]
    right: Right = Right.WRITE


class Registry:
    """The kinds of one application."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}

    def add(self, kind: Kind) -> None:
        """Register a kind; each code once."""
        if kind.code in self._kinds:
            raise ValueError(f"kind {kind.code} is registered twice")
        self._kinds[kind.code] = kind

    def __getitem__(self, code: str) -> Kind:
        """The kind of a code.

        Raises
        ------
        JobError
            If there is none.
        """
        if code not in self._kinds:
            raise JobError(f"没有“{code[:32]}”这种作业，可用的有：{'、'.join(self._kinds)}。")
        return self._kinds[code]

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of all kinds."""
        return tuple(self._kinds)
