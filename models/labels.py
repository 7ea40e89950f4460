"""Label sets: the codes a classifier may answer with, read from `data/labels/*.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.errors import LabelError
from models.resources import data_path

_FIELDS = {"code", "name", "parent", "agency", "terms", "neighbours", "anchor", "test"}


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


def read_label_set(path: Path) -> LabelSet:
    """Read a label set from a TOML file.

    Raises
    ------
    LabelError
        If the file is not TOML, lacks a required key or holds an unknown one.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        labels = tuple(_label(entry, path) for entry in raw["labels"])
        return LabelSet(raw["name"], raw["version"], raw["title"], labels)
    except OSError as error:
        raise LabelError(f"读不到标签集文件 {path.name}。") from error
    except tomllib.TOMLDecodeError as error:
        raise LabelError(f"标签集文件 {path.name} 不是正确的 TOML：{error}") from error
    except KeyError as error:
        raise LabelError(f"标签集文件 {path.name} 缺少 {error.args[0]}。") from error


def _label(entry: dict[str, object], path: Path) -> Label:
    unknown = set(entry) - _FIELDS
    if unknown:
        raise LabelError(f"标签集文件 {path.name} 中有不认识的键：{'、'.join(sorted(unknown))}。")
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
    return Label(**values)  # type: ignore[arg-type]


@cache
def topics() -> LabelSet:
    """Business lines in two levels (`data/labels/topics.toml`)."""
    return read_label_set(data_path("labels", "topics.toml"))


@cache
def intents() -> LabelSet:
    """What the writer wants (`data/labels/intents.toml`)."""
    return read_label_set(data_path("labels", "intents.toml"))
