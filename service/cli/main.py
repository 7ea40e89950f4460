"""The command `yangguang`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any, ClassVar

import typer

from models import __version__
from models.errors import YangguangError
from service.cli.classify import CLASSIFY_HELP, classify_cli
from service.cli.label import LABEL_HELP, label_cli
from service.cli.screens import (
    ChineseCommand,
    ChineseGroup,
    ClickException,
    chinese_command,
    explain_usage,
    first_line,
)

UNUSABLE, FAILED, INTERRUPTED = 2, 3, 130


class LazyGroup(ChineseGroup):
    """The verbs, some of which are imported only when they are called."""

    lazy: ClassVar[dict[str, tuple[str, str, str]]] = {
        "report": ("service.cli.report", "report_app", "核对、起草政府信息公开工作年度报告。"),
        "deadline": (
            "service.cli.deadline",
            "deadline_app",
            "算依申请公开的各项期限，逐日写明计入与不计入的理由。",
        ),
        "repeats": (
            "service.cli.repeats",
            "repeats_app",
            "在登记簿里找相同、相近的申请和当月件数，只列证据。",
        ),
        "redact": ("service.cli.redact", "redact_app", "把文件中的个人信息换成类型标记。"),
        "serve": ("service.cli.serve", "serve_app", "启动服务：浏览器中的工作台和 HTTP 接口。"),
        "work": ("service.cli.work", "work_app", "只做作业，不开页面。"),
        "people": ("service.cli.people", "people_app", "管理能登录的人员。"),
        "cases": ("service.cli.cases", "cases_app", "把登记表导入案件库，或把案件导出成文件。"),
        "backup": ("service.cli.backup", "backup_app", "备份数据库，不必停下服务。"),
        "restore": ("service.cli.backup", "restore_app", "从备份恢复数据库，原来的文件另存。"),
        "config": ("service.cli.config", "config_app", "列出全部设置、现在的值和来自哪里。"),
        "key": ("service.cli.config", "key_app", "生成一个加密文字用的密钥。"),
        "demo": ("service.cli.demo", "demo_app", "用随程序附带的示例跑一遍。"),
    }

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the verb of a name, importing it if need be."""
        if cmd_name in self.lazy:
            module, attribute, _ = self.lazy[cmd_name]
            return chinese_command(getattr(import_module(module), attribute))
        return super().get_command(ctx, cmd_name)

    def summaries(self, ctx: Any) -> list[tuple[str, str]]:
        """Return each verb with what it does, without importing it."""
        loaded = [(name, first_line(self.commands[name])) for name in self.list_commands(ctx)]
        return [*loaded, *((name, entry[2]) for name, entry in self.lazy.items())]


app = typer.Typer(
    name="yangguang",
    cls=LazyGroup,
    help="给群众诉求按业务主题和诉求类型分类，起草、核对政府信息公开年报。全部在本机完成，不联网。",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", help="显示版本号。"),
) -> None:
    if version:
        typer.echo(f"yangguang {__version__}")
        raise typer.Exit


app.command("classify", cls=ChineseCommand, help=CLASSIFY_HELP)(classify_cli)
app.command("label", cls=ChineseCommand, help=LABEL_HELP)(label_cli)


def run() -> None:
    """Run the command and exit: 0 done, 1 found problems, 2 unusable input, 3 a fault of ours.

    Whatever goes wrong, the user reads one Chinese line. A fault's traceback is shown only where
    the environment variable YANGGUANG_DEBUG is set: it may hold texts.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.exit(_run())


def _run() -> int:
    try:
        code = app(prog_name="yangguang", standalone_mode=False)
        if code == INTERRUPTED:  # Typer turns Ctrl-C into this code without a word
            return _complain("已中断。", INTERRUPTED)
        return code if isinstance(code, int) else 0
    except YangguangError as error:
        return _complain(str(error), UNUSABLE)
    except (KeyboardInterrupt, typer.Abort):
        return _complain("已中断。", INTERRUPTED)
    except typer.Exit as error:
        return error.exit_code
    except ClickException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(str(vars(error)["ctx"].get_help()))
            return 0
        return _complain(explain_usage(error), UNUSABLE)
    except Exception as error:
        if os.environ.get("YANGGUANG_DEBUG"):
            raise
        kind = type(error).__name__
        return _complain(f"程序内部出错（{kind}），请把这一行和所用命令告诉维护人员。", FAILED)


def _complain(message: str, code: int) -> int:
    line = " ".join(message.split())
    typer.echo(f"错误：{line}" if code != INTERRUPTED else line, err=True)
    return code


if __name__ == "__main__":
    run()
