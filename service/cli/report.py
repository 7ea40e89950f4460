"""`yangguang report check` and `yangguang report tables`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from service.cli.draft import draft_cli, form_cli, trace_cli

report_app = typer.Typer(no_args_is_help=True, help="年度报告：起草、核对、读表。")

_FOUND_PROBLEMS = 1

report_app.command("draft")(draft_cli)
report_app.command("form")(form_cli)
report_app.command("trace")(trace_cli)


@report_app.command("check")
def check_cli(
    file: Annotated[Path, typer.Argument(help="年度报告：PDF、DOCX、HTML、TXT 或 Markdown。")],
    previous: Annotated[
        Path | None, typer.Option("--previous", help="上年报告，用于核对结转、存量和沿用的语句。")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="写出网页：报告与核对结果左右对照。")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="通过的核对也逐项列出。")] = False,
) -> None:
    """读一份年度报告，指出哪里不对。没有问题返回 0，有错误或警告返回 1，文件不能用返回 2。."""
    raise typer.Exit(check(file, previous, as_json=as_json, html=html, every=every))


def check(
    file: Path,
    previous: Path | None = None,
    *,
    as_json: bool = False,
    html: Path | None = None,
    every: bool = False,
) -> int:
    """Check a report and show the result; return the exit code.

    Raises
    ------
    YangguangError
        If a file cannot be used, or the page would replace a report.
    """
    from service.report import check_file

    if html is not None:
        _refuse_to_replace(html, file, previous)
    result = check_file(file, previous)
    if html is not None:
        from service.report.presenting.page import render_page
        from service.report.presenting.saving import save_text

        save_text(html, render_page(result))
    if as_json:
        _write_json(result.to_json())
    else:
        from rich.console import Console

        from service.report.presenting.terminal import print_result

        print_result(result, Console(highlight=False, soft_wrap=True), every=every)
        if html is not None:
            typer.echo(f"已写出 {html}")
    return _FOUND_PROBLEMS if result.n_problems else 0


@report_app.command("tables")
def tables_cli(
    file: Annotated[Path, typer.Argument(help="年度报告：PDF、DOCX、HTML、TXT 或 Markdown。")],
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。")] = False,
) -> None:
    """读出表二、表三、表四的数，供其他程序使用。."""
    from service.report import read_report

    report = read_report(file)
    if as_json:
        from service.report.presenting.tables_json import tables_json

        _write_json(tables_json(report))
        return
    from rich.console import Console

    from service.report.presenting.terminal import print_tables

    print_tables(report, Console(highlight=False, soft_wrap=True))


def _write_json(data: object) -> None:
    # Windows consoles default to a code page that cannot hold every character.
    sys.stdout.buffer.write(json.dumps(data, ensure_ascii=False, indent=2).encode("utf-8") + b"\n")
    sys.stdout.flush()


def _refuse_to_replace(page: Path, file: Path, previous: Path | None) -> None:
    from service.report.errors import ReportOutputError

    for report, name in ((file, "被检查的报告"), (previous, "上年报告")):
        if report is not None and report.exists() and page.exists() and page.samefile(report):
            raise ReportOutputError(
                f"--html 指的就是{name}“{report}”，写出会把它覆盖，请换一个文件名。"
            )
