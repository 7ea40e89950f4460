"""`yangguang report draft`, `form` and `trace`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import YangguangError

if TYPE_CHECKING:
    from service.report.drafting.draft import Draft

_FOUND_PROBLEMS, _UNUSABLE = 1, 2


def draft_cli(
    year: Annotated[int, typer.Option("--year", help="报告年度，如 2024。")],
    requests: Annotated[
        Path, typer.Option("--requests", help="申请登记表：csv、xlsx、jsonl、parquet。")
    ],
    figures: Annotated[
        Path, typer.Option("--figures", help="数据表（yangguang report form 取空表）。")
    ],
    out: Annotated[Path, typer.Option("--out", help="写出的报告：.docx、.html 或 .md。")],
    previous: Annotated[
        Path | None, typer.Option("--previous", help="上年报告，用于同比和结转核对。")
    ] = None,
    previous_requests: Annotated[
        Path | None, typer.Option("--previous-requests", help="上年登记表，用于热点与上年比较。")
    ] = None,
    json_path: Annotated[
        Path | None, typer.Option("--json", help="写出每个数的位置、依据和来源。")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option("--pictures", help="另写一页图示：按月、渠道、主题、结果。")
    ] = None,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="在 Word 批注中写明每个数的来源。")
    ] = False,
    template: Annotated[
        Path | None, typer.Option("--template", help="本单位调整过样式的 Word 模板。")
    ] = None,
) -> None:
    """由一年的申请登记表和数据表起草年度报告。返回 0 无待核事项，1 有，2 材料不能用。."""
    try:
        made, problems = draft(
            year, requests, figures, out, previous=previous, previous_requests=previous_requests,
            json_path=json_path, annotate=annotate, template=template,
        )  # fmt: skip
    except YangguangError as error:
        _refuse(error)
    if pictures is not None:
        from service.report.presenting.saving import save_text
        from service.report.rendering.page import render_pictures

        save_text(pictures, render_pictures(made))
    from service.report.drafting.notice import notice_lines

    typer.echo(f"已写出 {out}" + (f"、{json_path}" if json_path else ""))
    frame = made.cases
    typer.echo(
        f"登记表 {frame.n_rows} 行：计入 {frame.frame.height} 件，待核未计入 {frame.n_set_aside} 件，"  # noqa: E501
        f"不属于本年 {frame.n_outside} 件。"
    )
    for line in (*notice_lines(made), *problems):
        typer.echo(f"待核：{line}")
    raise typer.Exit(0 if made.is_settled and not problems else _FOUND_PROBLEMS)


def draft(
    year: int,
    requests: Path,
    figures: Path,
    out: Path,
    *,
    previous: Path | None = None,
    previous_requests: Path | None = None,
    json_path: Path | None = None,
    annotate: bool = False,
    template: Path | None = None,
) -> tuple[Draft, list[str]]:
    """Draft a report and write it; returns the draft and warnings of `report check`.

    Raises
    ------
    YangguangError
        If a file cannot be used, a sentence is not backed, or the draft fails `report check`.
    """
    from service.report.drafting.prepare import draft_report
    from service.report.drafting.provenance import draft_json
    from service.report.presenting.saving import save_text
    from service.report.rendering.render import checked, render, save_bytes

    made = draft_report(year, requests, figures, previous, previous_requests)
    content = render(made, out.suffix, template_path=template, annotate=annotate)
    problems = checked(content, out.name)
    save_bytes(out, content)
    if json_path is not None:
        save_text(json_path, json.dumps(draft_json(made), ensure_ascii=False, indent=1))
    return made, problems


def form_cli(
    year: Annotated[int, typer.Option("--year", help="报告年度。")],
    out: Annotated[Path, typer.Option("--out", help="写出的空表：.xlsx。")],
) -> None:
    """写出一份空的数据表：中文表头、下拉选项、边填边核对。."""
    from service.report.figures.form import write_form

    try:
        write_form(out, year)
    except YangguangError as error:
        _refuse(error)
    typer.echo(f"已写出 {out}")


def trace_cli(
    file: Annotated[Path, typer.Argument(help="起草时用 --json 写出的文件。")],
    number: Annotated[str, typer.Argument(help="报告中的数，如 195，或数的编号。")],
) -> None:
    """说明报告中一个数从哪里来，直到每件申请的编号。."""
    try:
        from service.report.drafting.provenance import read_provenance, trace

        lines = trace(read_provenance(file), number)
    except YangguangError as error:
        _refuse(error)
    if not lines:
        typer.echo(f"报告中没有印过“{number}”。")
        raise typer.Exit(_FOUND_PROBLEMS)
    for line in lines:
        typer.echo(line)


def _refuse(error: YangguangError) -> None:
    typer.echo(str(error), err=True)
    raise typer.Exit(_UNUSABLE) from error
