import polars as pl
import pytest

from models.errors import InputError
from service.intake.text_column import find_text_column

LONG = "请问小区旁边的土地规划用途是什么，何时动工？"


@pytest.mark.parametrize(
    "name",
    ["内容", "诉求内容", "留言详情", "信件内容", "正文", "Text", " content ", "＊内容＊"[1:3]],
)
def test_known_names(name):
    sample = pl.DataFrame({"编号": ["1"], name: ["a"], "备注": [LONG * 3]})
    assert find_text_column(sample) == name


def test_an_unknown_name_is_found_by_its_content():
    sample = pl.DataFrame({"编号": ["1", "2"], "标题": ["土地规划", "咨询"], "事由": [LONG, LONG]})
    assert find_text_column(sample) == "事由"


def test_answers_are_not_mistaken_for_messages():
    sample = pl.DataFrame({"事由": [LONG], "答复情况": [LONG * 5], "办理结果": [LONG * 9]})
    assert find_text_column(sample) == "事由"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"内容": ["a"], "正文": ["b"]}, "有 2 列都可能是正文：内容、正文"),
        ({"内容": ["a"], "内容_2": ["b"]}, "有 2 列都可能是正文：内容、内容_2"),
        ({"甲": [LONG], "乙": [LONG]}, "“甲”和“乙”都像正文"),
        ({"编号": ["1"], "日期": ["2024"]}, "找不到正文所在的列.*编号、日期"),
        ({"编号": [1]}, "找不到正文所在的列"),
    ],
)
def test_doubt_is_an_error_that_lists_the_columns(columns, message):
    with pytest.raises(InputError, match=message) as caught:
        find_text_column(pl.DataFrame(columns))
    assert LONG not in str(caught.value)


def test_the_user_decides_alone():
    sample = pl.DataFrame({"内容": ["a"], "备注": ["b"], "件数": [1]})
    assert find_text_column(sample, "备注") == "备注"
    with pytest.raises(InputError, match="没有名为“事由”的列；文件中的列有：内容、备注、件数"):
        find_text_column(sample, "事由")
    with pytest.raises(InputError, match="不是文字"):
        find_text_column(sample, "件数")
