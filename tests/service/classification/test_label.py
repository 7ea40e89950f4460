import csv
import errno
import io
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
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import InputError
from service.classification.label import LabelOptions, label_file, rejects_path
from service.intake import encoding

ROOT = Path(__file__).parents[3]
OLD = ROOT / "tests" / "service" / "intake" / "files" / "old.xls"
QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def label(tmp_path, classifier):
    def label(content, output="结果.csv", source="来信.csv", **options):
        path = tmp_path / source
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return label_file(path, tmp_path / output, classifier, LabelOptions(**options))

    return label


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def rejects_of(path):
    return rows_of(rejects_path(path)) if rejects_path(path).exists() else []


def table(n):
    return "编号,内容\n" + "".join(f"{i:04d},第 {i} 封来信：请问\n" for i in range(n))


def small_blocks(monkeypatch, size=200):
    monkeypatch.setattr(encoding, "BLOCK_BYTES", size)


@QUICK
@given(
    st.lists(st.sampled_from(["1,请问\n", "2,\n", "3\n", '4,"a\nb"\n', '5,"x\n', "\n", "6, \n"]))
)
def test_rows_in_are_rows_out_and_rejects_always(label, tmp_path, pieces):
    body = "".join(pieces) + "7,好\n"
    summary = label("编号,内容\n" + body)
    kept, rejected = rows_of(tmp_path / "结果.csv"), rejects_of(tmp_path / "结果.csv")
    assert summary.tally.n_labelled == len(kept)
    assert summary.tally.n_rejected == len(rejected)
    n_lines = sum(1 for line in body.split("\n") if line)
    inside = sum(row["内容"].count("\n") for row in kept)
    assert len(kept) + len(rejected) + inside == n_lines


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.xlsx"])
def test_columns_values_and_order_stay_in_every_format(label, tmp_path, name):
    summary = label("编号,号码,内容\n007,440101199001011234,请问\n003,=1+1,投诉\n", name)
    path = tmp_path / name
    read = {
        ".csv": lambda: pl.read_csv(path, infer_schema=False),
        ".tsv": lambda: pl.read_csv(path, infer_schema=False, separator="\t"),
        ".jsonl": lambda: pl.read_ndjson(path),
        ".parquet": lambda: pl.read_parquet(path),
        ".xlsx": lambda: _workbook(path),
    }
    frame = read[path.suffix]()
    assert frame.columns == ["编号", "号码", "内容", *summary.added_columns]
    assert frame.rows()[0][:3] == ("007", "440101199001011234", "请问")
    assert frame.rows()[1][:3] == ("003", "=1+1", "投诉")
    expected = {"topic", "主题"} & set(frame.columns)
    assert len(expected) == 1
    assert not rejects_path(path).exists()
    assert {p.name for p in tmp_path.iterdir()} == {"来信.csv", name}


def test_answers_stand_beside_their_own_texts(label, tmp_path, classifier, monkeypatch):
    small_blocks(monkeypatch)
    label(table(500), n_workers=4)
    rows = rows_of(tmp_path / "结果.csv")
    answers = classifier.predict_texts([row["内容"] for row in rows]).rows()
    assert [row["编号"] for row in rows] == [f"{i:04d}" for i in range(500)]
    assert [row["topic"] for row in rows] == [a["topic"].label for a in answers]


def test_workbook_in_workbook_out(tmp_path, classifier):
    summary = label_file(OLD, tmp_path / "a.xlsx", classifier)
    rows = [[c.value for c in row] for row in openpyxl.load_workbook(tmp_path / "a.xlsx").active]
    assert rows[0][:7] == ["编号", "来信内容", "日期", "件数", "主题", "主题概率", "主题判定"]
    assert rows[1][0] == "0001"
    assert rows[1][2].isoformat() == "2013-03-05T00:00:00"
    assert rows[1][6] in ("采纳", "复核")
    assert [r["行号"] for r in rejects_of(tmp_path / "a.xlsx")] == ["5"]
    assert any("表头在第 2 行" in notice for notice in summary.notices)


def test_jsonl_lines_are_carried_over(label, tmp_path):
    lines = ['{"id": 1.50, "text": "请问", "n": {"a": [1]}}', '{"text":"投诉"}', '{"text": 3}', "x"]
    label("\n".join(lines), "b.jsonl", "a.jsonl")
    found = (tmp_path / "b.jsonl").read_text(encoding="utf-8").splitlines()
    assert found[0].startswith('{"id": 1.50, "text": "请问", "n": {"a": [1]}, "topic":')
    assert json.loads(found[1])["topic"]
    assert len(found) == 3
    assert [r["行号"] for r in rejects_of(tmp_path / "b.jsonl")] == ["4"]


def test_parquet_keeps_its_types(tmp_path, classifier):
    frame = pl.DataFrame({"id": [1, 2], "text": ["请问", "投诉"], "tags": [[1], [2, 3]]})
    frame.write_parquet(tmp_path / "a.parquet")
    label_file(tmp_path / "a.parquet", tmp_path / "b.parquet", classifier)
    assert pl.read_parquet(tmp_path / "b.parquet").select(frame.columns).equals(frame)
    label_file(tmp_path / "a.parquet", tmp_path / "b.csv", classifier)
    assert rows_of(tmp_path / "b.csv")[1]["tags"] == "[2, 3]"


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("1234567890", True),
        ("😀😀", True),
        ("Where is the land office?", True),
        ("請問土地規劃", True),
        ("请\x00问\x07", True),
        ("土" * 100_000, True),
        (" \u3000\t", False),
        ("\u200b\ufeff", False),
    ],
)
def test_odd_texts(label, tmp_path, text, is_kept):
    label(f'编号,内容\n1,"{text}"\n2,请问\n', encoding="utf-8")
    rows = rows_of(tmp_path / "结果.csv")
    assert [row["内容"] for row in rows] == ([text] if is_kept else []) + ["请问"]
    assert [r["原因"] for r in rejects_of(tmp_path / "结果.csv")] == (
        [] if is_kept else ["正文为空"]
    )


