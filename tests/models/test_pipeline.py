import functools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import models
from models.document import Document

LOADED = functools.cache(models.load)  # hypothesis forbids function-scoped fixtures
FORMAL = "申请人要求公开某村2019年征地批复、勘测定界图和补偿安置方案，请以纸质方式邮寄。"


@pytest.fixture(scope="module")
def pipeline():
    return LOADED()


def test_default_model_answers_all_heads(pipeline):
    answer = pipeline.predict([Document(FORMAL, "a1")])[0]
    assert answer.id == "a1"
    assert answer.heads["topic"].label == "land"
    assert answer.heads["intent"].label == "disclosure"
    assert answer.heads["subtopic"].label.startswith("2")


def test_second_level_always_lies_below_the_first(pipeline):
    from models.labels import topics

    texts = [
        "办证",
        "砍树要不要批",
        "路灯坏了",
        "矿山复绿",
        "地图上地名标错了",
        "态度太差",
        "征地补偿",
        "控规",
    ]
    batch = pipeline.predict_texts(texts)
    for row in batch.rows():
        assert topics()[row["subtopic"].label].parent == row["topic"].label


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec=None), max_size=50), min_size=1, max_size=5))
def test_any_text_gets_an_answer_alone_as_in_a_batch(texts):
    pipeline = LOADED()
    together = pipeline.predict_texts(texts)
    for i, text in enumerate(texts):
        alone = pipeline.predict_texts([text])
        for head in pipeline.heads:
            assert np.allclose(
                together.heads[head].y_prob[i], alone.heads[head].y_prob[0], atol=1e-5
            )


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec=None), max_size=60))
def test_evidence_quotes_the_original(text):
    answer = LOADED().predict([Document("房产证" + text)])[0]
    for prediction in answer.heads.values():
        assert all(
            ("房产证" + text)[e.start : e.end] == e.text and 0 < e.weight <= 1
            for e in prediction.evidence
        )


SHORT = [
    "我家宅基地被邻居占了，请问找谁管？",
    "请问去哪里办理房屋过户？",
    "有人占用耕地挖沙，没人管。",
    "申请公开青禾区柳湾村征地补偿安置方案及批复文件。",
    "不动产证丢了怎么补办",
    "我们小区旁边的规划道路什么时候开工？一直说要修，到现在都没动静。",
]


def test_evidence_of_a_short_text_points_at_words_and_not_at_the_sentence(pipeline):
    shares = [
        sum(e.end - e.start for e in answer.evidence) / len(text)
        for text in SHORT
        for answer in pipeline.predict([Document(text)])[0].heads.values()
    ]
    assert max(shares) <= 0.5
    assert np.mean(shares) <= 0.35


def test_evidence_holds_most_of_what_spoke_for_the_answer(pipeline):
    for text in SHORT:
        for answer in pipeline.predict([Document(text)])[0].heads.values():
            weights = [e.weight for e in answer.evidence]
            assert sum(weights) >= 0.7
            assert weights == sorted(weights, reverse=True)


def test_evidence_of_a_long_text_names_several_words(pipeline):
    text = "".join(SHORT) * 6
    topic = pipeline.predict([Document(text)])[0].heads["topic"]
    assert len(topic.evidence) == 5


@pytest.mark.parametrize(
    "text", ["", "   ", "12345", "😀😀", "Hello, please help me.", "\x00\x00", "好"]
)
def test_illegible_text_is_never_accepted(pipeline, text):
    assert all(
        row.decision == "review" for row in next(pipeline.predict_texts([text]).rows()).values()
    )


def test_traditional_characters_are_read(pipeline):
    simple, traditional = (
        "房产证办不下来，不动产登记中心不受理",
        "房產證辦不下來，不動產登記中心不受理",
    )
    a, b = pipeline.predict_texts([simple]), pipeline.predict_texts([traditional])
    assert np.array_equal(a.heads["topic"].y_prob, b.heads["topic"].y_prob)


def test_very_long_text(pipeline):
    answer = pipeline.predict([Document("村里的基本农田被占用修厂房。" * 8000)])[0]
    assert answer.heads["topic"].label == "land"


def test_utf8_path_gives_the_same_bits(pipeline):
    texts = [FORMAL, "林地被占", "", "路灯坏了😀"]
    encoded = [text.encode() for text in texts]
    data = np.frombuffer(b"".join(encoded), np.uint8)
    offsets = np.cumsum([0, *map(len, encoded)]).astype(np.int64)
    a, b = pipeline.predict_texts(texts), pipeline.predict_utf8(data, offsets)
    for head in pipeline.heads:
        assert np.array_equal(a.heads[head].y_prob, b.heads[head].y_prob)


def test_predicting_imports_neither_training_libraries_nor_web():
    code = (
        "import sys, models; models.load().predict_texts(['林地']);"
        "heavy = ('sklearn', 'torch', 'fastapi', 'polars', 'typer', 'pydantic', 'training');"
        "print([m for m in heavy if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_dictionary_of_words_is_loaded_with_the_first_cut_and_not_before():
    code = (
        "import sys, models.pipeline; from models.text.segment import default_segmenter;"
        "print('rjieba' in sys.modules); default_segmenter().cut('林地');"
        "print('rjieba' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "True"]
