"""Loading compiled code beside other work."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# A terminal library, as others bring it along, that says when it would swap the streams.
PROGRAM = """
import sys, types
colorama = types.ModuleType("colorama")
colorama.__version__ = "0.4.6"
colorama.Fore = colorama.Style = type("Codes", (), {"__getattr__": lambda *_: ""})()
def swap():
    print("swapped")
colorama.init = colorama.reinit = colorama.deinit = swap
sys.modules["colorama"] = colorama
from models.compiled.loading import LOADER
LOADER.prepare(wait=True)
assert LOADER.kernels is not None, LOADER.fault
from numba.core.errors import TypingError
str(TypingError("x").add_context("y"))
"""


def test_what_others_print_meanwhile_goes_where_they_meant_it_to():
    pytest.importorskip("numba")
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", PROGRAM],
        capture_output=True, encoding="utf-8", cwd=ROOT, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
