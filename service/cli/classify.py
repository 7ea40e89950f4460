"""`yangguang classify`: one text, one readable card."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from models.errors import InputError
from service.cli.startup import uncollected

if TYPE_CHECKING:
    from models.prediction import Prediction
    from models.replies import ReplyReader

CLASSIFY_HELP = """给一条诉求分类：主题、二级主题、诉求类型，附概率、其他可能和依据。

给出答复书（--reply）则另读出办理结果，即年报表三的哪一行；没有答复书的公开申请只列出待核实的可能。

例：yangguang classify "请问去哪里办理房屋过户？" """


def classify_cli(
    text: str | None = typer.Argument(None, help="要分类的正文；不写则从标准输入读取。"),
    file: Path | None = typer.Option(None, "--file", "-f", help="从文本文件读取正文。"),
    reply: str | None = typer.Option(None, "--reply", "-r", help="答复书全文，读出办理结果。"),
    reply_file: Path | None = typer.Option(None, "--reply-file", help="从文本文件读取答复书。"),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，供其他程序读取。"),
    model: str | None = typer.Option(None, "--model", help="模型文件夹；默认用随程序附带的模型。"),
) -> None:
    """Parse the arguments of `classify`."""
    letter = _reply(reply, reply_file)
    body = None if letter and text is None and file is None else _read(text, file)
    with uncollected():
        shown = classify(body, letter, as_json=as_json, model=model)
    typer.echo(shown)


def classify(
    text: str | None,
    reply: str | None = None,
    *,
    as_json: bool = False,
    model: str | None = None,
) -> str:
    """Classify one text, its reply letter or both, and return what to print.

    Raises
    ------
    TextError
        If the text holds nothing that can be seen.
    ArtifactError
        If the model cannot be loaded.
    """
    from models import load
    from service.classification.classify import classify_text, to_json
    from service.classification.content import foreign_note
    from service.cli.card import render_card

    answers: Mapping[str, Prediction] = {}
    if text is None:
        model_id = _reader(model).model_id
    else:
        pipeline = load(model)
        answers, model_id = classify_text(text, pipeline), pipeline.model_id
    if as_json:
        content = to_json(answers, model_id) | {
            "outcome": _outcome(text or "", reply, answers, model)
        }
        return json.dumps(content, ensure_ascii=False, indent=2)
    shown = _outcome_shown(text or "", reply, answers, model)
    card = render_card(answers, model_id, foreign_note(text or "")) if answers else ""
    return "\n\n".join(filter(None, [card, shown]))


def _outcome(
    text: str, reply: str | None, answers: Mapping[str, Prediction], model: str | None
) -> dict[str, Any]:
    from service.classification.outcomes import outcome_json, suspicion_json

    if reply is not None:
        return outcome_json(_reader(model).read([reply])[0])
    from models.candidates import read_request

    return suspicion_json(read_request(text, answers))


def _reader(model: str | None) -> ReplyReader:
    from service.classification.outcomes import reader_of

    return reader_of(model)


def _outcome_shown(
    text: str, reply: str | None, answers: Mapping[str, Prediction], model: str | None
) -> str:
    """Card of the outcome. Suspicions are for requests; to anybody else they would be noise."""
    intent = answers.get("intent")
    if reply is None and (intent is None or intent.label != "disclosure"):
        return ""
    from service.cli.outcome_card import render_outcome

    outcome = _outcome(text, reply, answers, model)
    return render_outcome(outcome) if reply is not None or outcome["to_verify"] else ""


def _reply(reply: str | None, file: Path | None) -> str | None:
    from models.errors import TextError
    from service.classification.content import has_content

    if reply is not None and file is not None:
        raise InputError("--reply 和 --reply-file 只能给一个。")
    if file is not None:
        from service.intake.encoding import read_text

        reply = read_text(file)
    if reply is not None and not has_content(reply):
        raise TextError("没有可以读的答复书：内容是空的。")
    return reply


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
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(
            "标准输入的文字不是 UTF-8 编码，读不了。请存成文件，用 --file 读取（自动识别编码）。"
        ) from None
