"""Identity numbers of residents (GB 11643): shape, birthday, check character."""

from __future__ import annotations

import datetime as dt
import re

from stdnum.iso7064 import mod_11_2

_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")


def is_identity(number: str) -> bool:
    """Whether 18 characters are a valid identity number."""
    return looks_like_identity(number) and mod_11_2.is_valid(number.upper())


def looks_like_identity(number: str) -> bool:
    """Whether 18 characters have a province and a birthday where an identity number has them."""
    return (
        len(number) == 18
        and _PROVINCE.match(number) is not None
        and "18" <= number[6:8] <= "20"
        and _is_date(number[6:14])
    )


def looks_like_old_identity(number: str) -> bool:
    """Whether 15 digits have a province and a birthday of the 20th century."""
    is_long = len(number) == 15
    return is_long and _PROVINCE.match(number) is not None and _is_date("19" + number[6:12])


def _is_date(digits: str) -> bool:
    try:
        dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True
