"""Cases over HTTP: no write is done twice, none lost to a stale one; looking is on record."""

import io
import json
import time

import pytest

CASE = {
    "kind": "disclosure",
    "received_on": "2026-03-02",
    "text": "请公开柳湾村征地补偿安置方案。",
    "channel": "network",
    "applicant_type": "natural",
    "applicant": "王某",
}


@pytest.fixture
def clerk(person):
    return person("clerk")


@pytest.fixture
def case(clerk):
    return clerk.post("/v1/cases", json=CASE).json()


def test_registered_case_is_found_again(clerk):
    made = clerk.post("/v1/cases", json=CASE | {"number": "自然资〔2026〕12号/3"})
    assert made.status_code == 201
    assert made.headers["ETag"] == '"1"'
    found = clerk.get(made.headers["Location"])
    assert found.json() == made.json()
    assert found.json()["due_on"] == "2026-03-30"
    page = clerk.get("/v1/cases", params={"q": "自然资", "year": 2026}).json()
    assert [row["number"] for row in page["items"]] == ["自然资〔2026〕12号/3"]
    assert "text" not in page["items"][0]
    assert "applicant" not in page["items"][0]


def test_looking_at_a_case_is_on_record(clerk, case, app):
    from sqlalchemy import select

    from service.accounts.tables import AuditEntry

    clerk.get(f"/v1/cases/{case['number']}")
    with app.state.database.reading() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.actor, entry.action) == ("clerk1", "case.view")


