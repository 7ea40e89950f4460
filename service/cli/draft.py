"""`yangguang report draft`, `form` and `trace`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from service.report.drafting.draft import Draft
    from service.report.drafting.wording import Wording

_FOUND_PROBLEMS = 1


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
    settle: Annotated[
        Path | None,
        typer.Option(
            "--settle", help="核定表 xlsx：没有就写出一份，列出矛盾和存疑申请；填好后再起草即采用。"
        ),
    ] = None,
    final: Annotated[
        bool, typer.Option("--final", help="出定稿：首页不印方框；还有待核事项时不出。")
    ] = False,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="附图示：按月、方式、主题、结果，以及表三分布。")
    ] = False,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="在 Word 批注中写明每个数的来源。")
    ] = False,
    template: Annotated[
        Path | None, typer.Option("--template", help="本单位调整过样式的 Word 模板。")
    ] = None,
    generator: Annotated[
        str | None,
        typer.Option(
            "--generator",
            metavar="DIR|URL",
            help="用本机模型文件夹或内网服务（http://主机:端口/v1#模型）拟事项名称、润色自拟文字。",
        ),
    ] = None,
) -> None:
    """由一年的申请登记表和数据表起草年度报告。返回 0 无待核事项，1 有，2 材料不能用。."""
    from service.intake.totals import said
    from service.report.drafting.notice import decided_lines, open_lines, worded_lines

    made, problems = draft(
        year, requests, figures, out, previous=previous, previous_requests=previous_requests,
        json_path=json_path, settle=settle, final=final, pictures=pictures, annotate=annotate,
        template=template, generator=generator,
    )  # fmt: skip
    typer.echo(f"已写出 {out}" + (f"、{json_path}" if json_path else ""))
    frame = made.cases
    by_hand = f"补记 {frame.n_added} 件，" if frame.n_added else ""
    by_hand += f"核定不计入 {frame.n_struck} 件，" if frame.n_struck else ""
    typer.echo(
        f"登记表 {frame.n_rows} 行：计入 {frame.frame.height} 件，{by_hand}"
        f"待核未计入 {frame.n_set_aside} 件，不属于本年 {frame.n_outside} 件。"
    )
    if frame.totals:
        typer.echo(f"登记表{said(frame.totals)}")
    for line in (*decided_lines(made), *worded_lines(made)):
        typer.echo(line)
    for line in (*open_lines(made), *problems):
        typer.echo(f"待核：{line}")
    if settle is not None and not made.is_settled:
        typer.echo(f"请在 {settle} 中逐项决定、写明决定人，保存后用同一命令再起草。")
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
    settle: Path | None = None,
    final: bool = False,
    pictures: bool = False,
    annotate: bool = False,
    template: Path | None = None,
    generator: str | None = None,
) -> tuple[Draft, list[str]]:
    """Draft a report and write it; returns the draft and warnings of `report check`.

    With `settle`, decisions are read from that workbook if it is there, and what is open is
    written into it. With `final`, a draft with open matters is refused.

    Raises
    ------
    YangguangError
        If a file cannot be used, a sentence is not backed, or the draft fails `report check`.
    """
    from dataclasses import replace

    from service.report.drafting.prepare import draft_report
    from service.report.drafting.provenance import write_provenance
    from service.report.figures.settlement_form import read_settlement, update_settlement
    from service.report.presenting.saving import save_with
    from service.report.rendering.render import checked, render, save_bytes

    known = read_settlement(settle) if settle is not None and settle.exists() else None
    wording = None if generator is None else _open_wording(generator)
    made = draft_report(year, requests, figures, previous, previous_requests, known, wording)
    if settle is not None:
        update_settlement(settle, known, made.questions, made.cases)
    if final:
        _refuse_open(made)
        made = replace(made, is_final=True)
    content = render(made, out.suffix, template_path=template, annotate=annotate, pictures=pictures)
    problems = checked(content, out.name)
    save_bytes(out, content)
    if json_path is not None:
        save_with(json_path, lambda file: write_provenance(file, made))
    return made, problems


def _open_wording(generator: str) -> Wording:
    from models.summarizers.generation.opening import open_generator
    from models.summarizers.generation.request import Limits
    from models.summarizers.generation.rewriting import Rewriter
    from service.report.drafting.wording import Wording
    from service.settings import read_settings

    settings = read_settings()
    opened = open_generator(generator, settings.generator_key)
    return Wording(Rewriter(opened, Limits(settings.generator_seconds)))


def _refuse_open(made: Draft) -> None:
    from service.report.drafting.notice import open_lines
    from service.report.figures.errors import DraftError

    lines = open_lines(made)
    if lines:
        more = f"等{len(lines)}项" if len(lines) > 1 else ""
        raise DraftError(
            f"还有待核事项，不出定稿：{lines[0]}{more}。先去掉 --final 起草，逐项核定。"
        )


def form_cli(
    year: Annotated[int, typer.Option("--year", help="报告年度。")],
    out: Annotated[Path, typer.Option("--out", help="写出的空表：.xlsx。")],
) -> None:
    """写出一份空的数据表：中文表头、下拉选项、边填边核对。."""
    from service.report.figures.form import write_form

    write_form(out, year)
    typer.echo(f"已写出 {out}")


def trace_cli(
    file: Annotated[Path, typer.Argument(help="起草时用 --json 写出的文件。")],
    number: Annotated[str, typer.Argument(help="报告中的数，如 195，或数的编号。")],
) -> None:
    """说明报告中一个数从哪里来，直到每件申请的编号。."""
    from service.report.drafting.provenance import read_provenance, trace

    lines = trace(read_provenance(file), number)
    if not lines:
        typer.echo(f"报告中没有印过“{number}”。")
        raise typer.Exit(_FOUND_PROBLEMS)
    for line in lines:
        typer.echo(line)
