"""Command line, HTTP and page say the same thing about the same report."""

import asyncio
import json
import re
import subprocess
import sys
import time

import httpx
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from service.api.problems import install
from service.api.reports import router
from service.cli.report import report_app
from service.report.checking.rulebook import load_rules
from service.settings import Settings

FINDING_KEYS = ["rule", "severity", "status", "message", "left", "right", "difference", "where"]


@pytest.fixture(scope="module")
def post():
    """Upload to the application without a server."""
    app = FastAPI()
    app.state.settings = Settings(accounts="off")
    install(app)
    app.include_router(router)

    async def send(path, files):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post(path, files=files)

    return lambda path, files=None: asyncio.run(send(path, files))


@pytest.fixture
def files(make, html_page, tmp_path):
    """A sound report and one with two errors, as web pages on disk."""
    figures = make(31)
    good = tmp_path / "好.html"
    good.write_text(html_page(figures), encoding="utf-8")
    figures.table3["3.1"][0] += 5
    bad = tmp_path / "坏.html"
    bad.write_text(html_page(figures), encoding="utf-8")
    return good, bad


def run(*arguments):
    return CliRunner().invoke(report_app, [str(a) for a in arguments])


def test_exit_codes_and_list(files):
    good, bad = files
    done = run("check", good)
    assert done.exit_code == 0
    assert "错误 0，警告 0" in done.output
    done = run("check", bad)
    assert done.exit_code == 1
    first = done.output.splitlines()[2]
    assert first.startswith("[错误] 表三")
    assert re.search(r"≠ \d+，差 5", first)


def test_json_has_the_form_of_the_contract(files):
    data = json.loads(run("check", files[1], "--json").output)
    assert data["summary"]["errors"] == 2
    assert {
        f["rule"] for f in data["findings"] if f["status"] == "fails" and f["severity"] == "error"
    } == {
        "T3-ROW",
        "T3-SUM",
    }
    for finding in data["findings"]:
        assert list(finding) == FINDING_KEYS
        assert finding["rule"] in load_rules()
        assert finding["status"] in ("holds", "fails", "unknown")
    assert data["findings"][0]["difference"] in (5, -5)


def test_tables_json(files, make):
    figures = make(31)
    data = json.loads(run("tables", files[0], "--json").output)
    assert list(data) == ["format", "year", "agency", "table2", "table3", "table4"]
    assert (data["format"], data["year"], data["agency"]) == ("2021", 2024, figures.agency)
    assert data["table3"] == figures.table3
    assert data["table4"] == figures.table4
    assert data["table2"]["规章"] == {"本年制发件数": 0, "本年废止件数": 0, "现行有效件数": 0}
    amount = data["table2"]["行政事业性收费"]["本年收费金额（单位：万元）"]
    assert amount == float(figures.table2["fee", "amount"])
    assert "表三" in run("tables", files[0]).output


def test_page_is_self_contained_and_every_link_lands(files, tmp_path):
    target = tmp_path / "核对.html"
    assert run("check", files[1], "--html", target).exit_code == 1
    page = target.read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", page)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= set(ids)
    # From the failed finding to its cell, and from the cell back.
    assert "t3_3-1_total" in links
    assert re.search(r'id="t3_3-1_natural" class="error"><a href="#f\d+"', page)


def test_page_escapes_what_it_shows(make, html_page, tmp_path):
    path = tmp_path / "r.html"
    page = html_page(make(33)).replace("加强培训", "加强&lt;script&gt;alert(1)&lt;/script&gt;培训")
    path.write_text(page, encoding="utf-8")
    run("check", path, "--html", tmp_path / "out.html")
    assert "<script>alert" not in (tmp_path / "out.html").read_text(encoding="utf-8")


def test_unwritable_output_is_one_line(files, tmp_path, run_program):
    target = tmp_path / "没有" / "out.html"
    code, _, complaint = run_program("report", "check", files[0], "--html", target)
    assert code == 2
    assert complaint.startswith("错误：写不出")
    assert complaint.count("\n") == 1


def test_page_never_replaces_a_report(files, tmp_path, monkeypatch, run_program):
    now, then = files
    before = now.read_bytes(), then.read_bytes()
    link = tmp_path / "链接.html"
    link.symlink_to(now)
    linked = tmp_path / "另一名.html"
    linked.hardlink_to(then)
    monkeypatch.chdir(tmp_path)
    for target in (now, now.name, f"./{then.name}", link, linked):
        code, out, complaint = run_program(
            "report", "check", now, "--previous", then, "--html", target
        )
        assert (code, out) == (2, "")
        assert complaint.startswith("错误：--html 指的就是")
        assert complaint.count("\n") == 1
        assert (now.read_bytes(), then.read_bytes()) == before
    # A page of an earlier check may be replaced.
    page = tmp_path / "核对.html"
    for _ in range(2):
        assert run_program("report", "check", now, "--html", page)[0] == 0


def test_last_year(make, html_page, tmp_path):
    now, then = make(41), make(42)
    then.year = 2023
    then.table3["4"] = list(now.table3["2"])
    paths = tmp_path / "今.html", tmp_path / "昨.html"
    for path, figures in zip(paths, (now, then), strict=True):
        path.write_text(html_page(figures), encoding="utf-8")
    data = json.loads(run("check", paths[0], "--previous", paths[1], "--json").output)
    carried = [f for f in data["findings"] if f["rule"] == "T3-CARRY"]
    assert [f["status"] for f in carried] == ["holds"] * 7
    then.table3["4"][0] += 2
    paths[1].write_text(html_page(then), encoding="utf-8")
    data = json.loads(run("check", paths[0], "--previous", paths[1], "--json").output)
    carried = [f for f in data["findings"] if f["rule"] == "T3-CARRY" and f["status"] == "fails"]
    assert [(f["severity"], f["difference"]) for f in carried] == [("error", -2)]
    # 120, 70, 30 and 20 are last year's figures in last year's words.
    reused = [f for f in data["findings"] if f["rule"] == "P-REUSE" and f["status"] == "fails"]
    assert any("120条" in f["message"] for f in reused)
    data = json.loads(run("check", paths[1], "--previous", paths[0], "--json").output)
    assert [f["status"] for f in data["findings"] if f["rule"] == "P-YEAR"] == ["unknown"]


def test_upload(post, files):
    good, bad = (path.read_bytes() for path in files)
    answer = post("/v1/reports/check", files={"file": ("坏.html", bad)})
    assert answer.status_code == 200
    assert answer.json()["summary"]["errors"] == 2
    assert answer.json() == json.loads(run("check", files[1], "--json").output)
    both = post(
        "/v1/reports/check", files={"file": ("好.html", good), "previous": ("坏.html", bad)}
    )
    assert [f["status"] for f in both.json()["findings"] if f["rule"] == "P-YEAR"] == ["unknown"]
    page = post("/v1/reports/check/page", files={"file": ("坏.html", bad)})
    assert page.headers["content-type"].startswith("text/html")


def test_upload_that_cannot_be_used(post):
    answer = post("/v1/reports/check", files={"file": ("a.txt", b"hello")})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "report_foreign"
    assert problem["detail"].endswith("。")
    assert post("/v1/reports/check").status_code == 422


def test_help_needs_no_reader():
    """PDF and Word libraries load when a file needs them, not for a help screen."""
    code = (
        "import sys, service.cli.report\n"
        "heavy = {'pdfplumber', 'pdfminer', 'lxml', 'docx', 'fastapi'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    assert time.perf_counter() - start < 5
