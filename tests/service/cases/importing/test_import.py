"""Importing: rows in = cases + rejects, each row once, whatever is in the file and whoever dies."""

import csv
import datetime as dt
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from models.errors import InputError
from service.cases.errors import CaseError
from service.cases.importing.mapping import ColumnMapping
from service.cases.importing.rows import _UNREAD_DAY
from service.cases.importing.run import (
    ImportConflict,
    _advance,
    preview_file,
    run_import,
    start_import,
)
from service.cases.labelling import assign
from service.cases.tables import Assignment, Case, Import, ImportRemark, Reply
from service.database.engine import open_database
from service.intake.reader import open_input
from service.review.decisions import undo

ROOT = Path(__file__).parents[4]
HEADER = ["受理编号", "来信日期", "申请人", "诉求内容", "办理结果", "答复内容", "渠道"]
ROW = ["甲-1", "2026-03-02", "王某", "征地补偿款什么时候发放？", "", "", "网站"]


def write(tmp_path, rows, name="登记.csv", header=HEADER):
    path = tmp_path / name
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def bring_in(database, path, mapping=None, **options):
    with database.session() as session:
        found = preview_file(session, path)
        started = start_import(session, "王芳", path, mapping or found.mapping)
    return run_import(database, started.id, path, **options)


def stored(database):
    with database.reading() as session:
        cases = session.scalars(select(Case).order_by(Case.id)).all()
        remarks = session.scalars(select(ImportRemark).order_by(ImportRemark.line)).all()
    return cases, [r for r in remarks if r.is_rejected], [r for r in remarks if not r.is_rejected]


def test_usual_headings_are_known(database, tmp_path):
    done = bring_in(database, write(tmp_path, [ROW]))
    [case], rejects, remarks = stored(database)
    assert (done.state, done.n_rows, done.n_cases, done.n_rejects) == ("done", 1, 1, 0)
    assert (case.number, case.received_on, case.applicant, case.channel) == (
        "甲-1", dt.date(2026, 3, 2), "王某", "network",
    )  # fmt: skip
    assert case.kind == "disclosure"  # 办理结果 is a column of applications
    assert case.due_on == dt.date(2026, 3, 30)
    assert case.intent == "disclosure"
    assert not rejects
    assert not remarks


def test_what_cannot_be_a_case_is_told_with_its_line(database, tmp_path):
    rows = [
        ROW,
        ["甲-2", "", "王某", "没有日期", "", "", ""],
        ["甲-3", "昨天", "王某", "日期不是日期", "", "", ""],
        ["甲-4", "2999-01-01", "王某", "还没有到的日期", "", "", ""],
        ["甲-5", "2026-03-02", "王某", " \u200b", "", "", ""],
        ["甲-1", "2026-03-03", "李某", "编号重复", "", "", ""],
        ["号" * 65, "2026-03-02", "王某", "编号太长", "", "", ""],
        ["甲-6", "2026/3/2 8:30", "王某", "这一行没有问题", "", "", "信鸽"],
    ]
    done = bring_in(database, write(tmp_path, rows))
    cases, rejects, remarks = stored(database)
    assert [c.number for c in cases] == ["甲-1", "甲-6"]
    assert [(r.line, r.reason) for r in rejects] == [
        (3, "没有收到日期。"),
        (4, _UNREAD_DAY),
        (5, "收到日期应在1990年之后、今天或今天之前。"),
        (6, "正文是空的。"),
        (7, "编号“甲-1”已用于另一件内容不同的来信，可能是序号列。"),
        (8, "编号超过 64 字。"),
    ]
    assert [(r.line, r.reason) for r in remarks] == [(9, "“渠道”的写法不认识，已留空")]
    assert "编号重复" in rejects[4].raw
    assert (done.n_rows, done.n_cases, done.n_rejects) == (8, 2, 6)


