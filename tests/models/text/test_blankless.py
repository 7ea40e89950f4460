"""The short way to a text without blanks gives what the long way gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text.blankless import blankless
from models.text.normalize import normalize_text

ODD = "甲登 \n\t\u3000…⑴㎡①Ａａ請\u200b\ufeff\x00\ufdfa\uffff\U0001f600\U0001d7d8_x000D_"


@given(st.one_of(st.text(st.characters(codec=None), max_size=60), st.text(ODD, max_size=40)))
def test_any_text_is_the_normal_form_without_blanks(text):
    normal, source = normalize_text(text)
    found = blankless(text)
    assert found.text == normal.replace(" ", "")
    kept = [int(place) for c, place in zip(normal, source, strict=True) if c != " "]
    assert found.source.tolist() == kept


@pytest.mark.parametrize("first", range(0, 0x10000, 0x800))
def test_every_character(first):
    text = "甲 ".join(map(chr, range(first, first + 0x800)))
    found, (normal, _) = blankless(text), normalize_text(text)
    assert found.text == normal.replace(" ", "")
    assert len(found.source) == len(found.text)
