"""The whole application over a database of its own, and people of each role to visit it."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

import models
from service.accounts.passwords import hash_password
from service.accounts.roles import Role
from service.accounts.tables import User
from service.database.base import now
from service.server import create_server
from service.settings import Settings

PASSWORD = "sunlight over the river"
_HASH = hash_password(PASSWORD)


@pytest.fixture(scope="session")
def pipeline():
    return models.load()


@pytest.fixture
def app(tmp_path, pipeline):
    return create_server(Settings(data_dir=tmp_path / "data", accounts="on"), lambda: pipeline)


@pytest.fixture
def guest(app):
    """A browser in which nobody is signed in; the application runs while it is open."""
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture
def visit(guest, app):
    """Sign in as somebody of a role; gives a browser."""

    def signed_in(role=Role.CLERK, *, must_change=False):
        name = f"{role.value}{'-new' if must_change else ''}"
        with app.state.database.session() as session:
            session.add(
                User(
                    name=name,
                    display_name=f"{name}-shown",
                    role=role.value,
                    password_hash=_HASH,
                    must_change_password=must_change,
                    created_at=now(),
                )
            )
        client = TestClient(app, follow_redirects=False)
        answer = client.post("/console/login", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303
        return client

    return signed_in


@pytest.fixture(scope="session")
def password():
    return PASSWORD


@pytest.fixture(scope="session")
def token():
    """Read the CSRF token that a page's forms carry."""
    return lambda page: re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
