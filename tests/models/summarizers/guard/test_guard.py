# ruff: noqa: E501
"""The guard lets no distortion pass; how many honest rewrites it refuses is known and bounded."""

import json
import random
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.resources import data_path
from models.summarizers.guard.check import check_headline, check_rewrite
from models.summarizers.guard.quantities import find_quantities
from models.summarizers.headline import headline

from .distortions import distortions

HERE = Path(__file__).parent


def pairs(name):
    lines = (HERE / name).read_text("utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if line and not line.startswith("#")]


def verdict(kind, source, rewrite):
    return check_rewrite(source, rewrite) if kind == "keep" else check_headline([source], rewrite)


def _is_nothing(kind, sentence):
    """0元 and 0万元 are the same."""
    return kind == "unit" and re.search(r"(?<!\d)0元", sentence)


@pytest.fixture(scope="module")
def sentences():
    """Sentences of our own messages, and of reports."""
    dice = random.Random(20260601)
    texts = [
        json.loads(line)["text"]
        for path in sorted(data_path("corpora", "messages_train").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()[:40]
    ]
    found = []
    for text in texts:
        own = [s for s in re.findall(r"[^。！？\n]+[。！？]", text) if 14 <= len(s) <= 90]
        found += [dice.choice(own)] if own else []
    dice.shuffle(found)
    return found[:90] + [source for kind, source, _ in pairs("honest.tsv") if kind == "keep"]


def test_no_distorted_sentence_passes(sentences):
    dice = random.Random(7)
    counts = Counter()
    passed = []
    for sentence in sentences:
        for kind, distorted in distortions(sentence, dice):
            if _is_nothing(kind, sentence):
                continue
            counts[kind] += 1
            if check_rewrite(sentence, distorted).is_accepted:
                passed.append((kind, sentence, distorted))
    assert not passed
    assert sum(counts.values()) >= 500
    assert len(counts) >= 19


def test_no_distorted_headline_passes(sentences):
    dice = random.Random(8)
    passed, n = [], 0
    for sentence in sentences:
        for kind, distorted in distortions(headline(sentence), dice):
            # a headline may leave clauses out, and what stands in the text is no distortion
            if kind == "dropped clause" or distorted.rstrip("。") in sentence:
                continue
            if _is_nothing(kind, sentence):
                continue
            n += 1
            if check_headline([sentence], distorted).is_accepted:
                passed.append((kind, sentence, distorted))
    assert not passed
    assert n >= 300


@pytest.mark.parametrize(("kind", "source", "rewrite"), pairs("distorted.tsv"))
def test_a_rewrite_by_a_cunning_hand_does_not_pass(kind, source, rewrite):
    assert not verdict(kind, source, rewrite).is_accepted


def test_how_many_honest_rewrites_are_refused():
    refused = {"keep": [], "condense": []}
    known = pairs("honest.tsv")
    for kind, source, rewrite in known:
        if not verdict(kind, source, rewrite).is_accepted:
            refused[kind].append(rewrite)
    assert len(known) >= 100
    # measured 25 of 75 and 14 of 42; docs/generation.md states the rates
    assert len(refused["keep"]) <= 25
    assert len(refused["condense"]) <= 14


@pytest.mark.parametrize(("kind", "source", "_"), pairs("honest.tsv"))
def test_a_text_is_a_rewrite_of_itself(kind, source, _):
    assert check_rewrite(source, source).is_accepted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5万元", "15000元"),
        ("一万五千元", "15,000元"),
        ("百分之十二", "12%"),
        ("12.50%", "12.5％"),
        ("2023年5月3日", "2023-05-03"),
        ("二〇二三年五月三日", "2023年5月3日"),
        ("第（四）项", "第四项"),
        ("第三十二条", "第32条"),
        ("六百余户", "600余户"),
        ("约5元", "5元左右"),
        ("３户", "三户"),
        ("1.2亿元", "12000万元"),
        ("50平方米", "50㎡"),
        ("两名", "2名"),
    ],
)
def test_one_quantity_however_it_is_written(one, other):
    assert check_rewrite(f"涉及{one}。", f"涉及{other}。").is_accepted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5万元", "1.5万"), ("12%", "12个百分点"), ("10余万元", "10万余元"), ("约5亩", "5亩"), ("5亩以上", "5亩"),
        ("2023年5月", "2023年"), ("第四项", "四项"), ("一万二", "12000元"), ("5亩", "5公顷"), ("3天", "3个工作日"),
    ],
)  # fmt: skip
def test_two_quantities_that_look_alike(one, other):
    assert not check_rewrite(f"涉及{one}。", f"涉及{other}。").is_accepted


def test_a_numeral_that_is_no_number_is_left_alone():
    assert not list(find_quantities("统一部署，进一步提高，十分重视，两三万元"))


def test_the_reason_names_what_differs():
    (fault,) = check_rewrite("补偿款12万元未发。", "补偿款15万元未发。").faults[:1]
    assert (fault.kind, fault.message) == ("number", "数字“15万元”不在原文中")
    kinds = {
        ("未批先建。", "批先建。"): "negation",
        ("涉及柳湾村。", "涉及白马村。"): "name",
        ("依据第三条。", "依据第四条。"): "article",
        ("同比增长5%。", "同比下降5%。"): "direction",
        ("均已办结。", "大部分已办结。"): "amount",
        ("2022年3月立案。", "2022年4月立案。"): "date",
        ("拟批准。", "批准。"): "certainty",
        ("违建没有拆除。", "违建没有拆除，影响恶劣。"): "word",
    }
    for (source, rewrite), kind in kinds.items():
        assert kind in {f.kind for f in check_rewrite(source, rewrite).faults}, (source, rewrite)


def test_a_headline_rests_on_one_text():
    sources = ["柳湾村征地补偿没有发放。", "石桥村道路没有修。"]
    assert check_headline(sources, "石桥村道路没有修").is_accepted
    assert not check_headline(sources, "柳湾村道路没有修").is_accepted
    assert not check_headline([], "柳湾村").is_accepted


def test_an_answer_that_is_no_rewrite_is_refused():
    for answer in (
        "",
        " \n",
        "好的，以下是改写后的标题：柳湾村",
        "柳湾村" * 30,
        "“柳湾村征地",
        "柳湾村征地，",
    ):
        assert not check_headline(["柳湾村征地补偿没有发放。"], answer).is_accepted


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_gives_a_verdict(source, rewrite):
    check_headline([source], rewrite)
    if check_rewrite(source, rewrite).is_accepted:
        assert re.findall(r"[0-9]", source) == re.findall(r"[0-9]", rewrite) or re.search(
            r"[^\x00-\x7f]", source + rewrite
        )
