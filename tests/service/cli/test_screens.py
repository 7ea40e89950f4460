import pytest


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
