from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.classification import text_buffer as module
from service.classification.text_buffer import slices, text_buffer

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1)


@given(TEXTS)
def test_each_text_is_found_between_its_offsets(texts):
    data, offsets = text_buffer(pl.Series("内容", texts))
    found = [data[a:b].tobytes().decode() for a, b in pairwise(offsets)]
    assert found == texts


def test_quotes_separators_and_line_ends_are_bytes_like_others():
    data, _ = text_buffer(pl.Series("内容", ['"a",\r\n', "b"]))
    assert data.tobytes() == b'"a",\r\nb'


def test_a_null_is_an_empty_text():
    data, offsets = text_buffer(pl.Series("内容", ["a", None, "b"]))
    assert offsets.tolist() == [0, 1, 1, 2]
    assert data.tobytes() == b"ab"


@given(st.lists(st.integers(0, 9), min_size=1, max_size=50))
def test_slices_cover_all_texts_within_bounds(lengths):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MAX_BYTES", 10)
        patch.setattr(module, "MAX_TEXTS", 7)
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        found = list(slices(offsets))
    assert [i for part in found for i in range(part.start, part.stop)] == list(range(len(lengths)))
    for part in found:
        n = part.stop - part.start
        assert 1 <= n <= 7
        assert n == 1 or offsets[part.stop] - offsets[part.start] <= 10
