import datetime as dt
import json
from decimal import Decimal

import polars as pl

from service.classification.output.shown import as_shown


def test_every_type_becomes_text():
    frame = pl.DataFrame(
        {
            "text": ["007", None],
            "int": [2**60, None],
            "float": [3.0, 2.5],
            "bool": [True, None],
            "date": [dt.date(2024, 3, 5), None],
            "time": [dt.datetime(2024, 3, 5, 1, 2, 3), dt.datetime(2024, 3, 5)],
            "list": [[1, 2], []],
            "binary": [b"\x00\xff", None],
            "category": pl.Series(["甲", None], dtype=pl.Categorical),
            "decimal": [Decimal("1.50"), None],
        }
    )
    first, second = as_shown(frame).iter_rows(named=True)
    assert first == {
        "text": "007",
        "int": str(2**60),
        "float": "3",
        "bool": "TRUE",
        "date": "2024-03-05",
        "time": "2024-03-05 01:02:03",
        "list": "[1, 2]",
        "binary": "AP8=",
        "category": "甲",
        "decimal": "1.50",
    }
    assert second["float"] == "2.5"
    assert second["time"] == "2024-03-05"
    assert json.loads(second["list"]) == []
    assert all(not second[name] for name in ("text", "int", "bool", "date", "binary", "category"))


def test_numbers_have_no_exponent():
    frame = pl.DataFrame({"a": [1e-7, 1e20, None, 3.0, 0.93, -2.5, float("nan")]})
    found = as_shown(frame)["a"].to_list()
    assert found == ["0.0000001", "100000000000000000000", "", "3", "0.93", "-2.5", "NaN"]
