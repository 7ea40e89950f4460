import errno
import os

import pytest

from models.errors import InputError
from service.errors import as_people_name, naming, refusal


@pytest.mark.parametrize(
    ("number", "words"), [(errno.EROFS, "磁盘是只读的"), (errno.ENOSPC, "磁盘空间不足")]
)
def test_common_reasons_are_chinese(number, words):
    assert refusal(OSError(number, os.strerror(number))) == words


def test_other_reasons_are_numbers():
    assert refusal(OSError(errno.EXDEV, "/home/张三")) == f"系统错误 {errno.EXDEV}"
    assert refusal(OSError("no number")) == "系统错误 None"


def test_uploads_are_named_as_people_name_them():
    names = {"requests.csv": "2025登记表.csv", "previous_requests.csv": "requests.csv"}
    message = "文件 previous_requests.csv 的列与requests.csv不同，my-requests.csv 没有看。"
    said = "文件 requests.csv 的列与2025登记表.csv不同，my-requests.csv 没有看。"
    assert as_people_name(message, names) == said
    assert as_people_name(message, {}) == message
    with pytest.raises(InputError) as told, naming({"file.docx": "年报.docx"}):
        raise InputError("file.docx 是 Word 文档。")
    assert str(told.value) == told.value.message == "年报.docx 是 Word 文档。"
