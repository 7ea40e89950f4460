"""Unfinished results: a folder beside the output, from which an interrupted run goes on."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from models.errors import InputError
from service.errors import refusal
from service.file_lock import lock_file

_SAMPLED_BLOCKS, _BLOCK_BYTES = 64, 1 << 16


def run_key(path: Path, options: Mapping[str, object]) -> str:
    """Digest that two runs share if and only if one can go on with the other's work.

    It covers the input's size, time of change and bytes (all of a small file; start, end and 62
    blocks between of a large one) and the options.
    """
    digest = hashlib.blake2b(digest_size=16)
    status = path.stat()
    digest.update(json.dumps([status.st_size, status.st_mtime_ns, options], default=str).encode())
    with path.open("rb") as file:
        last = max(0, status.st_size - _BLOCK_BYTES)
        n_gaps = min(_SAMPLED_BLOCKS - 1, -(-last // _BLOCK_BYTES)) or 1
        for index in range(n_gaps + 1):
            file.seek(last * index // n_gaps)
            digest.update(file.read(_BLOCK_BYTES))
    return digest.hexdigest()


def has_saved_work(output: Path) -> bool:
    """Whether rows of an unfinished result are kept."""
    try:
        state = json.loads((_folder(output) / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(isinstance(state, dict) and state.get("n_chunks"))


def _folder(output: Path) -> Path:
    return output.with_name(f".{output.name}.unfinished")


class WorkDirectory:
    """The folder of one unfinished result, held by one run at a time.

    Parameters
    ----------
    output : Path
        The result that is to be; the folder is made beside it.
    key : str
        What `run_key` gave. Work done under another key is thrown away.

    Raises
    ------
    InputError
        If the folder cannot be made or another run holds it.
    """

    def __init__(self, output: Path, key: str) -> None:
        self.path = _folder(output)
        self._key, self._lock = key, self._hold(output)
        self.state = self._read_state()
        if self.state is None:
            self.clear()

    def clear(self) -> None:
        """Throw away the work done so far."""
        self.state = None
        for entry in self.path.iterdir():
            if entry.name != "lock":
                entry.unlink()

    def save(self, state: Mapping[str, Any]) -> None:
        """Record how far the work is, in one step."""
        fresh = self.path / "state.new"
        fresh.write_text(json.dumps({"key": self._key, **state}), encoding="utf-8")
        fresh.replace(self.path / "state.json")

    def remove(self) -> None:
        """Delete the folder after the result is in place."""
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the folder; what is in it stays for the next run."""
        self._lock.close()

    def _read_state(self) -> dict[str, Any] | None:
        try:
            state = json.loads((self.path / "state.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return state if isinstance(state, dict) and state.get("key") == self._key else None

    def _hold(self, output: Path) -> IO[bytes]:
        try:
            self.path.mkdir(exist_ok=True)
            lock = (self.path / "lock").open("ab")
        except FileNotFoundError:
            if output.parent.is_dir():  # file systems that take no files answer so
                raise InputError(f"文件夹 {output.parent} 不能写入文件，请换一个。") from None
            raise InputError(f"文件夹 {output.parent} 不存在，无法写出结果。") from None
        except PermissionError as error:
            raise InputError(f"没有权限在文件夹 {output.parent} 中写文件，请换一个。") from error
        except OSError as error:
            raise InputError(f"无法在 {output.parent} 中写文件：{refusal(error)}。") from error
        if not lock_file(lock):
            lock.close()
            raise InputError(f"另一个程序正在写 {output.name}，请等它结束。")
        return lock