def test_labels_of_the_office_are_assignments_and_letters_are_kept(database, tmp_path):
    rows = [[*ROW[:4], "予以公开", "随函提供复印件。", ""], ["乙", *ROW[1:4], "说不清", "", ""]]
    bring_in(database, write(tmp_path, rows))
    cases, _, remarks = stored(database)
    assert [c.outcome for c in cases] == ["granted", ""]
    assert [r.reason for r in remarks] == ["“办理结果”的写法不认识，已留空"]
    assert "说不清" in remarks[0].raw
    assert "乙" not in remarks[0].raw
    with database.reading() as session:
        assert session.scalars(select(Assignment.label)).all() == ["granted"]
        assert session.scalars(select(Reply.text)).all() == ["随函提供复印件。"]


def test_undo_leaves_what_the_register_says(database, tmp_path):
    bring_in(database, write(tmp_path, [[*ROW[:4], "予以公开", "", ""]]))
    with database.session() as session:
        case = session.scalars(select(Case)).one()
        with pytest.raises(CaseError, match="没有你可以撤回"):
            undo(session, "王芳", case.number, case.version)
        assign(session, "王芳", case.number, case.version, {"outcome": "partial"})
        undo(session, "王芳", case.number, case.version)
        assert case.outcome == "granted"


def test_rows_without_numbers_get_free_ones(database, tmp_path):
    rows = [["", *ROW[1:]], ["2026-000002", *ROW[1:]], ["", *ROW[1:]]]
    bring_in(database, write(tmp_path, rows))
    cases, rejects, remarks = stored(database)
    assert [c.number for c in cases] == ["2026-000001", "2026-000002", "2026-000003"]
    assert [r.line for r in remarks] == [4]  # the same as line 2
    assert not rejects


def test_a_count_of_rows_numbers_no_case(database, tmp_path):
    header = ["序号", "来信日期", "诉求内容"]
    for name, text_ in (("一月.csv", "问征地补偿"), ("二月.csv", "问林地审批")):
        bring_in(database, write(tmp_path, [["1", "2026-03-02", text_]], name, header))
    cases, rejects, _ = stored(database)
    assert [c.number for c in cases] == ["2026-000001", "2026-000002"]
    assert not rejects


def test_a_number_in_use_says_whether_the_letter_is_the_same(database, tmp_path):
    bring_in(database, write(tmp_path, [ROW]))
    again = [ROW, [ROW[0], *ROW[1:3], "问林地审批", *ROW[4:]]]
    bring_in(database, write(tmp_path, again, "二.csv"))
    assert [r.reason for r in stored(database)[1]] == [
        "编号“甲-1”已经登记过。",
        "编号“甲-1”已用于另一件内容不同的来信，可能是序号列。",
    ]


def test_rows_without_numbers_that_equal_a_case_are_remarked(database, tmp_path):
    bring_in(database, write(tmp_path, [["", *ROW[1:]]]))
    again = [
        ["", *ROW[1:]],
        ["", "2026-03-03", *ROW[2:]],
        ["", ROW[1], "李某", *ROW[3:]],
        ["", ROW[1], "李某", *ROW[3:]],
    ]
    done = bring_in(database, write(tmp_path, again, "二.csv"))
    _, rejects, remarks = stored(database)
    assert (done.n_cases, rejects) == (4, [])
    assert [(r.line, r.reason.split("内容")[0]) for r in remarks] == [
        (2, "与已登记的 2026-000001 "),
        (5, "与本文件第 4 行"),
    ]


def test_a_row_of_totals_is_refused(database, tmp_path):
    bring_in(database, write(tmp_path, [ROW, ["合计", "", "", "1件", "", "", ""]]))
    cases, rejects, _ = stored(database)
    assert len(cases) == 1
    assert [(r.line, r.reason) for r in rejects] == [(3, "这是汇总行（合计、总计等），不是来信。")]


def test_same_file_again_adds_nothing(database, tmp_path):
    path = write(tmp_path, [ROW])
    first, second = bring_in(database, path), bring_in(database, path)
    assert first.id == second.id
    assert len(stored(database)[0]) == 1


