"""A chat server on the office's network: its answers, its failures, and whom the text may reach."""

import threading
import time

import pytest

from models.summarizers.generation.address import read_address
from models.summarizers.generation.errors import GenerationError, GeneratorError
from models.summarizers.generation.opening import open_generator
from models.summarizers.generation.request import Cancellation, Limits, Request

from .conftest import DISTORTED, FAITHFUL, SOURCE

pytest.importorskip("httpx", reason="needs the extra `remote`")

REQUEST = Request("title", SOURCE)


LONG_BEFORE_THE_SERVER = 5.0
"""Seconds. The limits here end within one; a slow server of the fixture holds on for twenty, and a
busy machine must not fail a test."""


@pytest.fixture
def opened(server):
    made = []

    def open_mode(mode, key=""):
        made.append(open_generator(f"{server.url}#{mode}" if mode else server.url, key))
        return made[-1]

    yield open_mode
    for generator in made:
        generator.close()


def failure(generator, seconds=5.0, cancellation=None):
    start = time.monotonic()
    with pytest.raises(GenerationError) as caught:
        list(generator.stream(REQUEST, Limits(seconds), cancellation))
    return caught.value, time.monotonic() - start


def test_the_answer_comes_in_pieces(opened, server):
    pieces = list(opened("").stream(REQUEST, Limits(5)))
    assert "".join(pieces) == FAITHFUL
    assert len(pieces) > 3
    method, path, body, key = server.seen[-1]
    assert (method, path, key) == ("POST", "/v1/chat/completions", None)
    assert (body["model"], body["temperature"], body["stream"]) == ("only", 0, True)
    assert body["messages"][-1]["content"] == SOURCE


def test_the_key_is_sent_and_nothing_of_the_environment(opened, server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "other")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert "".join(opened("m", "secret").stream(REQUEST, Limits(5))) == FAITHFUL
    assert server.seen[-1][3] == "Bearer secret"


def test_many_texts_keep_their_order(opened):
    found = opened("m").complete_all([REQUEST] * 9, Limits(5))
    assert [c.text for c in found] == [FAITHFUL] * 9
    assert {c.error for c in opened("500").complete_all([REQUEST] * 3, Limits(5))} != {""}


@pytest.mark.parametrize("mode", ["slow", "drip", "silent"])
def test_a_slow_server_is_left_at_the_time_limit(opened, mode):
    error, seconds = failure(opened(mode), seconds=0.5)
    assert error.cause == "time"
    assert seconds < LONG_BEFORE_THE_SERVER


@pytest.mark.parametrize("mode", ["slow", "silent"])
def test_it_can_be_cancelled(opened, mode):
    cancellation = Cancellation()
    threading.Timer(0.3, cancellation.cancel).start()
    error, seconds = failure(opened(mode), 30.0, cancellation)
    assert error.cause == "cancelled"
    assert seconds < LONG_BEFORE_THE_SERVER


def test_a_reader_who_goes_away_frees_the_server(opened, server):
    stream = opened("slow").stream(REQUEST, Limits(30))
    assert next(stream) == "慢"
    stream.close()
    assert server.disconnected.wait(5)


@pytest.mark.parametrize(
    ("mode", "cause", "words"),
    [
        ("broken", "server", "中断"),
        ("cut", "server", "中途断了"),
        ("garbled", "server", "看不懂"),
        ("json", "server", "看不懂"),
        ("long", "length", "字数上限"),
        ("401", "server", "密钥"),
        ("404", "server", "没有这个接口或模型"),
        ("429", "server", "正忙"),
        ("500", "server", "服务出错"),
        ("redirect", "server", "302"),
    ],
)
def test_each_failure_has_its_reason_and_never_quotes_the_text(opened, mode, cause, words):
    error, _ = failure(opened(mode))
    assert error.cause == cause
    assert words in error.message
    assert "柳湾村" not in error.message


def test_the_model_must_be_named_where_there_are_several(server):
    server.names = ["a", "b"]
    with pytest.raises(GeneratorError, match="a、b"):
        open_generator(server.url)


def test_a_server_that_is_down_is_said_at_once():
    with pytest.raises(GeneratorError, match="没有应答"):
        open_generator("http://127.0.0.1:9/v1")


@pytest.mark.parametrize("host", ["8.8.8.8", "203.0.113.7", "[2001:4860:4860::8888]"])
def test_no_text_leaves_the_office(host):
    with pytest.raises(GeneratorError, match="不在单位内部网络"):
        read_address(f"http://{host}:80/v1#m")


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "192.168.1.9", "172.20.0.5", "59.200.1.1", "[::1]"])  # fmt: skip  # noqa: E501
def test_addresses_inside_are_allowed(host):
    assert read_address(f"http://{host}:8000#m").url == f"http://{host}:8000/v1"


@pytest.mark.parametrize("text", ["ftp://127.0.0.1/v1", "http://", "http://127.0.0.1:x/", "http://127.0.0.1/v1?a=b", "http://u:p@127.0.0.1/v1"])  # fmt: skip  # noqa: E501
def test_a_malformed_address_is_refused(text):
    with pytest.raises(GeneratorError) as caught:
        read_address(text)
    assert "u:p" not in str(caught.value)


def test_what_a_liar_writes_does_not_stand(opened):
    from models.summarizers.generation.rewriting import Rewriter

    made = Rewriter(opened("liar"), Limits(5)).title(SOURCE, FAITHFUL)
    assert (made.text, made.proposed, made.is_generated) == (FAITHFUL, DISTORTED, False)
    assert "number" in made.kinds
