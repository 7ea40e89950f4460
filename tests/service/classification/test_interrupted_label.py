"""Runs that do not get to their end, and what the next run makes of it."""

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from models.errors import InputError
from service.classification.label import LabelOptions, label_file
from service.classification.result_files import rejects_path
from service.intake import encoding

ROOT = Path(__file__).parents[3]


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def table(n):
    return "编号,内容\n" + "".join(f"{i:04d},第 {i} 封来信：请问\n" for i in range(n))


def small_blocks(monkeypatch, size=200):
    monkeypatch.setattr(encoding, "BLOCK_BYTES", size)


class Interrupted(Exception):
    pass


def interrupt_after(n):
    steps = []

    def report(progress):
        steps.append(progress)
        if len(steps) == n:
            raise Interrupted

    return report


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet", "a.xlsx"])
def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path, classifier, monkeypatch, name):
    small_blocks(monkeypatch, 1000)
    path, output = tmp_path / "来信.csv", tmp_path / name
    path.write_text(table(500) + "x\n1, \n", encoding="utf-8")
    whole = label_file(path, tmp_path / f"whole-{name}", classifier)
    classifier.n_texts = 0
    with pytest.raises(Interrupted):
        label_file(path, output, classifier, LabelOptions(n_workers=1), interrupt_after(5))
    assert not output.exists()
    assert not rejects_path(output).exists()
    summary = label_file(path, output, classifier, LabelOptions(n_workers=1))
    assert summary.n_resumed > 0
    assert classifier.n_texts < 600  # nothing but what was under way is done twice
    assert summary.tally == whole.tally
    if name != "a.xlsx":  # a workbook holds its time of writing
        assert output.read_bytes() == (tmp_path / f"whole-{name}").read_bytes()
    else:
        assert _workbook(output).equals(_workbook(tmp_path / f"whole-{name}"))
    rejects = rejects_path(output).read_bytes()
    assert rejects == rejects_path(tmp_path / f"whole-{name}").read_bytes()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.jsonl"])
def test_slow_runs_save_often_and_go_on(tmp_path, classifier, name):
    path, output = tmp_path / "来信.csv", tmp_path / name
    rows = [f"{i},第{i}封\n" if i % 50 else f"{i}\n" for i in range(1000)]
    path.write_text("编号,内容\n" + "".join(rows), encoding="utf-8")
    options = LabelOptions(n_workers=2, with_evidence=True)
    whole = label_file(path, tmp_path / f"whole-{name}", classifier, options)
    with pytest.raises(Interrupted):
        label_file(path, output, classifier, options, interrupt_after(3))
    summary = label_file(path, output, classifier, options)
    assert 0 < summary.n_resumed < 500
    assert summary.tally == whole.tally
    assert summary.n_rows == 1000
    rejects = rejects_path(output).read_bytes()
    assert rejects == rejects_path(tmp_path / f"whole-{name}").read_bytes()
    assert [int(r["行号"]) for r in rows_of(rejects_path(output))] == list(range(2, 1002, 50))
    if name != "a.xlsx":
        assert output.read_bytes() == (tmp_path / f"whole-{name}").read_bytes()


def test_a_stopped_run_does_not_finish_what_is_under_way(tmp_path, classifier):
    path = tmp_path / "来信.csv"
    path.write_text(table(1000), encoding="utf-8")
    explained = []

    class Slow(type(classifier)):
        def predict(self, documents):
            explained.append(len(documents))
            time.sleep(0.05)
            return super().predict(documents)

    options = LabelOptions(n_workers=4, with_evidence=True)
    with pytest.raises(Interrupted):
        label_file(path, tmp_path / "a.csv", Slow(), options, interrupt_after(1))
    assert sum(explained) < 1000


def test_work_on_another_input_is_not_gone_on_with(tmp_path, classifier, monkeypatch):
    small_blocks(monkeypatch, 1000)
    path, output = tmp_path / "来信.csv", tmp_path / "a.csv"
    path.write_text(table(500), encoding="utf-8")
    with pytest.raises(Interrupted):
        label_file(path, output, classifier, LabelOptions(), interrupt_after(5))
    path.write_text(table(500).replace("请问", "投诉"), encoding="utf-8")
    summary = label_file(path, output, classifier, LabelOptions())
    assert summary.n_resumed == 0
    assert "请问" not in output.read_text(encoding="utf-8")


KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
from conftest import DummyClassifier
from service.classification.label import LabelOptions, label_file
from service.intake import encoding
encoding.BLOCK_BYTES = 1000

class Slow(DummyClassifier):
    def predict_utf8(self, data, offsets):
        time.sleep(0.02)
        return super().predict_utf8(data, offsets)

label_file(Path({path!r}), Path({output!r}), Slow(), LabelOptions(n_workers=1))
"""


def test_a_killed_run_goes_on_where_it_stopped(tmp_path, classifier, monkeypatch):
    small_blocks(monkeypatch, 1000)
    path, output = tmp_path / "来信.csv", tmp_path / "a.csv"
    path.write_text(table(2000), encoding="utf-8")
    script = textwrap.dedent(KILLED).format(
        tests=str(ROOT / "tests" / "service"), path=str(path), output=str(output)
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    state = tmp_path / ".a.csv.unfinished" / "state.json"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if state.exists() and json.loads(state.read_text())["n_chunks"] >= 3:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not output.exists()
    summary = label_file(path, output, classifier, LabelOptions())
    assert 0 < summary.n_resumed < 2000
    assert [row["编号"] for row in rows_of(output)] == [f"{i:04d}" for i in range(2000)]


def test_a_full_disk_is_explained_and_the_work_kept(tmp_path, classifier, monkeypatch):
    small_blocks(monkeypatch, 1000)
    path, output = tmp_path / "来信.csv", tmp_path / "a.csv"
    path.write_text(table(500), encoding="utf-8")
    resource = pytest.importorskip("resource")
    script = f"""
import resource, sys
from pathlib import Path
sys.path.insert(0, {str(ROOT / "tests" / "service")!r})
from conftest import DummyClassifier
from models.errors import InputError
from service.classification.label import label_file
from service.intake import encoding
encoding.BLOCK_BYTES = 1000
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    label_file(Path({str(path)!r}), Path({str(output)!r}), DummyClassifier())
except InputError as error:
    print(error)
"""
    assert resource.RLIMIT_FSIZE
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    found = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert "磁盘空间不足，a.csv 没有写完" in found.stdout
    assert not output.exists()
    summary = label_file(path, output, classifier)
    assert summary.n_resumed > 0
    assert len(rows_of(output)) == 500


@pytest.mark.parametrize(
    ("number", "message"),
    [(errno.ENOSPC, "磁盘空间不足"), (errno.EIO, "a.csv 没有写完：磁盘读写出错")],
)
def test_what_the_disk_refuses_is_explained(tmp_path, classifier, monkeypatch, number, message):
    path = tmp_path / "来信.csv"
    path.write_text(table(5), encoding="utf-8")

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("service.classification.output.appended.AppendedFile.append", refuse)
    with pytest.raises(InputError, match=message):
        label_file(path, tmp_path / "a.csv", classifier)
    assert not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_result_that_cannot_be_put_into_place_is_not_lost(tmp_path, classifier, name):
    path, output = tmp_path / "来信.csv", tmp_path / name
    path.write_text(table(50) + "x,\n", encoding="utf-8")
    with pytest.raises(InputError, match="没有写完"):
        label_file(path, output, classifier, LabelOptions(), lambda _: output.mkdir(exist_ok=True))
    n_texts = classifier.n_texts
    output.rmdir()
    summary = label_file(path, output, classifier)
    assert summary.n_resumed == summary.n_rows == 51
    assert classifier.n_texts == n_texts
    assert output.is_file()
    assert len(rows_of(rejects_path(output))) == 1
    assert not list(tmp_path.glob(".*"))


def test_an_earlier_result_stays_until_the_new_one_is_whole(tmp_path, classifier):
    path, output = tmp_path / "来信.csv", tmp_path / "a.csv"
    path.write_text(table(5), encoding="utf-8")
    output.write_text("old", encoding="utf-8")
    with pytest.raises(Interrupted):
        label_file(path, output, classifier, LabelOptions(), interrupt_after(1))
    assert output.read_text(encoding="utf-8") == "old"
    label_file(path, output, classifier)
    assert len(rows_of(output)) == 5


def _workbook(path):
    rows = [[c.value for c in row] for row in openpyxl.load_workbook(path).active.rows]
    return pl.DataFrame(rows[1:], schema=rows[0], orient="row", strict=False)
