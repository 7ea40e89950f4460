"""Jobs over HTTP: uploads, progress, results, who may have them."""

import io
import json
import time
import zipfile

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.jobs import queue

from ..conftest import DummyClassifier
from .conftest import PASSWORD

CSV = "编号,内容\n" + "".join(f"{i},第{i}封来信，请问房产证怎么办理？\n" for i in range(300))


class Model(DummyClassifier):
    def predict(self, documents, *, evidence=True):
        return super().predict(documents)


@pytest.fixture
def app(settings):
    return create_app(settings, load=Model)


def upload(content=CSV, name="来信.csv"):
    return {"file": (name, content if isinstance(content, bytes) else content.encode())}


def post(client, kind="label", files=None, headers=None, **options):
    data = {"kind": kind, "options": json.dumps(options)}
    return client.post("/v1/jobs", data=data, files=files or upload(), headers=headers)


def finished(client, id, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = client.get(f"/v1/jobs/{id}").json()
        if job["state"] not in queue.OPEN:
            return job
        time.sleep(0.05)
    raise AssertionError("the job did not end in time")


def folders(app):
    root = app.state.settings.data_dir / "jobs"
    return sorted(p.name for p in root.glob("*") if not p.name.startswith("."))


def test_file_is_labelled_and_its_result_fetched(person):
    own = person("clerk")
    made = post(own, result="csv")
    assert made.status_code == 201
    assert made.headers["location"] == f"/v1/jobs/{made.json()['id']}"
    job = finished(own, made.json()["id"])
    assert job["state"] == "done"
    assert job["n_rows"] == 300
    assert job["percent"] == 100
    assert job["result"]["n_labelled"] == 300
    assert job["files"] == {"file": "来信.csv"}
    answer = own.get(f"/v1/jobs/{job['id']}/result")
    assert answer.headers["content-disposition"].startswith("attachment")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 301
    assert lines[0].startswith("编号,内容,topic")
    listed = own.get("/v1/jobs", params={"kind": "label", "state": "done"}).json()
    assert [j["id"] for j in listed["items"]] == [job["id"]]


def test_same_key_makes_one_job_and_another_body_is_refused(app, person):
    own, other = person("clerk"), person("clerk", "clerk2")
    key = {"Idempotency-Key": "monthly-2025-01"}
    first, second = post(own, headers=key), post(own, headers=key)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert len(folders(app)) == 1
    assert post(own, headers=key, result="csv").json()["code"] == "job_conflict"
    assert post(own, files=upload("编号,内容\n1,别的\n"), headers=key).status_code == 409
    assert post(other, headers=key).status_code == 201


@pytest.mark.parametrize(
    ("kind", "files", "options"),
    [
        ("nothing", upload(), {}),
        ("label", upload(), {"colour": "red"}),
        ("label", upload(), {"result": "exe"}),
        ("label", {"figures": ("a.xlsx", b"x")}, {}),
        ("draft", upload(), {"year": 2024}),
        ("check", {**upload(), "figures": ("a.xlsx", b"x")}, {}),
    ],
)
def test_wrong_jobs_are_refused_and_leave_nothing(app, person, kind, files, options):
    answer = post(person("clerk"), kind, files, **options)
    assert answer.json()["code"] == "job"
    assert folders(app) == []
    assert person("clerk", "clerk2").get("/v1/jobs").json()["items"] == []


def test_options_that_are_no_object_are_refused(person):
    own = person("clerk")
    for text in ("[1]", "{", "[" * 5000):
        data = {"kind": "label", "options": text}
        assert own.post("/v1/jobs", data=data, files=upload()).json()["code"] == "job"


def test_unusable_file_fails_with_a_message_and_names_are_only_names(app, person):
    own = person("clerk")
    made = post(own, files=upload(b"\x00\x01\x02", "../../etc/passwd.xlsx"))
    job = finished(own, made.json()["id"])
    assert job["state"] == "failed"
    assert job["error"]
    assert job["files"] == {"file": "passwd.xlsx"}
    inside = app.state.settings.data_dir / "jobs" / job["id"] / "input"
    assert [p.name for p in inside.iterdir()] == ["file.xlsx"]
    again = own.post(f"/v1/jobs/{job['id']}/resume")
    assert again.json()["state"] == "queued"
    assert finished(own, job["id"])["state"] == "failed"


def test_results_go_to_their_maker_and_to_those_who_may_export(person):
    own, other, reviewer = person("clerk"), person("clerk", "clerk2"), person("reviewer")
    id = post(own).json()["id"]
    finished(own, id)
    assert other.get(f"/v1/jobs/{id}").status_code == 200
    assert other.get(f"/v1/jobs/{id}/result").json()["code"] == "forbidden"
    assert reviewer.get(f"/v1/jobs/{id}/result").status_code == 200
    assert own.get(f"/v1/jobs/{id}/result", params={"name": "../input/file.csv"}).status_code == 404
    assert own.get(f"/v1/jobs/{'0' * 24}").status_code == 404
    assert own.get("/v1/jobs/..").status_code in (404, 405, 422)
    trail = person("admin").get("/v1/audit", params={"subject": f"job:{id}"}).json()["items"]
    assert [e["action"] for e in trail] == ["job.fetch", "job.create"]


def test_reports_in_an_archive_are_checked_one_by_one(person):
    packed = io.BytesIO()
    report = (
        "某市自然资源局2023年政府信息公开工作年度报告\n一、总体情况\n"
        "本年度收到申请3件。\n二、主动公开政府信息情况\n"
    )
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("年报/甲.txt", report)
        archive.writestr("年报/乙.txt", "这不是年报")
        archive.writestr("__MACOSX/._甲.txt", "x")
        archive.writestr("说明.exe", "x")
    own = person("clerk")
    job = finished(own, post(own, "check", upload(packed.getvalue(), "年报.zip")).json()["id"])
    assert job["state"] == "done"
    assert job["result"]["n_reports"] == 2
    assert [f["name"] for f in job["result"]["files"]] == ["核对结果.csv", "核对结果.jsonl"]
    lines = own.get(f"/v1/jobs/{job['id']}/result", params={"name": "核对结果.jsonl"}).text
    found = [json.loads(line) for line in lines.splitlines()]
    assert {entry["file"] for entry in found} == {"年报/甲.txt", "年报/乙.txt"}
    assert job["result"]["n_unreadable"] == sum("error" in entry for entry in found) >= 1


def test_too_large_an_upload_is_refused_before_it_is_stored(tmp_path, settings):
    from service.accounts import people
    from service.accounts.roles import Role

    small = settings.model_copy(update={"max_upload_bytes": 2048})
    app = create_app(small, load=Model)
    with TestClient(app) as client:
        with app.state.database.session() as session:
            user, _ = people.add(session, "test", "clerk1", "x", Role.CLERK)
            user.password_hash = people.passwords.hash_password(PASSWORD)
            user.must_change_password = False
        signed = client.post("/v1/session", json={"name": "clerk1", "password": PASSWORD}).json()
        answer = post(client, headers={"X-CSRF-Token": signed["csrf_token"]})
        assert answer.status_code == 413
        assert folders(app) == []


def test_cancelled_job_gives_what_is_done_and_goes_on_from_there(person, monkeypatch):
    monkeypatch.setattr("service.intake.encoding.BLOCK_BYTES", 1000)
    at_once = Model.predict_utf8
    monkeypatch.setattr(Model, "predict_utf8", slowly(at_once))
    own = person("clerk")
    id = post(own, result="csv").json()["id"]
    end = time.monotonic() + 60
    while own.get(f"/v1/jobs/{id}").json()["n_rows"] == 0:
        assert time.monotonic() < end
        time.sleep(0.05)
    own.delete(f"/v1/jobs/{id}")
    job = finished(own, id)
    assert job["state"] == "cancelled"
    assert job["result"]["is_partial"]
    assert [f["name"] for f in job["result"]["files"]] == ["来信-已分类（未完）.csv"]
    partial = own.get(f"/v1/jobs/{id}/result").content.decode("utf-8-sig").splitlines()
    assert 1 < len(partial) < 301
    monkeypatch.setattr(Model, "predict_utf8", at_once)
    own.post(f"/v1/jobs/{id}/resume")
    job = finished(own, id)
    assert job["state"] == "done"
    whole = own.get(f"/v1/jobs/{id}/result").content.decode("utf-8-sig").splitlines()
    assert len(whole) == 301
    assert [f["name"] for f in job["result"]["files"]] == ["来信-已分类.csv"]


def slowly(predict):
    def work(self, *given):
        time.sleep(0.2)
        return predict(self, *given)

    return work


def test_metrics_count_jobs_and_hold_no_name(person):
    own = person("clerk")
    finished(own, post(own).json()["id"])
    text = own.get("/metrics").text
    assert 'yangguang_jobs{kind="label",state="done"} 1.0' in text
    assert "来信" not in text
