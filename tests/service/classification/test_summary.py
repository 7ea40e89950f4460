import json
from unicodedata import east_asian_width

import numpy as np
import pytest

from service.classification.summary import Summary
from service.classification.tally import Tally


@pytest.fixture
def summary(classifier):
    tally = Tally.of_batch(
        classifier.predict_texts([f"第{i}封" for i in range(300)]), np.arange(2, 302)
    )
    tally.add(Tally.of_rejects(["正文为空"] * 3))
    return Summary(
        output="结果.csv",
        rejects="结果.csv.rejects.csv",
        model_id="dummy@1",
        text_column="内容",
        added_columns=("topic",),
        n_duplicate_ids=2,
        n_resumed=100,
        seconds=2.0,
        notices=("文件的文字编码是 GBK/GB18030。",),
        tally=tally,
    )


def test_the_text_says_what_matters(summary):
    text = summary.to_text()
    for part in (
        "提示：文件的文字编码是 GBK/GB18030。",
        "共 303 行：已标注 300 行，未能标注 3 行",
        "每秒 102 行",
        "100 行是上次中断前已完成的",
        "有 2 行的编号与前面的行重复，均已保留",
        f"待复核：主题 {summary.tally.review_by_head['topic']} 行（",
        f"都可采纳的有 {300 - summary.tally.n_to_review} 行（",
        "建议先看：主题判为“",
        "主题最拿不准的行（输入文件中的行号）：",
        "结果：结果.csv",
        "结果.csv.rejects.csv",
        "正文为空：3 行",
    ):
        assert part in text


def test_the_table_is_aligned_and_adds_up(summary):
    lines = summary.to_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("主题"))
    table = lines[start : start + 3]
    widths = [sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in table]
    assert len(set(widths)) == 1
    for line in table[1:]:
        *cells, total = [int(cell) for cell in line.split()[1:-1]]
        assert sum(cells) == total


def test_nothing_to_review_and_nothing_rejected(summary):
    summary.tally.review_by_head = {"topic": 0}
    text = Summary(**{**summary_fields(summary), "rejects": None}).to_text()
    assert "没有需要复核的行" in text
    assert "rejects" not in text


def test_nothing_labelled(summary):
    text = Summary(**{**summary_fields(summary), "tally": Tally.of_rejects(["空"])}).to_text()
    assert "已标注 0 行" in text


def test_json_holds_everything(summary):
    found = json.loads(json.dumps(summary.to_json()))
    assert found["n_rows"] == found["n_labelled"] + found["n_rejected"] == 303
    assert found["uncertain"][0].keys() == {"probability", "line"}
    assert found["crossed"]["land"]
    assert found["reasons"] == {"正文为空": 3}


def summary_fields(summary):
    return {name: getattr(summary, name) for name in Summary.__dataclass_fields__}


def test_rows_of_other_offices_are_not_what_to_open_first(summary):
    summary.tally.review_by_topic = {"out_of_scope": 900, "land": 1}
    summary.tally.names["topic"]["out_of_scope"] = "其他"
    assert "建议先看：主题判为“土地资源”" in summary.to_text()
    summary.tally.review_by_topic = {"out_of_scope": 900}
    assert "建议先看" not in summary.to_text()
