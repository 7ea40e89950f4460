import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.api import problems, repeats
from service.settings import Settings

REGISTER = [
    {
        "case_id": "1",
        "applicant": "张三",
        "text": "申请公开三组2019年征地批复",
        "received_on": "2024-03-01",
        "replied_on": "2024-03-20",
    },
    {"case_id": "2", "applicant": "李四", "text": "申请公开三组2019年征地批复！"},
    {"case_id": "3", "text": "申请公开五组2021年林权登记台账"},
]


@pytest.fixture(scope="module")
def client():
    app = FastAPI()
    app.include_router(repeats.router)
    app.state.settings = Settings()
    problems.install(app)
    return TestClient(app, raise_server_exceptions=False)


def post(client, **body):
    return client.post("/v1/cases/repeats", json=body)


def test_packs_for_new_requests(client):
    new = [
        {"text": "公开三组2019年征地批复", "applicant": "张三", "received_on": "2024-03-25"},
        {"text": "采伐限额分配方案"},
    ]
    response = post(client, register=REGISTER, requests=new)
    assert response.status_code == 200
    answer = repeats.RepeatsOut.model_validate(response.json())
    first, second = answer.requests
    assert [match.case_id for match in first.same_applicant] == ["1"]
    assert (first.n_similar, first.n_similar_applicants, first.n_in_month) == (2, 2, 2)
    assert second.n_similar == 0
    assert answer.overview is None


def test_a_register_alone_gives_its_overview(client):
    answer = post(client, register=REGISTER).json()
    assert answer["requests"] == []
    assert answer["overview"]["asked_by_many"][0]["n_applicants"] == 2
    assert answer["overview"]["notices"][0].startswith("1 行没有申请人")
    repeats.RepeatsOut.model_validate(answer)


BAD = [
    ({"register": []}, "invalid"),
    ({"register": [{"text": "批复"}]}, "register"),
    ({"register": [{"text": "", "applicant": "张三"}]}, "register"),
    ({"register": REGISTER, "requests": [{"text": "。"}]}, "register"),
    (
        {"register": REGISTER, "requests": [{"text": "批复", "received_on": "2999-01-01"}]},
        "register",
    ),
    ({"register": REGISTER, "requests": [{"text": "批复"}] * 101}, "invalid"),
    ({"register": [{"text": "批复", "applicant": "甲", "received_on": "昨天"}]}, "invalid"),
    ({"register": REGISTER, "extra": 1}, "invalid"),
]


@pytest.mark.parametrize(("body", "code"), BAD)
def test_what_cannot_be_compared_is_a_problem(client, body, code):
    response = post(client, **body)
    assert response.status_code == 422
    assert response.json()["code"] == code
