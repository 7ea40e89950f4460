"""Where the files that the program knows are: `data/` in a clone, `yangguang_data/` in a wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from models.errors import ArtifactError

_HOME = Path(__file__).resolve().parent.parent


@cache
def data_root() -> Path:
    """Folder with `labels/`, `artifacts/` and the rest.

    Raises
    ------
    ArtifactError
        If the installation lacks its data folder.
    """
    for name in ("data", "yangguang_data"):
        candidate = _HOME / name
        if (candidate / "labels").is_dir():
            return candidate
    raise ArtifactError("安装不完整：找不到随程序附带的数据文件夹，请重新安装。")


def data_path(*parts: str) -> Path:
    """Path of a file below the data folder; it need not exist."""
    return data_root().joinpath(*parts)
