"""Requests per applicant and calendar month, with the fee the bands would give."""

from __future__ import annotations

import re

import polars as pl

from service.casework.fees import fee_by_items
from service.casework.repeats.register import Register

_WHITE = "[ \\t\\n\\r\\f\\v\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+"
"""White space, the same for Python and for polars."""


def squeezed(name: str) -> str:
    """Name without white space, as names are compared."""
    return re.sub(_WHITE, "", name)


def squeezed_names() -> pl.Expr:
    """Names of a register without white space."""
    return pl.col("applicant").str.replace_all(r"\s+", "")


def applicant_key() -> pl.Expr:
    """Who an applicant is: name and, where known, identity number; null without a name."""
    name = squeezed_names()
    return (
        pl.when(name == "")
        .then(None)
        .otherwise(pl.concat_str(name, pl.lit("\x1f"), pl.col("identity").str.to_uppercase()))
        .alias("key")
    )


def monthly_counts(register: Register) -> pl.DataFrame:
    """Count requests by applicant and month, the most first.

    Returns
    -------
    DataFrame
        Columns `applicant`, `identity`, `month` (first day, Date), `n_requests`, `fee_by_items`
        (yuan). Rows without an applicant or a date are not counted. The fee is what
        国办函〔2020〕109号 gives for the number; whether to charge is for people to decide.
    """
    counted = (
        register.frame.with_columns(applicant_key())
        .filter(pl.col("key").is_not_null() & pl.col("received_on").is_not_null())
        .with_columns(month=pl.col("received_on").dt.truncate("1mo"))
        .group_by("key", "month")
        .agg(pl.col("applicant").first(), pl.col("identity").first(), n_requests=pl.len())
        .sort(["n_requests", "key", "month"], descending=[True, False, False])
    )
    fees = {n: fee_by_items(n) for n in counted["n_requests"].unique()}
    fee = counted["n_requests"].replace_strict(fees, return_dtype=pl.Int64).alias("fee_by_items")
    return counted.select("applicant", "identity", "month", "n_requests").with_columns(fee)
