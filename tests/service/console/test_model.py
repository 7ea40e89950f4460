"""模型 and 备份."""

import re

import pytest

from service.accounts.roles import Role


def test_the_card_gives_measured_numbers(guest):
    page = guest.get("/console/model").text
    assert "真实来信" in page
    assert "83%" in page
    assert "矿产资源、测绘地理信息（合在一起检验）" in page
    assert not re.search(r"<td>[a-z_]+</td>", page)
    assert "比较与切换" not in page


def test_choice_is_for_administrators_and_refuses_what_is_no_model(visit, token, tmp_path):
    assert visit(Role.REVIEWER).get("/console/model/choice").status_code == 403
    admin = visit(Role.ADMIN)
    page = admin.get("/console/model/choice")
    assert "还没有别的模型" in page.text
    csrf = {"csrf_token": token(page)}
    for name in ("nothing", "../elsewhere"):
        answer = admin.post("/console/model/use", data=csrf | {"name": name})
        assert answer.status_code == 422
        assert 'class="note error"' in answer.text
    assert admin.post("/console/model/compare", data=csrf | {"name": ".."}).status_code == 422


def test_a_model_that_has_not_won_is_used_only_on_insistence(visit, token, app):
    import shutil

    from models.resources import data_path

    admin = visit(Role.ADMIN)
    target = app.state.settings.data_dir / "models" / "other"
    shutil.copytree(data_path("artifacts", "default"), target)
    page = admin.get("/console/model/choice")
    csrf = {"csrf_token": token(page), "name": "other"}
    assert "不足 30 件" in admin.post("/console/model/compare", data=csrf).text
    assert admin.post("/console/model/use", data=csrf).status_code == 422
    assert admin.post("/console/model/use", data=csrf | {"force": "yes"}).status_code == 303
    assert re.search(r"other</td><td><span class=\"tag holds\">正在使用", _flat(admin))
    back = admin.post("/console/model/use", data=csrf | {"name": ""})
    assert back.status_code == 303
    assert re.search(r"随程序附带的模型</td><td><span class=\"tag holds\">正在使用", _flat(admin))


def _flat(client):
    return re.sub(r"\s*\n\s*", "", client.get("/console/model/choice").text)


def test_a_backup_is_made_and_listed(visit, token, app):
    admin = visit(Role.ADMIN)
    page = admin.get("/console/system/backup")
    assert "还没有备份" in page.text
    admin.post("/console/system/backup", data={"csrf_token": token(page)})
    files = list((app.state.settings.data_dir / "backups").glob("*.db"))
    assert len(files) == 1
    assert files[0].name in admin.get("/console/system/backup").text


@pytest.mark.parametrize("role", [Role.CLERK, Role.REVIEWER])
def test_backups_are_for_administrators(visit, role):
    assert visit(role).get("/console/system/backup").status_code == 403
