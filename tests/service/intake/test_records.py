import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputError
from service.intake import records

COMMA = ord(",")
CELL = st.text(st.sampled_from('a,"\n\r；地 '), max_size=6)
ROWS = st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=8)
ANY = st.lists(st.sampled_from([b"a", b",", b'"', b"\n", b"\r\n", "地".encode()]), max_size=40).map(
    b"".join
)


def table_bytes(rows):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return buffer.getvalue().encode()


def walked(buffer, n_fields=2, *, final=True):
    return list(records.walk(buffer, COMMA, n_fields, final=final))


def values(buffer, record):
    return records.fields(buffer[record.start : record.end], COMMA, record.fate)


@given(ROWS)
def test_well_formed_text_is_cut_and_counted_as_the_csv_module_does(rows):
    buffer = table_bytes(rows)
    data = np.frombuffer(buffer, np.uint8)
    assert records.cut(buffer, COMMA, final=True) == len(buffer)
    quotes = records.positions(data, records.QUOTE)
    ends = records.record_ends(len(data), records.positions(data, records.LF), quotes)
    assert len(ends) == len(rows)
    assert records.field_counts(data, quotes, ends, COMMA).tolist() == [2] * len(rows)


@given(ROWS)
def test_walking_well_formed_text_gives_its_values(rows):
    buffer = table_bytes(rows)
    found = walked(buffer)
    assert [r.fate for r in found] == ["whole"] * len(rows)
    # a carriage return before the end of a record belongs to the line end, so none ends a value
    assert [[v.decode() for v in values(buffer, r)] for r in found] == rows


@given(ANY)
def test_walked_records_cover_any_text_without_gap_or_overlap(buffer):
    found = walked(buffer)
    assert [r.start for r in found] == [0, *[r.end for r in found]][: len(found)]
    assert (found[-1].end if found else 0) == len(buffer)


@given(ANY, st.integers(0, 40))
def test_what_a_cut_leaves_behind_is_read_later(buffer, position):
    """Cutting a text anywhere and carrying the rest over gives the same records."""
    first = walked(buffer[:position], final=False)
    done = first[-1].end if first else 0
    rest = walked(buffer[done:])
    joined = [(r.start, r.end) for r in first] + [(r.start + done, r.end + done) for r in rest]
    whole = [(r.start, r.end) for r in walked(buffer)]
    assert joined[-1:] == whole[-1:]
    if b'"' not in buffer:
        assert joined == whole


@given(ANY, st.integers(0, 40))
def test_the_two_ways_of_cutting_agree_where_the_quoting_is_right(buffer, position):
    end = records.cut(buffer[:position], COMMA, final=False)
    if end is None or records.cut(buffer, COMMA, final=True) is None:
        return
    data = np.frombuffer(buffer, np.uint8)
    quotes, newlines = (records.positions(data, byte) for byte in (records.QUOTE, records.LF))
    ends = records.record_ends(len(data), newlines, quotes)
    assert end == 0 or end in ends
    assert ends.tolist() == [r.end for r in walked(buffer, None)]


@pytest.mark.parametrize(
    "stray", [b'1,5"x', b'1,"ab"c', b'1,"open', b'"1"x,2', b'1,a""b', b'1,"""']
)
def test_a_stray_quote_does_not_swallow_its_neighbours(stray):
    buffer = b'0,"a\nb"\n' + stray + b'\n2,"c"\n3,d\n'
    assert records.cut(buffer, COMMA, final=True) is None
    found = walked(buffer)
    assert [r.start for r in found if r.fate == "whole"][-2:] == [len(buffer) - 10, len(buffer) - 4]
    assert found[1].fate == "literal"
    assert buffer[found[1].start : found[1].end] == stray + b"\n"


def test_a_line_with_a_stray_quote_and_too_few_fields_is_broken():
    found = walked(b'1,2\n"open\n3,4\n')
    assert [r.fate for r in found] == ["whole", "broken", "whole"]


def test_fields_with_stray_quotes_keep_them_as_characters():
    assert records.fields(b'1,5"x\r\n', COMMA, "literal") == [b"1", b'5"x']
    assert records.fields(b'"a,b",5"x\n', COMMA, "literal") == [b"a,b", b'5"x']


@given(st.lists(CELL.map(str.encode), min_size=1, max_size=4))
def test_quoted_values_read_back(cells):
    line = records.quoted(cells, COMMA)
    assert records.fields(line, COMMA) == cells


def test_an_open_quote_is_carried_over_until_it_is_too_long(monkeypatch):
    buffer = b'1,"' + b"a\n" * 50
    assert walked(buffer, final=False) == []
    monkeypatch.setattr(records, "MAX_RECORD_BYTES", 20)
    found = walked(buffer, final=False)
    assert found[0].end == 5
    assert found[0].fate == "literal"


def test_text_without_line_ends_is_refused():
    with pytest.raises(InputError, match="没有换行"):
        records.check_length(2 * records.MAX_RECORD_BYTES + 1, 7)
