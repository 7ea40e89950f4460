import pytest

from service.accounts import passwords
from service.accounts.errors import AccountError


@pytest.mark.parametrize(
    "password",
    ["short", "aaaaaaaaaaaaaaaa", "12345678901", "password123456", "wangfang12", "x" * 129],
)
def test_what_is_easy_to_guess_is_refused(password):
    with pytest.raises(AccountError):
        passwords.check_new(password, "wangfang")


@pytest.mark.parametrize(
    "password", ["春眠不觉晓处处闻啼鸟", "correct horse battery", "wangfang爱吃西红柿炒蛋呀"]
)
def test_a_sentence_of_ones_own_is_taken(password):
    passwords.check_new(password, "wangfang")


def test_only_the_hash_is_kept_and_only_the_password_fits():
    stored = passwords.hash_password("春眠不觉晓处处闻啼鸟")
    assert stored.startswith("$argon2id$")
    assert passwords.is_right("春眠不觉晓处处闻啼鸟", stored)
    assert not passwords.is_right("春眠不觉晓处处闻啼鸣", stored)
    assert not passwords.is_right("x", "not a hash")


def test_one_time_passwords_differ_and_pass_the_rules():
    made = {passwords.one_time_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.check_new(password, "admin")
