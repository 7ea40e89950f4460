"""`yangguang label`: a file in, the same rows with answers out."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from models.errors import InputError

if TYPE_CHECKING:
    from models.replies import ReplyReader
    from service.classification.folder import FolderSummary
    from service.classification.label import LabelOptions
    from service.classification.summary import Summary
    from service.classification.titling import Titler

LABEL_HELP = """给一个文件的每一行分类，原有的行、列和次序都不变。

不能标注的行写入 OUTPUT.rejects.csv，注明行号和原因。
中断后再运行同一命令即可接着做。
退出码：0 全部已标注；1 有不能标注的行；2 文件用不了。

输入是文件夹时，其中每个文件各得一个结果，写入结果文件夹；没有读的（Word、PDF、子文件夹等）在最后列出。

例：yangguang label 2024年来信.xlsx 2024年来信-已分类.xlsx"""


class Engine(StrEnum):
    """Where the work is done."""

    LOCAL = "local"
    RAY = "ray"


def label_cli(
    input_path: Path = typer.Argument(
        ...,
        metavar="INPUT",
        help="要标注的文件：csv、tsv、xlsx、xls、jsonl、parquet；或这样的文件的文件夹。",
    ),
    output_path: Path = typer.Argument(
        ...,
        metavar="OUTPUT",
        help="结果文件：后缀 .csv、.tsv、.xlsx、.jsonl 或 .parquet；输入是文件夹时为结果文件夹。",
    ),
    text_column: str | None = typer.Option(
        None, "--text-column", "-c", help="正文所在的列；默认按列名和内容自动找。"
    ),
    reply_column: str | None = typer.Option(
        None, "--reply-column", help="答复书所在的列；给出则另加办理结果各列。"
    ),
    sheet: str | None = typer.Option(None, "--sheet", help="Excel 工作表；默认选有正文列的那个。"),
    encoding: str | None = typer.Option(
        None, "--encoding", help="文本文件的编码，如 utf-8、gb18030；默认自动识别。"
    ),
    evidence: bool = typer.Option(False, "--evidence", help="加上依据列（要慢好几倍）。"),
    headlines: bool = typer.Option(False, "--headlines", help="加上一列：给每件来信拟一行标题。"),
    generator: str | None = typer.Option(
        None,
        "--generator",
        help="标题由这个文件夹或内网地址的生成模型拟，核对不上的用摘取的；须有 --headlines。",
    ),
    generator_minutes: float = typer.Option(
        60.0, "--generator-minutes", min=0.1, help="生成标题一共最多几分钟，到时其余的用摘取的。"
    ),
    engine: Engine = typer.Option(
        Engine.LOCAL,
        "--engine",
        help="在哪里计算：local 为本机，ray 为 Ray 集群（RAY_ADDRESS；不设则在本机启动）。",
        show_default=False,
    ),
    workers: int | None = typer.Option(
        None, "--workers", min=1, help="同时计算的线程数（ray：进程数）；默认用全部处理器核。"
    ),
    as_json: bool = typer.Option(False, "--json", help="摘要输出为 JSON，供其他程序读取。"),
    model: str | None = typer.Option(None, "--model", help="模型文件夹；默认用随程序附带的模型。"),
) -> None:
    """Parse the arguments of `label`."""
    from service.classification.label import LabelOptions

    options = LabelOptions(
        text_column=text_column,
        sheet=sheet,
        encoding=encoding,
        with_evidence=evidence,
        with_headlines=headlines,
        n_workers=workers,
        reply_column=reply_column,
    )
    titler = None
    if generator is not None:
        if not headlines or engine is Engine.RAY:
            raise InputError("--generator 要与 --headlines 同用，且不能与 --engine ray 同用。")
        titler = _open_titler(generator, 60 * generator_minutes)
    if input_path.is_dir():
        found = label_folder(
            input_path, output_path, options, model=model, engine=engine, titler=titler
        )
        _show(found, as_json=as_json)
        raise typer.Exit(0 if found.is_whole else 1)
    summary = label(input_path, output_path, options, model=model, engine=engine, titler=titler)
    _show(summary, as_json=as_json)
    if summary.tally.n_rejected:
        raise typer.Exit(1)


def _show(summary: Summary | FolderSummary, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(summary.to_json(), ensure_ascii=False, indent=2))
    else:
        typer.echo(summary.to_text())


def label(
    input_path: Path,
    output_path: Path,
    options: LabelOptions,
    *,
    model: str | None = None,
    engine: Engine = Engine.LOCAL,
    titler: Titler | None = None,
) -> Summary:
    """Label a file, with a progress bar if someone is watching.

    Raises
    ------
    InputError
        If a file cannot be used.
    ArtifactError
        If the model cannot be loaded.
    """
    from models import load
    from service.classification.label import label_file
    from service.classification.workdir import has_saved_work
    from service.cli.progress import progress_bar

    if not input_path.exists():
        raise InputError(f"找不到文件 {input_path}。")
    pipeline = load(model)
    chosen: dict[str, Any] = {"reader": _reader(model, options, engine), "titler": titler}
    if engine is Engine.RAY:
        from service.classification.cluster import RayMapper, n_cluster_cores

        chosen["mapper"] = RayMapper(partial(load, model and str(Path(model).resolve())))
        options = replace(options, n_workers=options.n_workers or n_cluster_cores())
    try:
        with progress_bar(input_path.name, is_shown=sys.stderr.isatty()) as report:
            return label_file(input_path, output_path, pipeline, options, report, **chosen)
    except KeyboardInterrupt:
        kept = "已完成的部分保留着，再运行同一命令即可接着做。"
        none = "还没有做完的部分可以保留，再运行同一命令会从头做。"
        typer.echo(kept if has_saved_work(output_path) else none, err=True)
        raise


def _open_titler(place: str, seconds: float) -> Titler:
    from models.summarizers.generation import opening
    from models.summarizers.generation.request import Cancellation, Limits
    from models.summarizers.generation.rewriting import Rewriter
    from service.classification.titling import Titler
    from service.settings import read_settings

    settings = read_settings()
    opened = opening.open_generator(place, settings.generator_key)
    cancellation = Cancellation()
    rewriter = Rewriter(opened, Limits(settings.generator_seconds), cancellation)
    return Titler(rewriter, cancellation, seconds)


def _reader(model: str | None, options: LabelOptions, engine: Engine) -> ReplyReader | None:
    """What reads the letters, if any are to be read."""
    if options.reply_column is None:
        return None
    from service.classification.outcomes import default_reader, reader_of

    reader = reader_of(model)
    if engine is Engine.RAY and reader is not default_reader():
        raise InputError(
            "Ray 集群上只能用随程序附带的模型读答复书：请去掉 --engine ray，或不读答复列。"
        )
    return reader


def label_folder(
    inputs: Path,
    outputs: Path,
    options: LabelOptions,
    *,
    model: str | None,
    engine: Engine,
    titler: Titler | None = None,
) -> FolderSummary:
    """Label every file of a folder; each gets a result of its own.

    Raises
    ------
    InputError
        If the folders cannot be used.
    ArtifactError
        If the model cannot be loaded.
    """
    from models import load
    from service.classification.folder import FolderSummary, label_here, pair_files, skipped_names

    started = time.monotonic()
    pairs = pair_files(inputs, outputs)
    skipped = skipped_names(inputs, outputs)
    if engine is Engine.RAY:
        from service.classification.cluster import label_files

        load_there = partial(load, model and str(Path(model).resolve()))
        _reader(model, options, engine)
        files = tuple(label_files(pairs, load_there, options))
    else:
        reader = _reader(model, options, engine)
        files = tuple(label_here(pairs, load(model), options, reader, titler))
    ordered = sorted(files, key=lambda file: file.input)
    return FolderSummary(tuple(ordered), time.monotonic() - started, skipped)
