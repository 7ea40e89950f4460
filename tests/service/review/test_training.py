"""The training job: a program of its own, killed on cancel, and never live by itself."""

import json
import os
import threading
import time

import pytest

import models
from service.accounts.roles import Right
from service.jobs import queue
from service.jobs.errors import JobError
from service.jobs.registry import Registry
from service.jobs.runner import Runner
from service.review import training
from service.review.live import LiveModel
from service.review.training import MIN_EXAMPLES, train_kind

COPIES = """
import json, shutil, sys
from models.resources import data_path
given = sys.argv
lines = open(given[given.index("--reviewed") + 1], encoding="utf-8").read().splitlines()
assert given[given.index("--reviewed-weight") + 1] == "3.0"
out = given[given.index("--out") + 1]
shutil.copytree(data_path("artifacts/default"), out)
open(out + "/seen.json", "w").write(json.dumps([json.loads(line)["text"] for line in lines]))
"""
FAILS = "print('训练'); print('错误：语料太少。'); raise SystemExit(2)"


@pytest.fixture
def live(tmp_path):
    return LiveModel(tmp_path / "models", lambda folder: models.load(folder and str(folder)))


@pytest.fixture
def reviewed(add_case, session):
    for n in range(80):
        add_case(text=f"我叫王小明，第{n}号宅基地怎么批。", state="reviewed")
    session.commit()


@pytest.fixture
def train(database, live, tmp_path, monkeypatch):
    """Put a training job in and have it done; the job at its end."""
    monkeypatch.setattr("service.jobs.runner._BEAT_SECONDS", 0.05)
    monkeypatch.setattr("service.jobs.runner._IDLE_SECONDS", 0.05)
    monkeypatch.setattr(training, "_LOOK_SECONDS", 0.05)
    registry = Registry()
    registry.add(train_kind(live))
    runner = Runner(database, registry, tmp_path / "jobs", 1, keep_days=30)
    runner.start()

    def do(program, meanwhile=None, **options):
        monkeypatch.setattr(training, "_PROGRAM", program)
        id = queue.new_id()
        arguments = {"options": registry["train"].check(options), "files": {}}
        with database.session() as session:
            queue.submit(session, id, "train", "王芳", arguments)
        runner.wake()
        end = time.monotonic() + 900
        while time.monotonic() < end:
            with database.reading() as session:
                job = queue.get(session, id)
            if job.state not in queue.OPEN:
                return job
            if meanwhile is not None and meanwhile(id):
                meanwhile = None
            time.sleep(0.05)
        raise AssertionError("the job did not end")

    yield do
    runner.stop()


def test_a_new_model_competes_and_the_one_in_use_stays(train, live, reviewed, tmp_path):
    before = live.pipeline
    job = train(COPIES, name="春季")
    assert (job.state, job.error) == ("done", "")
    assert job.result["model"] == "春季"
    assert job.result["contest"]["verdict"] in ("not_better", "too_few")
    assert job.result["n_examples"] == job.n_rows >= MIN_EXAMPLES
    assert live.names() == ["春季"]
    live.look_again()
    assert live.pipeline is before
    seen = json.loads((live.folder / "春季" / "seen.json").read_text("utf-8"))
    assert len(seen) == job.result["n_examples"]
    assert all("王小明" in text for text in seen)  # plain: it does not leave the office
    assert not list((tmp_path / "jobs").rglob("reviewed.jsonl"))


def test_a_name_is_taken_once(train, live, reviewed):
    assert train(COPIES, name="春季").state == "done"
    job = train(COPIES, name="春季")
    assert job.state == "failed"
    assert "春季" in job.error


def test_too_few_reviewed_cases_are_refused(train, live):
    job = train(COPIES)
    assert job.state == "failed"
    assert "至少" in job.error


def test_what_the_program_complains_of_is_told(train, live, reviewed):
    job = train(FAILS)
    assert (job.state, job.error) == ("failed", "训练没有成功：语料太少。")
    assert not live.names()


def test_cancelling_kills_the_program(train, database, live, reviewed, tmp_path):
    note = tmp_path / "pid"
    program = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"

    def cancel(id):
        if not (note.exists() and note.read_text()):
            return False
        with database.session() as session:
            queue.cancel(session, id, "王芳")
        return True

    job = train(program, cancel)
    assert job.state == "cancelled"
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)
    assert not live.names()
    assert threading.active_count() < 20


def test_only_an_administrator_trains(live):
    assert train_kind(live).right is Right.ADMIN


@pytest.mark.parametrize("options", [{"name": "../x"}, {"name": ".x"}, {"weight": 0}, {"more": 1}])
def test_options_that_make_no_sense_are_refused(live, options):
    with pytest.raises(JobError):
        train_kind(live).check(options)


@pytest.mark.slow
def test_the_real_program_fits_a_model_with_an_id_of_its_own(train, live, reviewed):
    job = train(training._PROGRAM, name="真")
    assert (job.state, job.error) == ("done", "")
    assert job.result["model_id"].startswith("yangguang-linear@1+")
    assert job.result["contest"]["old"] == "yangguang-linear@1"
