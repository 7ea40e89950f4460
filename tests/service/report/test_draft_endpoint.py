"""`POST /v1/reports/draft`: the report of a year from uploads, and what is said about bad ones."""

import io
import json

import openpyxl
import polars as pl
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from models.resources import data_path
from service.api import reports
from service.api.problems import install
from service.report import read_report_bytes
from service.report.figures.form import Filling, write_form
from service.settings import Settings

REQUESTS = data_path("samples", "requests_2020.csv")
FIGURES = data_path("samples", "figures_2020.xlsx")
HEADER = ["编号", "收到日期", "办结日期", "申请方式", "申请人类型", "办理结果"]
GOOD = ["a", "2020-03-01", "2020-03-20", "网络", "自然人", "予以公开"]


@pytest.fixture(scope="module")
def client():
    app = FastAPI()
    app.state.settings = Settings(accounts="off")
    install(app)
    app.include_router(reports.router)
    return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)


@pytest.fixture
def draft(client):
    def call(requests=REQUESTS, figures=FIGURES, *, more=None, **fields):
        files = {"requests": (requests.name, requests.read_bytes()),
                 "figures": (figures.name, figures.read_bytes()), **(more or {})}  # fmt: skip
        return client.post(
            "/v1/reports/draft", files=files, data={"year": "2020", "kind": "json", **fields}
        )

    return call


def register(tmp_path, *rows, header=HEADER):
    path = tmp_path / "r.csv"
    pl.DataFrame(rows, schema=header, orient="row").write_csv(path)
    return path


@pytest.mark.parametrize("kind", ["docx", "html"])
def test_the_answer_is_a_report_whose_tables_can_be_read(draft, kind):
    answer = draft(kind=kind, pictures="true")
    assert answer.status_code == 200
    assert answer.headers["X-Settled"] == "false"
    report = read_report_bytes(answer.content, f"r.{kind}")
    assert report.tables[3].value("3.1", "total") == 195


def test_the_provenance_names_cases_and_open_matters(draft):
    data = draft().json()
    figure = next(f for f in data["figures"] if f["id"] == "t3.3.1.total")
    assert len(figure["source"]["cases"]) == 195
    assert [q["id"] for q in data["questions"]] == ["sum.disclosed"]


def test_markdown_and_annotations(draft):
    assert "195件" in draft(kind="md").text
    assert draft(kind="docx", annotate="true").content[:2] == b"PK"


@pytest.mark.parametrize(
    ("column", "cell", "kind"),
    [
        ("办理结果", "", "no_outcome"),
        ("收到日期", "", "no_received"),
        ("收到日期", "2020-04-01", "closed_before_received"),
        ("办理结果", "予以公开；部分公开", "two_outcomes"),
        ("申请方式", "飞鸽", "unknown_channel"),
        ("申请人类型", "", "no_applicant"),
    ],
)
def test_doubtful_cases_are_listed_in_the_answer(draft, tmp_path, column, cell, kind):
    bad = ["b", *GOOD[1:]]
    bad[HEADER.index(column)] = cell
    answer = draft(register(tmp_path, GOOD, bad))
    assert answer.status_code == 200
    assert [i["kind"] for i in answer.json()["cases"]["issues"]] == [kind]
    assert answer.headers["X-Settled"] == "false"


def test_entered_against_counted_is_a_question(draft, tmp_path):
    figures = tmp_path / "f.xlsx"
    write_form(figures, 2020, Filling(values={"entered.t3.1.total": 280}))
    questions = draft(figures=figures).json()["questions"]
    assert [(q["left"]["value"], q["right"]["value"]) for q in questions] == [(280, 279)]


