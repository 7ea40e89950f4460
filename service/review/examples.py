"""Reviewed cases as examples for training, and those held out to judge the result.

A fifth of the texts, chosen by their key, is never trained on: the same text is always on the same
side, however often it came in and whoever reviewed it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
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


def examples(session: Session, *, held_out: bool) -> Iterator[Example]:
    """Reviewed cases of one side, each text once, in the order in which they came in."""
    seen: set[str] = set()
    query = select(Case).where(Case.state == "reviewed").order_by(Case.id)
    for case in session.scalars(query.execution_options(yield_per=_BATCH)):
        if case.text_key in seen or is_held_out(case.text_key) != held_out:
            continue
        seen.add(case.text_key)
        yield Example(case.number, case.text, case.topic, case.subtopic, case.intent)


def export_examples(session: Session, path: Path, *, redacted: bool) -> int:
    """Write the examples to learn from as JSONL; returns how many.

    Parameters
    ----------
    redacted : bool
        Replace personal information by type tokens; for files that leave the office.
    """
    from models.text.redaction.redact import redact

    n = 0
    with path.open("w", encoding="utf-8") as file:
        for example in examples(session, held_out=False):
            row = example.to_json()
            if redacted:
                row["text"] = redact(example.text)[0]
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            n += 1
    return n
