"""The information processing fee (第四十二条; 国办函〔2020〕109号): progressive bands.

One request is charged by item or by page, never both. Whether number and frequency exceed what is
reasonable is decided by people; this only works out the amount.
"""

from __future__ import annotations

from service.casework.errors import CaseFactError

FREE_ITEMS, FIRST_BAND_LAST_ITEM, ITEM_STEP, ITEM_RATE = 10, 30, 10, 100
FREE_PAGES = 30
_PAGE_BANDS = ((100, 10), (200, 20), (None, 40))
"""Last page of the band and yuan a page above the free pages."""


def fee_by_items(n_items: int) -> int:
    """Fee in yuan for the requests of one applicant in one calendar month.

    Parameters
    ----------
    n_items : int
        件: up to 10 free, 11-30 at 100 yuan each, then 100 more for every further ten.

    Raises
    ------
    CaseFactError
        If the number is negative.
    """
    _check(n_items, "件数")
    fee, last, rate = 0, FIRST_BAND_LAST_ITEM, ITEM_RATE
    first = FREE_ITEMS
    while n_items > first:
        fee += (min(n_items, last) - first) * rate
        first, last, rate = last, last + ITEM_STEP, rate + ITEM_RATE
    return fee


def fee_by_pages(n_pages: int) -> int:
    """Fee in yuan for the pages of one request.

    Parameters
    ----------
    n_pages : int
        页: up to 30 free, 31-100 at 10 yuan, 101-200 at 20, above at 40.

    Raises
    ------
    CaseFactError
        If the number is negative.
    """
    _check(n_pages, "页数")
    fee, first = 0, FREE_PAGES
    for last, rate in _PAGE_BANDS:
        upper = n_pages if last is None else min(n_pages, last)
        fee += max(upper - first, 0) * rate
        first = last or first
    return fee


def _check(number: int, name: str) -> None:
    if number < 0:
        raise CaseFactError(f"{name}不能是负数：{number}。")
