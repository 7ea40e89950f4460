"""What the operating system refuses, in Chinese."""

from __future__ import annotations

import errno

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
