import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.api import cases, problems
from service.settings import Settings


@pytest.fixture(scope="module")
def client():
    app = FastAPI()
    app.include_router(cases.router)
    app.state.settings = Settings(count_start_day=True)
    problems.install(app)
    return TestClient(app, raise_server_exceptions=False)


def post(client, **body):
    body.setdefault("count_start_day", False)
    return client.post("/v1/cases/deadline", json=body)


def test_deadline_with_its_derivation(client):
    response = post(client, received_on="2025-09-25", today="2025-10-10")
    assert response.status_code == 200
    answer = response.json()
    assert answer["due_on"] == "2025-10-29"
    assert answer["derivation"][3] == {
        "date": "2025-09-28",
        "weekday": "周日",
        "kind": "adjusted_workday",
        "number": 2,
        "reason": "调休上班（国庆节）",
    }
    assert cases.DeadlineOut.model_validate(answer).status == "open"


def test_all_facts(client):
    response = post(
        client,
        received_on="2024-03-01",
        channel="mail",
        corrections=[{"notified_on": "2024-03-05", "received_on": "2024-03-11"}],
        extension={"notified_on": "2024-03-20", "working_days": 5},
        consultations=[{"kind": "third_party", "sent_on": "2024-03-12"}],
        replied_on="2024-05-20",
        today="2024-06-01",
    )
    assert response.json()["status"] == "replied_late"


BAD = [
    ({"received_on": "2999-01-01"}, "case_fact", "在今天"),
    ({"received_on": "1990-01-01"}, "calendar", "没有1990年的工作日历"),
    ({"received_on": "2024-03-01", "channel": "fax"}, "case_fact", "双方确认"),
    (
        {"received_on": "2024-03-01", "corrections": [{"notified_on": "2024-03-04"}] * 2},
        "case_fact",
        "一次性",
    ),
    ({"received_on": "某日"}, "invalid", "received_on"),
    ({}, "invalid", "received_on"),
    ({"received_on": "2024-03-01", "colour": 1}, "invalid", "colour"),
]


@pytest.mark.parametrize(("body", "code", "message"), BAD)
def test_bad_input_is_a_problem(client, body, code, message):
    response = post(client, **body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == code
    assert message in response.json()["detail"]


def test_the_office_sets_whether_the_first_day_counts(client):
    response = post(client, received_on="2025-09-25", today="2025-10-10", count_start_day=None)
    assert response.json()["derivation"][0]["number"] == 1
