"""What people usually reach for instead: jieba + fastText, TF-IDF + LinearSVC, ComplementNB.

Each is written as its own documentation and the usual tutorials write it. They share one small
interface: fit on texts and labels, give scores for texts.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError


class Rival(Protocol):
    """A classifier in a comparison."""

    name: str

    def fit(self, texts: Sequence[str], y: NDArray[np.intp]) -> None:
        """Learn from texts and class numbers."""

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Raw scores, shape (n_texts, n_classes)."""


def _words(texts: Sequence[str]) -> list[str]:
    """Words joined by blanks, cut by plain jieba as everybody does."""
    try:
        import jieba
    except ModuleNotFoundError:
        raise InputError("对比需要 jieba：请运行 pip install 'yangguang[compare]'。") from None
    jieba.setLogLevel(60)
    return [" ".join(jieba.cut(text)) for text in texts]


class SklearnRival:
    """jieba words, TF-IDF, a linear model: the scikit-learn tutorial's pipeline."""

    def __init__(self, name: str, estimator: Callable[[], Any]) -> None:
        self.name = name
        self._estimator = estimator

    def fit(self, texts: Sequence[str], y: NDArray[np.intp]) -> None:
        """Learn from texts and class numbers."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline

        # The default token pattern drops one-character words.
        vectorizer = TfidfVectorizer(token_pattern=r"(?u)\S+")
        self._pipeline = make_pipeline(vectorizer, self._estimator()).fit(_words(texts), y)

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Margins, or log-probabilities where the model has no margin."""
        words = _words(texts)
        if hasattr(self._pipeline[-1], "decision_function"):
            scores = np.asarray(self._pipeline.decision_function(words))
            return scores if scores.ndim == 2 else np.stack([-scores, scores], axis=1)
        return np.asarray(self._pipeline.predict_log_proba(words))


class FastTextRival:
    """jieba words and fastText's supervised mode with settings that suit small corpora."""

    name = "jieba + fastText"

    def fit(self, texts: Sequence[str], y: NDArray[np.intp]) -> None:
        """Learn from texts and class numbers."""
        try:
            import fasttext
        except ModuleNotFoundError:
            raise InputError(
                "对比需要 fastText：请运行 pip install 'yangguang[compare]'。"
            ) from None
        self._n_classes = int(y.max()) + 1
        handle, name = tempfile.mkstemp(suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            for words, label in zip(_words(texts), y, strict=True):
                file.write(f"__label__{label} {' '.join(words.split())}\n")
        try:
            self._model = _train(fasttext, name)
        finally:
            Path(name).unlink()

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Log-probabilities."""
        out = np.full((len(texts), self._n_classes), -20.0)
        for row, words in enumerate(_words(texts)):
            labels, probabilities = self._model.predict(" ".join(words.split()), k=-1)
            for label, probability in zip(labels, probabilities, strict=True):
                out[row, int(label.removeprefix("__label__"))] = np.log(max(probability, 1e-9))
        return out


def _train(fasttext: Any, name: str) -> Any:
    """Train; where a small corpus blows the weights up, with the lower rates its manual advises."""
    for rate in (0.5, 0.25, 0.1):
        try:
            return fasttext.train_supervised(
                name, lr=rate, epoch=25, wordNgrams=1, thread=os.cpu_count() or 1, verbose=0
            )
        except RuntimeError as error:
            if "NaN" not in str(error):
                raise
    raise InputError("fastText 在这份语料上无法训练（损失溢出）。")


def usual_rivals() -> list[Rival]:
    """The field's usual choices."""
    from sklearn.naive_bayes import ComplementNB
    from sklearn.svm import LinearSVC

    return [
        FastTextRival(),
        SklearnRival("jieba + TF-IDF + LinearSVC", LinearSVC),
        SklearnRival("jieba + TF-IDF + ComplementNB", ComplementNB),
    ]
