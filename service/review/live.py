"""Which model is in use. The choice is a small file beside the models; switching is one rename."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import InputError, YangguangError
from models.predictor import Predictor

_POINTER = "live.json"
_LOOK_SECONDS = 5.0

Load = Callable[[Path | None], Predictor]


class ModelChoiceError(InputError):
    """A model that cannot be put to use; the one in use stays."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A model chosen by a person; `name` is its folder, blank for the shipped one."""

    name: str
    chosen_by: str
    chosen_at: dt.datetime
    contest: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """The choice as plain data."""
        return {"name": self.name, "chosen_by": self.chosen_by,
                "chosen_at": self.chosen_at.isoformat(), "contest": self.contest}  # fmt: skip


def read_choices(folder: Path) -> list[Choice]:
    """All choices, the oldest first; the last one is in force. Empty: the shipped model.

    Raises
    ------
    ModelChoiceError
        If the file is damaged.
    """
    path = folder / _POINTER
    if not path.exists():
        return []
    try:
        entries = json.loads(path.read_text("utf-8"))
        return [
            Choice(e["name"], e["chosen_by"], dt.datetime.fromisoformat(e["chosen_at"]),
                   e.get("contest"))
            for e in entries
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise ModelChoiceError(
            f"{_POINTER} 已损坏，不知道该用哪个模型；暂用随程序附带的模型。请在“模型”页重新选择。"
        ) from error


def choose(folder: Path, choice: Choice, load: Load) -> Predictor:
    """Put a model to use after loading it once; the file is replaced whole.

    Raises
    ------
    ModelChoiceError
        If the folder holds no sound model; nothing changes then.
    """
    if choice.name and (Path(choice.name).name != choice.name or choice.name.startswith(".")):
        raise ModelChoiceError("模型名称不能含有路径。")
    pipeline = _sound(folder, choice.name, load)
    try:
        earlier = read_choices(folder)
    except ModelChoiceError:
        earlier = []
    entries = [c.to_json() for c in (*earlier, choice)]
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{_POINTER}.new"
    temporary.write_text(json.dumps(entries, ensure_ascii=False, indent=1), "utf-8")
    temporary.replace(folder / _POINTER)
    return pipeline


def previous_name(choices: list[Choice]) -> str:
    """The model to switch back to: the last one before that in force; blank is the shipped one."""
    return choices[-2].name if len(choices) > 1 else ""


class LiveModel:
    """The model in use, in memory; a switch made by any process is noticed within seconds.

    Parameters
    ----------
    folder : Path
        Holds the models and the choice.
    load : callable
        Gives the pipeline of a folder, or the default one for None.
    """

    def __init__(self, folder: Path, load: Load) -> None:
        self.folder, self._load = folder, load
        self._stamp: tuple[int, int] | None = None
        self._looked = -_LOOK_SECONDS
        self._lock = threading.Lock()
        self._pipeline: Predictor | None = None
        self.problem = ""
        """Chinese: why the chosen model is not the one in use; blank when it is."""

    @property
    def pipeline(self) -> Predictor:
        """The model to answer with. A damaged choice leaves the earlier model in use."""
        if time.monotonic() - self._looked >= _LOOK_SECONDS:
            with self._lock:
                self._refresh()
        assert self._pipeline is not None  # _refresh gives one or raises
        return self._pipeline

    def look_again(self) -> None:
        """Read the choice now instead of within seconds."""
        self._looked = -_LOOK_SECONDS

    def refresh(self) -> None:
        """Read the choice now, and load the model if it is another one."""
        with self._lock:
            self._refresh()

    def names(self) -> list[str]:
        """Folders that hold a model, by name."""
        found = self.folder.glob("*/manifest.json")
        return sorted(path.parent.name for path in found if not path.parent.name.startswith("."))

    def load(self, name: str) -> Predictor:
        """A model at hand, not put to use; blank is the shipped one.

        Raises
        ------
        ModelChoiceError
            If it is not sound.
        """
        return _sound(self.folder, name, self._load)

    def choose(self, choice: Choice) -> None:
        """Put a model to use in every process of the service.

        Raises
        ------
        ModelChoiceError
            If it is not sound; nothing changes then.
        """
        choose(self.folder, choice, self._load)
        self.look_again()

    def _refresh(self) -> None:
        self._looked = time.monotonic()
        stamp = _stamp(self.folder / _POINTER)
        if self._pipeline is not None and stamp == self._stamp:
            return
        self._stamp, self.problem = stamp, ""
        try:
            choices = read_choices(self.folder)
            self._pipeline = _sound(self.folder, choices[-1].name if choices else "", self._load)
        except ModelChoiceError as error:
            self.problem = error.message
            self._pipeline = self._pipeline or self._load(None)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino


def _sound(folder: Path, name: str, load: Load) -> Predictor:
    try:
        return load(folder / name if name else None)
    except YangguangError as error:
        raise ModelChoiceError(
            f"模型 {name or '（随程序附带）'} 不能启用：{error}现在的模型不变。"
        ) from error
