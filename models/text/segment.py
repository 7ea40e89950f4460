"""Words: jieba's dictionary and cuts through their Rust port, plus the words of the field."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from models.resources import data_path


class Word(NamedTuple):
    """A word with its place, in code points of the text that was cut; `end` exclusive."""

    text: str
    start: int
    end: int


class Segmenter:
    """Cut text into jieba's words.

    One object holds one dictionary. The cuts equal those of the Python package `jieba` with the
    same user words (see the parity test).

    Parameters
    ----------
    user_words : tuple of str
        Words beside jieba's own.
    dictionary : optional
        The dictionary that they are added to, a new one by default.
    """

    def __init__(self, user_words: tuple[str, ...] = (), dictionary: Any = None) -> None:
        import rjieba  # builds its dictionary as it is imported: a fifth of a second

        self._jieba = dictionary if dictionary is not None else rjieba.Jieba()
        for word in user_words:
            self._jieba.add_word(word, self._jieba.suggest_freq(word), None)

    def cut(self, text: str) -> list[str]:
        """Words in order; joined they give `text` back."""
        words: list[str] = self._jieba.cut(text)
        return words

    def tag(self, text: str) -> list[tuple[str, str]]:
        """Words in order, each with jieba's part of speech; `nr` is a person's name."""
        tagged: list[tuple[str, str]] = self._jieba.tag(text)
        return tagged

    def has_word(self, word: str) -> bool:
        """Whether the dictionary lists a word."""
        return bool(self._jieba.has_word(word))

    def words(self, text: str) -> list[Word]:
        """Words with their places."""
        found, start = [], 0
        for word in self.cut(text):
            found.append(Word(word, start, start + len(word)))
            start += len(word)
        return found


@cache
def user_words() -> tuple[str, ...]:
    """Words of the field (`data/lexicon/words.txt`)."""
    lines = data_path("lexicon", "words.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def default_segmenter() -> Segmenter:
    """Segmenter with the words of the field.

    It takes the dictionary that the package loads when it is imported anyway: a second one would
    cost an eighth of a second and its memory.
    """
    import rjieba

    return Segmenter(user_words(), rjieba)
