"""What a folder must be before anything of it is opened, and what is said when it is not."""

import json
import shutil

import pytest

pytest.importorskip("torch", reason="needs yangguang[transformers]")
pytest.importorskip("transformers", reason="needs yangguang[transformers]")
pytest.importorskip("onnxruntime", reason="needs yangguang[transformers]")

from models.encoders import checkpoint as checkpoints
from models.encoders import memory
from models.encoders.checkpoint import inspect_checkpoint, load_encoder, load_tokenizer
from models.errors import ArtifactError
from models.loading import load_predictor


@pytest.fixture
def folder(make_checkpoint, tmp_path):
    return shutil.copytree(make_checkpoint("bert"), tmp_path / "bert")


def test_a_sound_folder_is_described(folder):
    found = inspect_checkpoint(folder)
    assert (found.model_type, found.pickled) == ("bert", False)
    assert found.n_bytes == (folder / "model.safetensors").stat().st_size


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("config.json", "缺少 config.json"),
        ("tokenizer.json", "缺少分词文件"),
        ("model.safetensors", "缺少权重文件"),
    ],
)
def test_a_missing_file_is_named(folder, missing, message):
    (folder / missing).unlink()
    with pytest.raises(ArtifactError, match=message):
        inspect_checkpoint(folder)


def test_a_name_is_never_looked_up_on_the_network(tmp_path):
    with pytest.raises(ArtifactError, match="不会联网下载"):
        inspect_checkpoint(tmp_path / "bert-base-chinese")


def test_a_pickle_is_opened_only_when_told(folder):
    import torch
    from safetensors.torch import load_file

    weights = load_file(folder / "model.safetensors")
    torch.save(weights, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ArtifactError, match="可能运行其中的程序"):
        inspect_checkpoint(folder)
    told = inspect_checkpoint(folder, allow_pickle=True)
    assert told.pickled
    assert load_encoder(told).config.hidden_size == 32


def test_a_program_inside_the_folder_is_not_run(folder, tmp_path):
    traces = tmp_path / "ran"
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config |= {"model_type": "homemade", "auto_map": {"AutoModel": "modeling_homemade.Net"}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    program = f"import pathlib\npathlib.Path({str(traces)!r}).touch()\n"
    (folder / "modeling_homemade.py").write_text(program, encoding="utf-8")
    with pytest.raises(ArtifactError, match="不认识结构 homemade"):
        load_encoder(inspect_checkpoint(folder))
    assert not traces.exists()


def test_weights_of_another_architecture_are_refused(folder, make_checkpoint):
    shutil.copyfile(make_checkpoint("t5") / "model.safetensors", folder / "model.safetensors")
    with pytest.raises(ArtifactError, match="与结构 bert 不符"):
        load_encoder(inspect_checkpoint(folder))


def test_torn_weights_are_refused(folder):
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-400])
    with pytest.raises(ArtifactError, match="打不开"):
        load_encoder(inspect_checkpoint(folder))


def test_a_broken_tokenizer_is_refused(folder):
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ArtifactError, match="分词文件打不开"):
        load_tokenizer(inspect_checkpoint(folder))


def test_too_little_memory_is_said_before_loading(folder, monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 1000)
    with pytest.raises(ArtifactError, match="内存不足"):
        load_encoder(inspect_checkpoint(folder))


def test_memory_is_read_from_system_and_container(tmp_path, monkeypatch):
    assert memory.available_memory() > 0
    (tmp_path / "memory.max").write_text("5000\n")
    (tmp_path / "memory.current").write_text("3000\n")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    assert memory.available_memory() == 2000
    (tmp_path / "memory.max").write_text("max\n")
    assert memory._of_container() is None


def test_a_damaged_artefact_is_refused(trained, tmp_path):
    out, _ = trained
    for name in ("tokenizer.json", "weights.safetensors", "encoder/model.safetensors"):
        copy = shutil.copytree(out, tmp_path / name.replace("/", "-"))
        with (copy / name).open("ab") as file:
            file.write(b" ")
        with pytest.raises(ArtifactError, match="已损坏或被改动"):
            load_predictor(copy)
    copy = shutil.copytree(out, tmp_path / "missing")
    (copy / "encoder" / "config.json").unlink()
    with pytest.raises(ArtifactError, match=r"缺少 encoder/config\.json"):
        load_predictor(copy)


def test_a_later_format_is_refused(trained, tmp_path):
    out, _ = trained
    copy = shutil.copytree(out, tmp_path / "later")
    manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
    manifest["format"] = "transformer-9"
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ArtifactError, match="格式版本是 transformer-9"):
        load_predictor(copy)


@pytest.mark.parametrize(
    ("module", "extra"), [("torch", "transformers"), ("transformers", "transformers")]
)
def test_a_missing_extra_is_named(folder, monkeypatch, module, extra):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(ArtifactError, match=rf"yangguang\[{extra}\]"):
        checkpoints.load_encoder(inspect_checkpoint(folder))


def test_serving_names_the_small_extra(trained, monkeypatch, tmp_path, corpus):
    import sys

    from training.neural.export import export_onnx

    out, _ = trained
    export_onnx(out, tmp_path / "onnx", corpus, int8=False)
    for module in ("onnxruntime", "tokenizers"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, module, None)
            with pytest.raises(ArtifactError, match=r"yangguang\[onnx\]"):
                load_predictor(tmp_path / "onnx")
