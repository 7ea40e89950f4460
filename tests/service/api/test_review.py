"""The review over HTTP: queue, decisions, stale writes, second readers, export."""

import datetime as dt
import json

import pytest

from models.prediction import Candidate
from models.prediction import Prediction as Answer
from service.cases.labelling import append_predictions
from service.cases.registering import NewCase, register_case


def _said(label, probability=0.6):
    return Answer(label, label, probability, "review", (Candidate(label, label, probability),))


@pytest.fixture
def case(app, client):
    new = NewCase("message", dt.date(2026, 3, 2), "我叫王小明，电话13912345678，问宅基地怎么批。")
    with app.state.database.session() as session:
        made = register_case(session, "test", new)
        said = {"topic": _said("land"), "subtopic": _said("201"), "intent": _said("inquiry")}
        append_predictions(session, {made.id: said}, "linear@1")
        return made.number


def test_from_queue_to_export(person, case):
    clerk = person("clerk")
    queue = clerk.get("/v1/review/queue").json()
    assert queue["n_waiting"] == 1
    (waiting,) = queue["cases"]
    assert waiting["number"] == case
    assert waiting["reasons"]

    accepted = clerk.post(f"/v1/review/{case}/accept", json={"version": waiting["version"]})
    assert accepted.json()["state"] == "reviewed"
    assert clerk.get("/v1/review/queue").json() == {"n_waiting": 0, "cases": []}

    lines = person("reviewer").get("/v1/review/examples").text.splitlines()
    assert all("13912345678" not in line for line in lines)
    assert [json.loads(line)["topic"] for line in lines] in ([], ["land"])  # or held out


def test_two_clerks_on_one_case(person, case):
    wang, li = person("clerk", "wang"), person("clerk", "li")
    version = wang.get("/v1/review/queue").json()["cases"][0]["version"]
    assert wang.post(f"/v1/review/{case}/accept", json={"version": version}).status_code == 200
    told = li.post(f"/v1/review/{case}/accept", json={"version": version})
    assert told.status_code in (409, 422)
    assert case in told.json()["detail"]


def test_undo_is_ones_own(person, case):
    wang, li = person("clerk", "wang"), person("clerk", "li")
    version = wang.get("/v1/review/queue").json()["cases"][0]["version"]
    version = wang.post(f"/v1/review/{case}/accept", json={"version": version}).json()["version"]
    assert li.post(f"/v1/review/{case}/undo", json={"version": version}).status_code == 422
    undone = wang.post(f"/v1/review/{case}/undo", json={"version": version})
    assert undone.json()["state"] == "review"


def test_items_and_repeats(person, case):
    clerk = person("clerk")
    version = clerk.get("/v1/review/queue").json()["cases"][0]["version"]
    body = {"version": version, "items": ["批复", "公告"]}
    split = clerk.post(f"/v1/review/{case}/items", json=body)
    assert split.json()["version"] == version + 1
    body = {"version": version + 1, "of": "没有这件"}
    assert clerk.post(f"/v1/review/{case}/repeat", json=body).status_code == 404


def test_only_who_may_sees_plain_texts(person):
    clerk = person("clerk")
    assert clerk.get("/v1/review/examples").status_code == 403
    reviewer = person("reviewer")
    assert reviewer.get("/v1/review/examples", params={"plain": True}).status_code == 200


def test_without_second_readings_there_is_no_agreement(person):
    assert person("reviewer").get("/v1/review/agreement").json() == []
    assert person("clerk").get("/v1/review/second").json() == []
