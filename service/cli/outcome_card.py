"""An outcome as a card to read: what the reply says, or what is to be verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_DECISIONS = {"accept": "采纳", "review": "复核"}


def render_outcome(outcome: Mapping[str, Any]) -> str:
    """Write an outcome (the JSON form of `service.classification.outcomes`) in Chinese lines."""
    if outcome["basis"] == "request":
        return "\n".join(_suspicions(outcome))
    code = f"（{outcome['label']}）" if outcome["label"] else ""
    decision = _DECISIONS[outcome["decision"]]
    lines = [f"办理结果：{outcome['name']}{code}　{outcome['probability']:.1%}　【{decision}】"]
    others = [f"{c['name']} {c['probability']:.1%}" for c in outcome["candidates"][1:]]
    if others:
        lines.append(f"　其他可能：{'、'.join(others)}")
    if outcome["evidence"]:
        lines.append(f"　依据：{_quoted(outcome['evidence'])}")
    if len(outcome["items"]) > 1:
        for n, item in enumerate(outcome["items"], 1):
            number = item["number"] or str(n)
            shown = _DECISIONS[item["decision"]]
            lines.append(f"　第{number}项：{item['name']}　{item['probability']:.1%}　【{shown}】")
    lines += [f"　提示：{notice}" for notice in outcome["notices"]]
    return "\n".join(lines)


def _suspicions(outcome: Mapping[str, Any]) -> list[str]:
    lines = ["办理结果：只有申请，没有答复，不能判断。以下各种可能仅供核实："]
    for candidate in outcome["to_verify"]:
        article = f"（《条例》{candidate['article']}）" if candidate["article"] else ""
        lines.append(f"　· {candidate['name']}{article}：{candidate['why']}。")
        if candidate["evidence"]:
            lines.append(f"　　原文：{_quoted(candidate['evidence'])}")
        lines.append(f"　　先核实：{candidate['verify']}。")
    lines += [f"　提醒：{reminder}。" for reminder in outcome["reminders"]]
    return lines


def _quoted(evidence: Sequence[Mapping[str, Any]]) -> str:
    return "、".join(f"“{' '.join(e['text'].split())}”" for e in evidence)
