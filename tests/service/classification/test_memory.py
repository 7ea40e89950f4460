"""Memory does not grow with the file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = """
import json, re, resource, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from conftest import DummyClassifier
from service.classification.label import label_file
summary = label_file(Path({source!r}), Path({output!r}), DummyClassifier())
if sys.platform == "linux":  # getrusage would give the peak of the test process, if larger
    peak = 1024 * int(re.search("VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([summary.n_rows, peak]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="peak memory is asked for otherwise there")
def test_a_file_of_120_megabytes_needs_no_more_memory_than_one_of_30(tmp_path):
    def peak_of(n_rows):
        source = tmp_path / f"{n_rows}.csv"
        with source.open("w", encoding="utf-8") as file:
            file.write("编号,内容\n")
            file.writelines(f"{i:08d},{'请问土地规划用途是什么？' * 33}\n" for i in range(n_rows))
        script = SCRIPT.format(
            tests=str(ROOT / "tests" / "service"),
            source=str(source),
            output=str(tmp_path / f"{n_rows}-out.csv"),
        )
        found = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
        )
        n_labelled, peak_bytes = json.loads(found.stdout)
        assert n_labelled == n_rows
        return peak_bytes

    small, large = peak_of(25_000), peak_of(100_000)
    assert large < small + 150e6
    assert large < 1.2e9
