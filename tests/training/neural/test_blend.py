"""A linear model and a network in one folder: weights, thresholds, loading, letters, damage."""

import json

import numpy as np
import polars as pl
import pytest

pytest.importorskip("torch", reason="needs yangguang[transformers]")
pytest.importorskip("transformers", reason="needs yangguang[transformers]")

from models.blended import BlendedModel, mix
from models.document import Document
from models.errors import ArtifactError, InputError
from models.judging import Head
from models.loading import load_predictor
from models.prediction import HeadPredictions
from models.replies import load_reader, reads_letters
from training.blend import train_blend
from training.blending import best_weight, cross_blend, paired
from training.config import BlendConfig, TrainConfig, read_config, read_recipe
from training.corpus import Corpus
from training.letters import shipped_letters
from training.order import Order, carry_out

from .conftest import messages

MAIL = messages(200)
TEXTS = [row["text"] for row in MAIL]


def linear_config(names=("topic", "intent")):
    plain = read_config("linear").model_dump()
    plain["heads"] = [
        {**head, "blend": 0.0} for head in plain["heads"] if head["name"] in names
    ]  # fmt: skip
    plain["calibration"]["n_folds"] = 4
    return TrainConfig.model_validate(plain)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, make_checkpoint, tiny_config):
    out = tmp_path_factory.mktemp("models") / "blend"
    train_blend(
        Corpus(pl.DataFrame(MAIL)),
        BlendConfig(name="both", version="1", linear="linear", network="tiny"),
        linear_config(),
        tiny_config,
        make_checkpoint("bert"),
        out,
        group_field="group",
    )
    return out


def test_it_answers_with_the_mixture_of_both(folder):
    model = load_predictor(folder)
    assert isinstance(model, BlendedModel)
    assert model.model_id == "both@1"
    first, second = model.linear.predict_texts(TEXTS), model.network.predict_texts(TEXTS)
    batch = model.predict_texts(TEXTS)
    for name, head in batch.heads.items():
        share = model.weights[name]
        expected = (1 - share) * first.heads[name].y_prob + share * second.heads[name].y_prob
        np.testing.assert_allclose(head.y_prob, expected, atol=1e-6)
        np.testing.assert_allclose(head.y_prob.sum(axis=1), 1, atol=1e-5)
        sure = head.probability() >= model.questions[name].threshold
        assert (head.accepted == sure).all()
    data = [text.encode() for text in TEXTS]
    offsets = np.cumsum([0, *map(len, data)]).astype(np.int64)
    again = model.predict_utf8(np.frombuffer(b"".join(data), np.uint8), offsets)
    assert (again.heads["topic"].best == batch.heads["topic"].best).all()


def test_evidence_is_in_the_text_and_what_cannot_be_read_is_not_accepted(folder):
    model = load_predictor(folder)
    answer = model.predict([Document(TEXTS[0])])[0].heads["topic"]
    assert answer.evidence
    assert all(TEXTS[0][e.start : e.end] == e.text for e in answer.evidence)
    odd = model.predict_texts(["???", "好"])
    assert not any(head.accepted.any() for head in odd.heads.values())


def test_weights_thresholds_and_figures_are_kept(folder):
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    facts = json.loads((folder / "metrics.json").read_text("utf-8"))["blend"]
    for entry in manifest["heads"]:
        own = facts[entry["name"]]
        assert entry["weight"] == pytest.approx(own["weight"])
        least = min(own["linear"]["log_loss"], own["network"]["log_loss"])
        assert own["blend"]["log_loss"] <= least + 1e-4
    card = (folder / "README.md").read_text("utf-8")
    assert "weight of the network" in card
    assert "probabilities mixed head by head" in card
    assert not folder.with_name("blend.parts").exists()


