import numpy as np
import polars as pl
import pytest

from service.intake.batch import RAW, Batch, Reject
from service.intake.totals import is_total, said, total_rows, without_totals


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["合计", None, "279件", 12], True),
        (["", "总 计：", "共35件", ""], True),
        (["本月小计", 3.5], True),
        ([None, "合计"], True),
        (["合计：279件", None], True),
        (["总计（件）", "279"], True),
        (["合计279件中的第3件", ""], False),
        (["合计", "2026-03-02", "王某", "补偿款合计没有发", ""], False),
        (["1", "2026-03-02", "合计补偿多少？"], False),
        (["12", "35"], False),
        ([None, ""], False),
    ],
)
def test_only_a_word_for_a_total_with_figures_is_a_total(cells, expected):
    assert is_total(cells) is expected


def test_totals_are_found_among_the_rows_of_a_register():
    frame = pl.DataFrame(
        {
            "编号": ["甲1", "小计", "甲2", "合计", None],
            "申请内容": ["合计补偿多少", "", "征地批复" * 20, None, "总数不对，请查"],
            "件数": [None, 1, None, 2, None],
            RAW: ["", "", "", "", ""],
        }
    )
    expected = [False, True, False, True, False]
    assert total_rows(frame).to_list() == expected
    assert total_rows(frame, "申请内容").to_list() == expected
    assert total_rows(frame.head(0)).to_list() == []


def test_which_rows_were_left_out_is_said_by_number():
    assert said([294]) == "第 294 行是汇总行（合计、总计等），没有计入。"
    assert "2、3、4、5、6、7、8、9、10、11等" in said(list(range(2, 30)))


def test_totals_leave_a_stretch_whether_their_line_was_whole_or_short_of_columns():
    frame = pl.DataFrame({"编号": ["甲1", "小计"], "申请内容": ["征地批复", None]})
    short, other = Reject(4, "有 1 列", "合计,2"), Reject(5, "有 1 列", "合计补偿多少")
    batch = Batch(frame, np.array([2, 3]), (short, other))
    kept, lines = without_totals(batch, "申请内容")
    assert kept.frame["编号"].to_list() == ["甲1"]
    assert kept.lines.tolist() == [2]
    assert (kept.rejects, lines) == ((other,), [3, 4])
