import errno
import os

import pytest

from service.errors import refusal


@pytest.mark.parametrize(
    ("number", "words"), [(errno.EROFS, "磁盘是只读的"), (errno.ENOSPC, "磁盘空间不足")]
)
def test_common_reasons_are_chinese(number, words):
    assert refusal(OSError(number, os.strerror(number))) == words


def test_other_reasons_are_numbers():
    assert refusal(OSError(errno.EXDEV, "/home/张三")) == f"系统错误 {errno.EXDEV}"
    assert refusal(OSError("no number")) == "系统错误 None"
