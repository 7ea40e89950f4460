"""`yangguang classify`: one text, one readable card."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

from models.errors import InputError

CLASSIFY_HELP = """给一条诉求分类：主题、二级主题、诉求类型，附概率、其他可能和依据。

例：yangguang classify "请问去哪里办理房屋过户？" """


def classify_cli(
    text: str | None = typer.Argument(None, help="要分类的正文；不写则从标准输入读取。"),
    file: Path | None = typer.Option(None, "--file", "-f", help="从文本文件读取正文。"),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，供其他程序读取。"),
    model: str | None = typer.Option(None, "--model", help="模型文件夹；默认用随程序附带的模型。"),
) -> None:
    """Parse the arguments of `classify`."""
    typer.echo(classify(_read(text, file), as_json=as_json, model=model))


def classify(text: str, *, as_json: bool = False, model: str | None = None) -> str:
    """Classify one text and return what to print.

    Raises
    ------
    TextError
        If the text holds nothing that can be seen.
    ArtifactError
        If the model cannot be loaded.
    """
    from models import load
    from service.classification.classify import classify_text, to_json
    from service.cli.card import render_card

    pipeline = load(model)
    answers = classify_text(text, pipeline)
    if as_json:
        return json.dumps(to_json(answers, pipeline.model_id), ensure_ascii=False, indent=2)
    return render_card(answers, pipeline.model_id)


def _read(text: str | None, file: Path | None) -> str:
    if text is not None and file is not None:
        raise InputError("正文和 --file 只能给一个。")
    if text is not None:
        return text
    if file is not None:
        from service.intake.encoding import read_text

        return read_text(file)
    if sys.stdin.isatty():
        typer.echo("请输入正文，另起一行按 Ctrl-D（Windows 为 Ctrl-Z 回车）结束：", err=True)
    return sys.stdin.buffer.read().decode("utf-8", "replace")
