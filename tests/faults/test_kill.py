"""`kill -9` at moments of chance: nothing is lost, nothing is done twice, work goes on."""

import csv
import datetime as dt
import io
import shutil
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from service.accounts.audit import verify
from service.accounts.tables import AuditEntry
from service.cases.importing.mapping import ColumnMapping
from service.cases.importing.run import start_import
from service.cases.registering import NewCase, register_case
from service.cases.tables import Assignment, Case, Prediction
from service.jobs import files, queue

from .conftest import KILLS, ROOT, gone

N_ROWS = 80 * max(KILLS, 5)
"""Enough for work to be left at most of the kills."""


def put(database, folder, kind, uploads, **options):
    """Queue a job with copies of files; its id."""
    id = queue.new_id()
    stored = {}
    with files.staged(folder) as staging:
        for role, path in uploads.items():
            shutil.copy(path, staging / "input" / f"{role}{path.suffix}")
            stored[role] = {"name": path.name, "path": f"{role}{path.suffix}"}
        files.settle(staging, folder, id)
    with database.session() as session:
        arguments = {"options": options, "files": stored}
        queue.submit(session, id, kind, "王芳", arguments)
    return id


def look(database, id):
    with database.reading() as session:
        return queue.get(session, id)


def register(path, n_rows=N_ROWS):
    """A file of messages; every seventh row is malformed."""
    lines = [
        f"{i:05d},2026-03-02,第{i}封来信：请问林权证怎么办理" + (",多余" if i % 7 == 0 else "")
        for i in range(n_rows)
    ]
    path.write_text("编号,收到日期,内容\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "jobs"
    path.mkdir()
    return path


@pytest.fixture
def worker(nursery, database, folder):
    """Start a process that does the jobs and ends when none is left."""

    def start(**given):
        url = database.engine.url.render_as_string(hide_password=False)
        return nursery.start("work_off", url=url, folder=str(folder), **given)

    return start


@pytest.fixture
def kill(worker, database, kill_at_random):
    """Kill workers at a job; says how often it was begun."""

    def run(id, longest=0.3, **given):
        def start():
            job = look(database, id)
            if job.state == "failed":  # as a person would after too many interruptions
                assert job.error == queue.GIVEN_UP
                with database.session() as session:
                    queue.resume(session, id, "王芳")
            return worker(**given)

        kill_at_random(start, lambda pid: f"/{pid}-" in look(database, id).lease_by, longest)
        n_attempts = look(database, id).n_attempts
        assert n_attempts > KILLS // 3
        return n_attempts

    return run


def finish(worker, database, id, **given):
    gone(worker(seconds=0, **given))
    job = look(database, id)
    assert job.state == "done", job.error
    return job


@pytest.mark.parametrize("result", ["csv", "xlsx"])
def test_labelling(worker, database, folder, tmp_path, kill, result):
    source = register(tmp_path / "来信.csv")
    options = {"result": result, "text_column": "内容"}
    id = put(database, folder, "label", {"file": source}, **options)
    kill(id, seconds=0.05)
    job = finish(worker, database, id)
    output = folder / id / "output"
    rejected = _numbers((output / job.result["rejects"]).read_text("utf-8-sig"), column=-1)
    done = output / job.result["output"]
    if result == "csv":
        numbers = _numbers(done.read_text("utf-8-sig"), column=0)
    else:
        sheet = CalamineWorkbook.from_path(done).get_sheet_by_index(0)
        numbers = [int(row[0]) for row in sheet.to_python()[1:]]
    assert numbers == [i for i in range(N_ROWS) if i % 7]
    assert len(rejected) == job.result["n_rejected"] == len(range(0, N_ROWS, 7))
    assert job.result["n_labelled"] == N_ROWS - len(rejected)


def _numbers(text, column):
    rows = list(csv.reader(io.StringIO(text)))[1:]
    return [int(row[column].split(",")[0]) for row in rows]


def test_import(worker, database, folder, tmp_path, kill):
    source = register(tmp_path / "登记表.csv")
    columns = {"number": "编号", "received_on": "收到日期", "text": "内容"}
    with database.session() as session:
        found = start_import(session, "王芳", source, ColumnMapping("message", columns))
    id = put(database, folder, "import", {"file": source}, import_id=found.id)
    kill(id, seconds=0.05)
    finish(worker, database, id)
    with database.reading() as session:
        numbers = list(session.scalars(select(Case.number).order_by(Case.number)))
        doubled = session.execute(
            select(Prediction.case_id)
            .group_by(Prediction.case_id, Prediction.layer)
            .having(func.count() > 1)
        ).all()
        n_read = session.scalar(select(func.count(func.distinct(Prediction.case_id))))
        assert verify(session).is_sound
    assert numbers == [f"{i:05d}" for i in range(N_ROWS) if i % 7]
    assert doubled == []
    assert n_read == len(numbers)


def archive(database, n_cases):
    with database.session() as session:
        for i in range(n_cases):
            new = NewCase("message", dt.date(2026, 3, 2), f"第{i}件：林地占用问题", number=f"甲{i}")
            register_case(session, "王芳", new)


def test_relabelling(worker, database, folder, kill):
    n_cases = 60 * max(KILLS, 5)
    archive(database, n_cases)
    id = put(database, folder, "relabel", {}, evidence=False)
    kill(id, seconds=0.05)
    assert finish(worker, database, id).result["n_read"] == n_cases
    with database.reading() as session:
        query = select(func.count(), func.count(func.distinct(Prediction.case_id))).where(
            Prediction.layer == "topic"
        )
        assert tuple(session.execute(query).one()) == (n_cases, n_cases)


def test_reviewing(nursery, database, tmp_path, kill_at_random):
    archive(database, 5)
    noted = tmp_path / "acknowledged"
    url = database.engine.url.render_as_string(hide_password=False)
    kill_at_random(
        lambda: nursery.start("review", url=url, acknowledged=str(noted), name="王芳"),
        is_at_work=lambda _: noted.exists() and noted.stat().st_size > 0,
        longest=0.8,
    )
    acknowledged = [line.split() for line in noted.read_text("utf-8").splitlines()]
    assert len(acknowledged) > 5
    with database.reading() as session:
        stored = session.execute(
            select(Case.number, Assignment.label)
            .join(Case, Case.id == Assignment.case_id)
            .order_by(Assignment.id)
        ).all()
        n_audited = session.scalar(select(func.count()).where(AuditEntry.action == "case.assign"))
        versions = dict(session.execute(select(Case.number, Case.version)).all())
        verdict = verify(session)
    # A kill may fall between the commit and the note of it, so more may be stored than noted.
    assert 0 <= len(stored) - len(acknowledged) <= len(acknowledged)
    assert n_audited == len(stored)
    assert verdict.is_sound
    for number, version, _ in acknowledged:
        assert versions[number] > int(version)
    for number, version in versions.items():
        assert version == 1 + sum(n == number for n, _ in stored)
    assert len({(n, v) for n, v, _ in acknowledged}) == len(acknowledged)  # no version used twice


def test_drafting(worker, database, folder, kill):
    samples = ROOT / "data" / "samples"
    uploads = {"requests": samples / "requests_2020.csv", "figures": samples / "figures_2020.xlsx"}
    id = put(database, folder, "draft", uploads, year=2020)
    kill(id, longest=1.0)
    job = finish(worker, database, id)
    output = folder / id / "output"
    names = sorted(path.name for path in output.iterdir())
    assert names == ["2020年度报告-依据.json", "2020年度报告.docx"]
    import docx

    assert len(docx.Document(str(output / "2020年度报告.docx")).tables) >= 3
    assert (
        job.result["n_rows"]
        == len((Path(uploads["requests"])).read_text("utf-8-sig").splitlines()) - 1
    )
