"""Promises about the repository itself."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("models", "training", "service")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager"}
MAX_LINES = 400


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [Path(name) for name in listed.stdout.decode().split("\0") if name]


def modules():
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


def test_no_module_has_a_name_that_says_nothing():
    assert [
        p for p in modules() if p.stem in FORBIDDEN_NAMES or p.parent.name in FORBIDDEN_NAMES
    ] == []


def test_every_module_is_short_enough_to_hold_one_idea():
    written = [p for p in modules() if p.parent.name != "versions"]  # steps of tables are generated
    long = {str(p): n for p in written if (n := len(p.read_text("utf-8").splitlines())) > MAX_LINES}
    assert long == {}


def test_every_module_says_what_it_is():
    silent = [str(p) for p in modules() if not p.read_text("utf-8").lstrip().startswith('"""')]
    assert silent == []


def test_no_pickle_and_no_print():
    source = re.compile(r"^\s*(?:import pickle|from pickle|print\()", re.MULTILINE)
    assert [str(p) for p in modules() if source.search(p.read_text("utf-8"))] == []


def test_version_is_written_once():
    import models

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "version" in project["dynamic"]
    assert models.__version__ in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_no_large_file_is_tracked():
    large = {str(p): size for p in tracked() if (size := (ROOT / p).stat().st_size) > 8_000_000}
    assert large == {}


def test_base_dependencies_hold_no_deep_learning_framework():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[<>=\[;~! ]", line)[0] for line in project["dependencies"]}
    assert not names & {"torch", "transformers", "tensorflow", "ray", "onnxruntime"}
