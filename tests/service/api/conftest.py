"""An application with accounts, a database of its own and a model that costs nothing."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from service.accounts import people
from service.accounts.roles import Role
from service.api.app import create_app
from service.settings import Settings

PASSWORD = "春天来了，江水绿如蓝"


class StillModel:
    """Never asked in these tests."""

    model_id = "still@1"

    def predict(self, documents, *, evidence=True):
        return [None for _ in documents]


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    """Hashing is slow by intent; what is tested here does not depend on it."""
    monkeypatch.setattr(
        "service.accounts.passwords._hasher", PasswordHasher(time_cost=1, memory_cost=64)
    )


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path, host="192.0.2.1")


@pytest.fixture
def app(settings):
    return create_app(settings, load=StillModel)


@pytest.fixture
def client(app):
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def person(app, client):
    """Make a person of a role and sign them in; returns a client of their own."""

    def make(role, name=None, password=PASSWORD):
        name = name or f"{role}1"
        with app.state.database.session() as session:
            user, _ = people.add(session, "test", name, name, Role(role))
            user.password_hash = people.passwords.hash_password(password)
            user.must_change_password = False
        own = TestClient(app, raise_server_exceptions=False)
        answer = own.post("/v1/session", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        own.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return own

    return make
