"""Pictures are drawn by the reader's program, in its fonts; no word is part of an image."""

import io
import re
import zipfile

import openpyxl
import pytest
from lxml import etree

from models.resources import data_path
from service.report.drafting.prepare import draft_report
from service.report.figures.errors import DraftError
from service.report.rendering.pictures import charts_of, heat_map_of
from service.report.rendering.render import checked, render

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


@pytest.fixture(scope="module")
def sample():
    return draft_report(2020, data_path("samples", "requests_2020.csv"),
                        data_path("samples", "figures_2020.xlsx"))  # fmt: skip


def test_charts_show_the_figures(sample):
    charts = {chart.title: chart for chart in charts_of(sample)}
    assert sum(charts["收到申请（按月）"].values) == 279
    assert charts["收到申请（按月）"].labels[0] == "1月"
    channels = charts["收到申请（按方式）"]
    assert channels.labels == ("当面申请", "信件申请", "网络申请")
    assert [int(value) for value in channels.values] == [174, 57, 48]
    assert sum(charts["办理结果"].values) == 292
    heat = heat_map_of(sample)
    assert heat.columns == ("自然人", "商业企业", "法律服务机构")
    assert heat.shade(heat.values[0][0]) == 1.0


def test_word_charts_are_native_and_carry_their_numbers(sample):
    content = render(sample, ".docx", pictures=True)
    assert checked(content, "report.docx") == []
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = parts.namelist()
        charts = sorted(n for n in names if n.startswith("word/charts/chart"))
        assert len(charts) == 4
        assert not any(n.startswith("word/media") for n in names)
        tree = etree.fromstring(parts.read(charts[0]))
        cached = [v.text for v in tree.iterfind(f".//{C}val//{C}v")]
        book = openpyxl.load_workbook(io.BytesIO(parts.read("word/embeddings/chart1.xlsx")))
        assert [str(c.value) for c in book.active["B"][1:]] == cached
        types = parts.read("[Content_Types].xml").decode()
        assert "drawingml.chart+xml" in types
        document = parts.read("word/document.xml").decode()
    assert document.count("<c:chart ") == 4
    assert 'descr="收到申请（按月）：1月' in document


def test_without_the_option_there_are_no_pictures(sample):
    with zipfile.ZipFile(io.BytesIO(render(sample, ".docx"))) as parts:
        assert not any("chart" in name for name in parts.namelist())
    assert "<svg" not in render(sample, ".html").decode()


def test_drawings_of_the_page_hold_their_words_as_text(sample):
    content = render(sample, ".html", pictures=True)
    page = content.decode()
    assert len(re.findall("<svg", page)) == 4
    assert ">当面申请</text>" in page
    assert "<img" not in page
    assert checked(content, "report.html") == []


def test_markdown_says_that_it_holds_no_pictures(sample):
    with pytest.raises(DraftError, match="pictures"):
        render(sample, ".md", pictures=True)
