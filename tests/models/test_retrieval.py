"""The nearest texts, by characters or by vectors."""

import numpy as np
import pytest

from models.retrieval import TextIndex, WeightedCharacters, index_for

TEXTS = [
    "柳塘村三组的征地补偿款一直没有发下来",
    "不动产登记中心周末能不能办过户",
    "柳塘村三组征地补偿款至今未发，请查明",
    "小区外的规划道路什么时候修",
    "。。。",
]


def test_a_repeat_comes_first_and_the_text_itself_can_be_left_out():
    found = TextIndex(TEXTS).nearest([TEXTS[0]], 2)
    assert found.rows.tolist() == [[0, 2]]
    assert found.similarity[0, 0] == pytest.approx(1, abs=1e-5)
    others = TextIndex(TEXTS).nearest(TEXTS[:1], 2, other_than=[0])
    assert others.rows[0, 0] == 2
    assert 0.3 < others.similarity[0, 0] < 1


def test_the_form_of_characters_does_not_matter():
    wide = TextIndex(TEXTS).nearest(["柳塘村三組的徵地補償款一直沒有發下來"], 1)
    assert wide.similarity[0, 0] == pytest.approx(1, abs=1e-5)


def test_fewer_texts_than_asked_for_and_none_alike():
    found = TextIndex(TEXTS[:2]).nearest(["xyz"], 4)
    assert found.rows[0, 2:].tolist() == [-1, -1]
    assert found.similarity[0].tolist() == [0, 0, -1, -1]
    assert TextIndex(["甲"]).nearest(["甲"], 1, other_than=[0]).rows.tolist() == [[-1]]
    assert TextIndex(TEXTS).nearest([], 3).rows.shape == (0, 3)


def test_added_texts_are_found_and_the_others_stay():
    index = TextIndex(TEXTS[:3])
    index.add([TEXTS[3]])
    assert len(index) == 4
    assert index.nearest(["规划道路何时动工"], 1).rows.tolist() == [[3]]
    assert index.nearest([TEXTS[1]], 1).rows.tolist() == [[1]]


def test_in_pieces_it_is_the_same(monkeypatch):
    whole = TextIndex(TEXTS).nearest(TEXTS, 3)
    monkeypatch.setattr("models.retrieval._CELLS", 7)
    pieces = TextIndex(TEXTS).nearest(TEXTS, 3)
    assert (whole.rows == pieces.rows).all()
    np.testing.assert_array_equal(whole.similarity, pieces.similarity)


def test_vectors_of_a_model_are_used_where_it_has_them():
    angles = {"甲": 0.0, "乙": 0.3, "丙": 2.0}

    class Model:
        def vectors(self, texts):
            turn = np.array([angles[text] for text in texts])
            return np.stack([np.cos(turn), np.sin(turn)], axis=1).astype(np.float32)

    index = index_for(["甲", "乙", "丙"], Model())
    found = index.nearest(["甲"], 3)
    assert found.rows.tolist() == [[0, 1, 2]]
    np.testing.assert_allclose(found.similarity[0], np.cos([0, 0.3, 2.0]), atol=1e-6)
    index.add(["乙"])
    assert index.nearest(["乙"], 2).rows.tolist() == [[1, 3]]
    assert len(index_for(TEXTS, object())) == len(TEXTS)


def test_rows_have_length_one():
    rows = WeightedCharacters(TEXTS)(TEXTS)
    np.testing.assert_allclose(np.sqrt((rows * rows).sum(axis=1)), [1, 1, 1, 1, 0], atol=1e-6)
