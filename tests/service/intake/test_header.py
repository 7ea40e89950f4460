import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputError
from service.intake.header import column_names, find_header


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["编号", "内容"], ["1", "请问"]], 0),
        ([["2023年来信汇总", ""], ["编号", "内容"], ["1", "请问"]], 1),
        ([["汇总表", "", ""], ["", "", ""], ["单位：某局", "", ""], ["序号", "事由", "日期"]], 3),
        ([["某县 2023 年统计", "", ""], ["姓名", "事由", "日期"], ["甲", "请问", "3月"]], 1),
        ([["说明内容", "x"], ["编号", "诉求内容"]], 1),
        ([["只有一格"]], 0),
        ([["编号", "事由"], ["1", "请问"], ["2", *"一二三四五六"], ["3", "好"]], 0),
        ([["编号", "内容"], ["1", "请问"], ["2", *"一二三四五六"]], 0),
        ([["序号", "事由", "渠道"], ["1", "请问规划", "留言"]], 0),
        ([["姓名", "事由", "渠道"], ["甲", "请问小区旁边的土地规划用途是什么，" * 2, "留言"]], 0),
        ([["", "基本信息", "", "", ""], ["编号", "姓名", "街道", "电话", "诉求内容"]], 1),
    ],
)
def test_titles_above_the_header_are_passed_over(rows, expected):
    assert find_header(rows) == expected


def test_a_table_without_header_is_an_error():
    with pytest.raises(InputError, match="没有表头"):
        find_header([["1", "我住在某小区，" * 20], ["2", "请问"]])


def test_doubled_and_blank_names_are_made_unique_and_reported():
    names, notices = column_names(["内容", "", "内容 ", "日期", "内容_2"])
    assert names == ("内容", "列2", "内容_3", "日期", "内容_2")
    assert len(notices) == 2
    assert "第 2 列没有列名" in notices[0]
    assert "内容_3" in notices[1]


@given(st.lists(st.text(st.sampled_from("ab_2 \ufeff"), max_size=4), min_size=1, max_size=12))
def test_names_are_always_unique_and_visible(cells):
    names, _ = column_names(cells)
    assert len(set(names)) == len(cells)
    assert all(name.strip(" \ufeff") for name in names)
