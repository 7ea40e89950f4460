import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import InputError
from service.intake import delimited, encoding, records
from service.intake.delimited import DelimitedSource

QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TABLE = st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12)


@pytest.fixture
def read(tmp_path):
    def read(content, **options):
        path = tmp_path / "来信.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        source = DelimitedSource(path, **options)
        batches = [chunk.parse() for chunk in source.chunks()]
        rows = [row for batch in batches for row in batch.frame.rows()]
        lines = [int(line) for batch in batches for line in batch.lines]
        rejects = [reject for batch in batches for reject in batch.rejects]
        return source, rows, lines, rejects

    return read


def as_csv(rows, delimiter=",", lineterminator="\r\n"):
    buffer = io.StringIO(newline="")
    # the csv module leaves a lone carriage return unquoted unless lines end in one
    quoting = csv.QUOTE_ALL if lineterminator == "\n" else csv.QUOTE_MINIMAL
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=lineterminator, quoting=quoting)
    writer.writerows(rows)
    return buffer.getvalue()


@QUICK
@given(TABLE, st.sampled_from([",", "\t", ";", "|"]), st.sampled_from(["\n", "\r\n"]), st.data())
def test_any_table_is_read_as_it_was_written(read, table, delimiter, end, data):
    codec = data.draw(st.sampled_from(["utf-8-sig", "utf-16", "gb18030"]))
    header = ("编号", "内容", "所属街道办事处")
    content = as_csv([header, *table], delimiter, end).encode(codec)
    named = {"encoding": "gb18030"} if codec == "gb18030" else {}
    source, rows, _, rejects = read(content, **named)
    assert chr(source.separator) == delimiter
    assert tuple(source.schema) == header
    assert rows == table
    assert rejects == []


@QUICK
@given(st.lists(st.sampled_from(["a", ",", '"', "\n", "\r\n", "地", "\x00"]), max_size=60))
def test_every_line_of_any_text_is_a_row_or_a_reject(read, pieces):
    body = "".join(pieces)
    content = f"编号,内容\n{body}".encode()
    if not body.strip():
        return
    _, rows, lines, rejects = read(content, encoding="utf-8")
    walked = records.walk(body.encode(), ord(","), 2, final=True)
    n_records = sum(1 for r in walked if body.encode()[r.start : r.end].strip(b"\r\n"))
    assert len(rows) == len(lines)
    assert len(rows) + len(rejects) == n_records
    assert lines == sorted(set(lines))


@QUICK
@given(TABLE, st.integers(5, 60))
def test_the_size_of_blocks_changes_nothing(read, monkeypatch, table, size):
    content = as_csv([("编号", "内容", "街道"), *table]).encode()
    expected = read(content, encoding="utf-8")[1:]
    with monkeypatch.context() as patch:
        patch.setattr(encoding, "BLOCK_BYTES", size)
        assert read(content, encoding="utf-8")[1:] == expected


@QUICK
@given(
    st.lists(st.sampled_from([b"a,b\n", b'"a\n",b\n', b'a,5"b\n', b'"a,b\n', b"\xff,b\n", b"a\n"]))
)
def test_the_size_of_blocks_changes_nothing_for_broken_text_either(read, monkeypatch, pieces):
    """Every line is accounted for however the blocks fall."""
    content = "编号,内容\n".encode() + b"".join(pieces) + b"z,z\n"
    n_lines = content.count(b"\n") - 1
    with monkeypatch.context() as patch:
        patch.setattr(encoding, "BLOCK_BYTES", 7)
        _, rows, _, rejects = read(content, encoding="utf-8")
    inside = sum(cell.count("\n") for row in rows for cell in row)
    assert len(rows) + len(rejects) + inside == n_lines


def test_leading_zeros_long_numbers_and_spaces_stay(read):
    rows = [("007", "440101199001011234", " 请问 "), ("1e5", "2024-03-05", "'x")]
    assert read(as_csv([("编号", "号码", "内容"), *rows]))[1] == rows


def test_line_numbers_count_lines_within_cells(read):
    _, rows, lines, rejects = read('编号,内容\n1,"甲\n乙"\n\n2,丙\n3\n4,丁\n')
    assert [row[0] for row in rows] == ["1", "2", "4"]
    assert lines == [2, 5, 7]
    assert [(r.line, r.reason, r.raw) for r in rejects] == [(6, "有 1 列，与表头的 2 列不符", "3")]


def test_titles_above_the_header_are_passed_over(read):
    source, rows, lines, _ = read("2023年来信汇总,,\n,,\n编号,内容,日期\n1,请问,3月\n")
    assert tuple(source.schema) == ("编号", "内容", "日期")
    assert rows == [("1", "请问", "3月")]
    assert lines == [4]
    assert "表头在第 3 行" in source.notices[0]


