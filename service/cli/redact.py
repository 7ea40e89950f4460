"""`yangguang redact`: a file in, the same file with type tokens for personal information out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from models.errors import YangguangError

if TYPE_CHECKING:
    from service.redaction.redact_file import RedactedFile

redact_app = typer.Typer(add_completion=False)

REDACT_HELP = """把文件中的个人信息换成类型标记，如【身份证号】【姓名】。

文号、索引号、统一社会信用代码、金额、日期、统计数字、不动产单元号原样保留。
命中清单写入 OUTPUT.hits.csv：位置、类型、把握，不含原文。发布前请人工通读。
退出码：0 已完成；1 有把握低的命中或需要留意的事项；2 文件用不了。

例：yangguang redact 答复书.docx 答复书-公开版.docx"""

LIMITS = (
    "姓名和住址按前后文找：前面没有“申请人”“我叫”一类提示、也不是落款的姓名可能还在，"
    "发布前请人工通读全文。"
)
_FOUND_PROBLEMS = 1
_UNUSABLE = 2


@redact_app.command("redact", help=REDACT_HELP)
def redact_cli(
    input_path: Path = typer.Argument(
        ..., metavar="INPUT", help="原文件：txt、csv、tsv、jsonl、parquet、xlsx、docx。"
    ),
    output_path: Path = typer.Argument(..., metavar="OUTPUT", help="结果文件，与原文件同类。"),
    map_path: Path | None = typer.Option(
        None, "--map", help="另存对照表（含个人信息，限内部保管），标记带编号。"
    ),
    encoding: str | None = typer.Option(
        None, "--encoding", help="文本文件的编码，如 utf-8、gb18030；默认自动识别。"
    ),
    as_json: bool = typer.Option(False, "--json", help="摘要输出为 JSON，供其他程序读取。"),
) -> None:
    """Parse the arguments of `redact`."""
    from service.redaction.redact_file import redact_file

    try:
        done = redact_file(input_path, output_path, map_path=map_path, encoding=encoding)
    except YangguangError as error:
        typer.echo(f"错误：{error}", err=True)
        raise typer.Exit(_UNUSABLE) from error
    if as_json:
        typer.echo(json.dumps(done.to_json(), ensure_ascii=False, indent=2))
    else:
        typer.echo(render(done))
    attention = done.findings.n_doubtful() or done.findings.notices
    raise typer.Exit(_FOUND_PROBLEMS if attention else 0)


def render(done: RedactedFile) -> str:
    """Text for a terminal: how many of what, and where to look."""
    findings = done.findings
    kinds = "，".join(f"{kind} {n}" for kind, n in findings.by_kind().items())
    lines = [
        f"已写出 {done.target}：替换 {len(findings.found)} 处"
        + (f"（{kinds}）。" if kinds else "。")
    ]
    if findings.n_doubtful():
        lines.append(f"其中 {findings.n_doubtful()} 处把握低，请对照 {done.hits_path} 核对。")
    else:
        lines.append(f"命中清单：{done.hits_path}")
    if done.map_path:
        lines.append(f"对照表：{done.map_path}（含个人信息，不得外传）")
    return "\n".join([*lines, *(f"注意：{notice}" for notice in findings.notices), LIMITS])
