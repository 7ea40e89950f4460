"""A Hugging Face encoder on this machine's disk: looked at before it is opened.

Offline always, safetensors unless told otherwise, and never any program from the folder.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.encoders.memory import need_memory
from models.errors import ArtifactError

_OVERHEAD = 1.2  # of the weights in memory over those in full precision
_TOKENIZERS = ("tokenizer.json", "vocab.txt", "spiece.model", "sentencepiece.bpe.model")
_WITHOUT_PICKLE = ("model.safetensors", "model.safetensors.index.json")
_PICKLED = ("pytorch_model.bin", "pytorch_model.bin.index.json")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder that looks right: nothing of it has been loaded yet.

    Parameters
    ----------
    folder : Path
    model_type : str
        As `transformers` calls the architecture.
    pickled : bool
        Its weights are in a pickle.
    n_bytes : int
        Size of its weight files.
    """

    folder: Path
    model_type: str
    pickled: bool
    n_bytes: int


def inspect_checkpoint(folder: Path, *, allow_pickle: bool = False) -> Checkpoint:
    """Check a folder's files without running or loading anything.

    Raises
    ------
    ArtifactError
        If the configuration, tokenizer or weights are missing, the weights are a pickle that was
        not allowed, or the model brings a program of its own.
    """
    if not folder.is_dir():
        raise ArtifactError(f"找不到模型文件夹 {folder}。只接受本机上的文件夹，不会联网下载。")
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        model_type = config.get("model_type")
    except FileNotFoundError:
        raise ArtifactError(f"{folder} 不是 Hugging Face 模型文件夹：缺少 config.json。") from None
    except (OSError, ValueError, AttributeError) as error:
        raise ArtifactError(f"{folder / 'config.json'} 读不出来，请重新复制模型。") from error
    if not model_type:
        raise ArtifactError(f"{folder / 'config.json'} 没有写明结构（model_type），无法打开。")
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        raise ArtifactError(f"{folder} 缺少分词文件：应有 tokenizer.json 或 vocab.txt。")
    pickled = _is_pickled(folder, allow_pickle)
    files = folder.glob("*.bin" if pickled else "*.safetensors")
    return Checkpoint(folder, str(model_type), pickled, sum(f.stat().st_size for f in files))


def _is_pickled(folder: Path, allowed: bool) -> bool:
    if any((folder / name).is_file() for name in _WITHOUT_PICKLE):
        return False
    if not any((folder / name).is_file() for name in _PICKLED):
        raise ArtifactError(f"{folder} 缺少权重文件 model.safetensors。")
    if not allowed:
        raise ArtifactError(
            f"{folder} 只有 pytorch_model.bin：这种格式打开时可能运行其中的程序。"
            "请换用带 model.safetensors 的版本；确信来源可靠时可加 --allow-pickle。"
        )
    return True


