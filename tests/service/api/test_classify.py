import asyncio
import json

import httpx
import pytest
from fastapi.testclient import TestClient

import models
from models.document import Document
from service.api.app import create_app
from service.api.batching import Batcher
from service.settings import Settings

TEXT = "申请人要求公开某村2019年征地批复和勘测定界图。"


@pytest.fixture(scope="module")
def client():
    settings = Settings(max_documents=1000, max_body_bytes=2**20)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def post(client, body):
    return client.post("/v1/classify", json=body)


def test_classify_answers_in_the_order_and_form_of_the_contract(client):
    body = {"documents": [{"id": "b", "text": TEXT}, {"id": "a", "text": "路灯坏了没人修。"}]}
    response = post(client, body)
    assert response.status_code == 200
    results = response.json()["results"]
    assert [r["id"] for r in results] == ["b", "a"]
    topic = results[0]["topic"]
    assert topic["label"] == "land"
    assert topic["name"] == "土地资源"
    assert topic["decision"] in ("accept", "review")
    assert topic["candidates"][0]["label"] == "land"
    assert all(TEXT[e["start"] : e["end"]] == e["text"] for e in topic["evidence"])
    assert response.json()["model_id"] == models.load().model_id


def test_classify_without_evidence(client):
    answer = post(client, {"documents": [{"text": TEXT}], "evidence": False}).json()["results"][0]
    assert answer["topic"]["evidence"] == []


def test_classify_takes_a_thousand(client):
    body = {"documents": [{"text": TEXT}] * 1000, "evidence": False}
    assert len(post(client, body).json()["results"]) == 1000


def test_a_reply_gives_an_outcome(client):
    reply = "经检索，该信息不存在，依据《条例》第三十六条第（四）项告知。"
    body = {"documents": [{"text": TEXT, "reply": reply}, {"text": "申请公开专题会议纪要"}]}
    read, suspected = [r["outcome"] for r in post(client, body).json()["results"]]
    assert (read["basis"], read["label"]) == ("reply", "unavailable.not_held")
    assert all(reply[e["start"] : e["end"]] == e["text"] for e in read["evidence"])
    assert (suspected["basis"], suspected["label"]) == ("request", None)
    assert suspected["to_verify"][0]["article"] == "第十六条第二款"


BAD = [
    ({"documents": []}, "invalid", "不能为空"),
    ({}, "invalid", "documents"),
    ({"documents": [{"text": 5}]}, "invalid", "documents.0.text"),
    ({"documents": [{"text": "甲", "colour": "red"}]}, "invalid", "colour"),
    ({"documents": "甲"}, "invalid", "列表"),
    ([1, 2], "invalid", "JSON 对象"),
    ({"documents": [{"text": "甲乙丙", "id": "x" * 201}]}, "invalid", "太长"),
    ({"documents": [{"text": TEXT}] * 1001}, "input", "1000"),
    ({"documents": [{"text": "好的"}, {"id": "q7", "text": " \n"}]}, "input", "第 2 条（编号 q7）"),
    ({"documents": [{"text": "长" * 100_001}]}, "input", "100000"),
    ({"documents": [{"text": TEXT, "reply": "长" * 100_001}]}, "input", "100000"),
]


