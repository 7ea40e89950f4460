import polars as pl
import pytest

from models.errors import InputError
from service.intake.parquet import ParquetSource


def test_rows_come_in_order_with_their_types(tmp_path):
    frame = pl.DataFrame({"id": range(10_000), "text": [f"请问{i}" for i in range(10_000)]})
    frame.write_parquet(tmp_path / "a.parquet")
    source = ParquetSource(tmp_path / "a.parquet")
    batches = [chunk.parse() for chunk in source.chunks()]
    assert pl.concat([b.frame for b in batches]).equals(frame)
    assert [int(n) for b in batches for n in b.lines] == list(range(1, 10_001))
    assert source.total == 10_000
    assert source.sample().height == 300


def test_a_name_with_wildcards_is_a_name(tmp_path):
    pl.DataFrame({"text": ["a"]}).write_parquet(tmp_path / "a[1]*.parquet")
    assert ParquetSource(tmp_path / "a[1]*.parquet").total == 1


def test_no_rows(tmp_path):
    pl.DataFrame(schema={"text": pl.String}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match="只有列名"):
        ParquetSource(tmp_path / "a.parquet")


def test_damage(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 cut off")
    with pytest.raises(InputError, match="已损坏"):
        ParquetSource(tmp_path / "a.parquet")
