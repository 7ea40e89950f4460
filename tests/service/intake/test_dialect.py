import pytest

from models.errors import InputError
from service.intake import dialect
from service.intake.dialect import find_separator, first_records, read_head
from service.intake.encoding import Encoding


@pytest.mark.parametrize(
    ("head", "tabs", "expected"),
    [
        ("编号,内容\n1,a;b;c\n2,d\n", False, ","),
        ("编号;内容\n1;a,b\n2;d\n", False, ";"),
        ("编号\t内容\n1\ta,b\n", False, "\t"),
        ("编号|内容\n1|请问\n", False, "|"),
        ('编号,内容\n1,"a\tb\tc"\n', True, ","),
        ("编号\t内容,街道\n1\ta,b\n", True, "\t"),
        ("编号\t内容,街道\n1\ta,b\n", False, ","),
        ("内容\n请问\n", False, ","),
        ("内容\n请问\n", True, "\t"),
    ],
)
def test_the_separator_is_the_one_that_makes_a_table(head, tabs, expected):
    assert chr(find_separator(head.encode(), tabs=tabs)) == expected


def test_first_records_know_where_they_end():
    head = b'a,"b\nc"\n\nd,e'
    assert first_records(head, ord(","), 9, final=True) == [
        (8, [b"a", b"b\nc"]),
        (9, [b""]),
        (12, [b"d", b"e"]),
    ]
    assert len(first_records(head, ord(","), 9, final=False)) == 2
    assert len(first_records(head, ord(","), 1, final=True)) == 1


def test_a_file_without_line_ends_is_no_table():
    with pytest.raises(InputError, match="第 1 行超过 4 MB 没有换行"):
        first_records(b"a" * 100, ord(","), 9, final=False)


def test_the_head_of_a_file(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n" * 100)
    assert read_head(path, Encoding("utf-8")) == (b"a\n" * 100, True)
    monkeypatch.setattr("service.intake.encoding.BLOCK_BYTES", 10)
    monkeypatch.setattr(dialect, "_HEAD_BYTES", 25)
    assert read_head(path, Encoding("utf-8")) == (b"a\n" * 15, False)
