import socket

import pytest

from models.errors import InputError
from service.cli.serve import _check_port
from service.settings import Settings


@pytest.mark.parametrize("verb", ["label", "classify", "serve"])
def test_every_verb_has_a_chinese_screen(yangguang, verb):
    code, out, _ = yangguang(verb, "--help")
    assert code == 0
    assert out.startswith(f"用法：yangguang {verb} [选项]")
    for title in ("选项：", "显示这份说明。"):
        assert title in out
    for word in ("Usage", "Options", "Arguments", "default", "required"):
        assert word not in out


def test_required_arguments_stand_without_brackets(yangguang):
    assert "[选项] INPUT OUTPUT" in yangguang("label", "--help")[1]
    assert "[选项] [TEXT]" in yangguang("classify", "--help")[1]


def test_groups_and_their_commands_too(yangguang):
    _, group, _ = yangguang("report", "--help")
    assert group.startswith("用法：yangguang report [选项] 命令 …")
    assert "completion" not in group
    assert "。." not in group
    assert yangguang("report", "check", "--help")[1].startswith(
        "用法：yangguang report check [选项]"
    )


@pytest.mark.parametrize("verb", ["deadline", "redact", "repeats"])
def test_screens_offer_no_english_options(yangguang, verb):
    screen = yangguang(verb, "--help")[1]
    assert "completion" not in screen


@pytest.mark.parametrize(
    "call",
    [
        ("deadline", "--received", "昨天"),
        ("redact", "没有.txt", "结果.txt"),
        ("repeats", "没有.csv"),
    ],
)
def test_errors_of_every_verb_begin_alike(yangguang, call):
    code, _, err = yangguang(*call)
    assert code == 2
    assert err.startswith("错误：")
    assert err.count("\n") == 1


def test_a_port_in_use_is_said_in_chinese():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match="已有程序占用这个端口"):
            _check_port(Settings(port=port))
