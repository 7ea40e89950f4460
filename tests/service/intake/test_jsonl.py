import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import InputError
from service.intake import encoding
from service.intake.batch import RAW
from service.intake.jsonl import JsonlSource

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUE = st.one_of(
    TEXT, st.integers(), st.none(), st.booleans(), st.lists(st.integers(), max_size=2)
)
QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def open_lines(tmp_path):
    def open_lines(lines, codec="utf-8", **options):
        path = tmp_path / "a.jsonl"
        path.write_bytes("\n".join(lines).encode(codec))
        return JsonlSource(path, **options)

    return open_lines


def read(source):
    batches = [chunk.parse() for chunk in source.chunks()]
    rows = [row for b in batches for row in b.frame.rows(named=True)]
    return rows, [int(n) for b in batches for n in b.lines], [r for b in batches for r in b.rejects]


@QUICK
@given(st.lists(st.dictionaries(TEXT, VALUE, min_size=1), min_size=1, max_size=8), st.booleans())
def test_every_line_is_a_row_and_carried_lines_are_untouched(open_lines, objects, spaced):
    separators = (", ", ": ") if spaced else (",", ":")
    lines = [json.dumps(o, ensure_ascii=False, separators=separators) for o in objects]
    rows, _, rejects = read(open_lines(lines, carry=True))
    assert [row[RAW] for row in rows] == lines
    assert rejects == []


def test_columns_are_all_keys_in_order_of_appearance(open_lines):
    source = open_lines(['{"id": 1, "text": "请问"}', '{"text": "好", "来源": {"网": [1]}}'])
    assert list(source.schema) == ["id", "text", "来源"]
    rows, lines, _ = read(source)
    assert rows == [
        {"id": "1", "text": "请问", "来源": None},
        {"id": None, "text": "好", "来源": '{"网": [1]}'},
    ]
    assert lines == [1, 2]
    assert source.sample()["text"].to_list() == ["请问", "好"]


def test_lines_that_are_no_objects_are_returned(open_lines):
    lines = ['{"text": "好"}', "not json", "[1]", "", '{"text": "\\ud800"}', '{"text": "a"}\r']
    rows, numbers, rejects = read(open_lines(lines))
    assert [row["text"] for row in rows] == ["好", "a"]
    assert numbers == [1, 6]
    assert [(r.line, r.reason) for r in rejects] == [
        (2, "不是正确的 JSON"),
        (3, "不是 JSON 对象"),
        (5, "有不成对的 Unicode 代理字符"),
    ]
    assert rejects[0].raw == "not json"


def test_broken_bytes_are_returned(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"text": "请问规划用途"}\n'.encode() * 9 + b'{"text": "\xff"}\n')
    rows, _, rejects = read(JsonlSource(path))
    assert len(rows) == 9
    assert "编码损坏" in rejects[0].reason


def test_other_encodings(open_lines):
    source = open_lines(['{"text": "请问土地规划用途是什么"}'], codec="gbk")
    assert read(source)[0] == [{"text": "请问土地规划用途是什么"}]
    assert "GBK" in source.notices[0]


def test_lines_across_blocks(open_lines, monkeypatch):
    monkeypatch.setattr(encoding, "BLOCK_BYTES", 5)
    lines = [json.dumps({"text": "请问" * i}, ensure_ascii=False) for i in range(9)]
    rows, numbers, _ = read(open_lines(lines))
    assert [row["text"] for row in rows] == ["请问" * i for i in range(9)]
    assert numbers == list(range(1, 10))


def test_a_file_without_objects_is_an_error(open_lines):
    with pytest.raises(InputError, match="没有一行是 JSON 对象"):
        open_lines(["{}", "1"])


def test_columns_of_one_type_keep_it_where_asked_for(open_lines):
    lines = [
        '{"id": 1, "n": 1, "ok": true, "mixed": 1,"big": 9007199254740993, "huge": 1, "a": "好"}',
        '{"id": null, "n": 2.5, "ok": false, "mixed": "x", "big": 2, "huge": 1e400}',
        '{"id": 3, "mixed": true}',
    ]
    rows, _, _ = read(open_lines(lines, typed=True))
    assert [row["id"] for row in rows] == [1, None, 3]
    assert [row["n"] for row in rows] == [1.0, 2.5, None]
    assert [row["ok"] for row in rows] == [True, False, None]
    assert [row["mixed"] for row in rows] == ["1", "x", "true"]
    assert rows[0]["big"] == 9007199254740993
    assert rows[0]["huge"] == "1"
    assert {type(row["id"]) for row in read(open_lines(lines))[0]} == {str, type(None)}
