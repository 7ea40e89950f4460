import json
import shutil

import numpy as np
import pytest

import models
from models import labels
from models.errors import ArtifactError

TEXTS = ["房产证办不下来", "村里占了基本农田", "公交车什么时候来", "", "12345", "申请公开征地批复"]


@pytest.fixture
def copy(small_artifact, tmp_path):
    path = tmp_path / "model"
    shutil.copytree(small_artifact[0], path)
    return path


def test_saved_and_loaded_pipeline_answers_the_same(small_artifact):
    path, fitted = small_artifact
    before, after = (
        fitted.pipeline.predict_texts(TEXTS),
        models.load(str(path)).predict_texts(TEXTS),
    )
    for head in before.heads:
        assert np.array_equal(before.heads[head].y_prob, after.heads[head].y_prob)
        assert np.array_equal(before.heads[head].accepted, after.heads[head].accepted)


def test_artifact_is_plain_files(small_artifact):
    names = {file.name for file in small_artifact[0].iterdir()}
    assert names == {
        "manifest.json",
        "config.json",
        "weights.safetensors",
        "metrics.json",
        "README.md",
        "reliability.svg",
    }


@pytest.mark.parametrize("name", ["weights.safetensors", "config.json", "README.md"])
def test_altered_file_is_refused(copy, name):
    with (copy / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ArtifactError, match="损坏"):
        models.load(str(copy))


@pytest.mark.parametrize("name", ["weights.safetensors", "manifest.json"])
def test_missing_file_is_named(copy, name):
    (copy / name).unlink()
    with pytest.raises(ArtifactError, match=name):
        models.load(str(copy))


def test_other_format_version_is_refused(copy):
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    (copy / "manifest.json").write_text(json.dumps(manifest | {"format": 99}), encoding="utf-8")
    with pytest.raises(ArtifactError, match="99"):
        models.load(str(copy))


def test_unreadable_manifest_is_refused(copy):
    (copy / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(ArtifactError, match="清单"):
        models.load(str(copy))


def test_renamed_label_shows_its_new_name_without_touching_the_model(copy, monkeypatch):
    old = labels.topics()
    renamed = tuple(
        labels.Label(**{f: getattr(la, f) for f in la.__slots__} | {"name": f"新{la.name}"})
        for la in old
    )
    monkeypatch.setattr(
        labels, "topics", lambda: labels.LabelSet(old.name, "2099.1", old.title, renamed)
    )
    answer = models.load(str(copy)).predict_texts(["房产证办不下来"]).heads["topic"].row(0)
    assert answer.name == "新" + old[answer.label].name


def test_label_that_the_set_no_longer_knows_is_an_error(copy, monkeypatch):
    old = labels.topics()
    fewer = tuple(la for la in old.roots if la.code != "planning")
    monkeypatch.setattr(
        labels, "topics", lambda: labels.LabelSet(old.name, "2099.1", old.title, fewer)
    )
    with pytest.raises(ArtifactError, match="planning"):
        models.load(str(copy))
