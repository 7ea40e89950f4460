"""What was replaced where, for the report and, only on request, for the way back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from models.text.redaction import Confidence, Hit, token
from models.text.redaction.lexicon import lexicon


@dataclass(frozen=True, slots=True)
class Finding:
    """One hit with the place of its text in the file; never the text itself.

    Parameters
    ----------
    place : str
        Chinese, such as 第3行“内容” or 正文第5段.
    start, end : int
        Code points within that text; `end` exclusive.
    kind : str
        Chinese name of the type.
    confidence : str
        高, 中 or 低.
    rule : str
        What found it.
    """

    place: str
    start: int
    end: int
    kind: str
    confidence: str
    rule: str


@dataclass(slots=True)
class Findings:
    """Findings of a file, and the tokens that stand for what was found.

    Parameters
    ----------
    numbered : bool, default=False
        Number the tokens, one number for each value of a kind, and keep the way back in
        `originals`.
    """

    numbered: bool = False
    found: list[Finding] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    originals: dict[str, str] = field(default_factory=dict)
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    _last: Counter[str] = field(default_factory=Counter)

    def add(self, place: str, hit: Hit, offset: int = 0) -> None:
        """Take note of a hit whose text starts at `offset` of what was searched."""
        self.found.append(
            Finding(
                place,
                hit.start - offset,
                hit.end - offset,
                lexicon().kinds[hit.kind],
                hit.confidence.shown,
                hit.rule,
            )
        )

    def token(self, hit: Hit, original: str) -> str:
        """Token for a hit; the same value gets the same number."""
        if not self.numbered:
            return token(hit.kind)
        key = (hit.kind, original)
        if key not in self._numbers:
            self._last[hit.kind] += 1
            self._numbers[key] = self._last[hit.kind]
            self.originals[token(hit.kind, self._numbers[key])] = original
        return token(hit.kind, self._numbers[key])

    def by_kind(self) -> dict[str, int]:
        """Number of hits of each type, the most frequent first."""
        return dict(Counter(finding.kind for finding in self.found).most_common())

    def n_doubtful(self) -> int:
        """Number of hits with low confidence."""
        return sum(finding.confidence == Confidence.LOW.shown for finding in self.found)