def test_a_cell_of_five_megabytes(label, tmp_path):
    text = "土地规划" * 420_000
    label(f"编号,内容\n1,{text}\n2,请问\n")
    assert (tmp_path / "结果.csv").stat().st_size > 5_000_000
    label(f"编号,内容\n1,{text}\n2,请问\n", "结果.xlsx")
    (reject,) = csv.reader(
        io.StringIO(
            rejects_path(tmp_path / "结果.xlsx").read_text("utf-8-sig").split("\n")[1][:200]
        )
    )
    assert reject[0] == "2"
    assert "32,767" in reject[1]


def test_all_rows_may_be_rejected(label, tmp_path):
    summary = label("编号,内容\n1,\n2, \n", text_column="内容")
    assert summary.tally.n_labelled == 0
    assert rows_of(tmp_path / "结果.csv") == []
    assert len(rejects_of(tmp_path / "结果.csv")) == 2


def test_duplicate_ids_are_kept_and_counted(label, tmp_path):
    assert label("编号,内容\n1,请问\n1,投诉\n2,a\n").n_duplicate_ids == 1
    assert len(rows_of(tmp_path / "结果.csv")) == 3


def test_evidence_only_when_asked_for(label, tmp_path):
    label("编号,内容\n1,请问\n", with_evidence=True)
    assert rows_of(tmp_path / "结果.csv")[0]["topic_evidence"] == "请问"
    label("编号,内容\n1,请问\n")
    assert "topic_evidence" not in rows_of(tmp_path / "结果.csv")[0]


def test_old_rejects_do_not_outlive_a_clean_run(label, tmp_path):
    label("编号,内容\n1,\n2,请问\n")
    assert rejects_path(tmp_path / "结果.csv").exists()
    label("编号,内容\n1,请问\n")
    assert not rejects_path(tmp_path / "结果.csv").exists()


def test_the_result_opens_in_the_same_programs_as_the_input(label, tmp_path):
    content = "编号;内容\r\n1;请问土地规划用途是什么\r\n"
    label(content.encode("gbk"))
    assert (tmp_path / "结果.csv").read_bytes().startswith(b"\xef\xbb\xbf\xe7\xbc\x96\xe5\x8f\xb7;")
    assert (tmp_path / "结果.csv").read_bytes().endswith(b"\r\n")
    label(content.encode())
    assert not (tmp_path / "结果.csv").read_bytes().startswith(b"\xef\xbb\xbf")


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
    ("number", "message"), [(errno.ENOSPC, "磁盘空间不足"), (errno.EIO, "写不了 a.csv")]
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


def test_an_earlier_result_stays_until_the_new_one_is_whole(tmp_path, classifier):
    path, output = tmp_path / "来信.csv", tmp_path / "a.csv"
    path.write_text(table(5), encoding="utf-8")
    output.write_text("old", encoding="utf-8")
    with pytest.raises(Interrupted):
        label_file(path, output, classifier, LabelOptions(), interrupt_after(1))
    assert output.read_text(encoding="utf-8") == "old"
    label_file(path, output, classifier)
    assert len(rows_of(output)) == 5


def test_the_input_is_never_overwritten(tmp_path, classifier):
    path = tmp_path / "来信.csv"
    path.write_text(table(5), encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(path)
    for output in (path, tmp_path / "link.csv"):
        with pytest.raises(InputError, match="同一个文件"):
            label_file(path, output, classifier)
    rejects = tmp_path / "a.csv.rejects.csv"
    path.rename(rejects)
    with pytest.raises(InputError, match="同一个文件"):
        label_file(rejects, tmp_path / "a.csv", classifier)
    assert rejects.read_text(encoding="utf-8") == table(5)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "是空的"),
        ("编号,内容\n", "只有表头"),
        ("编号,日期\n1,2024\n", "找不到正文所在的列"),
        (bytes(range(256)) * 20, "不是文本文件"),
    ],
)
def test_unusable_input_leaves_nothing_behind(label, tmp_path, content, message):
    with pytest.raises(InputError, match=message):
        label(content)
    assert {p.name for p in tmp_path.iterdir()} == {"来信.csv"}


def test_outputs_that_cannot_be(label, tmp_path):
    (tmp_path / "结果.csv").mkdir()
    with pytest.raises(InputError, match="是文件夹"):
        label(table(1))
    with pytest.raises(InputError, match="不存在"):
        label(table(1), "none/a.csv")
    with pytest.raises(InputError, match="不知道怎样写出"):
        label(table(1), "a.docx")


def test_more_rows_than_a_sheet_holds(label, monkeypatch):
    monkeypatch.setattr("service.classification.output.workbook.MAX_ROWS", 3)
    with pytest.raises(InputError, match="3 行上限"):
        label(table(4), "a.xlsx")


def _workbook(path):
    rows = [[c.value for c in row] for row in openpyxl.load_workbook(path).active.rows]
    return pl.DataFrame(rows[1:], schema=rows[0], orient="row", strict=False)
