"""Networks that turn rows of tokens into one vector a row: through ONNX Runtime, or torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from models.encoders.checkpoint import open_encoder
from models.encoders.memory import need_memory
from models.errors import ArtifactError

Pooling = Literal["mean", "first"]
_WORKSPACE = 2.0  # ONNX Runtime holds about the weights again while it opens a file


class Network(Protocol):
    """Rows of tokens to vectors; safe to share between threads."""

    def __call__(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors, shape (n_rows, width), of token numbers and mask, shape (n_rows, n_tokens)."""


class OnnxNetwork:
    """A network in an ONNX file: no torch needed.

    Parameters
    ----------
    file : Path
    n_threads : int
        0: as many as the machine has cores.

    Raises
    ------
    ArtifactError
        If ONNX Runtime is not installed, cannot open the file, or memory is short.
    """

    def __init__(self, file: Path, n_threads: int = 0) -> None:
        try:
            import onnxruntime
        except ModuleNotFoundError:
            raise ArtifactError(
                "这个模型需要 onnxruntime：请运行 pip install 'yangguang[onnx]'。"
            ) from None
        need_memory(int(file.stat().st_size * _WORKSPACE), f"打开 {file.name} ")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = n_threads
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(file), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its errors share no base class
            raise ArtifactError(f"模型文件 {file} 打不开，请重新导出。") from error

    def __call__(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors, shape (n_rows, width)."""
        vectors: NDArray[np.float32] = self._session.run(
            None, {"input_ids": ids, "attention_mask": mask}
        )[0]
        return vectors


class TorchNetwork:
    """A network held by torch.

    Parameters
    ----------
    encoder : torch module
        Its output has `last_hidden_state`.
    pooling : 'mean' or 'first'
        Mean of the token vectors, or the vector of the first token.
    """

    def __init__(self, encoder: Any, pooling: Pooling) -> None:
        self.encoder, self.pooling = encoder, pooling

    @classmethod
    def open(cls, folder: Path, pooling: Pooling) -> TorchNetwork:
        """Open the encoder of an artefact.

        Raises
        ------
        ArtifactError
            As `open_encoder`.
        """
        return cls(open_encoder(folder), pooling)

    def __call__(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors, shape (n_rows, width)."""
        import torch

        device = next(self.encoder.parameters()).device
        with torch.inference_mode():
            vectors = pooled(
                self.encoder,
                torch.from_numpy(ids).to(device),
                torch.from_numpy(mask).to(device),
                self.pooling,
            )
            result: NDArray[np.float32] = vectors.float().cpu().numpy()
        return result


def pooled(encoder: Any, ids: Any, mask: Any, pooling: Pooling) -> Any:
    """One vector a row, as a tensor, shape (n_rows, width)."""
    states = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    if pooling == "first":
        return states[:, 0]
    weight = mask.unsqueeze(-1).to(states.dtype)
    return (states * weight).sum(dim=1) / weight.sum(dim=1)
