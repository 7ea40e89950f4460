"""复核: deciding, taking back, splitting, marking repeats, and being told of others' changes."""

import datetime as dt
import re

import pytest

from models.document import Document
from service.accounts.roles import Role
from service.cases.labelling import append_predictions
from service.cases.registering import NewCase, register_case
from service.cases.repository import get_case

TEXT = "我们村去年征了地，补偿款到现在没发，想问问什么时候能发。"


@pytest.fixture
def add(guest, app, pipeline):
    def registered(number, text=TEXT, kind="message"):
        with app.state.database.session() as session:
            new = NewCase(kind, dt.date(2025, 3, 4), text, number=number)
            case = register_case(session, "test", new)
            answers = pipeline.predict([Document(text)])[0].heads
            append_predictions(session, {case.id: answers}, pipeline.model_id)
            return number

    return registered


@pytest.fixture
def state_of(app):
    def read(number):
        with app.state.database.reading() as session:
            return get_case(session, number)

    return read


def form_of(client, number, token, **fields):
    page = client.get("/console/case", params={"n": number})
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    return {"csrf_token": token(page), "number": number, "version": version} | fields


LABELS = {"topic": "registration", "intent": "inquiry"}


def test_a_decision_is_kept_and_leads_to_the_next_case(visit, add, token, state_of):
    add("A-1")
    clerk = visit(Role.CLERK)
    subtopic = re.search(
        r'<option value="(\w+)" data-parent="registration"', clerk.get("/console/case?n=A-1").text
    )[1]
    fields = form_of(clerk, "A-1", token, **LABELS, subtopic_other=subtopic, review="1")
    answer = clerk.post("/console/case/decide", data=fields)
    assert answer.headers["location"].startswith("/console/review/next")
    case = state_of("A-1")
    assert (case.topic, case.intent, case.state) == ("registration", "inquiry", "reviewed")


def test_another_topic_asks_for_a_second_level(visit, add, token):
    add("A-1")
    clerk = visit(Role.CLERK)
    sub = re.search(r'name="subtopic" value="(\w+)"', clerk.get("/console/case?n=A-1").text)[1]
    fields = form_of(clerk, "A-1", token, **LABELS, subtopic=sub)
    answer = clerk.post("/console/case/decide", data=fields)
    assert answer.status_code == 422
    assert "再选一个二级主题" in answer.text
    assert 'value="registration" checked' in answer.text or 'value="registration"' in answer.text


def test_a_stale_decision_is_told_and_overwrites_nothing(visit, add, token, state_of):
    add("A-1")
    one, two = visit(Role.CLERK), visit(Role.REVIEWER)
    fields = form_of(one, "A-1", token, intent="complaint")
    others = form_of(two, "A-1", token, intent="suggestion")
    assert two.post("/console/case/decide", data=others).status_code == 303
    answer = one.post("/console/case/decide", data=fields)
    assert answer.status_code == 409
    assert "reviewer" in answer.text
    assert "没有保存" in answer.text
    assert state_of("A-1").intent == "suggestion"


def test_undo_brings_back_what_was_before(visit, add, token, state_of):
    add("A-1")
    before = state_of("A-1").intent
    clerk = visit(Role.CLERK)
    clerk.post("/console/case/decide", data=form_of(clerk, "A-1", token, intent="suggestion"))
    assert state_of("A-1").intent == "suggestion"
    answer = clerk.post("/console/case/undo", data=form_of(clerk, "A-1", token))
    assert "已撤回" in clerk.get(answer.headers["location"]).text
    assert state_of("A-1").intent == before
    again = clerk.post("/console/case/undo", data=form_of(clerk, "A-1", token))
    assert again.status_code == 422