def test_write_sent_twice_is_done_once(clerk):
    headers = {"Idempotency-Key": "oa-17"}
    first = clerk.post("/v1/cases", json=CASE, headers=headers)
    second = clerk.post("/v1/cases", json=CASE, headers=headers)
    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Location"] == first.headers["Location"]
    other = clerk.post("/v1/cases", json=CASE | {"title": "别的"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert clerk.get("/v1/cases").json()["n_found"] == 1


def test_key_of_one_caller_is_none_of_another(clerk, person):
    headers = {"Idempotency-Key": "oa-17"}
    first = clerk.post("/v1/cases", json=CASE, headers=headers).json()
    second = person("reviewer").post("/v1/cases", json=CASE, headers=headers).json()
    assert first["number"] != second["number"]


def test_failed_write_may_be_sent_again(clerk):
    headers = {"Idempotency-Key": "oa-18"}
    wrong = clerk.post("/v1/cases", json=CASE | {"channel": "pigeon"}, headers=headers)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "case")
    assert clerk.post("/v1/cases", json=CASE, headers=headers).status_code == 201


def test_second_of_two_writers_is_told_by_whom_and_when(clerk, person, case):
    path = f"/v1/cases/{case['number']}"
    assert clerk.patch(path, json={"title": "征地方案"}, headers={"If-Match": '"1"'}).is_success
    late = person("reviewer").patch(path, json={"version": 1, "title": "别的题目"})
    assert (late.status_code, late.json()["code"]) == (409, "stale_case")
    assert "clerk1" in late.json()["detail"]
    assert clerk.get(path).json()["title"] == "征地方案"


def test_change_without_a_version_is_refused(clerk, case):
    path = f"/v1/cases/{case['number']}"
    for headers in ({}, {"If-Match": "*"}, {"If-Match": '"99999999999999999999"'}):
        answer = clerk.patch(path, json={"title": "题目"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (428, "version_needed")


def test_steps_move_the_last_day_and_can_be_taken_back(clerk, case):
    path = f"/v1/cases/{case['number']}"
    step = {"version": 1, "kind": "extension", "on": "2026-03-20", "n_days": 20}
    added = clerk.post(f"{path}/events", json=step).json()
    assert added["case"]["due_on"] == "2026-04-28"
    [event] = clerk.get(f"{path}/events").json()
    assert event["name"] == "告知延期"
    clock = clerk.get(f"{path}/deadlines").json()
    assert clock["due_on"] == "2026-04-28"
    assert clock["derivation"]
    back = clerk.delete(f"{path}/events/{event['id']}", headers={"If-Match": '"2"'})
    assert (back.json()["due_on"], back.json()["version"]) == ("2026-03-30", 3)
    assert clerk.get(f"{path}/events").json() == []


def test_contradictory_dates_change_nothing(clerk, case):
    path = f"/v1/cases/{case['number']}"
    step = {"version": 1, "kind": "replied", "on": "2026-01-05"}
    answer = clerk.post(f"{path}/events", json=step)
    assert (answer.status_code, answer.json()["code"]) == (422, "case_fact")
    assert clerk.get(path).json()["version"] == 1


def test_letter_is_read_and_closes_the_case(clerk, case):
    path = f"/v1/cases/{case['number']}"
    letter = {
        "version": 1,
        "text": "经审查，你申请公开的信息属于本机关公开范围，现予以公开，随函提供复印件。",
        "replied_on": "2026-03-20",
    }
    added = clerk.post(f"{path}/replies", json=letter)
    assert added.status_code == 201, added.text
    assert added.json()["outcome"]["label"] == "granted"
    assert added.json()["case"]["closed_on"] == "2026-03-20"
    assert added.json()["case"]["outcome"] == "granted"
    [prediction] = clerk.get(f"{path}/predictions").json()
    assert prediction["layer"] == "outcome"
    assert prediction["reply_id"] == added.json()["reply"]["id"]
    start, end, _ = prediction["evidence"][0]
    assert 0 <= start < end <= len(letter["text"])


def test_labels_are_assigned_and_taken_back(clerk, case):
    path = f"/v1/cases/{case['number']}"
    labels = {"subtopic": "203", "intent": "disclosure"}
    made = clerk.post(f"{path}/assignments", json={"version": 1, "labels": labels})
    assert (made.json()["topic"], made.json()["state"]) == ("land", "reviewed")
    newest = clerk.get(f"{path}/assignments").json()
    assert {a["layer"] for a in newest} == {"topic", "subtopic", "intent"}
    one = next(a["id"] for a in newest if a["layer"] == "topic")
    back = clerk.delete(f"{path}/assignments/{one}", headers={"If-Match": made.headers["ETag"]})
    assert (back.json()["topic"], back.json()["state"]) == ("", "new")
    assert back.json()["intent"] == "disclosure"  # its kind says so, whoever takes it back


def test_statistics_lead_to_their_cases(clerk):
    for month, channel in ((1, "network"), (1, "letter"), (3, "network")):
        body = CASE | {"received_on": f"2026-0{month}-05", "channel": channel}
        assert clerk.post("/v1/cases", json=body).is_success
    counts = clerk.get("/v1/cases/statistics", params={"year": 2026}).json()["counts"]
    assert [(c["value"], c["n_cases"]) for c in counts["month"]] == [("1", 2), ("3", 1)]
    assert [(c["value"], c["n_cases"]) for c in counts["channel"]] == [
        ("network", 2),
        ("letter", 1),
    ]
    for count in counts["month"]:
        page = clerk.get("/v1/cases", params={"year": 2026, "month": count["value"]}).json()
        assert page["n_found"] == count["n_cases"]


def test_due_list_is_for_polling(clerk, case):
    [row] = clerk.get("/v1/cases/due", params={"days": 366}).json()["items"]
    assert row["number"] == case["number"]


@pytest.mark.parametrize(
    "path", ["/v1/cases/无此号", "/v1/cases/无此号/events", "/v1/cases/%00/replies"]
)
def test_unknown_case_is_404_in_chinese(clerk, path):
    answer = clerk.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "case_not_found")


def test_file_becomes_cases_and_rejects(clerk):
    content = "受理编号,来信日期,诉求内容\n甲1,2026-03-02,征地补偿款何时发放\n甲2,,没有日期\n"
    upload = {"file": ("三月.csv", io.BytesIO(content.encode()), "text/csv")}
    seen = clerk.post("/v1/imports/preview", files=upload).json()
    assert seen["mapping"]["columns"]["text"] == "诉求内容"
    upload = {"file": ("三月.csv", io.BytesIO(content.encode()), "text/csv")}
    mapping = json.dumps(seen["mapping"])
    made = clerk.post("/v1/imports", files=upload, data={"mapping": mapping})
    assert made.status_code == 201, made.text
    for _ in range(100):
        found = clerk.get(made.headers["Location"]).json()
        if found["state"] == "done":
            break
        time.sleep(0.1)
    assert (found["n_rows"], found["n_cases"], found["n_rejects"]) == (2, 1, 1)
    rejects = clerk.get(f"{made.headers['Location']}/rejects").text
    assert rejects.splitlines()[1].startswith("3,否,没有收到日期。")
    upload = {"file": ("又一次.csv", io.BytesIO(content.encode()), "text/csv")}
    again = clerk.post("/v1/imports", files=upload, data={"mapping": mapping}).json()
    assert (again["id"], again["job_id"]) == (found["id"], None)
    assert [one["id"] for one in clerk.get("/v1/imports").json()["items"]] == [found["id"]]


@pytest.mark.parametrize("mapping", ["", "{", "[]", '{"kind":"message"}', "[" * 5000])
def test_mapping_that_is_none_is_refused(clerk, mapping):
    upload = {"file": ("甲.csv", io.BytesIO(b"a,b\n1,2\n"), "text/csv")}
    answer = clerk.post("/v1/imports", files=upload, data={"mapping": mapping})
    assert answer.status_code == 422


def test_what_is_missing_or_malformed_is_named_as_people_say(clerk):
    gone = clerk.get("/v1/cases/2026-9999").json()
    assert (gone["status"], gone["title"]) == (404, "没有找到")
    odd = clerk.get("/v1/cases", params={"year": "去年"}).json()
    assert odd["detail"] == "查询参数 year：应为整数。"
    assert odd["errors"] == [{"where": "query.year", "why": "应为整数"}]


def test_items_of_a_split_case_get_their_own_outcome(clerk, person, case):
    path = f"/v1/cases/{case['number']}"
    wanted = ["征地批复", "会议纪要"]
    body = {"version": case["version"], "items": wanted}
    version = clerk.post(f"/v1/review/{case['number']}/items", json=body).json()["version"]
    items = clerk.get(f"{path}/items").json()["items"]
    assert [item["text"] for item in items] == wanted
    for item, code in zip(items, ("granted", "refused.process"), strict=True):
        body = {"version": version, "item": item["id"], "labels": {"outcome": code}}
        answer = clerk.post(f"{path}/assignments", json=body)
        assert answer.status_code == 201
        version = answer.json()["version"]
    assert answer.json()["outcome"] == "partial"
    found = clerk.get(f"{path}/items").json()
    assert [item["outcome"] for item in found["items"]] == ["granted", "refused.process"]
    assert (found["outcome"], found["is_mixed"]) == ("partial", True)
    said = clerk.get(f"{path}/assignments").json()
    assert [one["item_id"] for one in said] == [items[1]["id"], items[0]["id"]]
    undone = clerk.delete(
        f"{path}/assignments/{said[0]['id']}", headers={"If-Match": f'"{version}"'}
    )
    assert undone.status_code == 200
    assert clerk.get(f"{path}/items").json()["outcome"] == ""


@pytest.mark.parametrize(
    ("item", "labels"),
    [
        (1, {"outcome": "granted", "topic": "land"}),
        (1, {"topic": "land"}),
        (1, {"outcome": "no such row"}),
        (2, {"outcome": "granted"}),  # an item of no case
    ],
)
def test_item_is_given_an_outcome_alone_and_must_be_of_the_case(clerk, case, item, labels):
    body = {"version": 1, "items": ["征地批复", "会议纪要"]}
    version = clerk.post(f"/v1/review/{case['number']}/items", json=body).json()["version"]
    items = clerk.get(f"/v1/cases/{case['number']}/items").json()["items"]
    id = items[0]["id"] if item == 1 else items[1]["id"] + 1
    body = {"version": version, "item": id, "labels": labels}
    answer = clerk.post(f"/v1/cases/{case['number']}/assignments", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "case")
