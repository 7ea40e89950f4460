"""Dated steps from columns: the clock follows them; what cannot be is left blank and said."""

import csv
import datetime as dt
import shutil

import polars as pl
import pytest
from sqlalchemy import select

from service.cases.exporting import COLUMNS, export_cases
from service.cases.importing.mapping import guess_mapping
from service.cases.importing.run import preview_file, run_import, start_import
from service.cases.repository import due_cases, get_case
from service.cases.selection import Selection
from service.cases.tables import ImportRemark
from service.cases.timeline import clock_of, events_of
from service.database.engine import open_database

HEADER = ["申请编号", "收到日期", "申请人类型", "申请内容"]
ROW = ["依-1", "2026-03-02", "自然人", "请公开柳湾村征地补偿安置方案。"]
EXTENDED = dt.date(2026, 4, 28)
"""2026-03-02 and 40 working days: 清明 (04-06) is off."""


@pytest.fixture
def bring_in(database, tmp_path):
    def imported(columns, *rows, kind=None):
        path = tmp_path / "登记.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(
                [HEADER + columns]
                + [[f"依-{i}", *ROW[1:], *row] for i, row in enumerate(rows, 1)]
            )  # fmt: skip
        with database.session() as session:
            mapping = preview_file(session, path).mapping
            assert set(columns) <= set(mapping.columns.values())
            started = start_import(session, "王芳", path, mapping)
        return run_import(database, started.id, path)

    return imported


@pytest.fixture
def read(database):
    def of(number):
        with database.reading() as session:
            case = get_case(session, number)
            steps = [(event.kind, event.on, event.n_days) for event in events_of(session, case)]
            remarks = session.scalars(
                select(ImportRemark.reason).where(ImportRemark.line == case.line)
            ).all()
            return case, steps, "".join(remarks), clock_of(session, case)

    return of


def test_clock_and_due_list_follow_the_columns(bring_in, read, database):
    bring_in(
        ["补正告知日期", "补正期限", "补正收到日期", "延期告知日期", "延期工作日"],
        ["2026-03-04", "2026年3月31日", "2026/3/16", "", ""],
        ["", "", "", "2026-03-20", "20个工作日"],
        ["", "/", "无", "2026-03-20", "10"],
        ["", "", "", "", ""],
    )
    case, steps, _, clock = read("依-1")
    assert [kind for kind, *_ in steps] == [
        "correction_notified", "correction_received", "correction_due",
    ]  # fmt: skip
    assert clock.receipt.on == dt.date(2026, 3, 2)
    assert case.due_on == clock.reply.due_on == dt.date(2026, 4, 14)  # from the corrected request
    case, steps, _, clock = read("依-2")
    assert (steps, case.due_on) == ([("extension", dt.date(2026, 3, 20), 20)], EXTENDED)
    case, *_, clock = read("依-3")
    assert case.due_on == clock.reply.due_on == dt.date(2026, 4, 14)
    assert read("依-4")[0].due_on == dt.date(2026, 3, 30)
    assert not any(read(f"依-{i}")[2] for i in range(1, 5))
    with database.reading() as session:
        due = [found.number for found in due_cases(session, EXTENDED).cases]
    assert due == ["依-4", "依-1", "依-3", "依-2"]


def test_consultation_stops_the_clock(bring_in, read):
    bring_in(
        ["征求第三方意见日期", "收到第三方意见日期", "收费通知日期"],
        ["2026-03-05", "2026-03-19", ""],
        ["", "", "2026-03-12"],
    )
    case, steps, _, clock = read("依-1")
    assert [kind for kind, *_ in steps] == ["third_party_sent", "third_party_answered"]
    assert case.due_on == clock.reply.due_on > dt.date(2026, 3, 30)
    assert read("依-2")[1] == [("fee_notice", dt.date(2026, 3, 12), None)]


