"""`yangguang people`: the administrator at the machine."""

import os
import re
import sys

import pytest
import typer
from typer.testing import CliRunner

from service.accounts import passwords
from service.accounts.audit import verify
from service.accounts.people import by_name
from service.cli.people import people_app
from service.cli.serve import check_exposure, first_start
from service.database.store import open_store
from service.settings import Settings, read_settings

runner = CliRunner()


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("YANGGUANG_DATA_DIR", str(tmp_path))


def shown(*arguments):
    result = runner.invoke(people_app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_a_person_is_added_reset_disabled_and_listed():
    first = re.search(r"^    (\S+)$", shown("add", "wangfang", "--as", "王芳"), re.MULTILINE)[1]
    second = re.search(r"^    (\S+)$", shown("reset", "wangfang"), re.MULTILINE)[1]
    assert first != second
    shown("disable", "wangfang")
    assert "wangfang\t王芳\t经办\t已停用" in shown("list")
    shown("enable", "wangfang")
    assert "待改密码" in shown("list")
    database = open_store(read_settings())
    with database.session() as session:
        user = by_name(session, "wangfang")
        assert passwords.is_right(second, user.password_hash)
        assert verify(session).n_entries == 4
    database.close()


def test_an_empty_list_says_so():
    assert "还没有人员" in shown("list")


def test_unknown_people_and_roles_are_refused():
    from models.errors import YangguangError

    assert isinstance(runner.invoke(people_app, ["reset", "nobody"]).exception, YangguangError)
    assert runner.invoke(people_app, ["add", "x", "--role", "king"]).exit_code == 2


def test_first_start_shows_the_password_once(capsys):
    settings = read_settings()
    database = open_store(settings)
    first_start(database, settings)
    password = re.search(r"^    (\S+)$", capsys.readouterr().out, re.MULTILINE)[1]
    first_start(database, settings)
    assert capsys.readouterr().out == ""
    with database.reading() as session:
        user = by_name(session, "admin")
    assert user.must_change_password
    assert passwords.is_right(password, user.password_hash)
    database.close()


def test_the_password_is_not_shown_where_systemd_keeps_what_is_printed(capfd, monkeypatch):
    status = os.fstat(1)
    monkeypatch.setattr("sys.stdout", os.fdopen(os.dup(1), "w", encoding="utf-8"))
    monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
    settings = read_settings()
    database = open_store(settings)
    first_start(database, settings)
    sys.stdout.close()
    monkeypatch.undo()
    said = capfd.readouterr().out
    assert "people reset admin" in said
    assert re.search(r"^    \S+$", said, re.MULTILINE) is None
    database.close()


def test_without_accounts_only_this_machine_is_served(tmp_path):
    from models.errors import InputError

    check_exposure(Settings(accounts="off"))
    with pytest.raises(InputError, match="YANGGUANG_ACCOUNTS"):
        check_exposure(Settings(accounts="off", host="0.0.0.0"))
    with pytest.raises(InputError, match="要么都给"):
        check_exposure(Settings(tls_certificate=tmp_path / "a.pem"))
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate")
    with pytest.raises(InputError, match="PEM"):
        check_exposure(Settings(tls_certificate=bad, tls_key=bad))


def test_the_verb_is_listed():
    from service.cli.main import app

    command = typer.main.get_command(app)
    assert command.get_command(typer.Context(command), "people") is not None