def test_on_the_next_case_undo_means_the_one_just_decided(visit, add, token, state_of):
    add("A-1")
    add("A-2")
    before = state_of("A-1").intent
    clerk = visit(Role.CLERK)
    clerk.post("/console/case/decide", data=form_of(clerk, "A-1", token, intent="suggestion"))
    page = clerk.get("/console/case?n=A-2&review=1")
    form = page.text.split('<form id="undo"')[1].split("</form>")[0]
    assert "撤回我刚才对 A-1 的复核" in form
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    clerk.post("/console/case/undo", data=fields)
    assert state_of("A-1").intent == before
    assert "撤回我刚才对" not in clerk.get("/console/case?n=A-2&review=1").text


def test_items_and_repeats(visit, add, token):
    add("A-1")
    add("A-2")
    clerk = visit(Role.CLERK)
    split = form_of(clerk, "A-2", token, items="征地批复\n\n补偿方案\n")
    assert clerk.post("/console/case/split", data=split).status_code == 303
    assert "分成 2 项" in clerk.get("/console/case?n=A-2").text
    clerk.post("/console/case/repeat", data=form_of(clerk, "A-2", token, of="A-1"))
    assert "已标为重复" in clerk.get("/console/case?n=A-2").text
    itself = clerk.post("/console/case/repeat", data=form_of(clerk, "A-2", token, of="A-2"))
    assert itself.status_code == 422
    nobody = clerk.post("/console/case/repeat", data=form_of(clerk, "A-2", token, of="A-9"))
    assert nobody.status_code == 404
    similar = clerk.get("/console/case/similar?n=A-2").text
    assert "文字相同" in similar


def test_dates_and_letters_of_an_application(visit, add, token, state_of):
    add("B-1", "申请公开柳湾村征地批复。", "disclosure")
    assert visit(Role.REVIEWER).get("/console/case?n=B-1").text.count('data-layer="intent"') == 0
    clerk = visit(Role.CLERK)
    due = state_of("B-1").due_on
    fields = form_of(clerk, "B-1", token, kind="extension", on="2025-03-20", n_days="10")
    assert clerk.post("/console/case/event", data=fields).status_code == 303
    assert state_of("B-1").due_on > due
    page = clerk.get("/console/case?n=B-1").text
    event = re.search(r'name="event" value="(\d+)"', page)[1]
    fields = form_of(clerk, "B-1", token, event=event)
    assert clerk.post("/console/case/event/withdraw", data=fields).status_code == 303
    assert state_of("B-1").due_on == due
    fields = form_of(clerk, "B-1", token, kind="replied", on="soon")
    assert clerk.post("/console/case/event", data=fields).status_code == 422
    letter = "经检索，本机关未制作、未获取您申请公开的信息，该信息不存在。"
    fields = form_of(clerk, "B-1", token, text=letter, replied_on="2025-03-21")
    assert clerk.post("/console/case/reply", data=fields).status_code == 303
    page = clerk.get("/console/case?n=B-1").text
    assert "不掌握" in page
    assert '<mark class="outcome"' in page
    assert "第三十六条" in page


def test_what_is_registered_can_be_mended(visit, add, token, state_of):
    add("A-1")
    clerk = visit(Role.CLERK)
    fields = form_of(clerk, "A-1", token, received_on="2025-02-01", channel="fax", title="征地")
    assert clerk.post("/console/case/change", data=fields).status_code == 303
    assert state_of("A-1").channel == "fax"
    wrong = form_of(clerk, "A-1", token, received_on="2999-01-01")
    assert clerk.post("/console/case/change", data=wrong).status_code == 422


def test_the_queue_says_why_and_ends_somewhere(visit, add):
    clerk = visit(Role.CLERK)
    assert "没有等待复核的件" in clerk.get("/console/review").text
    add("A-1", "物业费太贵了，找谁说？")
    page = clerk.get("/console/review").text
    assert "A-1" in page
    first = clerk.get("/console/review/next")
    assert first.headers["location"] == "/console/case?n=A-1&review=1"
    skipped = clerk.get("/console/review/next?skip=1&after=A-1")
    assert skipped.headers["location"] == "/console/review"