def test_last_years_report_that_cannot_be_read_is_a_remark(draft):
    answer = draft(more={"previous": ("last.docx", b"broken")})
    assert answer.status_code == 200
    assert any("上年报告读不出" in remark for remark in answer.json()["remarks"])


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("requests", ("r.csv", "编号,内容\n1,甲\n".encode()), "draft_cases"),
        ("requests", ("r.csv", b""), None),
        ("requests", ("r.xlsx", b"no workbook"), None),
        ("figures", ("f.xlsx", b"no workbook"), "draft_figures"),
        ("settle", ("s.xlsx", b"no workbook"), "draft_settlement"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_problem(draft, name, content, code):
    answer = draft(more={name: content})
    assert answer.status_code == 422
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert code is None or problem["code"] == code
    assert problem["detail"].endswith(("。", "）"))
    assert "Traceback" not in answer.text


def test_a_workbook_of_another_year_or_format_is_refused(draft, tmp_path):
    answer = draft(year="2021")
    assert (answer.status_code, answer.json()["code"]) == (422, "draft_figures")
    assert "2020年度" in answer.json()["detail"]
    other = tmp_path / "f.xlsx"
    write_form(other, 2020, Filling(about={"报告格式": "2021"}))
    assert "格式" in draft(figures=other).json()["detail"]


def test_a_bare_number_in_a_persons_sentence_stops_the_draft(draft, tmp_path):
    figures = tmp_path / "f.xlsx"
    write_form(figures, 2020, Filling(texts=[("a", "监督保障", "开展培训16次", "")]))
    answer = draft(figures=figures)
    assert (answer.status_code, answer.json()["code"]) == (422, "draft_unbacked")


@pytest.mark.parametrize("fields", [{"year": "2018"}, {"year": "去年"}, {"kind": "pdf"}])
def test_a_field_that_cannot_be_is_refused(draft, fields):
    answer = draft(**fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_a_missing_file_is_named(client):
    answer = client.post("/v1/reports/draft", data={"year": "2020"})
    assert answer.status_code == 422
    assert {e["where"] for e in answer.json()["errors"]} >= {"requests", "figures"}


def test_a_file_over_the_limit_is_refused_unread(draft, monkeypatch):
    monkeypatch.setattr(reports, "MAX_MATERIAL_BYTES", 1000)
    answer = draft()
    assert (answer.status_code, answer.json()["code"]) == (422, "report_oversized")
    assert "requests_2020.csv" in answer.json()["detail"]
    monkeypatch.undo()
    monkeypatch.setattr(reports, "_LIMITS", {"figures": 1000})
    assert "figures_2020.xlsx" in draft().json()["detail"]


def test_a_settled_year_says_so(draft, tmp_path):
    sheet = tmp_path / "s.xlsx"
    from service.report.drafting.prepare import draft_report
    from service.report.figures.settlement_form import update_settlement

    made = draft_report(2020, REQUESTS, FIGURES)
    update_settlement(sheet, None, made.questions, made.cases)
    book = openpyxl.load_workbook(sheet)
    for column, cell in ((5, "采用另一数"), (6, "张三")):
        book["矛盾"].cell(2, column).value = cell
    stream = io.BytesIO()
    book.save(stream)
    answer = draft(more={"settle": ("s.xlsx", stream.getvalue())})
    assert answer.headers["X-Settled"] == "true"
    assert json.loads(answer.content)["decisions"][0]["by"] == "张三"


def test_a_generator_words_texts_only_where_there_is_one_and_it_is_asked(client, draft):
    class Echo:
        name = "echo"

        def stream(self, request, limits, cancellation=None):
            yield request.text

    client.app.state.generator = None
    refused = draft(generate="true")
    assert (refused.status_code, refused.json()["code"]) == (422, "input")
    client.app.state.generator = Echo()
    assert draft().json()["generated"] == []
    made = draft(generate="true").json()["generated"]
    assert made
    assert {entry["generator"] for entry in made} == {"echo"}


def test_a_refused_upload_is_called_by_its_own_name(draft, tmp_path):
    broken = tmp_path / "二〇二〇数据.xlsx"
    broken.write_bytes(b"no workbook")
    detail = draft(figures=broken).json()["detail"]
    assert "二〇二〇数据.xlsx 打不开" in detail
    assert "figures.xlsx" not in detail
