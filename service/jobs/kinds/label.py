"""Label every row of an uploaded file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from models.predictor import Predictor
from service.classification.answer import LetterReader
from service.classification.label import LabelOptions, Progress, label_file
from service.classification.result_files import rejects_path
from service.jobs.context import JobContext
from service.jobs.errors import Cancelled
from service.jobs.kinds.arguments import Arguments, checker, uploaded
from service.jobs.registry import Kind


class LabelArguments(Arguments):
    """Options of `yangguang label`."""

    result: Literal["xlsx", "csv", "tsv", "jsonl", "parquet"] = "xlsx"
    text_column: str | None = None
    reply_column: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    evidence: bool = False
    headlines: bool = False


def label_kind(
    model: Callable[[], Predictor], reader: Callable[[], LetterReader], n_workers: int
) -> Kind:
    """The kind, over the model in use when a job starts."""

    def work(context: JobContext) -> dict[str, Any]:
        return _label(context, model(), reader(), n_workers)

    return Kind("label", "标注文件", work, {"file": True}, checker(LabelArguments))


def _label(
    context: JobContext, model: Predictor, reader: LetterReader, n_workers: int
) -> dict[str, Any]:
    chosen = LabelArguments.model_validate(context.arguments["options"])
    upload = uploaded(context.arguments, "file")
    assert upload is not None  # the kind asks for it
    stem = Path(upload["name"]).stem[:60] or "文件"
    output = context.output / f"{stem}-已分类.{chosen.result}"
    partial = context.output / f"{stem}-已分类（未完）.{chosen.result}"

    def watch(at: Progress) -> None:
        context.progress(at.position, at.total, at.n_rows)

    options = LabelOptions(
        text_column=chosen.text_column,
        reply_column=chosen.reply_column,
        sheet=chosen.sheet,
        encoding=chosen.encoding,
        with_evidence=chosen.evidence,
        with_headlines=chosen.headlines,
        n_workers=n_workers,
    )
    summary = label_file(
        context.input / upload["path"],
        output,
        model,
        options,
        watch,
        reader=reader,
        partial_path=lambda reason: partial if isinstance(reason, Cancelled) else None,
    )
    for path in (partial, rejects_path(partial)):
        path.unlink(missing_ok=True)
    rejects = rejects_path(output).name if summary.rejects else None
    return summary.to_json() | {"output": output.name, "rejects": rejects}
