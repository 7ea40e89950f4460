"""Signing in, people, keys and the record of what they did, over HTTP."""

import datetime as dt

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from service.accounts import people, throttle
from service.accounts.tables import ApiKey, Attempt, SignIn, User
from service.accounts.web import COOKIE
from service.api.app import create_app
from service.database.base import now
from service.settings import Settings

from .conftest import PASSWORD, StillModel


def store(app):
    return app.state.database


def age(app, table, column, **by):
    """Make stored moments older."""
    with store(app).session() as session:
        session.execute(update(table).values({column: now() - dt.timedelta(**by)}))


def test_first_administrator_signs_in_once_with_the_password_and_must_change_it(app, client):
    with store(app).session() as session:
        password = people.first_administrator(session)
    with store(app).session() as session:
        assert people.first_administrator(session) is None
    answer = client.post("/v1/session", json={"name": "admin", "password": password})
    assert answer.json()["must_change_password"]
    csrf = {"X-CSRF-Token": answer.json()["csrf_token"]}
    assert client.get("/v1/people").json()["code"] == "password_must_change"
    weak = {"old": password, "new": "admin12345"}
    assert client.put("/v1/session/password", json=weak, headers=csrf).status_code == 422
    good = {"old": password, "new": PASSWORD}
    assert client.put("/v1/session/password", json=good, headers=csrf).status_code == 204
    assert client.get("/v1/people").status_code == 200
    again = client.post("/v1/session", json={"name": "admin", "password": password})
    assert again.status_code == 401


