"""Reading the archive again: each case once, people's labels untouched, on through a crash."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from service.cases.labelling import assign
from service.cases.registering import NewCase, register_case
from service.cases.relabelling import relabel_kind
from service.cases.tables import Case, Prediction
from service.jobs import queue
from service.jobs.context import JobContext
from service.jobs.errors import Interrupted, JobError
from service.jobs.liveness import Alive

from ..conftest import DummyClassifier

N = 25


class Model(DummyClassifier):
    def __init__(self, model_id="new@2"):
        super().__init__()
        self.model_id = model_id
        self.read = []

    def predict(self, documents, *, evidence=True):
        self.read += [d.text for d in documents]
        return super().predict(documents)


@pytest.fixture
def archive(database):
    with database.session() as session:
        for i in range(N):
            register_case(
                session, "王芳", NewCase("message", dt.date(2026, 3, 2), f"第{i}件：林地占用问题")
            )
    return database


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    monkeypatch.setattr("service.cases.relabelling._AT_ONCE", 4)


@pytest.fixture
def worker(tmp_path):
    made = []

    def make():
        made.append(Alive(tmp_path / "workers"))
        return made[-1]

    yield make
    for alive in made:
        alive.close()


def context_of(database, tmp_path, alive):
    with database.session() as session:
        claim = queue.claim(session, alive, ["relabel"])
    return JobContext(claim, database, tmp_path)


def put(database):
    with database.session() as session:
        queue.submit(session, queue.new_id(), "relabel", "王芳", {"options": {}, "files": {}})


def n_predictions(database, model_id):
    with database.reading() as session:
        query = select(func.count(func.distinct(Prediction.case_id)), func.count()).where(
            Prediction.model_id == model_id, Prediction.layer == "topic"
        )
        return tuple(session.execute(query).one())


def test_every_case_is_read_once_through_an_interruption(archive, tmp_path, worker):
    put(archive)
    model, alive = Model(), worker()
    context = context_of(archive, tmp_path, alive)
    steps = iter(range(3))
    predict = model.predict

    def stop_after_three(documents, **given):
        if next(steps, None) is None:
            context.interrupt(Interrupted)
        return predict(documents, **given)

    model.predict = stop_after_three
    with pytest.raises(Interrupted):
        relabel_kind(lambda: model).work(context)
    assert n_predictions(archive, "new@2") == (12, 12)
    alive.close()
    second = Model()
    again = context_of(archive, tmp_path, worker())
    result = relabel_kind(lambda: second).work(again)
    assert result == {"model_id": "new@2", "n_cases": N, "n_read": N}
    assert n_predictions(archive, "new@2") == (N, N)
    assert len(second.read) == N - 12


def test_peoples_labels_stay_and_a_second_run_adds_nothing(archive, tmp_path, worker):
    with archive.session() as session:
        case = session.scalars(select(Case).order_by(Case.id)).first()
        assign(session, "王芳", case.number, case.version, {"topic": "forestry"})
    for expected in (N, 0):
        put(archive)
        model = Model()
        context = context_of(archive, tmp_path, worker())
        assert relabel_kind(lambda m=model: m).work(context)["n_read"] == expected
        context.end("done")
        assert len(model.read) == expected
    with archive.reading() as session:
        first = session.scalars(select(Case).order_by(Case.id)).first()
    assert first.topic == "forestry"
    assert n_predictions(archive, "new@2") == (N, N)


def test_unknown_options_are_refused():
    kind = relabel_kind(Model)
    assert kind.check({}) == {"evidence": False}
    for wrong in ({"evidence": 1}, {"colour": "red"}):
        with pytest.raises(JobError):
            kind.check(wrong)
