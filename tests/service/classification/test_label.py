import csv
import datetime as dt
import io
import json
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.compiled.loading import LOADER, Loader
from models.errors import InputError
from service.classification.label import LabelOptions, label_file
from service.classification.result_files import rejects_path
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


def test_where_compiled_code_cannot_be_had_the_summary_says_so(label, monkeypatch):
    monkeypatch.setattr(LOADER, "fault", "没有可用的 numba，改用较慢的 numpy 算法，结果相同。")
    assert any("numba" in notice for notice in label("编号,内容\n1,请问\n").notices)


@pytest.mark.parametrize(("size", "is_loaded"), [(1 << 20, False), (5 << 20, True)])
def test_only_a_large_file_loads_compiled_code(label, monkeypatch, size, is_loaded):
    asked = []
    monkeypatch.setattr(Loader, "prepare", lambda self, **_: asked.append(self))
    row = "1," + "请问房产证" * 200 + "\n"
    label("编号,内容\n" + row * (size // len(row.encode())))
    assert bool(asked) is is_loaded


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


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet", "a.xlsx"])
@pytest.mark.parametrize("last", ["", "301,请问\n"])
def test_a_stretch_of_rows_may_be_rejected_whole(label, tmp_path, name, last):
    body = "".join(f"{i},\n" for i in range(300)) + last
    summary = label("编号,内容\n" + body, name, text_column="内容", with_evidence=True)
    assert summary.tally.n_rejected == len(rejects_of(tmp_path / name)) == 300
    assert summary.tally.n_labelled == bool(last)
    if name == "a.parquet":
        assert pl.read_parquet(tmp_path / name).height == bool(last)
    if name == "a.xlsx":
        assert openpyxl.load_workbook(tmp_path / name).active.max_row == 1 + bool(last)


def test_one_text_among_numbers_and_dates_leaves_them_what_they_are(tmp_path, classifier):
    book = openpyxl.Workbook()
    day, noon, long = dt.datetime(2024, 3, 5), dt.time(12, 30), dt.timedelta(hours=30)
    rows = [
        ["编号", "内容", "件数", "日期", "时长"],
        [440101, "请问", 1, day, long],
        ["x", "投诉", 2.5, noon, dt.timedelta(minutes=5)],
        [12345678901234567, "建议", True, "不详", None],
        [None, None, 4, None, None],
        [None, "合计", "共6件", dt.datetime(2024, 3, 6, 1, 2, 3), None],
    ]
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    label_file(tmp_path / "a.xlsx", tmp_path / "b.xlsx", classifier)
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx").active
    found = [[cell.value for cell in row[:5]] for row in sheet.rows]
    assert found[1] == [440101, "请问", 1, day, long]
    assert found[2][:4] == ["x", "投诉", 2.5, noon]
    assert found[3] == ["12345678901234570", "建议", True, "不详", None]
    assert found[4] == [None, "合计", "共6件", dt.datetime(2024, 3, 6, 1, 2, 3), None]
    assert sheet["D2"].number_format == "yyyy-mm-dd h:mm:ss"  # as the input shows it
    assert "kinds" not in rejects_path(tmp_path / "b.xlsx").read_text("utf-8-sig")
    label_file(tmp_path / "a.xlsx", tmp_path / "b.csv", classifier)
    shown = rows_of(tmp_path / "b.csv")
    assert [row["日期"] for row in shown][:3] == ["2024-03-05", "12:30:00", "不详"]
    assert shown[0]["时长"] == "30:00:00"


def test_numbers_of_jsonl_stay_numbers(label, tmp_path):
    lines = '{"id": 7, "text": "请问"}\n{"id": 8, "text": "投诉"}\n'
    label(lines, "b.parquet", "a.jsonl")
    assert pl.read_parquet(tmp_path / "b.parquet")["id"].to_list() == [7, 8]
    label(lines, "b.xlsx", "a.jsonl")
    assert openpyxl.load_workbook(tmp_path / "b.xlsx").active["A2"].value == 7
    label(lines, "b.csv", "a.jsonl")
    assert [row["id"] for row in rows_of(tmp_path / "b.csv")] == ["7", "8"]


@pytest.mark.parametrize(
    ("middle", "n_wrapped"), [('"投诉\n占用耕地"', 1), ("投诉占用耕地\n", 0), ("投诉占用耕地", 0)]
)
def test_line_numbers_that_are_no_rows_of_a_spreadsheet_are_said(
    tmp_path, classifier, middle, n_wrapped
):
    source = tmp_path / "来信.csv"
    source.write_text(f"编号,内容\n1,请问土地规划\n2,{middle}\n3,\n4,问政策\n", "utf-8")
    summary = label_file(source, tmp_path / "a.csv", classifier)
    assert summary.tally.n_wrapped == n_wrapped
    assert ("与用 Excel 打开时的行号不同" in summary.to_text()) == bool(n_wrapped)
    (rejected,) = rejects_of(tmp_path / "a.csv")
    assert int(rejected["行号"]) == (4 if middle == "投诉占用耕地" else 5)
