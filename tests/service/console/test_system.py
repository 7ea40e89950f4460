"""系统: people, keys and the audit trail, for administrators alone."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from service.accounts import audit
from service.accounts.roles import Role
from service.console.wording import ACTIONS

PAGES = ["", "/keys", "/audit", "/settings"]


@pytest.mark.parametrize("page", PAGES)
def test_others_than_administrators_are_refused(visit, page):
    assert visit(Role.REVIEWER).get(f"/console/system{page}").status_code == 403


def test_people_come_and_go(visit, token):
    admin = visit(Role.ADMIN)
    csrf = {"csrf_token": token(admin.get("/console/system"))}
    made = admin.post(
        "/console/system/people",
        data=csrf | {"name": "wang", "display_name": "王<b>", "role": "clerk"},
    )
    assert re.search(r"<code class=\"secret\">[a-z0-9-]{19}</code>", made.text)
    assert "王&lt;b&gt;" in made.text
    again = admin.post(
        "/console/system/people",
        data=csrf | {"name": "Wang", "display_name": "王", "role": "clerk"},
    )
    assert again.status_code == 422
    assert 'value="Wang"' in again.text
    change = admin.post("/console/system/people/wang", data=csrf | {"role": "reviewer"})
    assert change.status_code == 303
    assert admin.post("/console/system/people/wang/reset", data=csrf).status_code == 200
    admin.post("/console/system/people/wang", data=csrf | {"disabled": "yes"})
    assert "已停用" in admin.get("/console/system").text
    last = admin.post("/console/system/people/admin", data=csrf | {"disabled": "yes"})
    assert "唯一的" in last.text
    assert admin.post("/console/system/people/nobody/reset", data=csrf).status_code in (404, 422)


def test_keys_are_made_and_ended(visit, token):
    admin = visit(Role.ADMIN)
    page = admin.get("/console/system/keys")
    assert "还没有密钥" in page.text
    csrf = {"csrf_token": token(page)}
    made = admin.post(
        "/console/system/keys", data=csrf | {"name": "12345", "scopes": "classify", "days": "30"}
    )
    assert "yg_" in made.text
    assert admin.post("/console/system/keys", data=csrf | {"name": "x"}).status_code == 422
    assert admin.post("/console/system/keys/1/revoke", data=csrf).status_code == 303
    assert "已停用" in admin.get("/console/system/keys").text


def test_the_audit_trail_is_shown_and_verified(visit, token, app):
    admin = visit(Role.ADMIN)
    page = admin.get("/console/system/audit")
    assert "登录" in page.text
    sound = admin.post("/console/system/audit/verify", data={"csrf_token": token(page)})
    assert "记录完整" in sound.text
    with app.state.database.session() as session:
        session.execute(text("UPDATE audit SET actor = 'somebody else' WHERE id = 1"))
    broken = admin.post("/console/system/audit/verify", data={"csrf_token": token(page)})
    assert "记录被动过" in broken.text
    assert "没有符合条件" in admin.get("/console/system/audit?who=nobody").text


def test_every_action_on_record_has_a_chinese_name():
    source = Path(audit.__file__).parents[1]
    written = {
        action
        for path in source.rglob("*.py")
        for action in re.findall(
            r'\brecord\(\s*session,[^"]*?"([a-z]+\.[a-z_]+)"', path.read_text("utf-8")
        )
    }
    assert len(written) > 20
    assert written <= set(ACTIONS)


def test_settings_hide_what_is_secret(visit):
    page = visit(Role.ADMIN).get("/console/system/settings").text
    assert "YANGGUANG_TEXT_KEYS" in page
    assert "未设置：文字不加密" in page
