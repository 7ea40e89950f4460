"""The model card: purpose, training data, what was measured, where it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.predictor import Predictor
from training.letter_card import item_table, letter_table

_MISSING = "[not measured]"
_PURPOSE = (
    "A linear classifier over hashed character n-grams for Chinese messages to a municipal "
    "natural-resources bureau. It runs offline on one core and says `review` where it does not "
    "know."
)
_OWN_PURPOSE = (
    "A linear classifier over hashed character n-grams, trained on labels of your own. It runs "
    "offline on one core and says `review` where it does not know."
)
_NETWORK_PURPOSE = (
    "A fine-tuned encoder network with linear heads on its vectors. It runs offline and says "
    "`review` where it does not know. It started from the checkpoint named under training data, "
    "whose own texts and licence are its makers' matter."
)
_BLEND_PURPOSE = (
    "A linear classifier over hashed character n-grams and a fine-tuned encoder network, their "
    "probabilities mixed head by head. It runs offline and says `review` where it does not know. "
    "Evidence is the linear model's."
)
_LIMITS = (
    "- Sorting citizens' messages and disclosure requests by topic and intent for a person to "
    "confirm. It decides nothing: an outcome under the 条例 is never read from a request by this "
    "model.\n"
    "- Trained on texts written for this project, not on an office's own mail. Expect the figures "
    "of `real messages` below on a stranger's messages, and better after review and "
    "re-training.\n"
)
_OWN_LIMITS = "- Expect the figures below on texts like those it was trained on, less on others.\n"


def render_card(pipeline: Predictor, config: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """Write a card from a pipeline, its configuration and its metrics; gaps print as gaps."""
    heads = "\n".join(
        f"| {head.name} | {len(head.codes)} | {_threshold(head.threshold)} |"
        for head in pipeline.questions.values()
    )
    is_ours = any(head.get("label_set") for head in config.get("heads", ()))
    sections = [
        f"# {pipeline.model_id}",
        _purpose(config, is_ours),
        "## Heads\n\n| head | labels | accepts at |\n|---|---|---|\n" + heads,
        "## Intended use and limits\n\n"
        + (_LIMITS if is_ours else _OWN_LIMITS)
        + "- Labels with little support in the tables below are guesses with wide error bars.",
        "## Training data\n\n" + _training(metrics.get("training")),
    ]
    if "blend" in metrics:
        sections.append("## Blend\n\n" + _blend(metrics["blend"]))
    if "export" in metrics:
        sections.append("## Export\n\n" + _export(metrics["export"]))
    if "adaptation" in metrics:
        sections.append("## Adaptation\n\n" + _adaptation(metrics["adaptation"]))
    for name, title in (
        ("out_of_fold", "Out of fold (writers the model has not read)"),
        ("evaluation", "Evaluation texts written for this project, never trained on"),
        ("real_messages", "Real messages"),
    ):
        sections.append(f"## {title}\n\n" + _heads(metrics.get(name)))
    if "letters" in metrics:
        sections.append(
            "## Reply letters never trained on\n\nRules and network, alone and together; then the "
            "letters of several items.\n\n"
            + letter_table(metrics["letters"])
            + "\n\n"
            + item_table(metrics["items"])
        )
    if any(metrics.get(name) for name in ("out_of_fold", "evaluation", "real_messages")):
        sections.append(
            "## Reliability\n\nOn the diagonal a probability is true; a dot's area is the number "
            "of documents.\n\n![reliability](reliability.svg)"
        )
    sections.append("## Configuration\n\nSee `config.json`; the seed and every setting are in it.")
    return "\n\n".join(sections) + "\n"


def _purpose(config: Mapping[str, Any], is_ours: bool) -> str:
    if "linear" in config:
        return _BLEND_PURPOSE
    if "network" in config:
        return _NETWORK_PURPOSE
    return _PURPOSE if is_ours else _OWN_PURPOSE


def _threshold(value: float) -> str:
    return "never" if value > 1 else f"{value:.3f}"


def _training(training: Mapping[str, Any] | None) -> str:
    if not training:
        return _MISSING
    lines = [
        f"{training['n_documents']} texts; SHA-256 of the corpus `{training['sha256'][:16]}…`."
    ]
    lengths = training.get("length_percentiles")
    if training.get("n_reviewed"):
        lines.append(
            f"Of these, {training['n_reviewed']} are an office's corrections, each counted "
            f"{training['reviewed_weight']:g} times."
        )
    if "checkpoint" in training:
        c = training["checkpoint"]
        lines.append(
            f"Fine-tuned from `{c['name']}` ({c['model_type']}, {c['n_parameters']:,} parameters, "
            f"SHA-256 of its weights `{c['sha256'][:16]}…`): {training['n_learnt']} texts learnt "
            f"from, {training['n_stopping']} to stop on, {training['n_calibration']} for "
            f"calibration and thresholds; best epoch {training['best_epoch']}, "
            f"{training['seconds']:.0f} s on {training['device']}."
        )
    if training.get("n_letters"):
        lines.append(
            f"Of these, {training['n_passages']} are passages of {training['n_letters']} reply "
            "letters, which teach the head `outcome` and nothing else."
        )
    if lengths:
        lines.append("Length in characters: " + ", ".join(f"{k} {v}" for k, v in lengths.items()))
    return "\n\n".join(lines)


def _export(facts: Mapping[str, Any]) -> str:
    lines = [
        f"ONNX, {facts['precision']}, {facts['megabytes']:.1f} MB; before "
        f"{facts['before_megabytes']:.1f} MB. On {facts['n_texts']} texts, one at a time and in "
        "batches:\n",
        "| | accuracy | same answer as before | ms per text | texts/s |",
        "|---|---|---|---|---|",
    ]
    for side in ("before", "after"):
        f = facts[side]
        accuracy = ", ".join(f"{name} {value:.3f}" for name, value in f["accuracy"].items()) or "–"
        same = ", ".join(f"{name} {value:.3f}" for name, value in f["same_answer"].items())
        lines.append(
            f"| {side} | {accuracy} | {same} | {f['milliseconds']:.1f} "
            f"| {f['texts_per_second']:.0f} |"
        )
    return "\n".join(lines)


def _blend(heads: Mapping[str, Any]) -> str:
    lines = [
        "Weights chosen on texts that neither model had seen, by log-loss; the figures are of the "
        "same texts, so that the blend's are a little too good. Accuracy / macro-F1 / log-loss:\n",
        "| head | n | weight of the network | linear | network | blend | gained, lost | p |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, f in heads.items():
        sides = " | ".join(
            f"{f[s]['accuracy']:.3f} / {f[s]['macro_f1']:.3f} / {f[s]['log_loss']:.3f}"
            for s in ("linear", "network", "blend")
        )
        lines.append(
            f"| {name} | {f['n_documents']} | {f['weight']:.2f} | {sides} "
            f"| {f['gained']}, {f['lost']} | {f['p_value']:.3f} |"
        )
    return "\n".join(lines)


def _adaptation(facts: Mapping[str, Any]) -> str:
    taken = ", ".join(f"{code} {n}" for code, n in facts["taken"].items())
    return (
        f"Adapted to an archive of {facts['n_archive']} unlabelled messages ({facts['n_usable']} "
        f"of them distinct and new): {facts['n_taken']} were learnt from with the label that the "
        f"character model and a word model agreed on ({taken}). None of these texts is stored "
        "here; calibration and thresholds come from the labelled corpus alone. Before "
        "adaptation, out of fold:\n\n" + _summary(facts["cold_out_of_fold"])
    )


def _heads(heads: Mapping[str, Any] | None) -> str:
    if not heads:
        return _MISSING
    details = [_labels(name, e) for name, e in heads.items() if len(e["labels"]) <= 30]
    return "\n\n".join([_summary(heads), *details])


def _summary(heads: Mapping[str, Any]) -> str:
    summary = (
        "| head | n | accuracy | among three | macro-F1 | ECE | accepted | of these right "
        "| coverage at 95 % |\n|---|---|---|---|---|---|---|---|---|\n"
    )
    for name, e in heads.items():
        summary += (
            f"| {name} | {e['n_documents']} | {e['accuracy']:.3f} "
            f"| {_ratio(e.get('top3_accuracy'))} "
            f"| {e['macro_f1']:.3f} "
            f"| {_ratio(e.get('ece'))} | {_ratio(e.get('accept_coverage'))} "
            f"| {_ratio(e.get('accept_precision'))} "
            f"| {_ratio(e.get('coverage', {}).get('0.95'))} |\n"
        )
    return summary


def _labels(name: str, e: Mapping[str, Any]) -> str:
    rows = [
        f"| {r['label']} | {r['support']} | {_ratio(r['precision'])} | {_ratio(r['recall'])} "
        f"| {_ratio(r['f1'])} |"
        for r in e["labels"]
        if r["support"] or r["predicted"]
    ]
    head = "| label | support | precision | recall | F1 |\n|---|---|---|---|---|\n"
    return f"### {name}, per label\n\n{head}" + "\n".join(rows)


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
