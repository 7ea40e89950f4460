import datetime as dt

import polars as pl
import pytest

from service.intake.cells import ColumnKinds, frame_of, kinds_of, of_kind, shown

DAY, NOON = dt.date(2024, 3, 5), dt.datetime(2024, 3, 5, 12, 30)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (3.0, "3"),
        (2.5, "2.5"),
        (1e-7, "0.0000001"),
        (4.4010119900101e17, "440101199001010000"),
        (True, "TRUE"),
        (DAY, "2024-03-05"),
        (NOON, "2024-03-05 12:30:00"),
        (dt.datetime(2024, 3, 5), "2024-03-05"),
        (dt.time(3, 4), "03:04:00"),
        (dt.timedelta(hours=30), "30:00:00"),
        (dt.timedelta(days=-1, minutes=3), "-23:57:00"),
        ("007", "007"),
        ("2024-03-05 00:00:00", "2024-03-05 00:00:00"),
        (None, ""),
    ],
)
def test_cells_as_one_sees_them(cell, text):
    assert shown(cell) == text


@pytest.mark.parametrize(
    ("cells", "dtype", "values"),
    [
        ([1.0, "", 3.0], pl.Int64, [1, None, 3]),
        ([1.0, 2.5], pl.Float64, [1.0, 2.5]),
        ([1e18, 2.0], pl.Float64, [1e18, 2.0]),
        ([DAY, ""], pl.Date, [DAY, None]),
        ([DAY, NOON], pl.Datetime("ms"), [dt.datetime(2024, 3, 5), NOON]),
        ([True, False], pl.Boolean, [True, False]),
        ([True, 1.0], pl.String, ["TRUE", "1"]),
        ([1.0, "甲", DAY], pl.String, ["1", "甲", "2024-03-05"]),
        (["", None], pl.String, [None, None]),
    ],
)
def test_a_column_has_the_type_of_its_cells_if_they_agree(cells, dtype, values):
    kinds = ColumnKinds(1)
    for cell in cells:
        kinds.add([cell])
    frame = frame_of([[cell] for cell in cells], ["甲"], kinds.dtypes())
    assert frame["甲"].dtype == dtype
    assert frame["甲"].to_list() == values


def test_short_rows_end_in_blanks_and_long_ones_are_cut_to_the_table():
    frame = frame_of([["a"], ["b", "c", "d"]], ["x", "y"], [pl.String(), pl.String()])
    assert frame.rows() == [("a", None), ("b", "c")]


@pytest.mark.parametrize(
    "cell",
    [
        3.0,
        2.5,
        -1e-7,
        12345678901234.5,
        True,
        False,
        DAY,
        NOON,
        dt.datetime(2024, 3, 5),
        dt.time(3, 4),
        dt.timedelta(hours=30),
        dt.timedelta(hours=-1),
        "007",
        "",
    ],
)
def test_what_is_shown_can_be_turned_back(cell):
    (kind,) = kinds_of([cell])
    assert of_kind(shown(cell), kind) == cell
