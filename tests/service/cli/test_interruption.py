"""A real Ctrl-C in a real process."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, {tests!r})
from conftest import DummyClassifier
import models
from service.cli.main import run
from service.intake import encoding

class Slow(DummyClassifier):
    def predict_utf8(self, data, offsets):
        time.sleep({seconds})
        return super().predict_utf8(data, offsets)

models.load = lambda path=None: Slow()
encoding.BLOCK_BYTES = 1000
sys.argv = ["yangguang", "label", {source!r}, {output!r}]
run()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_ctrl_c_keeps_the_work_and_says_so(tmp_path):
    source, output = tmp_path / "来信.csv", tmp_path / "a.csv"
    body = "".join(f"{i:04d},第 {i} 封来信：请问\n" for i in range(2000))
    source.write_text(f"编号,内容\n{body}", encoding="utf-8")

    def start(seconds):
        script = SCRIPT.format(
            tests=str(ROOT / "tests" / "service"),
            seconds=seconds,
            source=str(source),
            output=str(output),
        )
        return subprocess.Popen(
            [sys.executable, "-X", "utf8", "-c", script],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    state = tmp_path / ".a.csv.unfinished" / "state.json"
    first = start(0.05)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not _has_chunks(state):
        time.sleep(0.01)
    first.send_signal(signal.SIGINT)
    _, err = first.communicate(timeout=30)
    assert first.returncode == 130
    assert err == "已完成的部分保留着，再运行同一命令即可接着做。\n已中断。\n"
    assert not output.exists()
    second = start(0)
    out, err = second.communicate(timeout=60)
    assert (second.returncode, err) == (0, "")
    assert "行是上次中断前已完成的" in out
    assert len(output.read_text(encoding="utf-8").splitlines()) == 2001


def _has_chunks(state):
    return state.exists() and json.loads(state.read_text(encoding="utf-8"))["n_chunks"] >= 3
