"""Put labelled texts through a pipeline and report each head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from models.errors import InputError
from models.prediction import HeadPredictions
from models.predictor import Predictor
from training.corpus import Corpus
from training.evaluate import Evaluation, evaluate

_BATCH = 4096


def measure_heads(
    pipeline: Predictor,
    corpus: Corpus,
    *,
    fields: Mapping[str, str] | None = None,
    renames: Mapping[str, str] | None = None,
) -> dict[str, Evaluation]:
    """Figures of each head whose reference labels the corpus has.

    Parameters
    ----------
    fields : mapping of head name to column, optional
        By default the column named like the head.
    renames : mapping of code to code, optional
        Merges the model's labels into the coarser ones of the reference (probabilities are summed
        after the answer is chosen); codes not mentioned stay.

    Raises
    ------
    InputError
        If no head has reference labels, or a reference label is unknown to the model.
    """
    chosen = fields or {name: name for name in pipeline.heads if name in corpus.frame.columns}
    if not chosen:
        raise InputError(f"语料中没有这个模型的任何标签列（{'、'.join(pipeline.heads)}）。")
    batch = pipeline.predict_texts(corpus.texts)
    return {
        name: report(batch.heads[name], corpus.values(field), renames or {})
        for name, field in chosen.items()
    }


def report(
    answers: HeadPredictions, reference: Sequence[str | None], renames: Mapping[str, str]
) -> Evaluation:
    """Compare one head's answers with reference labels; rows without a label are left out."""
    merged = [renames.get(code, code) for code in answers.codes]
    codes = list(dict.fromkeys(merged))
    known = [i for i, code in enumerate(reference) if code is not None]
    strangers = {str(reference[i]) for i in known} - set(codes)
    if strangers:
        raise InputError(f"参考标签 {'、'.join(sorted(strangers))} 不在模型的标签之中。")
    y_prob = np.zeros((len(known), len(codes)), np.float32)
    for column, code in enumerate(merged):
        y_prob[:, codes.index(code)] += answers.y_prob[known, column]
    return evaluate(
        [str(reference[i]) for i in known],
        [merged[answers.best[i]] for i in known],
        codes=codes,
        y_prob=y_prob,
        accepted=answers.accepted[known],
    )


def summary(results: Mapping[str, Evaluation]) -> str:
    """The results as a Markdown page in Chinese."""
    lines = []
    for name, e in results.items():
        accepted = "" if e.accept_coverage is None else f"，自动采纳 {e.accept_coverage:.1%}"
        right = "" if e.accept_precision is None else f"（其中正确 {e.accept_precision:.1%}）"
        lines += [
            f"## {name}：{e.n_documents} 条",
            "",
            f"准确率 {e.accuracy:.3f}，宏平均 F1 {e.macro_f1:.3f}，"
            f"校准误差 {e.ece or 0:.3f}{accepted}{right}",
            "",
            "| 标签 | 条数 | 精确率 | 召回率 | F1 |",
            "|---|---|---|---|---|",
        ]
        for row in e.labels:
            if row.support or row.predicted:
                figures = " | ".join(
                    "–" if v is None else f"{v:.3f}" for v in (row.precision, row.recall, row.f1)
                )
                lines.append(f"| {row.label} | {row.support} | {figures} |")
        lines.append("")
    return "\n".join(lines)
