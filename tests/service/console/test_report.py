"""年报: from an empty year to exported files, every number with its source, nothing overwritten."""

import io
import json
import re
import zipfile
from urllib.parse import unquote

import pytest

from models.resources import data_path
from service.accounts.roles import Role
from service.cases.importing.run import preview_file, run_import, start_import
from service.drafts.figures import Entry, enter, enter_workbook
from service.drafts.versions import draft_year, version
from service.report import check_bytes
from service.report.rendering.render import render

BASE = "/console/report/2020"


@pytest.fixture
def sample_year(guest, app):
    database = app.state.database
    path = data_path("samples", "requests_2020.csv")
    with database.session() as session:
        mapping = preview_file(session, path).mapping
        started = start_import(session, "test", path, mapping)
    run_import(database, started.id, path)
    with database.session() as session:
        enter_workbook(session, "test", 2020, data_path("samples", "figures_2020.xlsx"))


def test_an_empty_office_is_led_to_the_import(visit):
    page = visit(Role.CLERK).get("/console/report").text
    assert 'href="/console/import"' in page
    assert visit(Role.REVIEWER).get("/console/report/2001").status_code == 422
    assert (
        visit(Role.ADMIN).get("/console/report/go?year=2024").headers["location"].endswith("2024")
    )


def test_every_number_of_the_text_opens_its_source(visit, sample_year):
    clerk = visit(Role.CLERK)
    page = clerk.get(BASE).text
    chips = re.findall(r'class="chip" href="([^"]+)"[^>]*>([^<]+)<', page)
    assert len(chips) > 30
    text = re.sub(r"<[^>]+>", "", page.split("<article")[1].split("</article>")[0])
    assert "258件" in text
    for href, shown in chips[:12]:
        panel = clerk.get(href.replace("&amp;", "&"), headers={"HX-Request": "true"})
        assert panel.status_code == 200
        assert shown in panel.text
        assert "<html" not in panel.text
    counted = next(href for href, shown in chips if shown == "279件")
    source = clerk.get(counted.replace("&amp;", "&"))
    assert "<html" in source.text
    assert "/console/case?n=" in source.text
    assert clerk.get(f"{BASE}/figure?id=nothing").status_code == 422


def test_a_year_without_a_version_is_said_to_open_as_a_draft(visit, sample_year):
    page = visit(Role.CLERK).get("/console/report").text
    assert f'<a href="{BASE}">打开就是草稿</a>' in page


def test_tables_are_drawn_with_links(visit, sample_year):
    page = visit(Role.CLERK).get(f"{BASE}/tables").text
    assert page.count('class="cell"') > 100
    assert "13491" in page


def test_figures_are_entered_signed_and_checked(visit, sample_year, token):
    clerk = visit(Role.CLERK)
    page = clerk.get(f"{BASE}/figures")
    csrf = {"csrf_token": token(page)}
    wrong = clerk.post(f"{BASE}/figures", data=csrf | {"f:disclosed.total": "many"})
    assert wrong.status_code == 422
    assert 'value="many"' in wrong.text
    half = clerk.post(f"{BASE}/figures", data=csrf | {"f:t2.regulation.made": "1.5"})
    assert "应填整数" in half.text
    done = clerk.post(f"{BASE}/figures", data=csrf | {"f:disclosed.total": "13485"})
    assert done.headers["location"] == f"{BASE}/figures"
    text = clerk.get(BASE).text
    assert "13485条" in text
    assert "没有互相矛盾的数" in text
    panel = clerk.get(f"{BASE}/figure?id=disclosed.total").text
    assert "clerk" in panel
    nonsense = clerk.post(f"{BASE}/figures", data=csrf | {"f:no.such": "1"})
    assert nonsense.status_code == 422


def test_a_filled_workbook_is_read_in(visit, token, guest):
    clerk = visit(Role.CLERK)
    csrf = {"csrf_token": token(clerk.get(f"{BASE}/figures"))}
    content = data_path("samples", "figures_2020.xlsx").read_bytes()
    answer = clerk.post(f"{BASE}/workbook", data=csrf, files={"file": ("数据.xlsx", content)})
    assert answer.status_code == 303
    assert 'value="13491"' in clerk.get(f"{BASE}/figures").text
    broken = clerk.post(f"{BASE}/workbook", data=csrf, files={"file": ("坏.xlsx", b"x")})
    assert broken.status_code == 422
    other = clerk.post(
        "/console/report/2021/workbook", data=csrf, files={"file": ("数据.xlsx", content)}
    )
    assert "2020" in other.text
    assert clerk.get(f"{BASE}/form.xlsx").content[:2] == b"PK"


def edit(client, token, text, read=None, **more):
    address = f"{BASE}/sentence?key=1/carried_in/0"
    page = client.get(address)
    number = re.search(r'name="read" value="(\d+)"', page.text)[1]
    return client.post(
        f"{BASE}/sentence",
        data={"csrf_token": token(page), "key": "1/carried_in/0", "text": text,
              "read": number if read is None else read} | more,
    )  # fmt: skip


