"""Reviewed cases as examples for training, and those held out to judge the result.

A fifth of the texts, chosen by their key, is never trained on: the same text is always on the same
side, however often it came in and whoever reviewed it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.cases.tables import Case

HELD_OUT_SHARE = 5
"""One text in so many is held out."""
_BATCH = 1000
FIELDS = ("topic", "subtopic", "intent")


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the labels that a person gave or accepted."""

    id: str
    text: str
    topic: str
    subtopic: str
    intent: str

    def to_json(self) -> dict[str, str]:
        """The fields that `yangguang-train fit --reviewed` reads."""
        return {"id": self.id, "text": self.text, "topic": self.topic,
                "subtopic": self.subtopic, "intent": self.intent}  # fmt: skip


def is_held_out(text_key: str) -> bool:
    """Whether a text judges models instead of teaching them."""
    return int(text_key[:8], 16) % HELD_OUT_SHARE == 0


def examples(session: Session, *, held_out: bool, most: int | None = None) -> Iterator[Example]:
    """Reviewed cases of one side, each text once, in the order in which they came in.

    Parameters
    ----------
    held_out : bool
        Those that judge models, or those that teach them.
    most : int, optional
        Only so many, the newest.
    """
    chosen = _chosen(session, held_out=held_out)
    if most is not None:
        chosen = chosen[-most:]
    columns = (Case.id, Case.number, Case.text, *(getattr(Case, name) for name in FIELDS))
    for start in range(0, len(chosen), _BATCH):
        some = chosen[start : start + _BATCH]
        query = select(*columns).where(Case.id.in_(some)).order_by(Case.id)
        for _, number, text, *labels in session.execute(query).all():
            yield Example(number, text, *labels)


def _chosen(session: Session, *, held_out: bool) -> list[int]:
    """Ids of one side, found in an index alone: the first case of each text."""
    query = select(Case.text_key, func.min(Case.id)).where(Case.state == "reviewed")
    rows = session.execute(query.group_by(Case.text_key).execution_options(yield_per=10_000))
    return sorted(id for key, id in rows if is_held_out(key) == held_out)


def example_lines(session: Session, *, redacted: bool, most: int | None = None) -> Iterator[str]:
    """The examples to learn from as lines of JSONL.

    Parameters
    ----------
    redacted : bool
        Replace personal information by type tokens; for what leaves the office.
    most : int, optional
        Only so many, the newest.
    """
    from models.text.redaction.redact import redact

    for example in examples(session, held_out=False, most=most):
        row = example.to_json()
        if redacted:
            row["text"] = redact(example.text)[0]
        yield json.dumps(row, ensure_ascii=False) + "\n"


def export_examples(
    session: Session, path: Path, *, redacted: bool, most: int | None = None
) -> int:
    """Write `example_lines` to a file; returns how many there are."""
    n = 0
    with path.open("w", encoding="utf-8") as file:
        for line in example_lines(session, redacted=redacted, most=most):
            file.write(line)
            n += 1
    return n
