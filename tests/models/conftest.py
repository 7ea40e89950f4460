"""A real pipeline, small: fitted on a few hundred texts in a few seconds."""

from __future__ import annotations

import numpy as np
import pytest

from training.config import read_config
from training.corpus import shipped_corpus
from training.train import train


@pytest.fixture(scope="session")
def small_artifact(tmp_path_factory):
    corpus = shipped_corpus()
    keep = [i % 8 == 0 for i in range(len(corpus))]
    config = read_config()
    flat = (head for head in config.heads if head.name != "subtopic")
    quick = tuple(head.model_copy(update={"blend": 0.0}) for head in flat)
    config = config.model_copy(update={"heads": quick, "name": "small"})
    path = tmp_path_factory.mktemp("artifacts") / "small"
    fitted = train(corpus.where(np.array(keep)), config, path)
    return path, fitted
