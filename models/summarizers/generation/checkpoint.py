"""Looking at a model folder before anything of it is loaded: kind, parts, safety, size."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from models.summarizers.generation.errors import GeneratorError

Kind = Literal["seq2seq", "causal"]

_TOKENIZERS = ("tokenizer.json", "spiece.model", "tokenizer.model", "vocab.txt", "vocab.json", "sentencepiece.bpe.model")  # fmt: skip  # noqa: E501
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.h5", "*.msgpack")
_LONGEST_HEADER = 100 * 2**20
_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1}  # fmt: skip  # noqa: E501
# activations, attention cache and the tokenizer beside the weights
_OVERHEAD_BYTES, _OVERHEAD_RATIO = 300 * 2**20, 0.2


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model folder that may be loaded.

    Parameters
    ----------
    folder : Path
    kind : str
        `seq2seq` (T5, BART, Pegasus) or `causal` (Qwen2, Llama).
    model_type : str
        As its configuration names it.
    n_parameters, n_bytes : int
        Of the weights, by the headers of the safetensors files.
    """

    folder: Path
    kind: Kind
    model_type: str
    n_parameters: int
    n_bytes: int

    def needed_bytes(self, bytes_per_parameter: int | None = None) -> int:
        """Memory to load and run it, as stored or with so many bytes a parameter."""
        weights = self.n_bytes if bytes_per_parameter is None else self.n_parameters * bytes_per_parameter  # fmt: skip  # noqa: E501
        return int(weights * (1 + _OVERHEAD_RATIO)) + _OVERHEAD_BYTES


def inspect_checkpoint(folder: Path) -> Checkpoint:
    """Look at a model folder.

    Raises
    ------
    GeneratorError
        If it is no folder, is not a model that generates, lacks its tokenizer or a part of its
        weights, holds weights in another format than safetensors, or asks for code of its own.
    """
    config = _config(folder)
    kind = _kind(folder, config)
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        raise GeneratorError(f"{folder} 缺少分词器（tokenizer.json 或词表文件），请把模型文件夹复制完整。")  # fmt: skip  # noqa: E501
    n_parameters = n_bytes = 0
    for path in _weights(folder):
        for count, size in _tensors(path):
            n_parameters += count
            n_bytes += count * size
    return Checkpoint(folder, kind, str(config.get("model_type", "")), n_parameters, n_bytes)


def require_memory(checkpoint: Checkpoint, available_bytes: int) -> bool:
    """Whether single precision fits; the stored precision must.

    Raises
    ------
    GeneratorError
        If the memory that is free now does not hold the model.
    """
    needed = checkpoint.needed_bytes()
    if needed > available_bytes:
        raise GeneratorError(
            f"内存不足：{checkpoint.folder} 约需 {_gigabytes(needed)}，现在可用 {_gigabytes(available_bytes)}。"  # noqa: E501
            "请关闭其他程序，或换小一些的模型。"
        )
    return checkpoint.needed_bytes(4) <= available_bytes


def _gigabytes(n_bytes: int) -> str:
    return f"{n_bytes / 2**30:.1f} GB"


def _config(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise GeneratorError(f"找不到模型文件夹 {folder}。")
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise GeneratorError(f"{folder} 不是模型文件夹：缺少 config.json。") from None
    except (OSError, ValueError) as error:
        raise GeneratorError(f"{path} 读不出，模型文件夹可能没有复制完整。") from error
    if not isinstance(config, dict):
        raise GeneratorError(f"{path} 不是模型的配置。")
    if config.get("auto_map"):
        raise GeneratorError(f"{folder} 要运行模型自带的程序代码，不加载。请换用标准结构的模型。")  # fmt: skip  # noqa: E501
    return config


def _kind(folder: Path, config: dict[str, Any]) -> Kind:
    names = [str(name) for name in config.get("architectures") or ()]
    if config.get("is_encoder_decoder"):
        return "seq2seq"
    if any(name.endswith(("ForCausalLM", "LMHeadModel")) for name in names):
        return "causal"
    shown = "、".join(names) or str(config.get("model_type", "未写明"))
    raise GeneratorError(
        f"{folder} 的结构是 {shown}，不能生成文字。"
        "需要 T5、BART、Pegasus 一类或 Qwen 一类的生成模型；BERT 一类的编码器请用于分类。"
    )


def _weights(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        try:
            names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise GeneratorError(f"{index} 读不出，模型文件夹可能没有复制完整。") from error
        # a name with a folder in it would lead out of the model folder
        missing = sorted(n for n in names if n != Path(n).name or not (folder / n).is_file())
        if missing:
            raise GeneratorError(f"{folder} 缺少权重文件 {missing[0]}，请把模型文件夹复制完整。")
        return [folder / name for name in sorted(names)]
    single = folder / "model.safetensors"
    if single.is_file():
        return [single]
    if any(next(folder.glob(pattern), None) for pattern in _PICKLES):
        raise GeneratorError(
            f"{folder} 的权重不是 safetensors 格式。其他格式可能夹带程序，不加载；"
            "请在可信的机器上转换为 model.safetensors。"
        )
    raise GeneratorError(f"{folder} 缺少权重文件 model.safetensors。")


def _tensors(path: Path) -> list[tuple[int, int]]:
    """Number of values and bytes a value of every tensor, from the header alone."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > _LONGEST_HEADER:
                raise ValueError("header too long")
            header = json.loads(file.read(length))
            size = path.stat().st_size
        entries = [entry for name, entry in header.items() if name != "__metadata__"]
        found = [(_count(e["shape"]), _BYTES.get(e["dtype"], 2)) for e in entries]
        end = max((int(e["data_offsets"][1]) for e in entries), default=0)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise GeneratorError(f"{path} 不是完好的 safetensors 文件，请重新复制。") from error
    if size < 8 + length + end:
        raise GeneratorError(f"{path} 不完整：应有 {8 + length + end} 字节，实有 {size} 字节。")
    return found


def _count(shape: list[int]) -> int:
    count = 1
    for n in shape:
        count *= int(n)
    return count
