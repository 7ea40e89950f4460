"""作业: whole files in the background, their results for those who may have them."""

import re
import time

from service.accounts.roles import Role

SHEET = "编号,内容\nA-1,我们村去年征了地，补偿款没发。\nA-2,请问房产证丢了怎么补办？\n".encode()


def finished(client):
    for _ in range(200):
        page = client.get("/console/work/list").text
        if "every 1s" not in page:
            return page
        time.sleep(0.1)
    raise AssertionError(page)


def test_a_file_is_labelled_and_fetched(visit, token):
    clerk = visit(Role.CLERK)
    page = clerk.get("/console/work")
    assert "还没有作业" in page.text
    csrf = {"csrf_token": token(page)}
    said = csrf | {"kind": "label", "result": "csv"}
    done = clerk.post("/console/work", data=said, files={"file": ("来信.csv", SHEET)})
    assert done.status_code == 303
    page = finished(clerk)
    assert "做完" in page
    links = [
        href.replace("&amp;", "&") for href in re.findall(r'href="(/console/work/[^"]+)"', page)
    ]
    answer = clerk.get(links[0])
    assert "A-1" in answer.text
    assert visit(Role.REVIEWER).get(links[0]).status_code == 200
    job = links[0].split("/")[3]
    assert clerk.get(f"/console/work/{job}/file?name=../input/file.csv").status_code == 422
    assert clerk.post(f"/console/work/{job}/cancel", data=csrf).status_code == 409


def test_a_colleague_without_the_right_is_refused_the_texts(visit, token, app):
    from service.accounts.passwords import hash_password
    from service.accounts.tables import User
    from service.database.base import now

    clerk = visit(Role.CLERK)
    csrf = {"csrf_token": token(clerk.get("/console/work"))}
    said = csrf | {"kind": "label", "result": "csv"}
    clerk.post("/console/work", data=said, files={"file": ("来信.csv", SHEET)})
    link = re.search(r'href="(/console/work/[^"]+)"', finished(clerk))[1].replace("&amp;", "&")
    with app.state.database.session() as session:
        session.add(User(name="other", display_name="o", role="clerk", created_at=now(),
                         password_hash=hash_password("another clerk's words"),
                         must_change_password=False))  # fmt: skip
    clerk.cookies.clear()
    clerk.post("/console/login", data={"name": "other", "password": "another clerk's words"})
    assert clerk.get(link).status_code == 403


def test_the_archive_is_read_again_and_nonsense_is_told(visit, token):
    clerk = visit(Role.CLERK)
    csrf = {"csrf_token": token(clerk.get("/console/work"))}
    assert clerk.post("/console/work", data=csrf | {"kind": "relabel"}).status_code == 303
    assert "做完" in finished(clerk)
    for said in ({"kind": "label"}, {"kind": "import"}, {"kind": ""}):
        assert clerk.post("/console/work", data=csrf | said).status_code == 422
    broken = clerk.post(
        "/console/work", data=csrf | {"kind": "label"}, files={"file": ("坏.xlsx", b"no sheet")}
    )
    assert broken.status_code == 303
    page = finished(clerk)
    assert "没做成" in page
    job = re.search(r"/console/work/(\w+)/resume", page)[1]
    assert clerk.post(f"/console/work/{job}/resume", data=csrf).status_code == 303
