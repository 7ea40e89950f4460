"""The same figures, read back from every way of writing them down."""

import pytest

from service.report import check_report
from service.report.checking.finding import Severity, Status


def problems(report):
    return [
        (f.rule, f.message)
        for f in check_report(report).findings
        if f.status is Status.FAILS and f.severity is not Severity.INFO
    ]


@pytest.mark.parametrize("layout", ["html", "markdown", "line", "tab", "token", "broken"])
@pytest.mark.parametrize("format_id", ["2019", "2021"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_layout_reads_back_and_holds(make, writers, same, read, layout, format_id, seed):
    figures = make(seed, format_id)
    report = read(*writers[layout](figures))
    same(report, figures)
    assert (report.year, report.agency) == (figures.year, figures.agency)
    assert problems(report) == []


ZERO = {"blank": "blank", "slash": "not_applicable", "dash": "not_applicable"}


@pytest.mark.parametrize("layout", ["html", "markdown", "tab", "line", "token", "broken"])
@pytest.mark.parametrize("style", ["blank", "slash", "dash", "full"])
def test_zero_is_kept_as_it_was_written(make, writers, read, layout, style):
    """`/` and `-` are no numbers, a blank is no zero; full-width digits are digits."""
    if style == "blank" and layout in ("line", "token", "broken"):
        pytest.skip("without tabs a blank leaves no trace in the text")
    figures = make(4)
    report = read(*writers[layout](figures, style))
    table = report.tables[3]
    for code, values in figures.table3.items():
        for column, value in zip(
            ("natural", "commercial", "research", "social", "legal", "other", "total"),
            values,
            strict=True,
        ):
            cell = table.cells[code, column]
            if value == 0 and style != "full":
                assert (cell.state, cell.value) == (ZERO[style], None)
            else:
                assert cell.value == value
    assert [f for f in problems(report) if f[0] != "S-BLANK"] == []


def test_flattened_rows_with_dropped_blanks_are_reported_not_guessed(make, writers, read):
    """Where blanks left no trace, a row with fewer figures stays unread."""
    figures = make(5)
    report = read(*writers["line"](figures, "blank"))
    table = report.tables[3]
    full = {code for code, values in figures.table3.items() if 0 not in values}
    assert {row for row, _ in table.cells} <= full
    assert table.unplaced
    findings = check_report(report).findings
    assert not [f for f in findings if f.status is Status.FAILS and f.severity is Severity.ERROR]


def test_menus_and_footers_around_a_web_page_do_not_matter(make, html_page, same, read):
    figures = make(6)
    menu = "".join(f"<li><a href='/{i}'>2019年栏目{i}</a></li>" for i in range(30))
    page = (
        "<html><head><title>2019年</title><style>p{{}}</style></head><body><div id=top><ul>"
        + menu
        + "</ul></div><table width=100%><tr><td><table><tr><td>首页</td><td>政务公开</td></tr>"
        "</table></td></tr><tr><td>{}</td></tr></table><div class=foot>"
        "<p>版权所有：某某局 网站标识码1234567890 备案号11000002号</p><p>打印 关闭</p></div>"
        "<script>var a='第三部分';</script></body></html>"
    )
    report = read(html_page(figures, wrap=page).encode("gb18030"), "page.shtml")
    same(report, figures)
    assert report.year == figures.year
    assert problems(report) == []


def test_table_split_over_pages_with_its_heading_repeated(make, writers, same, read):
    figures = make(7)
    text = writers["line"](figures)[0].decode()
    heading = (
        "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和） 申请人情况\n"
        "自然人 法人或其他组织 总计\n商业企业 科研机构 社会公益组织 法律服务机构 其他"
    )
    text = text.replace("（四）无法提供", f"\n- 5 -\n\n{heading}\n（四）无法提供")
    report = read(text.encode(), "r.txt")
    same(report, figures)


def test_columns_flattened_one_after_another_are_turned_when_sums_prove_it(
    make, writers, same, read
):
    figures = make(8)
    lines = writers["line"](figures)[0].decode().split("\n")
    first = next(i for i, line in enumerate(lines) if line.startswith("一、本年新收"))
    stop = next(i for i, line in enumerate(lines) if line.startswith("四、结转下年"))
    labels = [row.label for row in figures.form.table3_rows]
    columns = [str(figures.table3[r][c]) for c in range(7) for r in figures.table3]
    text = "\n".join([*lines[:first], *labels, *columns, *lines[stop + 1 :]])
    same(read(text.encode(), "r.txt"), figures)


def test_a_whole_page_without_line_breaks(make, writers, same, read):
    figures = make(9)
    text = writers["line"](figures)[0].decode().replace("\n", " ")
    report = read(text.encode(), "r.txt")
    same(report, figures)
    assert problems(report) == []


def test_rows_with_pipes_and_merged_cells_dropped(make, writers, same, read):
    """What crawlers leave of a table: cells parted by pipes, merged ones missing."""
    figures = make(10)
    text = writers["tab"](figures)[0].decode().replace("\t", " | ")
    text = "\n".join(f"{line} | |" if " | " in line else line for line in text.split("\n"))
    same(read(text.encode(), "r.txt"), figures)


def test_heading_decides_the_order_of_columns(make, html_page, same, read):
    figures = make(12)
    same(read(html_page(figures, total_first=True).encode(), "r.html"), figures)


def test_every_cell_on_a_line_that_ends_in_a_pipe(make, writers, same, read):
    figures = make(13)
    text = writers["token"](figures)[0].decode()
    head, tables = text.split("第二十条第（一）项", 1)
    lines = [
        line if "、" in line and "情况" in line else f"{line} |" for line in tables.split("\n")
    ]
    same(read((head + "第二十条第（一）项" + "\n".join(lines)).encode(), "r.txt"), figures)
