"""What the system and damaged archives refuse; files by the names that people gave them."""

from __future__ import annotations

import errno
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from models.errors import YangguangError

ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)
"""What `zipfile` raises at an archive that is damaged, cut off, encrypted (RuntimeError) or packed
by a method it does not know (NotImplementedError, a RuntimeError)."""

_REASONS = {
    errno.EACCES: "没有权限，或文件正在其他程序（如 Excel）中打开",
    errno.EPERM: "没有权限",
    errno.ENOENT: "文件或文件夹不存在",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EISDIR: "是文件夹，不是文件",
    errno.ENOSPC: "磁盘空间不足",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EFBIG: "文件超过允许的大小",
    errno.EROFS: "磁盘是只读的",
    errno.EIO: "磁盘读写出错",
    errno.EBUSY: "文件正被其他程序使用",
    errno.ENAMETOOLONG: "文件名太长",
    errno.EMFILE: "打开的文件太多",
}


def refusal(error: OSError) -> str:
    """Why the operating system refused, in a few Chinese words.

    Reasons without a Chinese name are given by their number, never in the system's words, which
    may quote a path.
    """
    return _REASONS.get(error.errno or 0, f"系统错误 {error.errno}")


def as_people_name(message: str, names: Mapping[str, str]) -> str:
    """A message with uploads called as people call them.

    Parameters
    ----------
    message : str
    names : mapping stored name → given name
    """
    known = [name for name in sorted(names, key=len, reverse=True) if name]
    if not known:
        return message
    pattern = "|".join(re.escape(name) for name in known)
    return re.sub(rf"(?<![A-Za-z0-9_.-])(?:{pattern})", lambda found: names[found[0]], message)


@contextmanager
def naming(names: Mapping[str, str]) -> Iterator[None]:
    """Let expected errors from inside name uploads as people do."""
    try:
        yield
    except YangguangError as error:
        error.message = as_people_name(error.message, names)
        error.args = (error.message,)
        raise