@pytest.mark.parametrize(("body", "code", "message"), BAD)
def test_bad_requests_are_problems_in_chinese(client, body, code, message):
    response = post(client, body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == code
    assert message in problem["detail"]
    assert {"type", "title", "status", "detail"} <= problem.keys()


@pytest.mark.parametrize("content", [b'{"docu', b"\xff\xfe\x00", b"", "甲".encode("gbk")])
def test_not_json(client, content):
    response = client.post(
        "/v1/classify", content=content, headers={"content-type": "application/json"}
    )
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


def test_lone_surrogate_is_refused_or_answered_but_never_a_fault(client):
    content = b'{"documents":[{"text":"\\ud800\xe6\x9e\x97\xe5\x9c\xb0"}]}'
    response = client.post(
        "/v1/classify", content=content, headers={"content-type": "application/json"}
    )
    assert response.status_code in (200, 400, 422)


def test_too_large_body(client):
    response = post(client, {"documents": [{"text": "长" * 90_000}] * 12})
    assert response.status_code == 413
    assert response.json()["code"] == "too_large"


def test_too_large_body_without_a_declared_length(client):
    def chunks():
        for _ in range(40):
            yield b" " * 2**16

    response = client.post("/v1/classify", content=chunks())
    assert response.status_code == 413


def test_unknown_address_and_method(client):
    assert client.get("/nope").json()["code"] == "not_found"
    assert client.get("/v1/classify").json()["code"] == "method"


def test_fault_leaks_nothing(monkeypatch, capsys):
    pipeline = models.load()
    secret = "张三的秘密住址"

    class Broken:
        model_id = "broken@1"

        def predict(self, documents, *, evidence=True):
            if documents[0].text != "预热":
                raise RuntimeError(documents[0].text)
            return pipeline.predict(documents)

    app = create_app(Settings(), load=Broken)
    with TestClient(app, raise_server_exceptions=False) as client:
        response = post(client, {"documents": [{"text": secret}]})
    assert response.status_code == 500
    assert secret not in response.text
    assert response.json()["code"] == "internal"
    out = capsys.readouterr()
    assert secret not in out.out + out.err


def test_texts_reach_no_log(client, capsys):
    post(client, {"documents": [{"id": "编号甲", "text": "李四住在春风里九号"}]})
    out = capsys.readouterr()
    assert "春风里" not in out.out + out.err


def test_labels_health_and_metrics(client):
    sets = {s["name"]: s for s in client.get("/v1/labels").json()["label_sets"]}
    assert {"topic", "intent", "outcome"} == sets.keys()
    assert any(la["agency"] for la in sets["topic"]["labels"])
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").json()["status"] == "ready"
    text = client.get("/metrics").text
    assert 'yangguang_requests_total{route="/v1/classify",status="200"}' in text


def test_not_ready_before_the_model_is_loaded():
    client = TestClient(create_app(Settings()))  # lifespan not entered
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["code"] == "not_ready"


def test_documentation_pages_need_no_internet(client):
    for page in ("/docs", "/redoc"):
        html = client.get(page).text
        assert "https://" not in html.replace("https://fonts.googleapis.com", "")
        assert "cdn" not in html
    schema = client.get("/openapi.json").json()
    assert "房产证" in json.dumps(schema, ensure_ascii=False)


def test_concurrent_calls_share_rounds_and_get_their_own_answers():
    pipeline = models.load()
    rounds = []

    async def scenario():
        async with Batcher(lambda: pipeline, 64, rounds.append) as batcher:
            calls = [
                batcher.predict([Document(f"第{i}户的林地被占", str(i))], evidence=i % 2 == 0)
                for i in range(100)
            ]
            return await asyncio.gather(*calls)

    answers = asyncio.run(scenario())
    assert [a[0].id for a in answers] == [str(i) for i in range(100)]
    assert sum(rounds) == 100
    assert len(rounds) < 100 or max(rounds) == 1


def test_batcher_groups_calls_of_one_kind():
    pipeline = models.load()
    rounds = []

    async def scenario():
        async with Batcher(lambda: pipeline, 64, rounds.append) as batcher:
            calls = [batcher.predict([Document("林地被占")], evidence=False) for _ in range(200)]
            await asyncio.gather(*calls)

    asyncio.run(scenario())
    assert sum(rounds) == 200
    assert max(rounds) <= 64
    assert len(rounds) <= 6


def test_abandoned_call_does_not_stop_the_others():
    pipeline = models.load()

    async def scenario():
        async with Batcher(lambda: pipeline, 8) as batcher:
            abandoned = asyncio.ensure_future(batcher.predict([Document("甲乙")], evidence=False))
            kept = asyncio.ensure_future(batcher.predict([Document("林地被占")], evidence=False))
            await asyncio.sleep(0)
            abandoned.cancel()
            return await kept

    assert asyncio.run(scenario())[0].heads["topic"].label


def test_real_server_answers_over_a_socket(tmp_path):
    """The command itself: start, answer, stop."""
    import os
    import signal
    import socket
    import subprocess
    import sys
    import time

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = (
        "import sys; sys.argv = ['yangguang', 'serve', '--port', sys.argv[1]];"
        "from service.cli.main import run; run()"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code, str(port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        for _ in range(150):
            try:
                ready = httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
            except httpx.TransportError:
                ready = False
            if ready:
                break
            time.sleep(0.1)
        response = httpx.post(
            f"http://127.0.0.1:{port}/v1/classify", json={"documents": [{"text": TEXT}]}
        )
        assert response.json()["results"][0]["topic"]["label"] == "land"
    finally:
        server.send_signal(signal.SIGINT)
        out, err = server.communicate(timeout=20)
    assert "运行" in out.decode()
    assert b"Traceback" not in err
