import pytest

from models.errors import InputError
from service.settings import Settings, read_settings


def test_environment_is_read_and_arguments_win(monkeypatch):
    monkeypatch.setenv("YANGGUANG_PORT", "9000")
    assert read_settings().port == 9000
    assert read_settings(port=9001).port == 9001
    assert read_settings(port=None).port == 9000


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "abc"), ("PORT", "70000"), ("MAX_DOCUMENTS", "0")]
)
def test_malformed_setting_names_its_variable(monkeypatch, name, value):
    monkeypatch.setenv(f"YANGGUANG_{name}", value)
    with pytest.raises(InputError, match=f"YANGGUANG_{name}"):
        read_settings()


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("PORT", "abc", "应为整数"),
        ("PORT", "70000", "不能大于 65535"),
        ("ACCOUNTS", "maybe", "只能是 on、off"),
        ("GENERATOR_SECONDS", "soon", "应为数字"),
    ],
)
def test_what_is_wrong_with_a_setting_is_said_in_chinese(monkeypatch, name, value, why):
    monkeypatch.setenv(f"YANGGUANG_{name}", value)
    with pytest.raises(InputError) as told:
        read_settings()
    assert f"YANGGUANG_{name}（{why}）" in told.value.message


def test_every_setting_says_what_it_is_in_chinese():
    assert all(field.description for field in Settings.model_fields.values())
