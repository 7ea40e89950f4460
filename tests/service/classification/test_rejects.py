import csv
import io
import json
import unicodedata

import numpy as np
import polars as pl
import pytest

from service.classification.content import has_content
from service.classification.rejects import (
    HEADER,
    encode_rejects,
    is_blank,
    rejected_rows,
)
from service.intake.batch import RAW, Reject


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t", "\u3000", "\xa0", "\u200b\ufeff", "\x00\x01", "\u2028"]
)
def test_texts_without_a_visible_character_are_blank(text):
    assert not has_content(text)


@pytest.mark.parametrize("text", ["a", "1", "。", "😀", "請", " 好 ", "\x00a"])
def test_other_texts_are_not(text):
    assert has_content(text)


def test_a_text_is_blank_alone_as_in_a_column():
    """But for code points that Python's Unicode does not know yet."""
    known = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]
    blank = is_blank(pl.Series(known, dtype=pl.String)).to_list()
    assert blank == [not has_content(character) for character in known]


def test_null_is_blank():
    assert is_blank(pl.Series([None, "a"], dtype=pl.String)).to_list() == [True, False]


def test_the_file_reads_back():
    rejects = [Reject(3, "引号不配对", 'a,"b\nc'), Reject(9, "空", "")]
    content = (HEADER + encode_rejects(rejects)).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert rows == [["行号", "原因", "原始内容"], ["3", "引号不配对", 'a,"b\nc'], ["9", "空", ""]]


def test_rows_are_kept_whole():
    frame = pl.DataFrame({"编号": ["1", "2"], "内容": ["", "好"], "件数": [3, 4]})
    found = rejected_rows(frame, np.array([5, 6]), pl.Series([True, False]), "空")
    assert [(r.line, r.reason) for r in found] == [(5, "空")]
    assert json.loads(found[0].raw) == {"编号": "1", "内容": "", "件数": 3}


def test_carried_lines_are_kept_as_they_were():
    frame = pl.DataFrame({"text": [""], RAW: ['{"text":""}']})
    assert rejected_rows(frame, np.array([1]), pl.Series([True]), "空")[0].raw == '{"text":""}'
