"""`yangguang repeats`: what in a register is like a new request, or like itself."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from models.clock import beijing_day
from models.errors import InputError, YangguangError

if TYPE_CHECKING:
    import polars as pl

    from service.casework.repeats import NewRequest, RepeatIndex

repeats_app = typer.Typer(add_completion=False)

REPEATS_HELP = """在登记簿里找相同、相近的申请，只列证据，不作决定。

不给新申请：列出同一申请人反复提的、多人提的同一内容、每人每月超过10件的（附按件收费档次）。
给一件新申请（--text）或一批（--new 文件）：逐件列出同一申请人的相近申请、
不论何人的相近申请、当月件数、要核实什么。登记簿为 csv、xlsx 等表格，编码自动识别，
列名照常用名称找：申请人、证件号码、收到日期、答复日期、编号、申请内容。
退出码：0 没有相近的；1 有需要看的；2 文件或写法不能用。

例：yangguang repeats 登记簿.xlsx --text "申请公开三组征地批复" --applicant 张三"""

_FOUND, _UNUSABLE = 1, 2


@repeats_app.command("repeats", help=REPEATS_HELP)
def repeats_cli(
    register: Path = typer.Argument(..., metavar="登记簿", help="已有申请的登记簿。"),
    text: str | None = typer.Option(None, "--text", help="新申请的内容。"),
    applicant: str = typer.Option("", "--applicant", help="新申请的申请人。"),
    identity: str = typer.Option("", "--identity", help="新申请人的证件号码或信用代码。"),
    received: str | None = typer.Option(
        None, "--received", help="新申请的收到日期，用来数当月件数。"
    ),
    new: Path | None = typer.Option(None, "--new", help="一批新申请的表格文件。"),
    text_column: str | None = typer.Option(
        None, "--text-column", help="申请内容所在列；默认自动找。"
    ),
    sheet: str | None = typer.Option(None, "--sheet", help="登记簿的工作表。"),
    encoding: str | None = typer.Option(None, "--encoding", help="登记簿的编码；默认自动识别。"),
    most: int = typer.Option(20, "--most", min=1, help="每种最多显示几条。"),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，供其他程序读取。"),
) -> None:
    """Parse the arguments of `repeats`."""
    try:
        _check(text, new, applicant=applicant, identity=identity, received=received)
        requests = _new_requests(
            text, new, applicant, identity, _date(received), text_column=text_column
        )
        index = _index(register, text_column, sheet, encoding)
        if requests is None:
            found, answer, shown = _overview(index, most)
        else:
            found, answer, shown = _packs(index, requests, most)
    except YangguangError as error:
        typer.echo(f"错误：{error}", err=True)
        raise typer.Exit(_UNUSABLE) from error
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else shown)
    raise typer.Exit(_FOUND if found else 0)


def _check(text: str | None, new: Path | None, **about: str | None) -> None:
    """Refuse options that do not go together."""
    if text is not None and new is not None:
        raise InputError("--text 和 --new 只能给一个。")
    if text is None and any(about.values()):
        names = "、".join(f"--{name}" for name, value in about.items() if value)
        raise InputError(f"{names} 说的是一件新申请，要同时用 --text 给出申请内容。")
    if text is not None and not text.strip():
        raise InputError("--text 是空的，请写新申请的内容。")


def _new_requests(
    text: str | None,
    new: Path | None,
    applicant: str,
    identity: str,
    received_on: dt.date | None,
    *,
    text_column: str | None,
) -> list[tuple[str, NewRequest]] | None:
    """New requests with the name each is shown by; None if there are none to compare."""
    from service.casework.repeats import NewRequest, read_requests

    if text is not None:
        return [("新申请", NewRequest(text, applicant, identity, received_on))]
    if new is None:
        return None
    if not new.exists():
        raise InputError(f"找不到文件 {new}，请检查 --new。")
    return _rows(read_requests(new, text_column), new.name)


def _rows(frame: pl.DataFrame, name: str) -> list[tuple[str, NewRequest]]:
    from service.casework.repeats import NewRequest

    found = []
    for row, case in enumerate(frame.iter_rows(named=True), start=1):
        if not case["text"].strip():
            typer.echo(f"{name} 第 {row} 件没有申请内容，跳过。", err=True)
            continue
        shown = f"第 {row} 件" + (f"（{case['case_id']}）" if case["case_id"] else "")
        request = NewRequest(
            case["text"],
            case["applicant"],
            case["identity"],
            case["received_on"],
            case["case_id"],
        )
        found.append((shown, request))
    if not found:
        raise InputError(f"{name} 各行都没有申请内容，不能比较。")
    return found


def _index(
    register: Path, text_column: str | None, sheet: str | None, encoding: str | None
) -> RepeatIndex:
    from service.casework.repeats import RepeatIndex, read_register

    if not register.exists():
        raise InputError(f"找不到登记簿 {register}。")
    return RepeatIndex(read_register(register, text_column, sheet=sheet, encoding=encoding))


def _overview(index: RepeatIndex, most: int) -> tuple[bool, dict[str, object], str]:
    from service.casework.repeats import overview
    from service.casework.repeats.presenting import show_overview

    seen = overview(index)
    found = bool(seen.asked_again or seen.asked_by_many or seen.months)
    return found, seen.to_json(), show_overview(seen, most)


def _packs(
    index: RepeatIndex, requests: list[tuple[str, NewRequest]], most: int
) -> tuple[bool, dict[str, object], str]:
    from service.casework.errors import RegisterError
    from service.casework.repeats.presenting import AS_EVIDENCE, show_evidence

    found, plain, shown = False, [], []
    for name, request in requests:
        try:
            evidence = index.query(request)
        except RegisterError as error:
            raise RegisterError(f"{name}：{error}") from error
        found |= bool(evidence.same_applicant or evidence.similar or evidence.fee_by_items)
        plain.append({"name": name, "case_id": request.case_id, **evidence.to_json()})
        shown.append(show_evidence(name, request, evidence, most))
    notices = list(index.register.notices)
    head = f"登记簿共 {len(index)} 件。" + "".join(f"\n  - {notice}" for notice in notices)
    answer = {"n_register": len(index), "notices": notices, "requests": plain}
    return found, answer, "\n\n".join([head, *shown, AS_EVIDENCE])


def _date(text: str | None) -> dt.date | None:
    if text is None:
        return None
    from service.intake.days import read_date

    found = read_date(text)
    if found is None:
        raise InputError(f"--received 的“{text}”不是日期，请写成 2025-09-25。")
    if found > beijing_day():
        raise InputError(f"--received 的 {found} 在今天之后，请核对。")
    return found