def test_cookie_is_closed_to_scripts_and_other_sites(app, client, person):
    own = TestClient(app, base_url="https://testserver")
    person("clerk")
    answer = own.post("/v1/session", json={"name": "clerk1", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" in cookie
    token = own.cookies[COOKIE]
    with store(app).reading() as session:
        assert all(token not in held.token_hash for held in session.query(SignIn))


def test_sign_in_from_another_sites_page_is_refused(client):
    body = {"name": "admin", "password": "x"}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        answer = client.post("/v1/session", json=body, headers=headers)
        assert answer.json()["code"] == "csrf"


def test_session_ends_when_idle_at_its_end_and_on_sign_out(app, person):
    own = person("clerk")
    assert own.get("/v1/session").json()["name"] == "clerk1"
    age(app, SignIn, SignIn.seen_at, minutes=59)
    assert own.get("/v1/session").status_code == 200  # and is fresh again
    age(app, SignIn, SignIn.seen_at, minutes=61)
    assert own.get("/v1/session").status_code == 401
    other = person("clerk", "clerk2")
    assert other.delete("/v1/session").status_code == 204
    assert other.get("/v1/session").status_code == 401
    third = person("clerk", "clerk3")
    age(app, SignIn, SignIn.expires_at, seconds=1)
    assert third.get("/v1/session").status_code == 401


def test_disabling_ends_sessions_and_keys_at_once(app, person):
    chief, second = person("admin"), person("admin", "admin2")
    made = second.post("/v1/keys", json={"name": "平台", "scopes": ["read"]}).json()
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    anonymous = TestClient(app)
    assert anonymous.get("/v1/session", headers=bearer).status_code == 200
    assert chief.patch("/v1/people/admin2", json={"disabled": True}).status_code == 200
    assert second.get("/v1/session").status_code == 401
    assert anonymous.get("/v1/session", headers=bearer).status_code == 401
    refused = chief.patch("/v1/people/admin1", json={"disabled": True})
    assert refused.json()["code"] == "account"
    assert chief.patch("/v1/people/admin1", json={"role": "clerk"}).status_code == 422


def test_keys_are_limited_to_their_scopes_their_time_and_their_maker(app, person):
    chief, anonymous = person("admin"), TestClient(app)
    made = chief.post("/v1/keys", json={"name": "平台", "scopes": ["admin"], "days": 30}).json()
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    assert anonymous.get("/v1/people", headers=bearer).status_code == 200
    with store(app).session() as session:
        session.execute(update(User).where(User.name == "admin1").values(role="clerk"))
    assert anonymous.get("/v1/people", headers=bearer).status_code == 403
    with store(app).session() as session:
        session.execute(update(User).where(User.name == "admin1").values(role="admin"))
    age(app, ApiKey, ApiKey.expires_at, seconds=1)
    assert anonymous.get("/v1/people", headers=bearer).status_code == 401
    other = chief.post("/v1/keys", json={"name": "平台", "scopes": ["admin"]}).json()
    bearer = {"Authorization": f"Bearer {other['secret']}"}
    assert chief.delete(f"/v1/keys/{other['id']}").json()["revoked_at"]
    assert anonymous.get("/v1/people", headers=bearer).status_code == 401
    shown = chief.get("/v1/keys").text
    assert other["secret"] not in shown
    assert made["prefix"] in shown


def test_guesses_are_slowed_down_and_a_restart_frees_nobody(app, client, person, settings):
    person("clerk")
    wrong = {"name": "clerk1", "password": "wrong"}
    right = {"name": "clerk1", "password": PASSWORD}
    for _ in range(throttle.FREE):
        assert client.post("/v1/session", json=wrong).json()["code"] == "wrong_password"
    refused = client.post("/v1/session", json=right)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= throttle.FIRST_WAIT
    with TestClient(create_app(settings, load=StillModel)) as restarted:
        assert restarted.post("/v1/session", json=right).status_code == 429
    age(app, Attempt, Attempt.at, seconds=throttle.FIRST_WAIT + 1)
    assert client.post("/v1/session", json=wrong).status_code == 401
    waits = int(client.post("/v1/session", json=right).headers["Retry-After"])
    assert throttle.FIRST_WAIT < waits <= 2 * throttle.FIRST_WAIT


@pytest.mark.parametrize("name", ["clerk1", "nobody"])
def test_unknown_names_are_answered_and_throttled_like_known_ones(client, person, name):
    person("clerk")
    answers = [
        client.post("/v1/session", json={"name": name, "password": "wrong"}) for _ in range(6)
    ]
    assert [a.status_code for a in answers] == [401] * 5 + [429]
    assert len({a.json()["detail"] for a in answers[:5]}) == 1


def test_an_address_that_tries_many_names_is_throttled(client):
    codes = [
        client.post("/v1/session", json={"name": f"n{i}", "password": "x"}).status_code
        for i in range(throttle.FREE_BY_ADDRESS + 1)
    ]
    assert codes == [401] * throttle.FREE_BY_ADDRESS + [429]


def test_a_clock_set_back_locks_nobody_out_for_longer_than_the_wait(app, client, person):
    person("clerk")
    for _ in range(throttle.FREE):
        client.post("/v1/session", json={"name": "clerk1", "password": "wrong"})
    with store(app).session() as session:
        session.execute(update(Attempt).values(at=now() + dt.timedelta(days=400)))
    answer = client.post("/v1/session", json={"name": "clerk1", "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= throttle.FIRST_WAIT


def test_people_are_added_reset_and_named_once(person, client):
    chief = person("admin")
    body = {"name": "王芳", "display_name": "王芳", "role": "clerk"}
    made = chief.post("/v1/people", json=body)
    assert made.status_code == 201
    password = made.json()["one_time_password"]
    assert (
        client.post("/v1/session", json={"name": "王芳", "password": password}).status_code == 200
    )
    assert chief.post("/v1/people", json=body).json()["code"] == "account"
    assert chief.post("/v1/people", json=body | {"name": "a b"}).status_code == 422
    assert chief.post("/v1/people", json=body | {"name": "local"}).status_code == 422
    reset = chief.post("/v1/people/王芳/reset").json()["one_time_password"]
    assert client.get("/v1/session").status_code == 401
    assert client.post("/v1/session", json={"name": "王芳", "password": reset}).status_code == 200
    assert chief.post("/v1/people/没有/reset").status_code == 404
    assert [p["name"] for p in chief.get("/v1/people").json()] == ["admin1", "王芳"]


def test_what_was_done_is_on_record_and_the_chain_holds(person):
    chief = person("admin")
    chief.post("/v1/people", json={"name": "x1", "display_name": "x", "role": "clerk"})
    page = chief.get("/v1/audit", params={"limit": 1}).json()
    assert page["items"][0]["action"] == "user.create"
    assert page["items"][0]["actor"] == "admin1"
    older = chief.get("/v1/audit", params={"before": page["next"]}).json()["items"]
    assert [entry["action"] for entry in older] == ["session.open", "user.create"]
    found = chief.get("/v1/audit/verify").json()
    assert found["is_sound"]
    assert found["n_entries"] == 3
    assert chief.get("/v1/audit/verify", params={"head": "f" * 64}).json()["is_sound"] is False


def test_on_this_machine_only_what_stores_nothing_is_open(tmp_path):
    app = create_app(Settings(data_dir=tmp_path), load=StillModel)
    with TestClient(app) as client:
        assert client.get("/v1/labels").status_code == 200
        assert client.get("/v1/people").status_code == 401
        stale = {"Cookie": f"{COOKIE}=gone"}
        assert client.get("/v1/labels", headers=stale).status_code == 200


def test_without_accounts_everything_is_open_but_other_sites_write_nothing(tmp_path):
    app = create_app(Settings(data_dir=tmp_path, accounts="off"), load=StillModel)
    with TestClient(app) as client:
        assert client.get("/v1/people").status_code == 200
        body = {"name": "x", "display_name": "x", "role": "clerk"}
        foreign = client.post("/v1/people", json=body, headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.json()["code"] == "csrf"
        assert client.post("/v1/people", json=body).status_code == 201


def test_answers_carry_the_secure_headers(client):
    headers = client.get("/healthz").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    refused = client.get("/v1/people")
    assert refused.headers["Cache-Control"] == "no-store"
    docs = client.get("/docs")
    assert "'sha256-" in docs.headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe" not in docs.headers["Content-Security-Policy"]