def test_a_changed_file_and_models_that_do_not_match_are_refused(folder, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    with (copy / "linear" / "weights.safetensors").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ArtifactError, match="已损坏或被改动"):
        load_predictor(copy)
    shutil.rmtree(copy)
    shutil.copytree(folder, copy)
    manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
    manifest["heads"].pop()
    (copy / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(ArtifactError, match="标签不同"):
        load_predictor(copy)


def test_exported_it_answers_alike_without_torch(folder, tmp_path):
    pytest.importorskip("onnx", reason="needs yangguang[transformers]")
    pytest.importorskip("onnxruntime", reason="needs yangguang[transformers]")
    from training.neural.export import export_onnx

    facts = export_onnx(folder, tmp_path / "onnx", Corpus(pl.DataFrame(MAIL)), int8=False)
    assert facts["precision"] == "float32"
    assert not (tmp_path / "onnx" / "network" / "encoder").exists()
    before, after = load_predictor(folder), load_predictor(tmp_path / "onnx")
    assert after.weights == before.weights
    for name, head in before.predict_texts(TEXTS).heads.items():
        other = after.predict_texts(TEXTS).heads[name]
        np.testing.assert_allclose(other.y_prob, head.y_prob, atol=1e-4)
        assert after.questions[name].threshold == before.questions[name].threshold
    assert "## Export" in (tmp_path / "onnx" / "README.md").read_text("utf-8")


def test_the_network_in_it_reads_letters(tmp_path, make_checkpoint, tiny_config):
    plain = tiny_config.model_dump(exclude_unset=True)
    plain["network"]["epochs"] = 1
    letters = {"name": "outcome", "field": "outcome", "label_set": "outcome"}
    plain["heads"] = [*plain["heads"], letters]
    out = tmp_path / "blend"
    train_blend(
        Corpus(pl.DataFrame(MAIL)),
        BlendConfig(name="both", version="1", linear="linear", network="tiny"),
        linear_config(),
        type(tiny_config).model_validate(plain),
        make_checkpoint("bert"),
        out,
        group_field="group",
        letters=shipped_letters()[::6],
    )
    assert reads_letters(out)
    assert load_reader(out).pipeline.heads == ("outcome",)
    assert load_predictor(out).heads == ("topic", "intent")


def test_recipes_that_do_not_go_together_are_refused(tmp_path, make_checkpoint, tiny_config):
    config = BlendConfig(name="both", version="1", linear="linear", network="tiny")
    with pytest.raises(InputError, match="各项"):
        train_blend(
            Corpus(pl.DataFrame(MAIL)),
            config,
            linear_config(("topic",)),
            tiny_config,
            make_checkpoint("bert"),
            tmp_path / "blend",
        )
    assert isinstance(read_recipe("blend"), BlendConfig)
    with pytest.raises(InputError, match="--checkpoint"):
        carry_out(Order(None, tmp_path / "blend", recipe="blend"))
    with pytest.raises(InputError, match="--reviewed"):
        carry_out(Order(None, tmp_path / "b", recipe="blend", reviewed=tmp_path / "r.jsonl"))


def test_a_useless_second_model_gets_no_weight_and_a_better_one_all():
    y = np.arange(60) % 3
    good = np.full((60, 3), 0.1)
    good[np.arange(60), y] = 0.8
    flat = np.full((60, 3), 1 / 3)
    assert best_weight(good, flat, y) == 0
    assert best_weight(flat, good, y) == 1
    assert best_weight(good, good, y) == 0


def test_no_fold_chooses_its_own_weight():
    rng = np.random.default_rng(0)
    y, folds = rng.integers(0, 2, 400), np.repeat([0, 1], 200)
    right = np.where(np.arange(2) == y[:, None], 0.9, 0.1)
    first, second = right.copy(), right.copy()
    first[folds == 0] = 1 - right[folds == 0]  # the first is wrong in fold 0, the second in 1
    second[folds == 1] = 1 - right[folds == 1]
    y_prob, weights = cross_blend(first, second, y, folds)
    assert weights == [0, 1]
    assert ((y_prob.argmax(axis=1) == y).mean()) == 0


def test_a_second_level_stays_below_the_mixed_first():
    above = np.array([0, 0, 1])
    questions = {
        "topic": Head("topic", ("a", "b"), ("a", "b"), slice(0, 2), None, 0.5),
        "subtopic": Head(
            "subtopic", ("a1", "a2", "b1"), ("", "", ""), slice(2, 5), None, 0.5, "topic", above
        ),
    }  # fmt: skip

    def said(topic, leaf):
        return {
            name: HeadPredictions((), (), np.array([row], np.float32), None, None)
            for name, row in (("topic", topic), ("subtopic", leaf))
        }

    first, second = said([0.6, 0.4], [0.1, 0.2, 0.7]), said([0.2, 0.8], [0.1, 0.5, 0.4])
    found = mix(questions, {"topic": 0.0, "subtopic": 0.0}, first, second)
    assert (found["topic"].best[0], found["subtopic"].best[0]) == (0, 1)
    found = mix(questions, {"topic": 1.0, "subtopic": 1.0}, first, second)
    assert (found["topic"].best[0], found["subtopic"].best[0]) == (1, 2)
    assert found["subtopic"].confidence[0] == np.float32(0.4)


def test_the_paired_test_counts_what_changed():
    first = np.array([True] * 10 + [False] * 10)
    second = np.array([True] * 10 + [True] * 8 + [False] * 2)
    gained, lost, p_value = paired(first, second)
    assert (gained, lost) == (8, 0)
    assert p_value == pytest.approx(2 * 0.5**8)
    assert paired(first, first) == (0, 0, 1.0)