def load_encoder(checkpoint: Checkpoint, *, copies: float = 1.0) -> Any:
    """Load the encoder of a checkpoint as a torch module in full precision, in eval mode.

    Of an encoder-decoder (T5, BART) the encoder is taken. A network that only generates (GPT,
    Qwen) is refused: each of its tokens has read only those before it.

    Parameters
    ----------
    copies : float
        How many times the weights will be held, such as 4 for training.

    Raises
    ------
    ArtifactError
        If the `transformers` extra is missing, the architecture is unknown or unsuitable, the
        weights do not belong to it, or there is too little memory.
    """
    from safetensors import SafetensorError

    torch, transformers = _libraries()
    _check_architecture(checkpoint)
    need_memory(int(checkpoint.n_bytes * _OVERHEAD * copies), f"打开 {checkpoint.folder.name} ")
    try:
        network, report = transformers.AutoModel.from_pretrained(
            checkpoint.folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=not checkpoint.pickled,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        raise ArtifactError(
            f"{checkpoint.folder} 打不开：权重与 config.json 写的结构（{checkpoint.model_type}）"
            "不符，或文件不完整。"
        ) from error
    missing = [name for name in report["missing_keys"] if "pooler" not in name]
    if missing:
        raise ArtifactError(
            f"{checkpoint.folder} 的权重与结构 {checkpoint.model_type} 不符："
            f"缺少 {missing[0]} 等 {len(missing)} 项。"
        )
    if network.config.is_encoder_decoder:
        network = network.get_encoder()
    return network.eval()


def save_encoder(encoder: Any, checkpoint: Checkpoint, folder: Path) -> None:
    """Write an encoder's weights beside the configuration it came with."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(checkpoint.folder / "config.json", folder / "config.json")
    # Copies: tied weights share memory, which safetensors refuses.
    weights = {k: v.detach().cpu().clone() for k, v in encoder.state_dict().items()}
    save_file(weights, folder / "model.safetensors")


def open_encoder(folder: Path) -> Any:
    """Open what `save_encoder` wrote, in eval mode.

    Raises
    ------
    ArtifactError
        If the `transformers` extra is missing, memory is short, or the weights do not fit.
    """
    torch, transformers = _libraries()
    from safetensors.torch import load_file

    file = folder / "model.safetensors"
    need_memory(int(file.stat().st_size * 2 * _OVERHEAD), f"打开 {folder.parent.name} ")
    try:
        config = transformers.AutoConfig.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        network = transformers.AutoModel.from_config(config, dtype=torch.float32)
        encoder = network.get_encoder() if config.is_encoder_decoder else network
        encoder.load_state_dict(load_file(file))
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise ArtifactError(f"{folder} 的权重与结构不符，请重新训练。") from error
    return encoder.eval()


def _libraries() -> tuple[Any, Any]:
    try:
        import torch
        import transformers
    except ModuleNotFoundError as error:
        raise ArtifactError(
            f"打开这个模型需要 {error.name}：请运行 pip install 'yangguang[transformers]'。"
        ) from None
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return torch, transformers


def _check_architecture(checkpoint: Checkpoint) -> None:
    from transformers.models.auto import modeling_auto

    name = checkpoint.model_type
    if name not in modeling_auto.MODEL_MAPPING_NAMES:
        raise ArtifactError(
            f"{checkpoint.folder}：不认识结构 {name}。"
            "自带程序的模型（remote code）一律不打开；也可能需要升级 transformers。"
        )
    generates = name in modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
    both_ways = name in modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES
    pairs = name in modeling_auto.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES
    if generates and not both_ways and not pairs:
        raise ArtifactError(
            f"{checkpoint.folder} 是生成模型（{name}），每个字只看得到前文，不适合分类。"
            "请用 BERT、RoBERTa、MacBERT、BGE、ELECTRA 一类的编码模型。"
        )


def longest_row(network: Any) -> int | None:
    """Most tokens a network can read in a row; None where positions have no end."""
    config = network.config
    positions = getattr(config, "max_position_embeddings", None)
    if positions is None:
        return None
    table = getattr(getattr(network, "embeddings", None), "position_embeddings", None)
    # RoBERTa counts positions from the number after the padding token's.
    offset = 0 if table is None or table.padding_idx is None else table.padding_idx + 1
    return int(positions) - offset


def load_tokenizer(checkpoint: Checkpoint) -> tuple[str, int]:
    """A checkpoint's tokenizer as the content of a `tokenizer.json`, and its padding number.

    Raises
    ------
    ArtifactError
        If it cannot be read, or exists only in a form without places in the text.
    """
    _, transformers = _libraries()
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            checkpoint.folder, local_files_only=True, trust_remote_code=False
        )
        content: str = tokenizer.backend_tokenizer.to_str()
    except (OSError, ValueError, ImportError, AttributeError, KeyError, TypeError) as error:
        raise ArtifactError(
            f"{checkpoint.folder} 的分词文件打不开，请补上 tokenizer.json。"
        ) from error
    return content, int(tokenizer.pad_token_id or 0)
