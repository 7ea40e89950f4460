import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.casework.elements import RequestForm, check_elements
from service.casework.errors import CaseFactError
from service.casework.fees import fee_by_items, fee_by_pages

ITEMS = {0: 0, 10: 0, 11: 100, 30: 2000, 31: 2200, 40: 4000, 41: 4300}
PAGES = {0: 0, 30: 0, 31: 10, 100: 700, 101: 720, 200: 2700, 201: 2740}


@pytest.mark.parametrize(("n", "fee"), ITEMS.items())
def test_fee_by_items(n, fee):
    assert fee_by_items(n) == fee


@pytest.mark.parametrize(("n", "fee"), PAGES.items())
def test_fee_by_pages(n, fee):
    assert fee_by_pages(n) == fee


def item_rate(n):
    return 0 if n <= 10 else 100 if n <= 30 else 100 * (2 + (n - 31) // 10)


@given(st.integers(0, 500))
def test_each_further_item_costs_its_band(n):
    assert fee_by_items(n + 1) - fee_by_items(n) == item_rate(n + 1)


def test_negative_numbers_are_refused():
    for fee in (fee_by_items, fee_by_pages):
        with pytest.raises(CaseFactError):
            fee(-1)


FULL = RequestForm("张三", "身份证复印件", "13800000000", "某批复", "纸质", "邮寄")


def test_a_complete_request_lacks_nothing():
    assert all(check.is_complete for check in check_elements(FULL))


def test_missing_parts_are_named_with_their_article():
    checks = check_elements(RequestForm("张三", "——", " 无 ", "", "电子版", "ＮＡ"))
    assert checks[0].missing == ("身份证明", "联系方式")
    assert "第二十九条第二款第（一）项" in checks[0].message
    assert not checks[1].is_complete
    assert checks[2].missing == ("获取信息的方式、途径",)
    assert not any("用途" in check.message for check in checks)
