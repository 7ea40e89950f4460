"""Where a network runs and in what precision."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from models.errors import InputError


def need_torch() -> None:
    """Fail early, with the cure; and keep the libraries from talking between our lines.

    Raises
    ------
    InputError
        If the `transformers` extra is not installed.
    """
    try:
        import torch
        import transformers
    except ModuleNotFoundError as error:
        raise InputError(
            f"训练变换器模型需要 {error.name}：请运行 pip install 'yangguang[transformers]'。"
        ) from None
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    del torch


def pick_device(name: str = "auto") -> str:
    """`cuda` if there is a usable GPU, otherwise `cpu`; or the one asked for.

    Raises
    ------
    InputError
        If a GPU is asked for and there is none.
    """
    import torch

    there_is = torch.cuda.is_available()
    if name == "cuda" and not there_is:
        raise InputError("没有可用的 GPU：请改用 --device cpu，或检查驱动。")
    return ("cuda" if there_is else "cpu") if name == "auto" else name


def mixed_precision(device: str) -> AbstractContextManager[Any]:
    """bfloat16 for the matrix products on a GPU that has it; full precision elsewhere.

    bfloat16 has the range of float32, so that no loss scaling is needed.
    """
    import torch

    if device == "cuda" and torch.cuda.is_bf16_supported():
        context: AbstractContextManager[Any] = torch.autocast("cuda", torch.bfloat16)
        return context
    return nullcontext()
