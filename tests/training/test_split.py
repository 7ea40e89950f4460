import json

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from training.corpus import Corpus
from training.neighbours import group_similar, similar_pairs
from training.split import assign_folds, balanced_folds, write_split

LETTER = "我们村去年修路占了十二亩水田，村里说补偿款下来了但一直没发到各家手里，请帮忙查一查账。"


def test_near_duplicates_are_found_and_others_are_not():
    texts = [
        LETTER,
        LETTER.replace("十二", "十三") + "谢谢",
        "小区门口的路灯坏了两个月没有人来修，晚上老人摔倒。",
    ]
    pairs, containment = similar_pairs(texts)
    assert pairs.tolist() == [[0, 1]]
    assert 0.5 < containment[0] < 1
    assert group_similar(texts).tolist() == [0, 0, 1]


def test_an_excerpt_counts_as_near_duplicate_of_its_letter():
    pairs, containment = similar_pairs([LETTER, LETTER[:36]])
    assert pairs.tolist() == [[0, 1]]
    assert containment[0] == 1


def test_a_stock_phrase_does_not_make_two_texts_one():
    assert len(similar_pairs([LETTER, "请帮忙查一查账。"])[0]) == 0


@given(st.lists(st.text(max_size=5), min_size=1, max_size=50), st.integers(2, 8))
def test_folds_keep_groups_together_and_adding_moves_nothing(keys, n_folds):
    folds = assign_folds(keys, n_folds, 1)
    assert len({(k, f) for k, f in zip(keys, folds.tolist(), strict=True)}) == len(set(keys))
    assert assign_folds([*keys, "new"], n_folds, 1)[:-1].tolist() == folds.tolist()


def test_balanced_folds_spread_large_groups():
    groups = ["a"] * 50 + ["b"] * 40 + ["c"] * 30 + ["d"] * 25
    folds = balanced_folds(groups, 2)
    assert np.bincount(folds).tolist() in ([75, 70], [70, 75])


def test_write_split_keeps_every_text_once_and_pairs_on_one_side(tmp_path):
    texts = [
        f"第{i}户反映门前的水渠被占，要求{'恢复' * (i % 5)}原状。" + LETTER[i % 9 :]
        for i in range(90)
    ]
    corpus = Corpus(pl.DataFrame({"text": texts}))
    write_split(corpus, tmp_path, one_in=4, group_field=None, seed=0)
    sides = [
        [json.loads(line)["text"] for line in (tmp_path / name).read_text("utf-8").splitlines()]
        for name in ("train.jsonl", "evaluation.jsonl")
    ]
    assert sorted(sides[0] + sides[1]) == sorted(texts)
    pairs, _ = similar_pairs(texts)
    side_of = {text: i for i, side in enumerate(sides) for text in side}
    assert all(side_of[texts[a]] == side_of[texts[b]] for a, b in pairs)
