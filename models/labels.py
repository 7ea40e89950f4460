"""Label sets: the codes a classifier may answer with, read from `data/labels/*.toml`.

Three layers that are never mixed: topic and intent are read from what the citizen wrote, outcome
(the row of table 3 of the annual report) from the reply letter.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from models.errors import LabelError
from models.resources import data_path

PROCEDURAL = "procedural."
"""Put before the code of a procedural letter where it stands among outcomes."""

_Entry = TypeVar("_Entry", "Label", "Outcome", "Procedural")


@dataclass(frozen=True, slots=True)
class Label:
    """One category. `code` is stable; `name` is what people read and may change at will."""

    code: str
    name: str
    parent: str | None = None
    agency: str | None = None
    terms: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    anchor: str | None = None
    test: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome(Label):
    """A row of table 3, with what in a reply letter shows it.

    Parameters
    ----------
    row_2019, row_2021 : str
        Number of the row in both official forms (`data/formats/`), such as 3.4.1.
    label_2019, label_2021 : str
        The official words of the row.
    articles : tuple of str
        Provisions of 《条例》 (2019) that lead to the row, as statutes print them.
    knowable : str, optional
        From what it can be known before a reply exists: K0, K1, K2, KR or KT.
    note, verify : str, optional
        What belongs there; what a person must look up before deciding.
    cues, hints : tuple of str
        Regular expressions over a letter in normal form: those that decide, those that lean.
    """

    row_2019: str = ""
    label_2019: str = ""
    row_2021: str = ""
    label_2021: str = ""
    articles: tuple[str, ...] = ()
    knowable: str | None = None
    note: str | None = None
    verify: str | None = None
    cues: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Procedural:
    """A letter that ends nothing and is no row of table 3, such as 补正告知."""

    code: str
    name: str
    article: str
    cues: tuple[str, ...]


class LabelSet:
    """Ordered labels under one name and version, possibly in two levels.

    Raises
    ------
    LabelError
        If a code occurs twice, or a parent or neighbour is unknown.
    """

    def __init__(self, name: str, version: str, title: str, labels: tuple[Label, ...]) -> None:
        self.name, self.version, self.title, self.labels = name, version, title, labels
        self._by_code = {label.code: label for label in labels}
        if len(self._by_code) != len(labels):
            raise LabelError(f"标签集 {name} 中有重复的代码。")
        for label in labels:
            for other in (*label.neighbours, *filter(None, [label.parent])):
                if other not in self._by_code:
                    raise LabelError(f"标签集 {name}：{label.code} 提到的代码 {other} 不存在。")

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[Label]:
        return iter(self.labels)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __getitem__(self, code: str) -> Label:
        """Label of a code; an unknown code is an error, never a default."""
        try:
            return self._by_code[code]
        except KeyError:
            raise LabelError(f"标签集 {self.name}（{self.version}）中没有代码 {code}。") from None

    @property
    def roots(self) -> tuple[Label, ...]:
        """First-level labels in file order."""
        return tuple(label for label in self.labels if label.parent is None)

    @property
    def leaves(self) -> tuple[Label, ...]:
        """Second-level labels in file order; empty for a flat set."""
        return tuple(label for label in self.labels if label.parent is not None)

    def children(self, code: str) -> tuple[Label, ...]:
        """Second-level labels below a first-level code."""
        parent = self[code].code
        return tuple(label for label in self.labels if label.parent == parent)


class OutcomeSet(LabelSet):
    """The outcomes with the procedural letters beside them.

    Parameters
    ----------
    outcomes : tuple of Outcome
        Rows, groups and 结转, in the order of table 3.
    procedural : tuple of Procedural
    """

    def __init__(
        self,
        name: str,
        version: str,
        title: str,
        outcomes: tuple[Outcome, ...],
        procedural: tuple[Procedural, ...],
    ) -> None:
        super().__init__(name, version, title, outcomes)
        self.outcomes, self.procedural = outcomes, procedural
        self._outcomes = {outcome.code: outcome for outcome in outcomes}

    def outcome(self, code: str) -> Outcome:
        """Row of a code; an unknown code is an error."""
        self[code]
        return self._outcomes[code]

    @property
    def decided(self) -> tuple[Outcome, ...]:
        """What a letter can end with: every leaf row of the 2021 form, 21 of them, in order."""
        groups = {outcome.parent for outcome in self.outcomes} | {"pending"}
        return tuple(outcome for outcome in self.outcomes if outcome.code not in groups)

    def rows(self, form: str) -> dict[str, tuple[str, ...]]:
        """Codes that are counted in each leaf row of a form (`2019`: 19 rows, `2021`: 21).

        The three kinds of 其他处理 share one row of the 2019 form.
        """
        rows: dict[str, tuple[str, ...]] = {}
        for outcome in self.decided:
            row: str = getattr(outcome, f"row_{form}")
            rows[row] = (*rows.get(row, ()), outcome.code)
        return rows


def read_label_set(path: Path) -> LabelSet:
    """Read a label set from a TOML file.

    Raises
    ------
    LabelError
        If the file is not TOML, lacks a required key or holds an unknown one.
    """
    raw = _read(path)
    with _explained(path):
        labels = tuple(_label(Label, entry, path) for entry in raw["labels"])
        return LabelSet(raw["name"], raw["version"], raw["title"], labels)


def read_outcome_set(path: Path) -> OutcomeSet:
    """Read the rows of table 3 and the procedural letters from a TOML file.

    Raises
    ------
    LabelError
        If the file is not TOML, lacks a required key or holds an unknown one.
    """
    raw = _read(path)
    with _explained(path):
        outcomes = tuple(_label(Outcome, entry, path) for entry in raw["labels"])
        letters = tuple(_label(Procedural, entry, path) for entry in raw["procedural"])
        return OutcomeSet(raw["name"], raw["version"], raw["title"], outcomes, letters)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LabelError(f"读不到标签集文件 {path.name}。") from error
    except tomllib.TOMLDecodeError as error:
        raise LabelError(f"标签集文件 {path.name} 不是正确的 TOML：{error}") from error


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except KeyError as error:
        raise LabelError(f"标签集文件 {path.name} 缺少 {error.args[0]}。") from error


def _label(kind: type[_Entry], entry: dict[str, Any], path: Path) -> _Entry:
    unknown = set(entry) - {field.name for field in fields(kind)}
    if unknown:
        raise LabelError(f"标签集文件 {path.name} 中有不认识的键：{'、'.join(sorted(unknown))}。")
    values: Any = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
    return kind(**values)


@cache
def topics() -> LabelSet:
    """Business lines in two levels (`data/labels/topics.toml`)."""
    return read_label_set(data_path("labels", "topics.toml"))


@cache
def intents() -> LabelSet:
    """What the writer wants (`data/labels/intents.toml`)."""
    return read_label_set(data_path("labels", "intents.toml"))


@cache
def outcomes() -> OutcomeSet:
    """Rows of table 3 and procedural letters (`data/labels/outcomes.toml`)."""
    return read_outcome_set(data_path("labels", "outcomes.toml"))


@cache
def letter_kinds() -> LabelSet:
    """What a trained head may call a letter: a row of table 3 or a procedural letter."""
    known = outcomes()
    labels = [Label(outcome.code, outcome.name) for outcome in known.decided]
    labels += [Label(f"{PROCEDURAL}{letter.code}", letter.name) for letter in known.procedural]
    return LabelSet("letter", known.version, "答复类型", tuple(labels))