def test_file_mapped_wrongly_can_be_mapped_anew(database, tmp_path):
    path = write(tmp_path, [ROW])
    wrong = ColumnMapping("message", {"received_on": "申请人", "text": "诉求内容"})
    done = bring_in(database, path, wrong)
    assert (done.n_cases, done.n_rejects) == (0, 1)
    done = bring_in(
        database, path, ColumnMapping("message", {**wrong.columns, "received_on": "来信日期"})
    )
    assert (done.state, done.n_rows, done.n_cases, done.n_rejects) == ("done", 1, 1, 0)
    assert stored(database)[1] == []


def test_mapping_is_remembered_by_its_header(database, tmp_path):
    header = ["号", "哪天", "写了什么"]
    path = write(tmp_path, [["1", "2026-03-02", "想问林地占用补偿的标准"]], header=header)
    mapping = ColumnMapping("message", {"number": "号", "received_on": "哪天", "text": "写了什么"})
    bring_in(database, path, mapping)
    again = write(tmp_path, [["2", "2026-03-03", "想问宅基地怎么申请"]], "二.csv", header[::-1])
    with database.session() as session:
        found = preview_file(session, again)
    assert found.is_remembered
    assert found.mapping == mapping


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (ColumnMapping("message", {"received_on": "来信日期"}), "没有选定正文列"),
        (ColumnMapping("message", {"text": "诉求内容"}), "没有收到日期列"),
        (ColumnMapping("letter", {"text": "诉求内容"}), "哪一种件"),
        (ColumnMapping("message", {"text": "没有的列"}), "文件中没有"),
        (ColumnMapping("message", {"text": "诉求内容", "title": "诉求内容"}), "只能对应一项"),
        (ColumnMapping("message", {"text": "诉求内容", "colour": "渠道"}), "不认识的项"),
    ],
)
def test_mapping_that_does_not_fit_is_refused(database, tmp_path, mapping, said):
    path = write(tmp_path, [ROW])
    with database.session() as session, pytest.raises(CaseError, match=said):
        start_import(session, "王芳", path, mapping)


def test_labels_of_a_model_are_not_taken_for_those_of_the_office(database, tmp_path):
    header = ["编号", "日期", "内容", "topic", "topic_decision"]
    path = write(tmp_path, [["1", "2026-03-02", "问征地", "land", "accept"]], header=header)
    with database.session() as session:
        found = preview_file(session, path)
    assert "topic" not in found.mapping.columns
    assert any("程序标注" in notice for notice in found.notices)


def test_stopped_import_goes_on_where_it_stopped(database, tmp_path):
    rows = [[f"号{i}", *ROW[1:]] for i in range(23)]
    path = write(tmp_path, rows)
    seen = []
    for _ in range(10):
        done = bring_in(
            database,
            path,
            batch_rows=5,
            is_stopped=lambda: True,
            progress=lambda position, total, found: seen.append(found.n_cases),
        )
    assert done.state == "done"
    assert seen == [5, 10, 15, 20, 23]
    assert [c.number for c in stored(database)[0]] == [f"号{i}" for i in range(23)]


def test_two_programs_importing_one_file_double_nothing(database, tmp_path):
    path = write(tmp_path, [[f"号{i}", *ROW[1:]] for i in range(20)])
    with database.session() as session:
        started = start_import(session, "王芳", path, preview_file(session, path).mapping)

    def other(position, total, found):
        with database.session() as session:  # somebody else is ahead
            _advance(session, found, 999, 0, 0)

    with pytest.raises(ImportConflict, match="另一个程序"):
        run_import(database, started.id, path, batch_rows=5, progress=other)
    assert len(stored(database)[0]) == 5


def test_changed_file_is_refused(database, tmp_path):
    path = write(tmp_path, [[f"号{i}", *ROW[1:]] for i in range(20)])
    bring_in(database, path, batch_rows=5, is_stopped=lambda: True)
    other = write(tmp_path, [ROW])
    with pytest.raises(CaseError, match="不是同一份文件"):
        run_import(database, 1, other)


CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "2026-03-02", "20260302", "2026年3月2日", "0000-00-00", "网站", "是",
                     "予以公开", "结转", "林地", "land", "201", "1", "\u200b", "2,5", '"', "\n"]),
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELL, min_size=1, max_size=9), max_size=12),
    header=st.permutations([*HEADER, "主题", "二级主题"]),
)
def test_rows_in_are_cases_and_rejects(database, tmp_path, rows, header):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([header, *(row for row in rows if any(row))])
    path = tmp_path / f"{time.monotonic_ns()}.csv"
    path.write_text(buffer.getvalue(), encoding="utf-8", errors="replace", newline="")
    try:
        batches = [c.parse() for c in open_input(path).source.chunks()]
        with database.session() as session:
            started = start_import(session, "王芳", path, preview_file(session, path).mapping)
            assume(not started.n_rows)  # not the same file as an earlier example
        done = run_import(database, started.id, path, batch_rows=4)
    except InputError:  # no rows, or nothing that could be a text
        reject()
    n = sum(b.frame.height + len(b.rejects) for b in batches)
    with database.reading() as session:
        in_db = [
            session.scalar(select(func.count()).where(table.import_id == done.id, *also))
            for table, also in ((Case, ()), (ImportRemark, (ImportRemark.is_rejected,)))
        ]
    assert done.n_rows == n == sum(in_db)
    assert in_db == [done.n_cases, done.n_rejects]


def test_workbook_is_read_like_text(database, tmp_path):
    path = tmp_path / "登记.xlsx"
    pl.DataFrame(
        {
            "受理编号": [1, 2],
            "来信日期": [dt.date(2026, 3, 2)] * 2,
            "诉求内容": ["问征地", "问林地"],
        }
    ).write_excel(path)
    bring_in(database, path)
    assert [c.number for c in stored(database)[0]] == ["1", "2"]


KILLED = """
import sys
from pathlib import Path
from service.cases.importing.run import run_import
from service.database.engine import open_database
from service.intake.reader import open_input
database = open_database(sys.argv[1])
run_import(database, int(sys.argv[2]), Path(sys.argv[3]), batch_rows=200,
           progress=lambda position, total, found: print(found.n_rows, flush=True))
"""


@pytest.mark.slow
def test_killed_import_loses_and_doubles_no_row(tmp_path, sqlite_template):
    """kill -9 at random points until it is through: every row of the file once."""
    shutil.copy(sqlite_template, tmp_path / "y.db")
    url = f"sqlite:///{tmp_path / 'y.db'}"
    rows = [
        [f"号{i}" if i % 7 else "", "2026-03-02" if i % 11 else "?", *ROW[2:]] for i in range(6000)
    ]
    path = write(tmp_path, rows)
    database = open_database(url)
    with database.session() as session:
        started = start_import(session, "王芳", path, preview_file(session, path).mapping)
    chance, n_killed, state = random.Random(7), 0, "running"
    while state == "running":
        command = [sys.executable, "-c", KILLED, url, str(started.id), str(path)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        ) as process:
            for _ in range(chance.randint(2, 6)):
                process.stdout.readline()
            time.sleep(chance.random() * 0.05)
            process.send_signal(signal.SIGKILL)
        n_killed += process.returncode == -signal.SIGKILL
        with database.reading() as session:
            found = session.get_one(Import, started.id)
            state = found.state
            n = session.scalar(select(func.count()).select_from(Case))
            assert n == found.n_cases
    with database.reading() as session:
        lines = session.scalars(select(Case.line)).all()
        refused = session.scalars(select(ImportRemark.line).where(ImportRemark.is_rejected)).all()
    assert n_killed >= 4
    assert sorted([*lines, *refused]) == list(range(2, 6002))
    assert (found.n_cases, found.n_rejects) == (len(lines), len(refused))
    database.close()
