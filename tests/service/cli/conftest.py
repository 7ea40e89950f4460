"""Commands run in this process, with the dummy classifier in the model's place."""

from __future__ import annotations

import io
import sys

import pytest

import models
from service.cli.main import run


@pytest.fixture
def yangguang(monkeypatch, capsys, classifier):
    """Run a command line; returns its exit code, standard output and error output."""
    monkeypatch.setattr(models, "load", lambda path=None: classifier)

    def call(*arguments, stdin=""):
        monkeypatch.setattr(sys, "argv", ["yangguang", *map(str, arguments)])
        monkeypatch.setattr(
            sys,
            "stdin",
            io.TextIOWrapper(io.BytesIO(stdin if isinstance(stdin, bytes) else stdin.encode())),
        )
        with pytest.raises(SystemExit) as exit:
            run()
        captured = capsys.readouterr()
        return exit.value.code, captured.out, captured.err

    return call