def test_opening_a_case_goes_on_record_and_a_missing_one_is_told(visit, add):
    add("A-1")
    visit(Role.CLERK).get("/console/case?n=A-1")
    assert "查看" in visit(Role.ADMIN).get("/console/system/audit?what=case:1").text
    missing = visit(Role.REVIEWER).get("/console/case?n=nothing")
    assert missing.status_code == 404
    assert "没有编号为" in missing.text


def test_a_second_reader_is_blind_and_changes_nothing(visit, add, token, state_of, app):
    clerk, reviewer = visit(Role.CLERK), visit(Role.REVIEWER)
    assert clerk.get("/console/review/second").status_code == 403
    assert "没有要再看的件" in reviewer.get("/console/review/second").text
    number = next(  # the sample is chosen by a key of the text
        name
        for name, text in ((f"A-{i}", f"{TEXT}第{i}次写信。") for i in range(200))
        if state_of(add(name, text)).text_key < "0d"
    )
    page = clerk.get(f"/console/case?n={number}").text
    labels = {
        layer: re.search(rf'name="{layer}" value="(\w+)" checked', page)[1]
        for layer in ("topic", "subtopic", "intent")
    }
    clerk.post("/console/case/decide", data=form_of(clerk, number, token, **labels))
    blind = reviewer.get("/console/review/second")
    assert number in blind.text
    assert "selected" not in blind.text
    assert "<mark" not in blind.text
    said = labels | {"intent": "suggestion", "csrf_token": token(blind), "number": number}
    version = re.search(r'name="version" value="(\d+)"', blind.text)[1]
    done = reviewer.post("/console/review/second", data=said | {"version": version})
    assert done.status_code == 303
    assert state_of(number).intent == labels["intent"]
    assert "两人复核的一致程度" in clerk.get("/console/review").text
    again = reviewer.post("/console/review/second", data=said | {"version": version})
    assert again.status_code in (409, 422)


LETTER = (
    "关于您申请公开的信息，现答复如下：\n1.关于征地批复，属于可公开范围，现向您提供。\n"
    "2.关于会议纪要，属于过程性信息，根据《中华人民共和国政府信息公开条例》第十六条第二款，不予公开。"
)


def test_items_are_decided_one_by_one_and_the_case_follows(visit, add, token, state_of):
    text = "请公开：1.征地批复；2.会议纪要。"
    add("A-9", text, kind="disclosure")
    clerk = visit(Role.CLERK)
    split = form_of(clerk, "A-9", token, items="征地批复\n会议纪要")
    assert clerk.post("/console/case/split", data=split).status_code == 303
    reply = form_of(clerk, "A-9", token, text=LETTER, replied_on="2025-03-20")
    assert clerk.post("/console/case/reply", data=reply).status_code == 303
    page = clerk.get("/console/case?n=A-9").text
    assert page.count("答复书读作这一结果") == 2
    names = re.findall(r'name="(item_\d+)"', page)
    suggested = re.findall(r'<option value="([\w.]+)" selected', page[page.index(names[0]) :])
    assert suggested[:2] == ["granted", "refused.process"]
    fields = form_of(clerk, "A-9", token, **dict(zip(names, suggested, strict=False)))
    assert clerk.post("/console/case/items", data=fields).status_code == 303
    assert (state_of("A-9").outcome, state_of("A-9").state) == ("partial", "review")
    page = clerk.get("/console/case?n=A-9").text
    assert "有的项提供了、有的没有" in page
    stale = clerk.post("/console/case/items", data=fields | {names[0]: "refused.process"})
    assert stale.status_code == 409
    again = clerk.post(
        "/console/case/items", data=form_of(clerk, "A-9", token, **{names[0]: "granted"})
    )
    assert again.status_code == 303  # nothing changed, nothing added
    assert state_of("A-9").version == int(form_of(clerk, "A-9", token)["version"])
    undo = clerk.post("/console/case/undo", data=form_of(clerk, "A-9", token))
    assert undo.status_code == 303
    assert "已定 " not in clerk.get("/console/case?n=A-9").text
