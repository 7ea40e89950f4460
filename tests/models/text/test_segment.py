import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text.segment import Segmenter, default_segmenter, user_words
from models.text.sentences import sentences

jieba = pytest.importorskip("jieba")

TEXTS = [
    "来电人反映其所在小区楼顶违法建设，规划核实没有通过，房产证一直办不下来。",
    "请问征地批复和一书四方案能不能公开？我们村的永久基本农田被占了三十亩。",
    "林权证丢失后如何补办，采伐许可证在哪里申请，野猪毁了苞谷谁赔。",
    "沙嘴坪七组的采石场放炮震裂了十几户的墙，国土局说归应急管理局管。",
    "长江大桥边的控规调整公示在哪里看，日照分析报告能不能复印。",
]


@pytest.fixture(scope="module")
def python_jieba():
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for word in user_words():
        tokenizer.add_word(word)
    return tokenizer


@pytest.mark.parametrize("text", TEXTS)
def test_segment_cuts_as_python_jieba_does(text, python_jieba):
    assert default_segmenter().cut(text) == python_jieba.lcut(text)


def test_segment_parity_over_the_corpus(python_jieba):
    """Chinese words only: the two disagree on hyphens inside Latin and digits, which carry
    nothing here."""
    from training.corpus import shipped_corpus

    texts = [re.sub(r"[^\u4e00-\u9fa5，。？！]+", "，", t) for t in shipped_corpus().texts[:400]]
    unequal = [t for t in texts if default_segmenter().cut(t) != python_jieba.lcut(t)]
    assert len(unequal) <= 2


@given(st.text(max_size=80))
def test_segment_loses_nothing(text):
    words = default_segmenter().words(text)
    assert "".join(word.text for word in words) == text
    assert all(text[w.start : w.end] == w.text for w in words)


def test_segmenter_words_of_one_object_do_not_reach_another():
    assert "沙嘴坪七组长" in Segmenter(("沙嘴坪七组长",)).cut("问沙嘴坪七组长要钱")
    assert "沙嘴坪七组长" not in default_segmenter().cut("问沙嘴坪七组长要钱")


def test_sentences_keep_places():
    text = "您好！我家的地被占了。\n什么时候赔？等回复"
    found = sentences(text)
    assert [s.text for s in found] == ["您好！", "我家的地被占了。", "什么时候赔？", "等回复"]
    assert all(text[s.start : s.end] == s.text for s in found)


@given(st.text(max_size=80))
def test_sentences_cover_everything_that_can_be_seen(text):
    joined = "".join(s.text for s in sentences(text))
    strip = str.maketrans("", "", "".join(c for c in text if c.isspace()))
    assert joined.translate(strip) == text.translate(strip)
