import shutil

import pytest

import models
from models.resources import data_path
from service.database.base import now
from service.review import live
from service.review.live import (
    Choice,
    LiveModel,
    ModelChoiceError,
    choose,
    previous_name,
    read_choices,
)


def load(path):
    return models.load(None if path is None else str(path))


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(data_path("artifacts/default"), tmp_path / "spring")
    return tmp_path


def choice(name):
    return Choice(name, "li", now())


def test_without_a_choice_the_shipped_model_answers(tmp_path):
    model = LiveModel(tmp_path, load)
    assert model.pipeline.model_id == models.load().model_id
    assert not model.problem


def test_a_switch_is_noticed_and_can_be_taken_back(folder):
    model = LiveModel(folder, load)
    first = model.pipeline
    choose(folder, choice("spring"), load)
    model.look_again()
    assert model.pipeline is not first
    choose(folder, choice(previous_name(read_choices(folder))), load)
    assert [c.name for c in read_choices(folder)] == ["spring", ""]


def test_a_damaged_model_is_refused_and_nothing_changes(folder):
    weights = folder / "spring" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ModelChoiceError, match="现在的模型不变"):
        choose(folder, choice("spring"), load)
    assert read_choices(folder) == []


def test_a_model_damaged_after_it_was_chosen_leaves_the_one_in_memory(folder):
    model = LiveModel(folder, load)
    first = model.pipeline
    choose(folder, choice("spring"), load)
    (folder / "spring" / "weights.safetensors").write_bytes(b"")
    model.look_again()
    assert model.pipeline is first
    assert "spring" in model.problem


def test_a_damaged_choice_falls_back_to_the_shipped_model_and_says_so(folder):
    (folder / "live.json").write_text("{", "utf-8")
    model = LiveModel(folder, load)
    assert model.pipeline.model_id == models.load().model_id
    assert "重新选择" in model.problem


@pytest.mark.parametrize("name", ["../spring", "/etc", ".hidden"])
def test_a_name_is_no_path(folder, name):
    with pytest.raises(ModelChoiceError):
        choose(folder, choice(name), load)


def test_the_file_is_looked_at_only_now_and_then(folder, monkeypatch):
    looks = []
    monkeypatch.setattr(live, "_stamp", lambda path: looks.append(path))
    model = LiveModel(folder, load)
    for _ in range(50):
        assert model.pipeline
    assert len(looks) == 1
