"""Every address of the service asks for a right, and refuses whoever lacks it."""

import re

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import Mount, Route

from service.accounts.roles import RIGHTS, Right, Role
from service.accounts.web import Needs
from service.server import create_server
from service.settings import Settings


class StillModel:
    """Never asked in these tests."""

    model_id = "still@1"

    def predict(self, documents, *, evidence=True):
        return [None for _ in documents]


PUBLIC = {
    ("GET", "/"),  # leads to the console
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/openapi.json"),
    ("HEAD", "/openapi.json"),
    ("GET", "/docs"),
    ("GET", "/docs/oauth2-redirect"),
    ("GET", "/redoc"),
    ("POST", "/v1/session"),
    ("GET", "/console/login"),
    ("POST", "/console/login"),
}
PUBLIC_FILES = {"/static-offline-docs", "/console/static"}
"""Folders of scripts and styles."""


def flat(app, prefix=""):
    """Each (method, path, needs) of an application, mounted ones included."""
    for route in app.routes:
        yield from _flat(route, prefix)


def _flat(route, prefix):
    if isinstance(route, APIRoute):
        yield from _api(route, prefix)
    elif type(route).__name__ == "_IncludedRouter":
        for inner in route.effective_candidates():
            is_router = type(inner).__name__ == "_IncludedRouter"
            yield from _flat(inner, prefix) if is_router else _api(inner, prefix)
    elif isinstance(route, Mount) and hasattr(route.app, "routes"):
        yield from flat(route.app, prefix + route.path)
    elif isinstance(route, Mount):
        assert prefix + route.path in PUBLIC_FILES, route.path
    else:
        assert isinstance(route, Route), f"unknown kind of route: {route}"
        yield from ((method, prefix + route.path, []) for method in route.methods)


def _api(route, prefix):
    return ((method, prefix + route.path, _needs(route.dependant)) for method in route.methods)


def _needs(dependant: Dependant):
    found = [dependant.call] if isinstance(dependant.call, Needs) else []
    for inner in dependant.dependencies:
        found += _needs(inner)
    return found


ROUTES = sorted(
    (method, path, needs[-1].right if needs else None, bool(needs))
    for method, path, needs in flat(create_server(Settings()))
)
GUARDED = [route[:3] for route in ROUTES if route[3]]
BY_RIGHT = [route for route in GUARDED if route[2] is not None]


def name_of(route):
    return f"{route[0]} {route[1]}"


def address(path):
    return re.sub(r"\{[^}]+\}", "1", path)


def test_every_route_asks_for_a_right_or_is_known_to_be_public():
    open_ones = {(method, path) for method, path, _, guarded in ROUTES if not guarded}
    assert open_ones <= PUBLIC
    assert len(GUARDED) > 15


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), host="192.0.2.1")
    app = create_server(settings, load=StillModel)
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as client:
        yield app, client


@pytest.mark.parametrize("route", GUARDED, ids=name_of)
def test_strangers_are_refused(server, route):
    method, path, _ = route
    answer = server[1].request(method, address(path))
    if path.startswith("/console"):
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/console/login")
    else:
        assert answer.status_code == 401
        assert answer.json()["code"] == "not_signed_in"
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.fixture(scope="module")
def without(server):
    """Headers of a key that holds every right but one."""
    from service.accounts import keys, people
    from service.accounts.principal import Principal

    app, _ = server
    with app.state.database.session() as session:
        user, _ = people.add(session, "test", "chief", "chief", Role.ADMIN)
        by = Principal("chief", "chief", RIGHTS[Role.ADMIN], user_id=user.id)
        return {
            right: keys.create(session, by, f"no {right}", set(Right) - {right})[1]
            for right in Right
        }


@pytest.mark.parametrize("route", BY_RIGHT, ids=name_of)
def test_callers_without_the_right_are_refused(server, without, route):
    method, path, right = route
    headers = {"Authorization": f"Bearer {without[right]}"}
    answer = server[1].request(method, address(path), headers=headers)
    assert answer.status_code == 403
    if not path.startswith("/console"):
        assert answer.json()["code"] == "forbidden"


WRITES = [route for route in GUARDED if route[0] not in {"GET", "HEAD", "OPTIONS"}]


@pytest.fixture(scope="module")
def token(server):
    from service.accounts import people, sign_in
    from service.accounts.web import lifetime

    app, _ = server
    with app.state.database.session() as session:
        user, _ = people.add(session, "test", "root", "root", Role.ADMIN)
        user.must_change_password = False
        return sign_in.open_session(session, user, lifetime(app.state.settings)).token


@pytest.mark.parametrize("route", WRITES, ids=name_of)
def test_writes_with_a_cookie_need_the_pages_token(server, token, route):
    method, path, _ = route
    headers = {"Cookie": f"yangguang_session={token}"}
    answer = server[1].request(method, address(path), headers=headers)
    assert answer.status_code == 403
    if not path.startswith("/console"):
        assert answer.json()["code"] == "csrf"
