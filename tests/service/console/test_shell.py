"""The frame: signing in, who sees what, errors as pages, and what the browser is allowed."""

import re

import pytest
from fastapi.testclient import TestClient

from service.accounts.roles import Role
from service.console.app import create_console
from service.console.highlighting import Span, highlight
from service.console.rendering import STATIC, asset, count, percent
from service.console.sign_in import inside
from service.console.wording import decider


def test_home_leads_to_the_console_and_the_console_to_sign_in(guest):
    assert guest.get("/").headers["location"] == "/console/"
    answer = guest.get("/console/cases?topic=land")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/login?next=%2Fconsole%2Fcases%3Ftopic%3Dland"


def test_sign_in_goes_where_the_person_wanted_to_go(guest, visit, password):
    visit(Role.CLERK)
    said = {"name": "clerk", "password": password, "next": "/console/check"}
    answer = guest.post("/console/login", data=said)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/check"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/console\\..",
        "/v1/x",
        "",
        "/console/\n",
    ],
)
def test_nobody_is_sent_elsewhere(address):
    assert inside(address) == "/console/"


def test_a_wrong_password_is_told_and_does_not_say_which(guest, visit):
    visit(Role.CLERK)
    for name in ("clerk", "nobody"):
        answer = guest.post("/console/login", data={"name": name, "password": "wrong wrong"})
        assert answer.status_code == 401
        assert "用户名或密码不对" in answer.text


def test_sign_in_from_another_site_is_refused(guest):
    answer = guest.post(
        "/console/login",
        data={"name": "a", "password": "b"},
        headers={"Origin": "https://elsewhere.example"},
    )
    assert answer.status_code == 403


def test_a_one_time_password_must_be_changed_first(guest, visit):
    client = visit(Role.ADMIN, must_change=True)
    assert client.get("/console/check").headers["location"] == "/console/password"


def test_the_password_is_changed(guest, visit, password, token):
    client = visit(Role.ADMIN, must_change=True)
    page = client.get("/console/password")
    assert "一次性密码" in page.text
    said = {"csrf_token": token(page), "current": password, "new": "x" * 20, "again": "y" * 20}
    assert "不一样" in client.post("/console/password", data=said).text
    said["again"] = said["new"]
    assert "不同的字符太少" in client.post("/console/password", data=said).text
    said["new"] = said["again"] = "a river under the sun"
    answer = client.post("/console/password", data=said)
    assert answer.headers["location"] == "/console/"
    desk = client.get("/console/")
    assert "密码已改" in desk.text
    assert "密码已改" not in client.get("/console/").text


def test_sign_out_ends_the_session(guest, visit, token):
    client = visit(Role.CLERK)
    page = client.get("/console/try")
    assert client.post("/console/logout").status_code == 403  # without the page's token
    answer = client.post("/console/logout", data={"csrf_token": token(page)})
    assert answer.headers["location"] == "/console/login"
    assert client.get("/console/").headers["location"].startswith("/console/login")


def test_the_menu_shows_only_what_a_person_may_open(guest, visit):
    assert 'href="/console/system"' not in visit(Role.CLERK).get("/console/check").text
    assert 'href="/console/system"' in visit(Role.ADMIN).get("/console/check").text
    alone = guest.get("/console/check").text
    assert 'href="/console/cases"' not in alone
    assert 'href="/console/login"' in alone


def test_every_page_forbids_foreign_and_inline_content(guest):
    for path in ("/console/check", "/console/login", "/console/nothing", asset("console.js")):
        answer = guest.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
    assert guest.get("/console/check").headers["cache-control"] == "no-store"
    assert "immutable" in guest.get(asset("base.css")).headers["cache-control"]


def test_templates_hold_nothing_inline_and_nothing_from_elsewhere():
    templates = STATIC.parent / "templates"
    for path in templates.rglob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(
            r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", text
        ), path
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), path
        assert len(text.splitlines()) <= 400
    for path in (*STATIC.glob("*.css"), *STATIC.glob("*.js")):
        if path.name != "htmx.min.js":
            assert not re.search(r"https?://|@import", path.read_text("utf-8")), path
            assert len(path.read_text("utf-8").splitlines()) <= 400


def test_the_licence_of_the_vendored_script_lies_beside_it():
    assert "Zero-Clause BSD" in (STATIC / "htmx.LICENSE.txt").read_text("utf-8")


def test_errors_are_pages_with_a_way_back(guest):
    answer = guest.get("/console/nothing", headers={"Referer": "http://testserver/console/check"})
    assert answer.status_code == 404
    assert 'href="/console/check"' in answer.text
    assert guest.get("/v1/nothing").headers["content-type"].startswith("application/problem+json")
    part = guest.get("/console/nothing", headers={"HX-Request": "true"})
    assert part.text.startswith('<div class="note error"')


def test_an_unforeseen_error_tells_a_number_and_nothing_else(guest, app):
    def fails():
        raise RuntimeError("a citizen's words")

    console = create_console(app.state)
    console.add_api_route("/fails", fails)
    answer = TestClient(console, raise_server_exceptions=False).get("/fails")
    assert answer.status_code == 500
    assert "程序内部出错" in answer.text
    assert "citizen" not in answer.text


def test_trying_a_text_marks_its_evidence(guest):
    text = "我们村去年征了地，补偿款到现在没发，想问问什么时候能发。<b>"
    page = guest.post("/console/try", data={"text": text})
    assert page.status_code == 200
    assert "土地资源" in page.text
    assert '<mark class="' in page.text
    assert "&lt;b&gt;" in page.text
    assert guest.post("/console/try", data={"text": " \u3000"}).status_code == 422
    assert "超过" in guest.post("/console/try", data={"text": "地" * 100_001}).text


def test_trying_with_a_reply_reads_the_outcome(guest):
    reply = "经检索，本机关未制作、未获取您申请公开的信息，该信息不存在。"
    page = guest.post("/console/try", data={"text": "申请公开征地批复。", "reply": reply})
    assert "本机关不掌握相关政府信息" in page.text


def test_checking_a_report(guest, tmp_path):
    assert guest.get("/console/check/sample").text.count('class="finding error"') == 3
    answer = guest.post("/console/check", files={"file": ("a.txt", "不是年报".encode())})
    assert answer.status_code == 422
    assert "a.txt" in answer.text
    empty = guest.post("/console/check", files={"file": ("a.docx", b"")})
    assert empty.status_code == 422


def test_highlighting_keeps_every_character_and_names_all_layers():
    marked = highlight(
        "征地<补偿>", [Span(0, 4, "topic"), Span(2, 99, "intent"), Span(7, 9, "topic")]
    )
    assert marked == (
        '<mark class="topic" title="业务主题的依据">征地</mark>'
        '<mark class="topic" title="业务主题、诉求类型的依据">&lt;补</mark>'
        '<mark class="intent" title="诉求类型的依据">偿&gt;</mark>'
    )


def test_numbers_are_shown_as_people_write_them():
    assert percent(0.999) == "99%"
    assert percent(1.0) == "100%"
    assert percent(None) == "—"
    assert count(1234567) == "1 234 567"
    assert count(7838) == "7838"


def test_who_acted_is_named_as_people_say():
    actors = ("cli:demo", "job:7", "key:ab12", "import:3", "model:linear@1", "local", "wangfang")
    shown = [decider(actor) for actor in actors]
    assert shown == [
        "命令行", "作业", "接口密钥 ab12", "登记表", "模型 linear@1", "本机", "wangfang",
    ]  # fmt: skip