def test_a_sentence_is_worded_anew_but_its_numbers_stay(visit, sample_year, token):
    clerk = visit(Role.CLERK)
    assert "【13件】" in clerk.get(f"{BASE}/sentence?key=1/carried_in/0").text
    assert edit(clerk, token, "上年结转【14件】。").status_code == 422
    assert edit(clerk, token, "上年结转14件。").status_code == 422
    done = edit(clerk, token, "另有上年结转的申请【13件】，均已接续办理。")
    assert done.headers["location"].startswith(f"{BASE}#s-")
    page = clerk.get(BASE).text
    assert "另有上年结转的申请" in page
    assert "最新是第 1 版" in page
    stale = edit(clerk, token, "上年结转【13件】。", read="0")
    assert "已存了第 1 版" in stale.text
    assert "上年结转【13件】。" in stale.text
    edit(clerk, token, "", back="1")
    assert "另有上年结转的申请" not in clerk.get(BASE).text
    listed = clerk.get(f"{BASE}/versions").text
    assert listed.count("/version/") == 2
    assert 'class="changed"' in clerk.get(f"{BASE}/version/2").text


def test_contradictions_are_settled_by_those_who_may(visit, sample_year, token):
    clerk, reviewer = visit(Role.CLERK), visit(Role.REVIEWER)
    page = reviewer.get(BASE)
    question = re.search(r'name="question" value="([^"]+)"', page.text)[1]
    said = {"question": question, "choice": "采用另一数", "reason": "分项核过"}
    refused = clerk.post(
        f"{BASE}/decide", data=said | {"csrf_token": token(clerk.get(f"{BASE}/figures"))}
    )
    assert refused.status_code == 403
    done = reviewer.post(f"{BASE}/decide", data=said | {"csrf_token": token(page)})
    assert done.status_code == 303
    assert "13485条" in reviewer.get(BASE).text


def test_exports_pass_the_check_and_versions_stay(visit, sample_year, token):
    clerk = visit(Role.CLERK)
    page = clerk.get(BASE)
    saved = clerk.post(f"{BASE}/version", data={"csrf_token": token(page), "read": "0"})
    assert saved.status_code == 303
    again = clerk.post(f"{BASE}/version", data={"csrf_token": token(page), "read": "0"})
    assert again.status_code == 409
    document = clerk.get(f"{BASE}/export/docx")
    assert "filename" in document.headers["content-disposition"]
    result = check_bytes((document.content, "report.docx"))
    failed = [f for f in result.findings if f.status.value == "fails"]
    assert not [f for f in failed if f.severity.value == "error"]
    assert clerk.get(f"{BASE}/export/docx?v=1").content[:2] == b"PK"
    assert "<table" in clerk.get(f"{BASE}/export/html?v=1").text
    stored = json.loads(clerk.get(f"{BASE}/export/json?v=1").content)
    assert stored["sentences"]
    assert "<table" in clerk.get(f"{BASE}/export/html").text
    assert clerk.get(f"{BASE}/export/exe").status_code == 422
    assert clerk.get(f"{BASE}/export/docx?v=9").status_code == 422
    findings = clerk.get(f"{BASE}/findings").text
    assert "项核对通过" in findings


def words_of(document):
    """The parts of a Word file that people see."""
    with zipfile.ZipFile(io.BytesIO(document)) as parts:
        return {name: parts.read(name) for name in parts.namelist() if name.startswith("word/")}


def test_word_file_of_a_version_prints_what_was_saved(visit, sample_year, app, token):
    clerk = visit(Role.CLERK)
    with app.state.database.reading() as session:
        saved = words_of(render(draft_year(session, 2020).draft, ".docx"))
    page = clerk.get(BASE)
    assert clerk.post(f"{BASE}/version", data={"csrf_token": token(page), "read": "0"}).is_redirect
    with app.state.database.session() as session:  # nobody has asked for it yet
        assert version(session, 2020, 1).document is None
        enter(session, "test", 2020, [Entry("about.机关全称", "另一个局")])
    first = clerk.get(f"{BASE}/export/docx?v=1").content
    assert words_of(first) == saved
    assert words_of(clerk.get(f"{BASE}/export/docx").content) != saved
    assert clerk.get("/v1/years/2020/draft/versions/1?kind=docx").content == first
    with app.state.database.reading() as session:
        assert version(session, 2020, 1).document == first


def test_saving_a_sentence_makes_no_word_file(visit, sample_year, monkeypatch, token):
    """It took nine tenths of the time, for a file that few versions are asked for."""
    made = []
    monkeypatch.setattr(
        "service.drafts.versions.render",
        lambda draft, kind: made.append(kind) or render(draft, kind),
    )
    clerk = visit(Role.CLERK)
    page = clerk.get(BASE)
    key = re.search(r'/sentence\?key=([^"]+)"', page.text)[1]
    form = clerk.get(f"{BASE}/sentence?key={key}")
    fields = {"csrf_token": token(form), "key": unquote(key), "read": "0", "back": "1"}
    assert clerk.post(f"{BASE}/sentence", data=fields).status_code == 303
    assert made == [".html"]


def test_the_findings_are_those_of_the_finished_file(visit, sample_year, app):
    with app.state.database.reading() as session:
        draft = draft_year(session, 2020).draft
    said = [
        [
            (f.rule, f.status, f.message)
            for f in check_bytes((render(draft, kind), f"r{kind}")).findings
        ]
        for kind in (".docx", ".html")
    ]
    assert said[0] == said[1]
    page = visit(Role.CLERK).get(f"{BASE}/findings").text
    assert f"{sum(status.value == 'holds' for _, status, _ in said[0])} 项核对通过" in page


def test_last_year_stands_beside(visit, sample_year, app, token):
    clerk = visit(Role.CLERK)
    page = clerk.get(BASE)
    clerk.post(f"{BASE}/version", data={"csrf_token": token(page), "read": "0"})
    assert "上年 13491" in clerk.get("/console/report/2021/figures").text
    panel = clerk.get("/console/report/2021/figure?id=t3.1.total").text
    assert "上年 279件" in panel