def test_a_row_of_broken_utf8_is_returned_and_the_others_stay(read):
    content = "编号,内容\n1,请问规划用途\n".encode() + b"2,\xe8\xff\n" + "3,土地\n".encode()
    _, rows, _, rejects = read(content)
    assert [row[0] for row in rows] == ["1", "3"]
    assert rejects[0].line == 3
    assert "编码损坏" in rejects[0].reason
    assert rejects[0].raw == "2,\ufffd\ufffd"


def test_broken_gbk_is_returned_too(read):
    content = (
        "编号,内容\n1,请问规划用途，谢谢\n".encode("gbk") + b"2,\xff\n" + "3,土地\n".encode("gbk")
    )
    source, rows, _, rejects = read(content)
    assert source.encoding.codec == "gb18030"
    assert [row[0] for row in rows] == ["1", "3"]
    assert len(rejects) == 1


def test_unbalanced_quotes_cost_at_most_their_own_row(read):
    content = '编号,内容,日期\n1,"请问,3\n2,"他说""好""",3\n3,5"管道,3\n4,"没完\n5,好,3\n'
    _, rows, _, rejects = read(content)
    assert rows == [
        ("1", '"请问', "3"),
        ("2", '他说"好"', "3"),
        ("3", '5"管道', "3"),
        ("5", "好", "3"),
    ]
    assert [(r.line, r.reason) for r in rejects] == [(5, "引号不配对，分不出 3 列")]


def test_a_quote_never_closed_costs_one_row_not_the_file(read, monkeypatch):
    monkeypatch.setattr(records, "MAX_RECORD_BYTES", 1000)
    monkeypatch.setattr(encoding, "BLOCK_BYTES", 500)
    good = "".join(f"{i},请问\n" for i in range(500))
    _, rows, _, rejects = read(f'编号,内容\n{good}x,"没完\n{good}')
    assert len(rows) + len(rejects) == 1001
    assert len(rows) >= 1000


def test_a_cell_of_five_megabytes_is_read(read):
    text = "土地\n" * 1_000_000
    _, rows, lines, rejects = read(f'编号,内容\n1,"{text}"\n2,好\n')
    assert rows == [("1", text), ("2", "好")]
    assert lines == [2, 1_000_003]
    assert rejects == []


def test_nul_and_control_characters_stay(read):
    rows = [("1", "请\x00问\x07\x1b\x7f\u200b\ufeff")]
    assert read(as_csv([("编号", "内容"), *rows]))[1] == rows


def test_a_single_column_has_no_separator(read):
    source, rows, _, _ = read("内容\n请问，在哪里办理？\n第二条\n")
    assert rows == [("请问，在哪里办理？",), ("第二条",)]
    assert list(source.schema) == ["内容"]


def test_doubled_and_blank_names(read):
    source, rows, _, _ = read("编号,内容,,内容\n1,a,b,c\n")
    assert tuple(source.schema) == ("编号", "内容", "列3", "内容_2")
    assert len(source.notices) == 2
    assert rows == [("1", "a", "b", "c")]


@pytest.mark.parametrize("content", ["编号,内容\n", "编号,内容", "编号,内容\r\n\r\n\n"])
def test_a_header_alone_is_an_error(read, content):
    with pytest.raises(InputError, match="只有表头"):
        read(content)


def test_a_file_without_header_is_an_error(read):
    with pytest.raises(InputError, match="没有表头"):
        read("1," + "我住在某小区，" * 20 + "\n2,请问\n")


def test_the_encoding_is_told_when_it_is_not_utf8(read):
    source = read("编号,内容\n1,请问土地规划用途是什么\n".encode("gbk"))[0]
    assert source.notices == ("文件的文字编码是 GBK/GB18030。",)


def test_line_ends_are_those_of_the_header(read):
    assert read("编号,内容\r\n1,a\r\n")[0].line_terminator == "\r\n"
    assert read("编号,内容\n1,a\n")[0].line_terminator == "\n"


def test_the_sample_is_the_first_rows(read):
    body = "".join(f"{i},请问\n" for i in range(1000))
    sample = read(f"编号,内容\n{body}")[0].sample()
    assert sample["编号"].to_list() == [str(i) for i in range(delimited._SAMPLE_ROWS)]


@pytest.mark.parametrize("last", ["9999,请问\n", '9999,5"管道\n'])
def test_the_sample_of_a_large_chunk_is_cut_at_a_record(read, last):
    body = "".join(f'{i},"第\n{i} 封，{"请问" * 20}"\n' for i in range(5000))
    source, rows, _, _ = read(f"编号,内容\n{body}{last}")
    assert source.sample()["编号"].to_list() == [str(i) for i in range(300)]
    assert len(rows) == 5001
