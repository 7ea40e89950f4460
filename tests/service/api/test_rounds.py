"""Who shares a round, who waits for whom, and that the short way gives what the long way gives."""

import asyncio
import json
import threading
import time

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.document import Document
from models.pipeline import DocumentPrediction
from models.prediction import Candidate, Prediction
from service.api import classify as module
from service.api.app import create_app
from service.api.batching import SLICE, SMALL_DOCUMENTS, Batcher
from service.settings import Settings

ANSWER = Prediction("land", "土地资源", 0.75, "accept", (Candidate("land", "土地资源", 0.75),))
HEADS = {"topic": ANSWER, "subtopic": ANSWER, "intent": ANSWER}


class Model:
    """Answers at once, or when told to; knows in which thread it was asked."""

    def __init__(self, name="own@1"):
        self.model_id = name
        self.go_on = threading.Event()
        self.go_on.set()
        self.holds = 1000
        self.threads, self.sizes = [], []

    def predict(self, documents, *, evidence=True):
        self.threads.append(threading.current_thread())
        self.sizes.append(len(documents))
        if len(documents) >= self.holds:
            assert self.go_on.wait(20)
        return [DocumentPrediction(d.id, self.model_id, HEADS) for d in documents]


def documents(n, text="林地被占"):
    return [Document(text, str(i)) for i in range(n)]


def run(scenario, model, max_batch=64):
    async def inside():
        async with Batcher(lambda: model, max_batch) as batcher:
            return await scenario(batcher)

    return asyncio.run(inside())


def test_a_brief_round_is_answered_in_the_loop():
    model = Model()

    async def scenario(batcher):
        for _ in range(3):
            await batcher.predict(documents(1), evidence=False)

    run(scenario, model)
    assert model.threads[0] is not threading.main_thread()  # nothing is known of the model yet
    assert model.threads[1:] == [threading.main_thread()] * 2


def test_a_slow_model_never_holds_up_the_loop():
    class Slow(Model):
        def predict(self, documents, *, evidence=True):
            time.sleep(0.05)
            return super().predict(documents, evidence=evidence)

    model = Slow()

    async def scenario(batcher):
        for _ in range(3):
            await batcher.predict(documents(1), evidence=False)

    run(scenario, model)
    assert threading.main_thread() not in model.threads


def test_small_calls_are_answered_while_a_large_one_is_under_way():
    model = Model()
    model.holds = SLICE
    model.go_on.clear()

    async def scenario(batcher):
        large = asyncio.create_task(batcher.predict(documents(SLICE), evidence=True))
        for _ in range(5):
            answer = await asyncio.wait_for(batcher.predict(documents(1), evidence=True), 10)
            assert len(answer) == 1
        assert not large.done()
        model.go_on.set()
        assert len(await large) == SLICE

    run(scenario, model)


def test_a_long_text_is_no_small_call():
    model = Model()

    async def scenario(batcher):
        await batcher.predict(documents(1), evidence=False)
        await batcher.predict(documents(1, "长" * 50_000), evidence=False)
        await batcher.predict(documents(SMALL_DOCUMENTS + 1), evidence=False)

    run(scenario, model)
    assert all(t.name.startswith("model-large") for t in model.threads[1:])


def test_calls_that_name_their_model_are_answered_by_it():
    old, new = Model("old@1"), Model("new@2")

    async def scenario(batcher):
        calls = [
            batcher.predict(documents(1), evidence=False, model=old),
            batcher.predict(documents(1), evidence=False),
        ]
        return await asyncio.gather(*calls)

    (first,), (second,) = run(scenario, new)
    assert (first.model_id, second.model_id) == ("old@1", "new@2")


def test_a_fault_reaches_every_caller_of_its_round_and_nobody_else():
    class Faulty(Model):
        def predict(self, documents, *, evidence=True):
            if any(d.text == "坏" for d in documents):
                raise RuntimeError
            return super().predict(documents, evidence=evidence)

    async def scenario(batcher):
        for _ in range(2):  # in the thread first, in the loop then
            with pytest.raises(RuntimeError):
                await batcher.predict(documents(1, "坏"), evidence=False)
            assert await batcher.predict(documents(1), evidence=False)

    run(scenario, Faulty())


@pytest.fixture(scope="module")
def client():
    app = create_app(Settings(accounts="off", workers=0), load=Model)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("林地"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["documents", "evidence", "id", "text", "reply", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
DOCUMENTS = st.fixed_dictionaries(
    {"text": st.text(max_size=20)}, optional={"id": st.text(max_size=5), "reply": st.none()}
)
BODIES = VALUES | st.fixed_dictionaries(
    {"documents": st.lists(DOCUMENTS | VALUES, max_size=3)}, optional={"evidence": VALUES}
)


def answered(client, content, content_type="application/json"):
    response = client.post("/v1/classify", content=content, headers={"content-type": content_type})
    own = {"date", "x-request-id"}
    headers = {name: value for name, value in response.headers.items() if name not in own}
    return response.status_code, response.json(), headers


async def never(request):
    return None


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES, is_ascii=st.booleans())
def test_the_short_way_answers_as_the_framework_does(client, body, is_ascii):
    content = json.dumps(body, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")
    short = answered(client, content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_parsed", never)
        assert answered(client, content) == short


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"documents":[{"text":"\\ud800"}]}',
        b'{"documents":[{"text":"a\x01b"}]}',
        b'{"documents":[{"text":"ab"}],"documents":[{"text":"cd"}]}',
        b'{"documents":[{"text":"ab"}]} x',
        b'\xef\xbb\xbf{"documents":[{"text":"ab"}]}',
        '{"documents":[{"text":"林地"}]}'.encode("utf-16"),
        '{"documents":[{"text":"林地"}]}'.encode("gbk"),
        b'{"documents":[{"text":"ab"}],"evidence":"no"}',
        b'{"documents":[{"text":"ab"}],"evidence":1}',
        b"[" * 500 + b"]" * 500,
    ],
)
@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
def test_odd_bodies_are_taken_or_refused_alike(client, monkeypatch, content, content_type):
    short = answered(client, content, content_type)
    monkeypatch.setattr(module, "_parsed", never)
    assert answered(client, content, content_type) == short


def test_a_thousand_documents_come_back_in_their_order(client):
    body = {"documents": [{"id": str(i), "text": "林地被占"} for i in range(1000)]}
    results = client.post("/v1/classify", json=body).json()["results"]
    assert [r["id"] for r in results] == [str(i) for i in range(1000)]
