"""An encoder with heads on it, held by torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.encoders.networks import Pooling, pooled
from models.encoders.tokens import Row, pad
from models.encoders.transformer import alike, average
from training.neural.devices import mixed_precision


@dataclass
class Learner:
    """An encoder with heads on it.

    Parameters
    ----------
    encoder : torch module
    heads : torch Linear, width to all outputs
    pooling : how token vectors become one
    pad_id : int
    """

    encoder: Any
    heads: Any
    pooling: Pooling
    pad_id: int

    @property
    def module(self) -> Any:
        """Both as one torch module, for weights and optimizer."""
        import torch

        return torch.nn.ModuleDict({"encoder": self.encoder, "heads": self.heads})

    @property
    def device(self) -> Any:
        """Where the weights are."""
        return self.heads.weight.device

    def vectors(self, rows: Sequence[Row], places: NDArray[np.intp], n_documents: int) -> Any:
        """Vectors of documents as a tensor, shape (n_documents, width); windows averaged."""
        import torch

        ids, mask = pad([row.ids for row in rows], self.pad_id)
        device = self.device
        each = pooled(
            self.encoder,
            torch.from_numpy(ids).to(device),
            torch.from_numpy(mask).to(device),
            self.pooling,
        )
        if len(rows) == n_documents:
            return each
        index = torch.from_numpy(places).to(device)
        sums = torch.zeros(n_documents, each.shape[1], dtype=each.dtype, device=device)
        counts = torch.from_numpy(np.bincount(places, minlength=n_documents)).to(each)
        return sums.index_add(0, index, each) / counts[:, None]

    def scores(
        self, rows: Sequence[Row], n_documents: int, batch_tokens: int = 8192
    ) -> NDArray[np.float32]:
        """Raw scores of documents numbered from 0, shape (n_documents, n_outputs)."""
        import torch

        self.encoder.eval()
        found = np.zeros((len(rows), self.heads.in_features), np.float32)
        with torch.inference_mode(), mixed_precision(self.device.type):
            for batch in alike([len(row.ids) for row in rows], batch_tokens):
                chosen = [rows[i] for i in batch]
                each = self.vectors(chosen, np.arange(len(chosen)), len(chosen))
                found[batch] = each.float().cpu().numpy()
        vectors = average([row.document for row in rows], found, n_documents)
        weight = self.heads.weight.detach().float().cpu().numpy()
        bias = self.heads.bias.detach().float().cpu().numpy()
        result: NDArray[np.float32] = vectors @ weight.T + bias
        return result
