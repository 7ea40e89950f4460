"""Is there room for a network? Better a clear answer than a killed process."""

from __future__ import annotations

from pathlib import Path

from models.errors import ArtifactError

_CGROUP = Path("/sys/fs/cgroup")


def available_memory() -> int | None:
    """Bytes that a process may still take, by the system and by its container; None if unknown."""
    found = [bound for bound in (_of_system(), _of_container()) if bound is not None]
    return min(found, default=None)


def _of_system() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    amounts = dict(line.split(":", 1) for line in lines if ":" in line)
    value = amounts.get("MemAvailable")
    return None if value is None else int(value.split()[0]) * 1024


def _of_container() -> int | None:
    try:
        limit = (_CGROUP / "memory.max").read_text(encoding="ascii").strip()
        used = (_CGROUP / "memory.current").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return None if limit == "max" else max(int(limit) - int(used), 0)


def need_memory(n_bytes: int, what: str) -> None:
    """Refuse what will not fit.

    Parameters
    ----------
    n_bytes : int
        What will be taken.
    what : str
        Chinese: for the message.

    Raises
    ------
    ArtifactError
        If less is available; where that is unknown, nothing is refused.
    """
    there = available_memory()
    if there is not None and there < n_bytes:
        raise ArtifactError(
            f"内存不足：{what}约需 {n_bytes / 1e9:.1f} GB，现在只有 {there / 1e9:.1f} GB 可用。"
            "请关闭其他程序，或换用较小的模型。"
        )
