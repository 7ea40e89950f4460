"""Every family of encoders goes the whole way: train, save, load, predict, ONNX in 8 bits."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs yangguang[transformers]")
pytest.importorskip("transformers", reason="needs yangguang[transformers]")
pytest.importorskip("onnx", reason="needs yangguang[transformers]")
pytest.importorskip("onnxruntime", reason="needs yangguang[transformers]")

from models.document import Document
from models.encoders.checkpoint import inspect_checkpoint, load_encoder
from models.encoders.networks import OnnxNetwork, TorchNetwork
from models.errors import ArtifactError
from models.loading import load_predictor
from training.neural.export import export_onnx
from training.neural.fine_tune import train_transformer

from .conftest import messages

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("family", ["bert", "roberta", "electra", "t5", "bart"])
def test_a_family_goes_the_whole_way(family, make_checkpoint, corpus, tiny_config, tmp_path):
    out = tmp_path / "model"
    tuned = train_transformer(
        corpus, tiny_config, make_checkpoint(family), out, group_field="group"
    )
    texts = [row["text"] for row in messages(40, seed=1)]
    told = tuned.pipeline.predict_texts(texts)
    loaded = load_predictor(out)
    assert isinstance(loaded.encoder.network, TorchNetwork)
    again = loaded.predict_texts(texts)
    np.testing.assert_allclose(again.heads["topic"].y_prob, told.heads["topic"].y_prob, atol=1e-5)
    topics = [row["topic"] for row in messages(40, seed=1)]
    right = [r["topic"].label == t for r, t in zip(again.rows(), topics, strict=True)]
    assert np.mean(right) > 0.9  # a third by chance

    exported = tmp_path / "onnx"
    facts = export_onnx(out, exported, corpus, int8=True)
    assert b"MatMulInteger" in (exported / "model.onnx").read_bytes()  # products in 8 bits
    assert facts["after"]["same_answer"]["topic"] > 0.9
    served = load_predictor(exported)
    assert isinstance(served.encoder.network, OnnxNetwork)
    batch = served.predict_texts(texts)
    assert (batch.heads["topic"].best == again.heads["topic"].best).mean() > 0.9
    assert not (exported / "encoder").exists()
    assert (
        json.loads((exported / "metrics.json").read_text("utf-8"))["export"]["precision"] == "int8"
    )
    assert "int8" in (exported / "README.md").read_text("utf-8")


def test_onnx_in_full_precision_gives_the_same_scores(trained, corpus, tmp_path):
    out, tuned = trained
    export_onnx(out, tmp_path / "onnx", corpus, int8=False)
    served = load_predictor(tmp_path / "onnx")
    texts = [row["text"] for row in messages(30, seed=2)]
    ours, theirs = tuned.pipeline.predict_texts(texts), served.predict_texts(texts)
    for name in ("topic", "intent"):
        np.testing.assert_allclose(theirs.heads[name].y_prob, ours.heads[name].y_prob, atol=1e-4)
    first = served.predict([Document(texts[0])])[0].heads["topic"]
    assert first.evidence == tuned.pipeline.predict([Document(texts[0])])[0].heads["topic"].evidence


def test_a_network_that_only_generates_is_refused(make_checkpoint):
    with pytest.raises(ArtifactError, match="生成模型（qwen2）"):
        load_encoder(inspect_checkpoint(make_checkpoint("qwen2")))


WITHOUT_TORCH = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "transformers", "onnx"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
import models
from models.document import Document

answer = models.load(sys.argv[1]).predict([Document("征地补偿，青苗费")])[0].heads["topic"]
assert answer.evidence
sys.stdout.write(answer.label)
"""


def test_an_exported_model_answers_where_torch_is_absent(trained, corpus, tmp_path):
    export_onnx(trained[0], tmp_path / "onnx", corpus, int8=True)
    program = [sys.executable, "-c", WITHOUT_TORCH, str(tmp_path / "onnx")]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("land", "")
