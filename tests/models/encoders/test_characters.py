from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.encoders.characters import CharacterHasher, hash_grams
from models.encoders.weighting import fit_vocabulary, fit_weights, normalized
from models.text.codepoints import CodePoints
from models.text.normalize import normalize


def encode(texts, **options):
    return CharacterHasher(**options).encode(normalize(CodePoints.from_texts(texts)).points)


def row(counts, i):
    at = slice(counts.indptr[i], counts.indptr[i + 1])
    return dict(zip(counts.buckets[at].tolist(), counts.counts[at].tolist(), strict=True))


@given(st.lists(st.text(max_size=30), min_size=1, max_size=8))
def test_encode_batch_equals_one_by_one(texts):
    batch = encode(texts)
    assert [row(batch, i) for i in range(len(texts))] == [row(encode([t]), 0) for t in texts]


def test_encode_counts_every_gram():
    counts = row(encode(["林地林地"], orders=(1,)), 0)
    assert sorted(counts.values()) == [2, 2]
    assert sum(row(encode(["林地林地"], orders=(2,)), 0).values()) == 3


def test_encode_is_deaf_to_punctuation_and_never_crosses_it():
    assert row(encode(["占地。补偿"], orders=(2,)), 0) == row(
        encode(["占地！？补偿"], orders=(2,)), 0
    )
    whole = row(encode(["地补"], orders=(2,)), 0)
    assert not whole.keys() & row(encode(["占地，补偿"], orders=(2,)), 0).keys()


def test_encode_works_through_more_texts_than_one_key_holds():
    texts = [f"第{i}条林地" for i in range(4100)]
    counts = encode(texts)
    assert len(counts.indptr) == 4101
    assert row(counts, 4099) == row(encode(texts[4099:]), 0)


def test_hash_grams_tells_order_of_characters_apart():
    codes = np.array([0x6797, 0x5730, 0x6797], np.uint32)
    first, second = hash_grams(codes, 2, 20)
    assert first != second


def test_encode_no_texts():
    assert encode([]).indptr.tolist() == [0]


def fitted(texts, y, **options):
    vocabulary = fit_vocabulary(encode(texts, **options), 1 << 20)
    entries = vocabulary.entries(encode(texts, **options))
    return vocabulary, fit_weights(entries, len(vocabulary), np.array(y))


def test_normalized_rows_have_length_one_and_unknown_buckets_vanish():
    texts = ["林地被占", "林地采伐", "办房产证", "房产证过户"]
    vocabulary, weights = fitted(texts, [0, 0, 1, 1])
    rows = normalized(vocabulary.entries(encode([*texts, "无关文字甲"])), weights)
    lengths = [np.linalg.norm(rows.values[a:b]) for a, b in pairwise(rows.indptr)]
    assert lengths[:4] == pytest.approx([1, 1, 1, 1], abs=1e-6)
    assert lengths[4] == 0


def test_weights_prefer_what_tells_classes_apart():
    texts = ["林地申请", "林地查询", "房产申请", "房产查询"]
    vocabulary, weights = fitted(texts, [0, 0, 1, 1], orders=(1,))
    weight = {c: weights[vocabulary.columns(encode([c], orders=(1,)).buckets)[0]] for c in "林申"}
    assert weight["林"] > 2 * weight["申"]


def test_documents_without_a_label_do_not_weigh_in():
    texts = ["林地申请", "林地查询", "房产申请", "房产查询"]
    vocabulary, weights = fitted([*texts, "林地林地"], [0, 0, 1, 1, -1])
    entries = vocabulary.entries(encode(texts))
    assert np.array_equal(weights, fit_weights(entries, len(vocabulary), np.array([0, 0, 1, 1])))
