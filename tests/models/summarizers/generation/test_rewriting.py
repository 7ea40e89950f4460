"""A generator under guard: what stands, what is refused, and why."""

import time

import pytest

from models.summarizers.generation.errors import GenerationError
from models.summarizers.generation.prompts import tidy
from models.summarizers.generation.relay import relay
from models.summarizers.generation.request import Cancellation, Completion, Limits
from models.summarizers.generation.rewriting import Rewriter

from .conftest import DISTORTED, FAITHFUL, SOURCE


class Scripted:
    """Answers from a list; an exception in it is raised."""

    name = "scripted"

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def stream(self, request, limits, cancellation=None):
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        yield from answer

    def complete_all(self, requests, limits, cancellation=None):
        self.asked += requests
        return [self.answers.pop(0) for _ in requests]


def test_an_honest_title_stands_and_a_distorted_one_does_not():
    rewriter = Rewriter(Scripted(f"标题：“{FAITHFUL}”。\n理由：……", DISTORTED))
    made = rewriter.title(SOURCE, "请问柳湾村")
    assert (made.text, made.is_generated, made.reasons) == (FAITHFUL, True, ())
    made = rewriter.title(SOURCE, "请问柳湾村")
    assert (made.text, made.is_generated) == ("请问柳湾村", False)
    assert any("12万元" in reason for reason in made.reasons)
    assert made.to_json()["proposed"] == DISTORTED


def test_a_paragraph_keeps_all_it_says():
    source = "我局受理申请195件，答复的及时性有待提升。"
    rewriter = Rewriter(Scripted("我局受理申请195件，答复及时性有待提高。", "我局受理申请195件。"))
    assert rewriter.polish(source).is_generated
    made = rewriter.polish(source)
    assert (made.text, made.kinds) == (source, ("missing",))


def test_a_topic_is_named_after_one_of_its_texts():
    made = Rewriter(Scripted(FAITHFUL)).topic("征地补偿", [SOURCE, "石桥村道路没有修"])
    assert made.text == FAITHFUL


def test_the_pieces_can_be_watched():
    seen = []
    Rewriter(Scripted(FAITHFUL)).title(SOURCE, "", seen.append)
    assert "".join(seen) == FAITHFUL


def test_a_generator_that_keeps_failing_is_not_asked_again():
    error = GenerationError("与生成服务的连接中断", "server")
    rewriter = Rewriter(Scripted(error, error, FAITHFUL))
    made = [rewriter.title(SOURCE, "原") for _ in range(3)]
    assert {m.text for m in made} == {"原"}
    assert [m.kinds for m in made] == [("unfinished",)] * 3
    assert "连续失败" in made[2].reasons[0]


def test_a_text_that_is_too_long_is_no_failure_of_the_generator():
    error = GenerationError("原文太长", "source")
    rewriter = Rewriter(Scripted(error, error, error, FAITHFUL))
    assert [rewriter.title(SOURCE, "原").is_generated for _ in range(4)] == [False] * 3 + [True]


def test_many_titles_are_judged_each_by_its_own_text():
    completions = [Completion(FAITHFUL), Completion(FAITHFUL), Completion(error="已取消")]
    made = Rewriter(Scripted(*completions)).titles([SOURCE, "石桥村道路没有修", SOURCE], ["a", "b", "c"])  # fmt: skip  # noqa: E501
    assert [m.text for m in made] == [FAITHFUL, "b", "c"]
    assert made[2].reasons == ("已取消",)


def test_answers_are_tidied():
    assert tidy("<think>想一想\n12</think>\n《柳湾村》", "title") == "柳湾村"
    assert tidy("改写后：甲。\n乙。", "polish") == "甲。\n乙。"
    assert tidy("“甲”和“乙”", "title") == "“甲”和“乙”"


def test_an_error_of_the_producer_reaches_the_caller():
    def produce(emit, stopped):
        emit("一")
        raise GenerationError("坏了", "model")

    pieces = relay(produce, Limits(5))
    assert next(pieces) == "一"
    with pytest.raises(GenerationError) as caught:
        next(pieces)
    assert caught.value.cause == "model"


def test_a_producer_that_does_not_listen_holds_nobody_up():
    def produce(emit, stopped):
        time.sleep(3)

    start = time.monotonic()
    for limits, cancelled in ((Limits(0.2), False), (Limits(30), True)):
        cancellation = Cancellation()
        if cancelled:
            cancellation.cancel()
        with pytest.raises(GenerationError) as caught:
            list(relay(produce, limits, cancellation))
        assert caught.value.cause == ("cancelled" if cancelled else "time")
    assert time.monotonic() - start < 1.5
