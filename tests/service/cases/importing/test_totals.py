import pytest

from service.cases.importing.totals import is_total


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["合计", None, "279件", 12], True),
        (["", "总 计：", "共35件", ""], True),
        (["本月小计", 3.5], True),
        ([None, "合计"], True),
        (["合计", "2026-03-02", "王某", "补偿款合计没有发", ""], False),
        (["1", "2026-03-02", "合计补偿多少？"], False),
        (["12", "35"], False),
        ([None, ""], False),
    ],
)
def test_only_a_word_for_a_total_with_figures_is_a_total(cells, expected):
    assert is_total(cells) is expected
