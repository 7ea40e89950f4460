"""登记与导入: from a dropped file to cases, with its columns remembered and its rejects shown."""

import re
import time

import pytest

from service.accounts.roles import Role
from service.cases.importing.run import preview_file, run_import, start_import

SHEET = (
    "登记号,来信日期,内容,备注\n"
    "A-1,2025/3/4,我们村去年征了地，补偿款到现在没发，想问问什么时候能发。,x\n"
    "A-2,2025.3.5,请问房产证丢了怎么补办？,\n"
    "A-2,2025.3.6,同一个编号,\n"
    "A-3,三月四日,日期写法不认识,\n"
    "A-4,2025-03-07,,\n"
).encode("gb18030")


def upload(client, csrf, content=SHEET, name="登记表.csv"):
    return client.post(
        "/console/import", data={"csrf_token": csrf}, files={"file": (name, content)}
    )


def settled(client, address):
    for _ in range(200):
        page = client.get(address).text
        if "导入完成" in page:
            return page
        time.sleep(0.1)
    raise AssertionError(page)


def test_a_file_becomes_cases_and_its_form_is_remembered(visit, token, app):
    clerk = visit(Role.CLERK)
    csrf = token(clerk.get("/console/import"))
    columns = clerk.get(upload(clerk, csrf).headers["location"])
    assert re.search(r'<option value="内容" selected>', columns.text)
    handle = re.search(r'name="u" value="(\w+)"', columns.text)[1]
    said = {
        "csrf_token": csrf,
        "u": handle,
        "kind": "message",
        "field_number": "登记号",
        "field_received_on": "来信日期",
    }
    refused = clerk.post("/console/import/start", data=said)
    assert refused.status_code == 422
    assert "没有选定正文列" in refused.text
    started = clerk.post("/console/import/start", data=said | {"field_text": "内容"})
    page = settled(clerk, started.headers["location"])
    assert "5 行 = 2 件 + 3 行没读进来" in page
    assert re.search("已经登记过|已用于另一件", page)
    assert "收到日期无法辨认" in page
    rejects = clerk.get(re.search(r'href="(/v1/imports/\d+/rejects)"', page)[1])
    assert "三月四日" in rejects.text
    case = clerk.get("/console/case?n=A-1").text
    assert "土地资源" in case
    again = clerk.get(upload(clerk, csrf).headers["location"]).text
    assert "认得这张表" in again
    assert "已经导入过" in again


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"PK\x03\x04broken"])
def test_a_file_that_is_none_is_told(visit, token, content):
    clerk = visit(Role.CLERK)
    csrf = token(clerk.get("/console/import"))
    answer = upload(clerk, csrf, content, "坏.xlsx")
    assert answer.status_code == 422
    assert "坏.xlsx" in answer.text


def test_no_file_and_an_old_token_are_told(visit, token):
    clerk = visit(Role.CLERK)
    csrf = token(clerk.get("/console/import"))
    assert clerk.post("/console/import", data={"csrf_token": csrf}).status_code == 422
    assert "重新上传" in clerk.get("/console/import/columns?u=../../etc").text
    assert clerk.get("/console/import/999").status_code == 422


def test_one_case_is_registered_and_read_at_once(visit, token):
    clerk = visit(Role.CLERK)
    csrf = token(clerk.get("/console/register"))
    said = {
        "csrf_token": csrf,
        "kind": "disclosure",
        "text": "申请公开柳湾村征地批复。",
        "received_on": "2025-03-04",
        "number": "依申请〔2025〕1号/甲",
        "channel": "letter",
    }
    answer = clerk.post("/console/register", data=said)
    page = clerk.get(answer.headers["location"])
    assert "已登记" in page.text
    assert "2025-04-01" in page.text  # twenty working days later
    assert 'value="land" checked' in page.text
    taken = clerk.post("/console/register", data=said)
    assert taken.status_code == 409
    assert "申请公开柳湾村征地批复。</textarea>" in taken.text
    for wrong in ({"text": " "}, {"received_on": "soon"}, {"received_on": ""}, {"kind": "x"}):
        assert (
            clerk.post("/console/register", data=said | {"number": ""} | wrong).status_code == 422
        )


def test_one_of_several_sheets_is_chosen(visit, token, tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "上半年"
    for sheet, number in ((book.active, "S-1"), (book.create_sheet("下半年"), "S-2")):
        sheet.append(["编号", "收到日期", "内容"])
        sheet.append([number, "2025-03-04", "我们村去年征了地，补偿款到现在没发。"])
    book.save(tmp_path / "两张.xlsx")
    clerk = visit(Role.CLERK)
    csrf = token(clerk.get("/console/import"))
    address = upload(clerk, csrf, (tmp_path / "两张.xlsx").read_bytes(), "两张.xlsx")
    address = address.headers["location"]
    asked = clerk.get(address)
    assert "请选一个" in asked.text
    assert "--sheet" not in asked.text
    chosen = clerk.get(f"{address}&sheet=下半年")
    assert "S-2" in chosen.text
    said = {
        "csrf_token": csrf, "u": address.split("u=")[1], "sheet": "下半年", "kind": "message",
        "field_number": "编号", "field_received_on": "收到日期", "field_text": "内容",
    }  # fmt: skip
    page = settled(clerk, clerk.post("/console/import/start", data=said).headers["location"])
    assert "1 行 = 1 件" in page
    assert clerk.get("/console/case?n=S-2").status_code == 200
    assert clerk.get(f"{address}&sheet=没有").status_code == 422


def test_a_refused_file_is_called_by_its_own_name(visit, token):
    clerk = visit(Role.CLERK)
    csrf = token(clerk.get("/console/import"))
    page = upload(clerk, csrf, "登记号,内容\n".encode(), "三月来信.csv").text
    assert "文件 三月来信.csv 只有表头" in page
    assert "file.csv" not in page


def test_a_cell_left_blank_is_shown_with_what_stood_in_it(visit, app, tmp_path):
    path = tmp_path / "登记表.csv"
    path.write_text("编号,来信日期,内容,渠道\nA-1,2025-03-04,请问怎么办证？,飞鸽\n", "utf-8")
    with app.state.database.session() as session:
        mapping = preview_file(session, path).mapping
        started = start_import(session, "test", path, mapping)
    run_import(app.state.database, started.id, path)
    page = visit(Role.CLERK).get(f"/console/import/{started.id}").text
    assert "渠道：飞鸽" in page[page.index("已登记，留空") :]
