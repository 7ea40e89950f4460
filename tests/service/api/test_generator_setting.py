"""The generator that `YANGGUANG_GENERATOR` names is opened when the service starts, or stops it."""

import pytest
from fastapi.testclient import TestClient

from models.summarizers.generation import opening
from models.summarizers.generation.errors import GeneratorError
from service.api.app import create_app
from service.settings import Settings

from .conftest import StillModel


def started(settings):
    return TestClient(create_app(settings, load=StillModel))


def test_a_folder_that_is_not_there_stops_the_start_with_its_reason(tmp_path):
    settings = Settings(data_dir=tmp_path, generator=str(tmp_path / "no"))
    with pytest.raises(GeneratorError, match="找不到模型文件夹"), started(settings):
        pass


def test_it_is_opened_with_the_key_of_the_settings(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(opening, "open_generator", lambda *given: asked.append(given) or "opened")
    settings = Settings(data_dir=tmp_path, generator="http://10.0.0.1/v1#m", generator_key="k")
    with started(settings) as client:
        assert client.app.state.generator == "opened"
    assert asked == [("http://10.0.0.1/v1#m", "k")]


def test_without_the_setting_there_is_none(tmp_path):
    with started(Settings(data_dir=tmp_path)) as client:
        assert client.app.state.generator is None
