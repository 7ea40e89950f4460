"""Real processes that are really killed.

A child is forked from a process that has imported everything already, so that one kill costs
tenths of a second. `YANGGUANG_KILLS` says how often (2 in `make test TESTS=`, 50 in `make faults`).
"""

import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("YANGGUANG_KILLS", "2"))

_spec = importlib.util.spec_from_file_location(
    "yangguang_service_fixtures", ROOT / "tests" / "service" / "conftest.py"
)
_shared = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = _shared
_spec.loader.exec_module(_shared)
postgres, postgres_url, database_url = _shared.postgres, _shared.postgres_url, _shared.database_url
sqlite_template, postgres_template = _shared.sqlite_template, _shared.postgres_template
database = _shared.database


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)
            if not hasattr(os, "fork"):
                item.add_marker(pytest.mark.skip(reason="needs fork"))


class Nursery:
    """Forks children that do one of the works of `children.py`."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-X", "utf8", str(Path(__file__).parent / "children.py")],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        assert self._process.stdout.readline() == "ready\n"

    def start(self, work, **arguments):
        self._process.stdin.write(json.dumps([work, arguments]) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=10)


@pytest.fixture(scope="session")
def nursery():
    opened = Nursery()
    yield opened
    opened.close()


def is_running(pid):
    """Whether a child lives; its parent, the nursery, takes the ended ones away."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone(pid, seconds=60):
    end = time.monotonic() + seconds
    while is_running(pid):
        assert time.monotonic() < end, "a child did not end in time"
        time.sleep(0.005)


@pytest.fixture
def kill_at_random():
    """Run a child again and again, each time killed after a moment of chance.

    `is_at_work(pid)` tells when it has begun; one kill in four does not wait for that.
    """
    chance = random.Random(20261125)

    def run(start, is_at_work, longest, times=KILLS):
        for turn in range(times):
            pid = start()
            while turn % 4 != 3 and is_running(pid) and not is_at_work(pid):
                time.sleep(0.005)
            time.sleep(chance.uniform(0, longest))
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)
            gone(pid)

    return run
