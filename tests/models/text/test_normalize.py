import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.text.codepoints import CodePoints
from models.text.normalize import normalize, normalize_text

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)  # surrogates and NULs too


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ＡＢＣ　１２３", "abc 123"),
        ("⻓⻔⺠", "长门民"),
        ("請問規劃局", "请问规划局"),
        ("㎡①㈠", "m21(一)"),
        ("第一行_x000D_\n第二行", "第一行 第二行"),
        ("零\u200b宽\ufeff\x00", "零宽"),
        ("  首尾 \t 空白\u3000", "首尾 空白"),
        ("", ""),
        (" \n ", ""),
        ("_x0041_保留", "_x0041_保留"),
    ],
)
def test_normalize_known_forms(raw, expected):
    assert normalize_text(raw)[0] == expected


@given(ANY_TEXT)
def test_normalize_is_idempotent(text):
    once = normalize_text(text)[0]
    assert normalize_text(once)[0] == once


@given(st.lists(ANY_TEXT, max_size=6))
def test_normalize_batch_equals_one_by_one(texts):
    batch = normalize(CodePoints.from_texts(texts)).points
    assert [batch.text(i) for i in range(len(texts))] == [normalize_text(t)[0] for t in texts]


@given(ANY_TEXT)
def test_normalize_source_leads_back_in_order(text):
    normal, source = normalize_text(text)
    assert len(source) == len(normal)
    assert (np.diff(source) >= 0).all()
    assert all(0 <= index < len(text) for index in source)


def test_normalize_never_reads_an_escape_across_two_texts():
    points = normalize(CodePoints.from_texts(["尾_x00", "0D_头"])).points
    assert [points.text(0), points.text(1)] == ["尾_x00", "0d_头"]


@settings(max_examples=60)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_codepoints_from_utf8_equal_those_from_strings(texts):
    encoded = [text.encode() for text in texts]
    offsets = np.cumsum([0, *map(len, encoded)]).astype(np.int64)
    data = np.frombuffer(b"".join(encoded), np.uint8)
    a, b = CodePoints.from_utf8(data, offsets), CodePoints.from_texts(texts)
    assert a.codes.tolist() == b.codes.tolist()
    assert a.bounds.tolist() == b.bounds.tolist()


def test_codepoints_from_utf8_takes_a_slice_of_a_column():
    data = np.frombuffer("甲乙丙丁".encode(), np.uint8)
    points = CodePoints.from_utf8(data, np.array([3, 6, 12], np.int64))
    assert [points.text(0), points.text(1)] == ["乙", "丙丁"]
