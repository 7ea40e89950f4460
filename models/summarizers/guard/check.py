"""Letting a generated text pass, or saying why not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from models.summarizers.guard.condensing import condenses
from models.summarizers.guard.differences import find_differences
from models.summarizers.guard.keeping import keeps
from models.summarizers.guard.lexicon import load_lexicon
from models.summarizers.guard.tokens import Token, read_tokens
from models.summarizers.guard.verdict import Fault, Verdict

LONGEST_HEADLINE = 40
_LONGEST_SOURCE, _LONGEST_CONDENSED = 4_000, 600
_BROKEN = re.compile(r"^[，。；：、？！,;:?!]|[，、；：,;:][，。、；：,;:]")
_PAIRS = {
    "“": "”",
    "‘": "’",
    "（": "）",
    "(": ")",
    "《": "》",
    "「": "」",
    "【": "】",
    "〔": "〕",
    "[": "]",
}
_ORDER = Fault("order", "词语都在原文中，但次序、搭配或省略改变了意思，无法确认与原文一致")


def check_rewrite(source: str, rewrite: str) -> Verdict:
    """Whether a rewritten paragraph says all that its source says and nothing else.

    It passes only if quantities, dates, articles, names, negations, quantifiers and words are
    those of the source, in its order, apart from differences that `data/generation/guard.toml`
    knows to be harmless. What it does not understand it refuses.
    """
    if fault := _unusable(source, rewrite, len(source) + 200):
        return Verdict((fault,))
    mine, theirs = _unsummed(read_tokens(source), read_tokens(rewrite))
    faults = list(find_differences(mine, theirs, must_keep=True))
    if not faults and not keeps(mine, theirs):
        faults.append(_structure(mine, theirs))
    return Verdict(tuple(faults))


def check_headline(
    sources: Sequence[str], rewrite: str, *, longest: int = LONGEST_HEADLINE
) -> Verdict:
    """Whether a headline says nothing that one of its sources does not say.

    Parameters
    ----------
    sources : sequence of str
        Texts that may each back the headline; it is never put together from two.
    rewrite : str
    longest : int
        Characters.
    """
    verdicts = [_headline(source[:_LONGEST_CONDENSED], rewrite, longest) for source in sources]
    if not verdicts:
        return Verdict((Fault("empty", "没有原文可以核对"),))
    return min(verdicts, key=lambda verdict: len(verdict.faults))


def _headline(source: str, rewrite: str, longest: int) -> Verdict:
    if fault := _unusable(source, rewrite.rstrip("。"), longest):
        return Verdict((fault,))
    if rewrite.endswith(("，", "、", "：", "；", ",")):
        return Verdict((Fault("order", "改写没有写完"),))
    mine = read_tokens(source)
    frame = load_lexicon().frames.match(rewrite.strip())
    cores = dict.fromkeys([rewrite, frame["core"] if frame else rewrite])
    faults: list[Fault] = []
    for core in cores:
        theirs = read_tokens(core)
        faults = list(find_differences(mine, theirs, must_keep=False))
        if not faults and condenses(mine, theirs):
            return Verdict()
    return Verdict(tuple(faults) or (_ORDER,))


def _unusable(source: str, rewrite: str, longest: int) -> Fault | None:
    if not rewrite.strip():
        return Fault("empty", "模型没有写出文字")
    if len(rewrite) > longest:
        return Fault("length", f"改写有{len(rewrite)}字，最多{longest}字")
    if _BROKEN.search(rewrite) or not _is_balanced(rewrite):
        return Fault("order", "改写的标点残缺")
    if len(source) > _LONGEST_SOURCE:
        return Fault("length", f"原文超过{_LONGEST_SOURCE}字，不作改写")
    return None


def _is_balanced(text: str) -> bool:
    """Whether quotation marks and brackets open and close in turn."""
    if text.count('"') % 2:
        return False
    waiting: list[str] = []
    for character in text:
        if character in _PAIRS:
            waiting.append(_PAIRS[character])
        elif character in _PAIRS.values() and (not waiting or waiting.pop() != character):
            return False
    return not waiting


def _unsummed(source: Sequence[Token], rewrite: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """Free 共 and 合计 where neither text joins or shares anything, so that they sum nothing up."""
    lexicon = load_lexicon()
    both = (*source, *rewrite)
    if any(
        t.role == "and" or lexicon.shared & {*t.text} or t.text in lexicon.ordered for t in both
    ):
        return list(source), list(rewrite)
    own, other = (
        [replace(t, role="free") if t.text in lexicon.unless_and else t for t in tokens]
        for tokens in (source, rewrite)
    )
    return own, other


def _structure(source: Sequence[Token], rewrite: Sequence[Token]) -> Fault:
    words = "".join("".join(t.atoms) for t in rewrite if t.is_hard)
    lost = [t.text for t in source if t.role == "word" and "".join(t.atoms) not in words]
    return Fault("missing", f"漏掉了原文的“{lost[0]}”") if lost else _ORDER
