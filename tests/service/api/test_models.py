"""Models are compared before they are used, and a damaged one never is."""

import shutil

import pytest

from models.resources import data_path
from service.api.app import create_app
from service.settings import Settings


@pytest.fixture
def app(tmp_path):
    shutil.copytree(data_path("artifacts/default"), tmp_path / "models" / "spring")
    return create_app(Settings(data_dir=tmp_path, host="192.0.2.1"))


def test_the_models_at_hand_are_listed(person):
    found = person("clerk").get("/v1/models").json()
    assert [(m["name"], m["in_use"], m["fault"]) for m in found["models"]] == [
        ("", True, ""),
        ("spring", False, ""),
    ]


def test_a_model_that_has_not_won_is_not_used_unless_forced(person):
    admin = person("admin")
    refused = admin.post("/v1/models/in-use", json={"name": "spring"})
    assert refused.status_code == 422
    assert "不能比较" in refused.json()["detail"]
    forced = admin.post("/v1/models/in-use", json={"name": "spring", "force": True})
    assert forced.status_code == 200
    assert [c["name"] for c in forced.json()["choices"]] == ["spring"]
    back = admin.post("/v1/models/in-use", json={"name": ""}).json()
    assert [c["name"] for c in back["choices"]] == ["spring", ""]


def test_a_clerk_changes_no_model(person):
    answer = person("clerk").post("/v1/models/in-use", json={"name": "spring", "force": True})
    assert answer.status_code == 403


def test_a_damaged_model_is_refused_and_the_service_goes_on(app, person, tmp_path):
    (tmp_path / "models" / "spring" / "weights.safetensors").write_bytes(b"")
    admin = person("admin")
    answer = admin.post("/v1/models/in-use", json={"name": "spring", "force": True})
    assert answer.status_code == 422
    assert "现在的模型不变" in answer.json()["detail"]
    assert app.state.batcher.pipeline.predict_texts(["宅基地"]).heads["topic"]


def test_the_contest_says_that_there_is_too_little_to_compare(person):
    answer = person("admin").post("/v1/models/spring/contest")
    assert answer.status_code == 200
    assert answer.json()["verdict"] == "too_few"
