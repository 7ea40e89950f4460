# ruff: noqa: E501
"""What is found out about a model folder before anything in it is loaded; needs no torch."""

import importlib.util
import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from models.summarizers.generation.checkpoint import inspect_checkpoint, require_memory
from models.summarizers.generation.errors import GeneratorError
from models.summarizers.generation.local import LocalGenerator

T5 = {"architectures": ["T5ForConditionalGeneration"], "model_type": "t5", "is_encoder_decoder": True}  # fmt: skip
QWEN = {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2"}


def make(folder, config=QWEN, weights=True, tokenizer=True):
    folder.mkdir(exist_ok=True)
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config), "utf-8")
    if weights:
        save_file({"a": np.zeros((10, 20), np.float16)}, folder / "model.safetensors")
    if tokenizer:
        (folder / "tokenizer.json").write_text("{}", "utf-8")
    return folder


@pytest.mark.parametrize(("config", "kind"), [(T5, "seq2seq"), (QWEN, "causal")])
def test_kind_and_size_are_read_from_the_headers(tmp_path, config, kind):
    found = inspect_checkpoint(make(tmp_path / "m", config))
    assert (found.kind, found.n_parameters, found.n_bytes) == (kind, 200, 400)


def test_shards_are_counted_and_a_missing_one_is_named(tmp_path):
    folder = make(tmp_path / "m", weights=False)
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
    save_file({"a": np.zeros(6, np.float32)}, folder / "model-1.safetensors")
    with pytest.raises(GeneratorError, match=r"model-2\.safetensors"):
        inspect_checkpoint(folder)
    save_file({"b": np.zeros(4, np.float32)}, folder / "model-2.safetensors")
    assert inspect_checkpoint(folder).n_parameters == 10


def test_a_shard_outside_the_folder_is_not_followed(tmp_path):
    folder = make(tmp_path / "m", weights=False)
    save_file({"a": np.zeros(6, np.float32)}, tmp_path / "x.safetensors")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": "../x.safetensors"}}), "utf-8")  # fmt: skip
    with pytest.raises(GeneratorError, match="缺少权重"):
        inspect_checkpoint(folder)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"config": None}, "缺少 config.json"),
        ({"tokenizer": False}, "缺少分词器"),
        ({"weights": False}, "缺少权重文件"),
        ({"config": {"architectures": ["BertForMaskedLM"], "model_type": "bert"}}, "BertForMaskedLM"),
        ({"config": {**QWEN, "auto_map": {"AutoModel": "x.Y"}}}, "程序代码"),
        ({"config": [1]}, "不是模型的配置"),
        ({"config": {}}, "未写明"),
    ],
)  # fmt: skip
def test_a_folder_that_will_not_do_is_refused_with_the_reason(tmp_path, made, words):
    with pytest.raises(GeneratorError, match=words):
        inspect_checkpoint(make(tmp_path / "m", **made))


def test_pickled_weights_are_not_loaded(tmp_path):
    folder = make(tmp_path / "m", weights=False)
    (folder / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(GeneratorError, match="safetensors"):
        inspect_checkpoint(folder)


@pytest.mark.parametrize("damage", [lambda b: b[:-40], lambda b: b[:6], lambda b: b"\xff" * 64])
def test_half_copied_weights_are_noticed(tmp_path, damage):
    folder = make(tmp_path / "m")
    path = folder / "model.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(GeneratorError, match=r"不完整|不是完好"):
        inspect_checkpoint(folder)


def test_memory_decides_the_precision_or_refuses(tmp_path):
    found = inspect_checkpoint(make(tmp_path / "m"))
    assert require_memory(found, 2**40)
    assert not require_memory(found, found.needed_bytes() + 1)
    with pytest.raises(GeneratorError, match="内存不足"):
        require_memory(found, 2**20)


def test_without_the_extra_the_error_names_it(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(GeneratorError, match=r"yangguang\[transformers\]"):
        LocalGenerator(make(tmp_path / "m"))


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(GeneratorError, match="找不到"):
        LocalGenerator(tmp_path / "no")
