"""Label a whole file: every row comes out, in the result or in the rejects.

The result appears whole or not at all.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from threading import Event

import models
from models.compiled.loading import LOADER
from models.errors import InputError
from service.classification.answer import (
    Answered,
    ChunkLabeller,
    Classifier,
    LetterReader,
    ReplyTask,
)
from service.classification.columns import plan_columns
from service.classification.duplicates import find_id_column
from service.classification.engine import map_in_order, n_cores
from service.classification.headings import (
    HEADLINE,
    HEADLINE_HEADING,
    TITLE_SOURCE,
    TITLE_SOURCE_HEADING,
)
from service.classification.outcome_columns import OutcomeColumns
from service.classification.outcomes import default_reader
from service.classification.result_files import ResultFiles, rejects_path
from service.classification.summary import Summary
from service.classification.titling import TITLED_ROWS, Titler
from service.classification.workdir import WorkDirectory, run_key
from service.errors import refusal
from service.intake.batch import Chunk, pieces
from service.intake.format import Format, output_format
from service.intake.reader import OpenedInput, open_input
from service.intake.text_column import find_text_column, named_column

_MUCH_BYTES = 4 << 20
"""Size of an input from which compiled code repays its loading."""
SLOW_ROWS = 128
"""Rows saved at once where each takes milliseconds: with evidence or titles."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


Mapper = Callable[[ChunkLabeller, Iterable[Chunk], int, Event], Iterator[Answered]]