def test_date_of_the_reply_closes_the_case_and_stands_apart_beside_another(bring_in, read):
    bring_in(["答复日期", "办结日期"], ["2026-03-20", "2026-03-25"], ["2026-03-20", ""],
             ["2026-03-20", "2026-03-20"])  # fmt: skip
    case, steps, _, _ = read("依-1")
    assert case.closed_on == dt.date(2026, 3, 25)
    assert steps == [("replied", dt.date(2026, 3, 20), None)]
    for number in ("依-2", "依-3"):
        case, steps, _, clock = read(number)
        assert (case.closed_on, steps) == (dt.date(2026, 3, 20), [])
        assert clock.reply is not None


@pytest.mark.parametrize(
    ("columns", "row", "kept", "said"),
    [
        (["补正告知日期"], ["三月初"], [], "“告知补正”的日期无法辨认"),
        (["补正告知日期"], ["2026-02-27"], [], "补正告知日期 2026-02-27 早于"),
        (["补正告知日期"], ["2999-01-04"], [], "在今天"),
        (["补正收到日期"], ["2026-03-16"], [], "没有“告知补正”的日期"),
        (["补正告知日期", "补正收到日期"], ["2026-03-04", "2026-03-03"], ["correction_notified"],
         "收到补正日期 2026-03-03 早于补正告知日期 2026-03-04"),
        (["延期工作日"], ["20"], [], "没有“告知延期”的日期"),
        (["延期告知日期", "延期工作日"], ["2026-03-20", "30"], ["extension"], "应为 1 至 20"),
        (["收到第三方意见日期"], ["2026-03-16"], [], "没有“征求第三方意见发出”的日期"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_left_blank_and_said(bring_in, read, columns, row, kept, said, database):
    found = bring_in(columns, row)
    assert (found.n_cases, found.n_rejects) == (1, 0)
    _, steps, remarks, _ = read("依-1")
    assert [kind for kind, *_ in steps] == kept
    assert said in remarks
    with database.reading() as session:
        raw = session.scalars(select(ImportRemark.raw)).one()
    assert row[-1] in raw  # what stood there


def test_columns_of_steps_make_a_file_one_of_applications():
    sample = pl.DataFrame({"编号": ["1"], "收到日期": ["2026-03-02"], "内容": ["请公开批复。"],
                           "延期告知日期": ["2026-03-20"]})  # fmt: skip
    assert guess_mapping(sample).kind == "disclosure"


def test_an_exported_register_brings_its_steps_back(bring_in, database, tmp_path, sqlite_template):
    bring_in(
        ["与申请人确认日期", "补正告知日期", "补正收到日期", "延期告知日期", "延期工作日",
         "征求第三方意见日期", "收到第三方意见日期", "答复日期", "办结日期"],
        ["2026-03-03", "2026-03-04", "2026-03-16", "2026-03-20", "10", "", "", "", ""],
        ["", "", "", "", "", "2026-03-05", "2026-03-19", "2026-03-20", "2026-03-25"],
        [""] * 9,
    )  # fmt: skip
    path = tmp_path / "案件.csv"
    with database.session() as session:
        assert export_cases(session, "王芳", path, Selection(), is_plain=True) == 3
    shutil.copy(sqlite_template, tmp_path / "another.db")
    another = open_database(f"sqlite:///{tmp_path / 'another.db'}")
    with another.session() as session:
        started = start_import(session, "李强", path, preview_file(session, path).mapping)
    run_import(another, started.id, path)

    def steps(opened):
        with opened.reading() as session:
            cases = [get_case(session, f"依-{i}") for i in range(1, 4)]
            return [
                (case.due_on, case.closed_on,
                 [(event.kind, event.on, event.n_days) for event in events_of(session, case)])
                for case in cases
            ]  # fmt: skip

    assert steps(another) == steps(database)
    assert [len(found) for *_, found in steps(another)] == [4, 3, 0]
    another.close()


def test_a_register_without_steps_is_exported_without_their_columns(bring_in, database, tmp_path):
    bring_in([], [])
    with database.session() as session:
        export_cases(session, "王芳", tmp_path / "案件.csv", Selection())
    assert pl.read_csv(tmp_path / "案件.csv").columns == list(COLUMNS)
