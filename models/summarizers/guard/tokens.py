"""A text as the guard compares it: words in one wording, quantities in one form, clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from models.summarizers.guard.lexicon import Lexicon, load_lexicon
from models.summarizers.guard.quantities import find_quantities
from models.summarizers.guard.verdict import FaultKind
from models.text.normalize import normalize_text
from models.text.segment import default_segmenter

Role = Literal["word", "quantity", "pause", "quote", "and", "free", "lost", "question"]

_STOPS = re.compile(r"[。!！?？;；\n]")
_PIECE = re.compile(
    r"(?P<and>、)|(?P<question>\?+)|(?P<quote>[“”\"‘’'《》〈〉「」【】]+)"
    r"|(?P<pause>[，,；;。:!\n()\[\]〔〕…—]+)"
)
_LONGEST = 4


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a quantity or a break.

    Parameters
    ----------
    text : str
        As written.
    atoms : tuple of str
        What is compared: the characters of the word that stands for all of its meaning, or the
        form of a quantity, as one.
    role : str
        What the guard allows it: `free` may come and go, `lost` may go, `pause` separates clauses.
    tag : str
        Part of speech by jieba's letters.
    clause, sentence : int
        Which clause and sentence of the text it stands in.
    marker : str or None
        Kind of claim it changes: a negation, a quantifier, a direction.
    """

    text: str
    atoms: tuple[str, ...]
    role: Role
    tag: str = ""
    clause: int = 0
    sentence: int = 0
    marker: FaultKind | None = None

    @property
    def is_hard(self) -> bool:
        """Whether it must be accounted for."""
        return self.role in ("word", "quantity", "question")


def read_tokens(text: str) -> list[Token]:
    """Tokens of a text, in order; blanks are dropped, traditional characters simplified."""
    folded = _folded(text)
    lexicon = load_lexicon()
    tokens: list[Token] = []
    clause = sentence = at = 0
    for quantity in (*find_quantities(folded), None):
        end = len(folded) if quantity is None else quantity.start
        for token in _words(
            folded[at:end],
            lexicon,
            is_between=at > 0 and quantity is not None,
        ):
            if token.role == "pause":
                tokens.append(token)
                clause += 1
                sentence += bool(_STOPS.search(token.text))
                continue
            tokens.append(replace(token, clause=clause, sentence=sentence))
            if token.role == "question":
                clause, sentence = clause + 1, sentence + 1
        if quantity is not None:
            if tokens and tokens[-1].text in lexicon.before_number:
                tokens[-1] = replace(tokens[-1], role="free")
            tokens.append(Token(quantity.raw, (quantity.form,), "quantity", "m", clause, sentence))
            at = quantity.end
    return tokens


def _folded(text: str) -> str:
    lines = [normalize_text(line)[0] for line in text.splitlines()]
    folded = "\n".join(line for line in lines if line)
    folded = re.sub(r"(?<=\d) +(?=\d)", "，", folded)
    return folded.replace(" ", "")


def _words(piece: str, lexicon: Lexicon, *, is_between: bool) -> Iterator[Token]:
    at = 0
    for match in _PIECE.finditer(piece):
        yield from _cut(piece[at : match.start()], lexicon)
        at = match.end()
        if match["and"]:
            yield Token("、", ("&",), "and")
        elif match["question"]:
            yield Token("？", ("?",), "question", marker="question")
        elif match["quote"]:
            yield Token(match.group(), (), "quote")
        else:
            yield Token(match.group(), (), "pause")
    rest = piece[at:]
    if is_between and re.fullmatch(r"[-~–]", rest):
        rest = "至"  # a range, however it is written
    yield from _cut(rest, lexicon)


def _cut(text: str, lexicon: Lexicon) -> Iterator[Token]:
    """Words of a run without breaks; neighbours that make a word the guard knows are one."""
    if not text:
        return
    tagged = default_segmenter().tag(text)
    at = 0
    while at < len(tagged):
        n = next(
            (
                n
                for n in range(min(_LONGEST, len(tagged) - at), 1, -1)
                if "".join(word for word, _ in tagged[at : at + n]) in lexicon.phrases
            ),
            1,
        )
        word = "".join(word for word, _ in tagged[at : at + n])
        yield _token(word, tagged[at + n - 1][1], lexicon)
        at += n


def _token(word: str, tag: str, lexicon: Lexicon) -> Token:
    if word in lexicon.joins:
        return Token(word, ("&",), "and", "c")
    if word in lexicon.free:
        return Token(word, tuple(word), "free", tag)
    canonical = lexicon.same.get(word, word)
    marker = lexicon.marker(word) or lexicon.marker(canonical)
    role: Role = "lost" if word in lexicon.lost else "word"
    return Token(word, tuple(canonical), role, tag, marker=marker)