@dataclass(frozen=True, slots=True)
class LabelOptions:
    """What may be chosen about a run.

    Parameters
    ----------
    text_column : str, optional
        Found by name or content by default.
    sheet : str, optional
        Sheet of a workbook; the one with a text column by default.
    encoding : str, optional
        Encoding of a text file; detected by default.
    with_evidence : bool, default=False
        Add the words that carried each answer; several times slower.
    n_workers : int, optional
        Threads; as many as there are cores by default.
    reply_column : str, optional
        Column with the reply letters, from which outcomes are read; none by default.
    with_headlines : bool, default=False
        Add a one-line title of each text, in the writer's words.
    """

    text_column: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    with_evidence: bool = False
    n_workers: int | None = None
    reply_column: str | None = None
    with_headlines: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: `position` of `total` (bytes or rows of the input), and rows so far."""

    position: int
    total: int
    n_rows: int


def label_file(
    input_path: Path,
    output_path: Path,
    classifier: Classifier,
    options: LabelOptions = LabelOptions(),
    on_progress: Callable[[Progress], None] | None = None,
    *,
    reader: LetterReader | None = None,
    titler: Titler | None = None,
    partial_path: Callable[[BaseException], Path | None] | None = None,
    mapper: Mapper = map_in_order,
) -> Summary:
    """Label every row of a file.

    Rows of the input = rows of the result + rows of `OUTPUT.rejects.csv`, each in input order.
    An interrupted run (any way) goes on where it stopped when called again with the same input,
    model and options.

    Parameters
    ----------
    reader : LetterReader, optional
        Reads the letters of `options.reply_column`; by default the shipped one.
    titler : Titler, optional
        Words the titles of `options.with_headlines`, with a column that says which it did.
    partial_path : callable, optional
        If `on_progress` ends the run by raising: where a copy of the rows done so far goes.
    mapper : callable
        Where the work is done; by default in threads of this process.

    Raises
    ------
    InputError
        If the input cannot be used or the result cannot be written. What is done by then is kept.
    """
    started = time.monotonic()
    _check_paths(input_path, output_path)
    format = output_format(output_path)
    title_names = _title_names(options, format, titler)
    if input_path.is_file() and input_path.stat().st_size > _MUCH_BYTES:
        LOADER.prepare()
    opened = open_input(
        input_path,
        sheet=options.sheet,
        encoding=options.encoding,
        carry=format is Format.JSONL,
        keep_kinds=format is Format.XLSX,
        typed=format in (Format.XLSX, Format.PARQUET),
    )
    text_column = find_text_column(opened.source.sample(), options.text_column)
    existing = list(opened.source.schema)
    reply_column = _reply_column(opened, options)
    outcome = OutcomeColumns(format is Format.XLSX, options.with_evidence)
    columns, notices = plan_columns(
        existing,
        classifier.heads,
        for_people=format is Format.XLSX,
        with_evidence=options.with_evidence,
        others=(outcome.names if reply_column else ()) + title_names,
    )
    replies = None
    if reply_column is not None:
        outcome = replace(outcome, prefix=columns.prefix)
        replies = ReplyTask(reader or default_reader(), reply_column, outcome)
    title_names = tuple(columns.prefix + name for name in title_names)
    headline, title_source = (*title_names, "", "")[:2]
    added = columns.names + (outcome.names if replies else ()) + title_names
    with _explained(output_path), ExitStack() as stack:
        key = _key(input_path, classifier, added, text_column, format, options, replies, titler)
        work = stack.enter_context(WorkDirectory(output_path, key))
        run = ResultFiles(work, opened, format, added, text_column, existing)
        stack.enter_context(closing(run))
        n_resumed = run.tally.n_labelled + run.tally.n_rejected
        id_column = find_id_column(existing)
        labeller = ChunkLabeller(
            classifier,
            columns,
            run.output,
            text_column,
            id_column,
            replies,
            headline,
            title_source,
            titler,
        )
        stack.callback(labeller.stop.set)  # at once, not when the mapper is thrown away
        units = opened.source.chunks()
        is_slow = options.with_evidence or options.with_headlines
        n_rows = SLOW_ROWS if titler is None else TITLED_ROWS
        chunks = islice(pieces(units, n_rows) if is_slow else units, run.n_chunks, None)
        n_workers = options.n_workers or n_cores()
        for answered in mapper(labeller, chunks, n_workers, labeller.stop):
            run.take(answered)
            if on_progress:
                at = Progress(answered.position, opened.source.total, run.n_rows)
                with _leaving(run, partial_path):
                    on_progress(at)
        n_duplicates = run.finish(output_path)
    return Summary(
        output=str(output_path),
        rejects=str(rejects_path(output_path)) if run.tally.n_rejected else None,
        model_id=classifier.model_id,
        text_column=text_column,
        added_columns=added,
        n_duplicate_ids=n_duplicates,
        n_resumed=n_resumed,
        seconds=time.monotonic() - started,
        notices=opened.notices + notices + ((LOADER.fault,) if LOADER.fault else ()),
        tally=run.tally,
    )


@contextmanager
def _leaving(
    run: ResultFiles, partial_path: Callable[[BaseException], Path | None] | None
) -> Iterator[None]:
    try:
        yield
    except BaseException as reason:
        path = partial_path(reason) if partial_path else None
        if path is not None:
            run.copy_to(path)
        raise


def _title_names(options: LabelOptions, format: Format, titler: Titler | None) -> tuple[str, ...]:
    """Columns of the title, and with a generator of where it is from."""
    if not options.with_headlines:
        return ()
    is_for_people = format is Format.XLSX
    names = (HEADLINE_HEADING, TITLE_SOURCE_HEADING) if is_for_people else (HEADLINE, TITLE_SOURCE)
    return names if titler is not None else names[:1]


def _reply_column(opened: OpenedInput, options: LabelOptions) -> str | None:
    if options.reply_column is None:
        return None
    return named_column(opened.source.sample(), options.reply_column, "答复列")


def _check_paths(input_path: Path, output_path: Path) -> None:
    if output_path.is_dir():
        raise InputError(f"{output_path} 是文件夹，请写出结果文件的名字。")
    if not input_path.exists():
        return
    written = (output_path, rejects_path(output_path))
    if any(path.exists() and path.samefile(input_path) for path in written):
        raise InputError("结果文件与输入文件是同一个文件，会覆盖原始数据。请换一个结果文件名。")


def _key(
    input_path: Path,
    classifier: Classifier,
    added: tuple[str, ...],
    text_column: str,
    format: Format,
    options: LabelOptions,
    replies: ReplyTask | None,
    titler: Titler | None,
) -> str:
    chosen = {
        "version": models.__version__,
        "model_id": classifier.model_id,
        "columns": added,
        "text_column": text_column,
        "format": format,
        "sheet": options.sheet,
        "encoding": options.encoding,
        "slow_rows": SLOW_ROWS,
        "titles": titler and [titler.name, TITLED_ROWS],
        "replies": replies and [replies.column, replies.reader.model_id],
    }
    return run_key(input_path, chosen)


@contextmanager
def _explained(output_path: Path) -> Iterator[None]:
    """Turn what the disk refuses into a clear message."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise InputError(
                f"磁盘空间不足，{output_path.name} 没有写完。"
                "已完成的部分保留，腾出空间后再运行同一命令即可继续。"
            ) from error
        raise InputError(
            f"读写文件时出错，{output_path.name} 没有写完：{refusal(error)}。"
            "已完成的部分保留，排除原因后再运行同一命令即可继续。"
        ) from error
