import csv
import json

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.classification.output.appended import AppendedFile, delimited_output, jsonl_output
from service.intake.batch import RAW

QUICK = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
OBJECTS = st.dictionaries(TEXT, st.one_of(TEXT, st.integers(), st.none()), min_size=1)


def test_what_was_written_after_a_position_can_be_forgotten(tmp_path):
    file = AppendedFile(tmp_path / "a", b"head\n")
    position = file.append(b"one\n")
    file.append(b"two\n")
    file.close()
    file = AppendedFile(tmp_path / "a", b"head\n")
    assert file.resume(position)
    file.append(b"three\n")
    file.finish(tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"head\none\nthree\n"
    assert not (tmp_path / "a").exists()


def test_a_file_shorter_than_its_position_cannot_be_resumed(tmp_path):
    file = AppendedFile(tmp_path / "a", b"head\n")
    assert not file.resume(100)
    file.close()


def test_starting_over_keeps_the_header(tmp_path):
    file = AppendedFile(tmp_path / "a", b"head\n")
    file.append(b"one\n")
    assert file.resume(0)
    assert file.append(b"") == 5
    file.close()


@QUICK
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1), st.sampled_from([",", "\t"]))
def test_csv_reads_back(tmp_path, rows, separator):
    output = delimited_output(
        tmp_path, ["甲,", '"乙'], separator=separator, line_terminator="\n", with_bom=False
    )
    output.resume(0)
    output.append(output.encode(pl.DataFrame(rows, schema=["甲", "乙"], orient="row")))
    output.finish(tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        header, *found = csv.reader(file, delimiter=separator)
    assert [tuple(row) for row in found] == rows
    assert header == ["甲,", '"乙']


@pytest.mark.parametrize(("with_bom", "start"), [(True, b"\xef\xbb\xbf\xe7"), (False, b"\xe7\x94")])
def test_the_mark_is_written_where_programs_need_it(tmp_path, with_bom, start):
    output = delimited_output(
        tmp_path, ["甲"], separator=",", line_terminator="\r\n", with_bom=with_bom
    )
    output.finish(tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes().startswith(start)


@QUICK
@given(st.lists(OBJECTS, min_size=1, max_size=5), st.sampled_from(["{}", "{} ", " {}"]))
def test_carried_lines_gain_the_answers_and_lose_nothing(tmp_path, objects, form):
    lines = [form.format(json.dumps(o, ensure_ascii=False)) for o in objects]
    answers = {"topic": ["land"] * len(lines), "topic_probability": [0.9312] * len(lines)}
    frame = pl.DataFrame({RAW: [line.strip() for line in lines], **answers})
    output = jsonl_output(tmp_path, list(answers))
    encoded = output.encode(frame).decode()
    output.close()
    found = [json.loads(line) for line in encoded.split("\n")[:-1]]
    assert found == [{**o, "topic": "land", "topic_probability": 0.9312} for o in objects]
    starts = [line.strip()[:-1].rstrip() for line in lines]
    assert all(
        line.startswith(start) for line, start in zip(encoded.split("\n"), starts, strict=False)
    )


def test_other_rows_become_objects(tmp_path):
    output = jsonl_output(tmp_path, ["topic"])
    frame = pl.DataFrame({"内容": ['a"\n'], "件数": [1], "topic": ["land"]})
    assert json.loads(output.encode(frame)) == {"内容": 'a"\n', "件数": 1, "topic": "land"}
    assert output.unfit(frame) is None
    output.close()
