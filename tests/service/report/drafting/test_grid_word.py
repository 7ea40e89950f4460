"""The tables of a Word report, read back through python-docx."""

import io
import itertools

import docx
import pytest

from models.resources import data_path
from service.report.drafting.prepare import draft_report
from service.report.rendering import template
from service.report.rendering.grid_word import add_grid
from service.report.rendering.render import render
from service.report.rendering.style_ids import StyleIds

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def draft():
    return draft_report(
        2020, data_path("samples", "requests_2020.csv"), data_path("samples", "figures_2020.xlsx")
    )


@pytest.fixture(params=[2, 3, 4])
def grid(request, draft):
    grids = {s.grid.number: s.grid for s in draft.sections if s.grid is not None}
    return grids[request.param]


@pytest.fixture
def document():
    return docx.Document(str(template.template_path()))


def test_each_cell_takes_its_own_boxes_with_its_text_and_width(grid, document):
    printed = add_grid(document, grid, StyleIds(document))
    table = document.tables[0]
    boxes = [table.row_cells(row) for row in range(grid.n_rows)]
    assert {len(line) for line in boxes} == {grid.n_columns}
    columns = [column.width.twips for column in table.columns]
    assert [cell for cell, _ in printed] == list(grid.cells)
    seen = set()
    for cell, run in printed:
        rows = range(cell.row, cell.row + cell.rows)
        taken = range(cell.column, cell.column + cell.columns)
        (box,) = {boxes[row][column]._tc for row, column in itertools.product(rows, taken)}
        assert box not in seen
        seen.add(box)
        assert run._r.getparent().getparent() is box
        assert "".join(p.text for p in box.p_lst) == run.text == cell.text
        assert box.width.twips == sum(columns[column] for column in taken)


def test_merged_tables_are_those_that_python_docx_merges(grid, document):
    add_grid(document, grid, StyleIds(document))
    made = document.tables[0]
    merged = document.add_table(rows=grid.n_rows, cols=grid.n_columns)
    for column, like in zip(merged.columns, made.columns, strict=True):
        for box in column.cells:
            box.width = like.width
    for cell in grid.cells:
        last = merged.cell(cell.row + cell.rows - 1, cell.column + cell.columns - 1)
        merged.cell(cell.row, cell.column).merge(last)

    def shape(table):
        kept = ("tcW", "gridSpan", "vMerge")
        return [
            [[(p.tag, dict(p.attrib)) for name in kept for p in tc.tcPr.findall(W + name)]
             for tc in line.tc_lst]
            for line in table._tbl.tr_lst
        ]  # fmt: skip

    assert shape(made) == shape(merged)


def test_heading_rows_repeat_no_row_breaks_and_the_last_row_lets_go(grid, document):
    add_grid(document, grid, StyleIds(document))
    table = document.tables[0]
    heads = [line.find(f"{W}trPr/{W}tblHeader") is not None for line in table._tbl.tr_lst]
    assert heads == [row < grid.head_rows for row in range(grid.n_rows)]
    assert all(line.find(f"{W}trPr/{W}cantSplit") is not None for line in table._tbl.tr_lst)
    last = table.rows[-1].cells
    assert {cell.paragraphs[0].paragraph_format.keep_with_next for cell in last} == {False}


# ECMA-376 part 1, 17.4: CT_TblPr and CT_TcPr are sequences.
ORDER = {
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize "
    "tblW jc tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection "
    "tcFitText vAlign hideMark",
}


@pytest.mark.parametrize("kind", ORDER)
def test_properties_stand_in_the_order_of_the_schema(draft, kind):
    content = render(draft, ".docx", pictures=True, annotate=True)
    body = docx.Document(io.BytesIO(content)).element.body
    found = list(body.iter(W + kind))
    assert len(found) >= 5
    for properties in found:
        places = [ORDER[kind].split().index(child.tag.removeprefix(W)) for child in properties]
        assert places == sorted(places)


def test_a_style_is_written_by_the_id_of_this_template(grid, document):
    document.styles[template.TABLE].element.styleId = "Own7"
    default = document.styles[template.TABLE_HEAD]
    for style in document.styles:
        if style.type == default.type and style.element.default:
            style.element.default = False
    default.element.default = True
    printed = add_grid(document, grid, StyleIds(document))
    for cell, run in printed:
        paragraph = run._r.getparent()
        assert paragraph.style == (None if cell.is_head else "Own7")


def test_a_template_without_a_style_of_tables_is_refused(draft, document, tmp_path):
    from service.report.errors import ReportFormatError

    element = document.styles[template.TABLE].element
    element.getparent().remove(element)
    document.save(tmp_path / "own.docx")
    with pytest.raises(ReportFormatError, match=r"own\.docx"):
        render(draft, ".docx", template_path=tmp_path / "own.docx")
