"""`yangguang cases import` and `export`."""

from __future__ import annotations

import csv
import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.screens import ChineseGroup
from service.cli.store import opened_store, os_actor

if TYPE_CHECKING:
    from service.cases.importing.mapping import ColumnMapping
    from service.database.engine import Database

cases_app = typer.Typer(
    cls=ChineseGroup,
    add_completion=False,
    no_args_is_help=True,
    help="把登记表导入案件库，或把案件导出成文件。",
)
_FOUND_PROBLEMS = 1


class Kind(StrEnum):
    """诉求 message, 依申请公开 disclosure."""

    MESSAGE = "message"
    DISCLOSURE = "disclosure"


@cases_app.command("import")
def import_cli(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="登记表：csv、xlsx、jsonl 等。")],
    kind: Annotated[
        Kind | None, typer.Option("--kind", help="message 诉求、disclosure 依申请公开。")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", help="哪一列是什么，如 --column 正文=诉求内容；可以写多次。"),
    ] = None,
    received: Annotated[
        str | None, typer.Option("--received", help="没有收到日期列时，各行共同的收到日期。")
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="工作簿中的哪一张表。")] = None,
) -> None:
    """导入登记表：每行成为一件，或列入退回；同一文件再导入不会重复。返回 1 表示有退回。"""
    from service.cases.importing.mapping import FIELDS
    from service.cases.importing.run import preview_file, run_import, start_import

    with opened_store() as database:
        with database.session() as session:
            found = preview_file(session, file, sheet)
            mapping = _mapping(found.mapping, kind, columns or [], received)
            named = "，".join(f"{FIELDS[f]}←{c}" for f, c in mapping.columns.items() if f in FIELDS)
            typer.echo(f"按这样的对应导入（{_KIND_NAMES[mapping.kind]}）：{named}")
            for notice in found.notices:
                typer.echo(f"注意：{notice}")
            started = start_import(session, os_actor(), file, mapping, sheet=sheet)
        if started.state == "done":
            typer.echo(f"这份文件已由 {started.imported_by} 导入过，没有重复登记。")
        done = run_import(database, started.id, file)
        typer.echo(f"共 {done.n_rows} 行：登记 {done.n_cases} 件，退回 {done.n_rejects} 行。")
        rejects = file.with_name(f"{file.name}.rejects.csv")
        n_noted = _write_remarks(database, done.id, rejects)
        if n_noted:
            typer.echo(f"退回的、有空缺的和可能重复的 {n_noted} 行写在 {rejects}。")
        if done.n_cases:
            typer.echo(_NEXT_STEP)
    raise typer.Exit(_FOUND_PROBLEMS if done.n_rejects else 0)


_NEXT_STEP = (
    "这里只登记、不分类。下一步：运行 yangguang serve，"
    "在“作业”页点“用现在的模型重读全部案件”，完成后到“复核”页。"
)
_KIND_NAMES = {"message": "诉求", "disclosure": "依申请公开"}


def _mapping(
    guessed: ColumnMapping, kind: Kind | None, columns: list[str], received: str | None
) -> ColumnMapping:
    """What was guessed, with what the user says."""
    from models.errors import InputError
    from service.cases.importing.mapping import FIELDS, ColumnMapping
    from service.intake.days import read_date

    names = {name: code for code, name in FIELDS.items()}
    chosen = dict(guessed.columns)
    for pair in columns:
        field, is_pair, column = pair.partition("=")
        code = names.get(field, field)
        if not is_pair or code not in FIELDS:
            listed = "、".join(FIELDS.values())
            raise InputError(f"--column 应写成 项=列名，项可以是 {listed}；收到的是“{pair}”。")
        chosen = {f: c for f, c in chosen.items() if c != column}
        chosen[code] = column
        if not column:
            del chosen[code]
    day: dt.date | None = guessed.received_on
    if received is not None:
        day = read_date(received)
        if day is None:
            raise InputError("--received 应为日期，如 2026-03-02。")
    return ColumnMapping(kind.value if kind else guessed.kind, chosen, day)


def _write_remarks(database: Database, import_id: int, path: Path) -> int:
    """Rows that became no case, and those of which something was left blank."""
    from sqlalchemy import select

    from models.errors import InputError
    from service.cases.tables import ImportRemark
    from service.errors import refusal

    query = select(ImportRemark).where(ImportRemark.import_id == import_id)
    with database.reading() as session:
        remarks = session.scalars(query.order_by(ImportRemark.line)).all()
    if not remarks:
        return 0
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("行号", "是否登记", "原因", "原始内容"))
            for remark in remarks:
                said = "否" if remark.is_rejected else "是"
                writer.writerow((remark.line, said, remark.reason, remark.raw))
    except OSError as error:
        raise InputError(f"已导入，但写不出 {path.name}：{refusal(error)}。") from error
    return len(remarks)


@cases_app.command("export")
def export_cli(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="写出的文件：.xlsx、.csv 或 .jsonl。")],
    year: Annotated[int | None, typer.Option("--year", help="只要这一年收到的。")] = None,
    kind: Annotated[
        Kind | None, typer.Option("--kind", help="message 诉求、disclosure 依申请公开。")
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="不遮盖个人信息，连同姓名和联系方式。")
    ] = False,
) -> None:
    """导出案件；默认遮盖个人信息，不含姓名和联系方式。"""
    from service.cases.exporting import export_cases
    from service.cases.selection import Selection

    selection = Selection(kind=kind.value if kind else None, year=year)
    with opened_store() as database, database.session() as session:
        n = export_cases(session, os_actor(), out, selection, is_plain=plain)
    typer.echo(f"已写出 {out}：{n} 件，{'含个人信息，请妥善保管' if plain else '个人信息已遮盖'}。")
