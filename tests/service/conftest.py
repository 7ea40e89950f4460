"""A classifier without a model: fast, deterministic and of the same shape as a loaded pipeline."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from models.prediction import Evidence, HeadPredictions, PredictionBatch

HEADS = {
    "topic": (("land", "planning"), ("土地资源", "规划管理")),
    "subtopic": (("201", "102"), ("耕地保护", "控制性详细规划")),
    "intent": (("inquiry", "complaint", "help"), ("咨询", "投诉举报", "求助")),
}


@dataclass
class Explained:
    heads: dict


class DummyClassifier:
    """Answers by a checksum of the text, so that equal texts get equal answers."""

    model_id = "dummy@1"
    heads = tuple(HEADS)

    def __init__(self):
        self.n_texts = 0

    def predict_utf8(self, data, offsets):
        assert len(offsets) - 1 <= 4096
        raw = data.tobytes()
        texts = [raw[a:b] for a, b in pairwise(offsets)]
        for text in texts:
            text.decode()
        self.n_texts += len(texts)
        sums = np.array([zlib.crc32(text) for text in texts], dtype=np.int64)
        return PredictionBatch(self.model_id, {h: self._head(h, sums) for h in HEADS})

    def predict_texts(self, texts):
        encoded = [text.encode() for text in texts]
        offsets = np.cumsum([0, *map(len, encoded)])
        return self.predict_utf8(np.frombuffer(b"".join(encoded), np.uint8), offsets)

    def predict(self, documents):
        rows = self.predict_texts([d.text for d in documents]).rows()
        return [
            Explained(
                {
                    head: type(answer)(
                        answer.label,
                        answer.name,
                        answer.probability,
                        answer.decision,
                        answer.candidates,
                        (Evidence(document.text[:2], 0, 2, 1.0),),
                    )
                    for head, answer in row.items()
                }
            )
            for document, row in zip(documents, rows, strict=True)
        ]

    def _head(self, name, sums):
        codes, names = HEADS[name]
        best = (sums % len(codes)).astype(np.intp)
        share = (0.5 + (sums % 49) / 100).astype(np.float32)
        y_prob = np.repeat(((1 - share) / (len(codes) - 1))[:, None], len(codes), axis=1)
        y_prob[np.arange(len(sums)), best] = share
        return HeadPredictions(codes, names, y_prob.astype(np.float32), best, share > 0.6)


@pytest.fixture
def classifier():
    return DummyClassifier()
