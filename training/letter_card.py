"""The card of a letter model, and its figures as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MISSING = "[not measured]"


def render_letter_card(model_id: str, config: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """Write a card from configuration and metrics; gaps print as gaps."""
    training, combination = metrics["training"], config["combination"]
    sections = [
        f"# {model_id}",
        "Reads an agency's reply letter to a disclosure request: which row of table 3 it is, or "
        "which procedural letter. Rules (cited articles, cue phrases) and a linear classifier over "
        "hashed characters answer together; where they differ it says `review`.",
        "## Intended use and limits\n\n"
        "- For a person to confirm, from reply letters; never from a request.\n"
        "- Trained on letters written for this project. Real letters quoted in judgments are "
        "shorter and stranger: expect less than the figures below, and look at what is under "
        "review.\n"
        "- 部分公开 by mixed items is a default of this program, flagged every time.",
        "## Training data\n\n"
        f"{training['n_letters']} letters, {training['n_passages']} passages (items where a letter "
        "answers several).",
        "## How much each side counts\n\n"
        f"head {combination['model_weight']}, rules {combination['rule_weight']}, accepted from "
        f"{combination['threshold']}.",
        "## Evaluation letters, never trained on\n\n" + _evaluation(metrics.get("evaluation")),
        "## Letters of several items, of the evaluation letters\n\n" + _items(metrics.get("items")),
        "## Configuration\n\nSee `config.json`; the seed and every setting are in it.",
    ]
    return "\n\n".join(sections) + "\n"


def _evaluation(sides: Mapping[str, Any] | None) -> str:
    if not sides:
        return _MISSING
    return letter_table(sides)


def _items(found: Mapping[str, Mapping[str, int]] | None) -> str:
    return item_table(found) if found else _MISSING


def item_table(found: Mapping[str, Mapping[str, int]]) -> str:
    """How many letters of several items are read so, without and with the request, as Markdown."""
    names = {"letter": "the letter alone", "request": "with the request that it answers"}
    lines = [
        "| read from | letters | same number of items | all items right | of one item | split |",
        "|---|---|---|---|---|---|",
    ]
    keys = ("n_letters", "same_number", "all_right", "n_single", "split")
    lines += [
        f"| {names[k]} | " + " | ".join(str(f[x]) for x in keys) + " |" for k, f in found.items()
    ]
    return "\n".join(lines)


def letter_table(sides: Mapping[str, Any]) -> str:
    """Figures of rules, head and both, per row with counts, as Markdown."""
    lines = [
        "| | n | accuracy | macro-F1 | accepted | of these right |",
        "|---|---|---|---|---|---|",
    ]
    for side, e in sides.items():
        lines.append(
            f"| {side} | {e['n_documents']} | {e['accuracy']:.3f} | {e['macro_f1']:.3f} "
            f"| {_ratio(e['accept_coverage'])} | {_ratio(e['accept_precision'])} |"
        )
    lines += [
        "",
        "| row | n | precision | recall | F1 | F1 rules | F1 head |",
        "|---|---|---|---|---|---|---|",
    ]
    others = {s: {r["label"]: r for r in sides[s]["labels"]} for s in ("rules", "head")}
    for row in sides["both"]["labels"]:
        if row["support"]:
            code = row["label"]
            ratios = [row[key] for key in ("precision", "recall", "f1")]
            ratios += [others[side][code]["f1"] for side in others]
            cells = " | ".join(map(_ratio, ratios))
            lines.append(f"| {code} | {row['support']} | {cells} |")
    return "\n".join(lines)


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
