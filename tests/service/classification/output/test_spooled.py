import polars as pl

from service.classification.output.spooled import parquet_output


def parts(n):
    return [pl.DataFrame({"a": [i, i], "b": [f"第{i}", None]}) for i in range(n)]


def test_parts_join_in_order(tmp_path):
    output = parquet_output(tmp_path, ["a", "b"])
    for frame in parts(12):
        output.append(output.encode(frame))
    output.finish(tmp_path / "a.parquet")
    assert pl.read_parquet(tmp_path / "a.parquet").equals(pl.concat(parts(12)))


def test_parts_after_a_position_are_forgotten(tmp_path):
    output = parquet_output(tmp_path, ["a", "b"])
    for frame in parts(3):
        position = output.append(output.encode(frame))
    assert position == 3
    again = parquet_output(tmp_path, ["a", "b"])
    assert again.resume(1)
    again.append(again.encode(parts(5)[4]))
    again.finish(tmp_path / "a.parquet")
    assert pl.read_parquet(tmp_path / "a.parquet")["a"].to_list() == [0, 0, 4, 4]


def test_a_missing_part_cannot_be_resumed(tmp_path):
    output = parquet_output(tmp_path, ["a", "b"])
    output.append(output.encode(parts(1)[0]))
    assert not parquet_output(tmp_path, ["a", "b"]).resume(2)
