"""One prediction as a card to read."""

from __future__ import annotations

from collections.abc import Mapping

from models.prediction import Prediction
from service.classification.headings import DECISIONS, HEADINGS


def render_card(answers: Mapping[str, Prediction], model_id: str, note: str = "") -> str:
    """Answers of all heads in Chinese, with runners-up and evidence, below a note on the text."""
    blocks = [_block(HEADINGS.get(head, head), answer) for head, answer in answers.items()]
    review = [HEADINGS.get(h, h) for h, a in answers.items() if a.decision == "review"]
    advice = f"{'、'.join(review)}拿不准，请人工复核。" if review else "各项都有把握，可以采纳。"
    noted = [f"注意：{note}"] if note else []
    return "\n\n".join([*noted, *blocks, f"{advice}（模型 {model_id}）"])


def _block(title: str, answer: Prediction) -> str:
    decision = DECISIONS[answer.decision == "accept"]
    lines = [f"{title}：{answer.name}（{answer.label}）　{answer.probability:.1%}　【{decision}】"]
    # A second-level answer lies below the topic; a likelier label of another topic is no rival.
    rivals = [c for c in answer.candidates[1:] if c.probability <= answer.probability]
    others = [f"{c.name} {c.probability:.1%}" for c in rivals]
    if others:
        lines.append(f"　其他可能：{'、'.join(others)}")
    if answer.evidence:
        words = "、".join(f"“{' '.join(e.text.split())}”" for e in answer.evidence)
        lines.append(f"　依据：{words}")
    return "\n".join(lines)
