"""Titles by a generator beside the answers: what stands, what is said, and when it ends."""

import csv
import threading
import time

import openpyxl
import pytest

from models.summarizers.generation.errors import GenerationError
from models.summarizers.generation.relay import relay
from models.summarizers.generation.request import Cancellation, Completion, Limits
from models.summarizers.generation.rewriting import Rewriter
from models.summarizers.headline import headlines
from service.classification.label import LabelOptions, label_file
from service.classification.titling import TITLED_ROWS, Titler

HONEST = "请问柳湾村征地补偿标准是多少？"
TITLED = "柳湾村征地补偿标准"


class Scripted:
    """Titles one text well, every other one with an invented number."""

    name = "scripted"

    def __init__(self, seconds=0.0, fails=False):
        self.rounds, self.seconds, self.fails = [], seconds, fails

    def complete_all(self, requests, limits, cancellation=None):
        self.rounds.append(len(requests))

        def produce(emit, stopped):
            until = time.monotonic() + self.seconds
            while time.monotonic() < until and not stopped():
                time.sleep(0.01)
            if self.fails:
                raise GenerationError("与生成服务的连接中断", "server")

        try:
            list(relay(produce, limits, cancellation))
        except GenerationError as error:
            return [Completion(error=error.message, cause=error.cause)] * len(requests)
        return [Completion(TITLED if r.text == HONEST else "共9876件") for r in requests]


def titler_of(generator, seconds=60.0, limit=30.0):
    cancellation = Cancellation()
    return Titler(Rewriter(generator, Limits(limit), cancellation), cancellation, seconds)


def mail(tmp_path, n=40):
    texts = [HONEST if i % 2 else f"第{i}号院的路灯坏了，请派人来修。" for i in range(n)]
    path = tmp_path / "来信.csv"
    path.write_text("编号,内容\n" + "".join(f"{i},{t}\n" for i, t in enumerate(texts)), "utf-8")
    return path, texts


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


OPTIONS = LabelOptions(with_headlines=True, n_workers=2)


def test_a_title_stands_only_where_the_guard_agrees_and_the_row_says_so(tmp_path, classifier):
    path, texts = mail(tmp_path)
    generator = Scripted()
    summary = label_file(
        path, tmp_path / "r.csv", classifier, OPTIONS, titler=titler_of(generator)
    )  # fmt: skip
    rows = rows_of(tmp_path / "r.csv")
    plain = headlines(texts)
    for row, text, own in zip(rows, texts, plain, strict=True):
        if text == HONEST:
            assert (row["headline"], row["headline_source"]) == (TITLED, "生成")
        else:
            assert row["headline"] == own
            assert row["headline_source"].startswith("摘自来信：")
            assert "9876" in row["headline_source"]
    assert summary.tally.titles == {"generated": 20, "refused": 20}
    assert "采用生成的 20 行；生成的与原文核对不上而改用摘取的 20 行" in summary.to_text()
    assert sorted(generator.rounds) == [8, TITLED_ROWS, TITLED_ROWS]  # shares, not single rows


def test_a_workbook_has_chinese_headings(tmp_path, classifier):
    path, _ = mail(tmp_path, 4)
    label_file(path, tmp_path / "r.xlsx", classifier, OPTIONS, titler=titler_of(Scripted()))
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx").active
    assert [cell.value for cell in sheet[1]][-2:] == ["拟标题", "标题来源"]


def test_without_a_generator_nothing_is_said_of_one(tmp_path, classifier):
    path, _ = mail(tmp_path, 4)
    summary = label_file(path, tmp_path / "r.csv", classifier, OPTIONS)
    assert "headline_source" not in rows_of(tmp_path / "r.csv")[0]
    assert "标题" not in summary.to_text()


def test_after_the_time_for_all_the_rest_is_taken_from_the_texts(tmp_path, classifier):
    path, texts = mail(tmp_path)
    generator = Scripted(seconds=0.3)
    label_file(
        path, tmp_path / "r.csv", classifier, OPTIONS, titler=titler_of(generator, seconds=0.2)
    )  # fmt: skip
    rows = rows_of(tmp_path / "r.csv")
    assert generator.rounds == [TITLED_ROWS]
    late = [row for row in rows if "总时限" in row["headline_source"]]
    assert len(late) == len(texts) - TITLED_ROWS
    plain = dict(zip(texts, headlines(texts), strict=True))
    assert all(row["headline"] == plain[row["内容"]] for row in late)


def test_a_round_has_its_own_limit_and_a_dead_generator_is_given_up(tmp_path, classifier):
    path, _ = mail(tmp_path, 64)
    slow, dead = Scripted(seconds=30), Scripted(fails=True)
    began = time.monotonic()
    summary = label_file(
        path, tmp_path / "s.csv", classifier, OPTIONS, titler=titler_of(slow, limit=0.2)
    )  # fmt: skip
    assert time.monotonic() - began < 10
    assert len(slow.rounds) == 2
    assert summary.tally.title_faults == {"超过0.2秒没有写完": 32, "生成器连续失败，不再使用": 32}
    label_file(path, tmp_path / "d.csv", classifier, OPTIONS, titler=titler_of(dead))
    assert len(dead.rounds) == 2
    assert "连接中断" in rows_of(tmp_path / "d.csv")[0]["headline_source"]


def test_a_stopped_run_waits_for_no_generator_and_can_go_on(tmp_path, classifier):
    path, _ = mail(tmp_path)
    output = tmp_path / "r.csv"

    class Interrupted(Exception):
        pass

    class SlowAfterFirst(Scripted):
        def complete_all(self, requests, limits, cancellation=None):
            self.seconds = 0.0 if "第0号院" in requests[0].text else 60.0
            return super().complete_all(requests, limits, cancellation)

    def report(progress):
        raise Interrupted

    one = LabelOptions(with_headlines=True, n_workers=1)  # the first share comes first
    began = time.monotonic()
    with pytest.raises(Interrupted):
        label_file(path, output, classifier, one, report, titler=titler_of(SlowAfterFirst()))
    assert time.monotonic() - began < 10
    assert not output.exists()
    summary = label_file(path, output, classifier, one, titler=titler_of(Scripted()))
    assert summary.n_resumed == TITLED_ROWS
    assert summary.tally.titles == {"generated": 20, "refused": 20}  # none of "cancelled"


def test_one_share_at_a_time_and_waiting_costs_no_limit():
    class Counting(Scripted):
        at_work = most = 0

        def complete_all(self, requests, limits, cancellation=None):
            Counting.at_work += 1
            Counting.most = max(Counting.most, Counting.at_work)
            made = super().complete_all(requests, limits, cancellation)
            Counting.at_work -= 1
            return made

    titler = titler_of(Counting(seconds=0.3), limit=1.0)
    found = []

    def ask():
        found.append(titler.titles([HONEST], ["原"], threading.Event()))

    threads = [threading.Thread(target=ask) for _ in range(6)]  # the last waits 1.5 s
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counting.most == 1
    assert [title.fate for titles in found for title in titles] == ["generated"] * 6
