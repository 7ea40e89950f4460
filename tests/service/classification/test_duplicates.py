import polars as pl
import pytest

from service.classification.duplicates import count_duplicates, find_id_column, id_hashes


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["内容", "编号"], "编号"),
        (["ID", "内容"], "ID"),
        (["工单编号", "编号"], "编号"),
        (["内容"], None),
    ],
)
def test_the_id_column_is_known_by_name(names, expected):
    assert find_id_column(names) == expected


def test_duplicates_are_counted_across_chunks_and_blanks_are_not(tmp_path):
    path = tmp_path / "ids"
    chunks = [pl.Series(["1", "2", "", None]), pl.Series(["2", "3", "", "2"])]
    path.write_bytes(b"".join(id_hashes(chunk) for chunk in chunks))
    assert count_duplicates(path) == 2


def test_numbers_are_ids_too(tmp_path):
    (tmp_path / "ids").write_bytes(id_hashes(pl.Series([1, 1, 2])))
    assert count_duplicates(tmp_path / "ids") == 1


def test_no_ids(tmp_path):
    (tmp_path / "ids").write_bytes(b"")
    assert count_duplicates(tmp_path / "ids") == 0
