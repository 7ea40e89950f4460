import pytest

from models.errors import InputError
from service.intake.html_table import read_html_table


@pytest.fixture
def read(tmp_path):
    def read(page, codec="utf-8"):
        path = tmp_path / "导出.xls"
        path.write_bytes(page.encode(codec))
        return read_html_table(path)

    return read


def test_a_table_as_office_systems_export_it(read):
    page = """<html><head><meta charset="gbk"></head><body><table border=1>
    <tr><th colspan=2>来信汇总表</th></tr>
    <tr><td>编号</td><td>来信内容</td></tr>
    <tr><td>001</td><td>请问<br>土地&lt;规划&gt;用途，希望公开</td>
    <tr><td>002<td>没有写完</table></body></html>"""
    assert read(page, "gbk") == [
        ["来信汇总表", ""],
        ["编号", "来信内容"],
        ["001", "请问\n土地<规划>用途，希望公开"],
        ["002", "没有写完"],
    ]


def test_the_largest_table_counts(read):
    page = (
        "<table><tr><td>菜单</td></tr></table><table><tr><td>1</td></tr><tr><td>2</td></tr></table>"
    )
    assert read(page) == [["1"], ["2"]]


def test_a_page_that_ends_too_soon_keeps_what_it_has(read):
    assert read("<table><tr><td>内容</td></tr><tr><td>请问") == [["内容"], ["请问"]]


def test_a_page_without_table_is_an_error(read):
    with pytest.raises(InputError, match="没有表格"):
        read("<html><body>登录已过期</body></html>")


def test_cells_that_reach_down_push_the_later_rows_to_their_columns(read):
    page = (
        "<table><tr><td>街道<td>编号<td>内容<td>备注"
        "<tr><td rowspan=3>城关<td>1<td>请问<td rowspan=2>急"
        "<tr><td>2<td>投诉</tr>\n<tr><td colspan=2>3<td>完"
        "<tr><td>东关<td>4<td rowspan='x'>建议</table>"
    )
    assert read(page) == [
        ["街道", "编号", "内容", "备注"],
        ["城关", "1", "请问", "急"],
        ["", "2", "投诉", ""],
        ["", "3", "", "完"],
        ["东关", "4", "建议", ""],
    ]
