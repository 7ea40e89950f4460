"""A classifier without a model, of the same shape as a loaded pipeline; databases of both kinds."""

from __future__ import annotations

import importlib.util
import itertools
import shutil
import sys
import zlib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

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


def _databases():
    """The module beside this file; tests are no package that it could be imported from."""
    name = "yangguang_test_databases"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / "databases.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def postgres():
    server = _databases().PostgresServer()
    yield server
    server.remove()


_numbers = itertools.count()


@pytest.fixture
def postgres_url(postgres):
    name = f"test_{next(_numbers)}"
    yield postgres.create(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """Address of an empty database; each test runs on both kinds."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path / 'yangguang.db'}"


def _migrated(url):
    from service.database.engine import open_database
    from service.database.migrate import upgrade

    opened = open_database(url)
    upgrade(opened)
    opened.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """File with all tables, migrated once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "yangguang.db"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres):
    _migrated(postgres.create("template_yangguang"))
    return "template_yangguang"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """An opened database with all tables; each test runs on both kinds."""
    from service.database.engine import open_database

    if request.param == "postgresql":
        template = request.getfixturevalue("postgres_template")
        server = request.getfixturevalue("postgres")
        name = f"test_{next(_numbers)}"
        opened = open_database(server.create(name, template))
        yield opened
        opened.close()
        return  # the server is removed with all its databases
    path = tmp_path / "yangguang.db"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    opened = open_database(f"sqlite:///{path}")
    yield opened
    opened.close()
