"""Help screens and usage errors in Chinese."""

from __future__ import annotations

import re
from typing import Any
from unicodedata import east_asian_width

import typer
from typer.core import TyperCommand, TyperGroup

ClickException: type[Exception] = typer.BadParameter.__mro__[2]
"""Base of every error about how a command was called; Typer may carry its own copy of Click."""


def first_line(command: Any) -> str:
    """What a command does, in one line."""
    return _prose(command.help or "").partition("\n")[0]


class _Plain:
    """Takes a value that needs no conversion as it is, and leaves all others to Typer."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Value of a parameter as its function takes it."""
        if param.nargs == 1 and not param.multiple:
            info = param.type_descriptor.parameter_info
            is_word = param.type_descriptor.annotation is str and info.parser is None
            if value is None or (is_word and type(value) is str):
                return value
        param._runtime_param = None  # Typer's own from now on
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


class _PlainWords:
    """What command and group share: they read texts and absent options without pydantic.

    Typer imports pydantic for the first value it converts, even from `str` to `str`: a fifth of
    the time that a single text takes. Where another Typer keeps its converters elsewhere,
    nothing is gained and nothing lost.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line."""
        command: Any = self
        for param in command.get_params(ctx):
            if getattr(param, "_runtime_param", ...) is None:
                param._runtime_param = _Plain()
        read: list[str] = super().parse_args(ctx, args)  # type: ignore[misc]
        return read


class _ChineseScreen:
    """What command and group share: `format_help` and the help option's own help."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return the help option, described in Chinese."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "显示这份说明。"
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the whole help screen."""
        command: Any = self
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        options = [p for p in command.get_params(ctx) if p.param_type_name == "option"]
        usage = " ".join(["[选项]", *map(_in_brackets, arguments)])
        summaries = self.summaries(ctx)
        formatter.write_usage(ctx.command_path, usage + (" 命令 …" if summaries else ""), "用法：")
        if command.help:
            formatter.write_paragraph()
            for line in _prose(command.help).splitlines():
                formatter.write(f"  {line}\n")
        _section(formatter, "参数", [(_name(p), p.help or "") for p in arguments])
        _section(formatter, "选项", [(_spelling(p), p.help or "") for p in options])
        _section(formatter, "命令", summaries)

    def summaries(self, ctx: Any) -> list[tuple[str, str]]:
        """Return the names and first lines of the commands below this one."""
        return []


class ChineseCommand(_PlainWords, _ChineseScreen, TyperCommand):
    """A command whose help screen is Chinese throughout."""


class ChineseGroup(_PlainWords, _ChineseScreen, TyperGroup):
    """A group of commands whose help screen is Chinese throughout."""

    def summaries(self, ctx: Any) -> list[tuple[str, str]]:
        """Return the names and first lines of the commands below this one."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        return [(name, first_line(sub)) for name, sub in found if sub]


def chinese_command(app: typer.Typer) -> Any:
    """Command or group of an app, with Chinese screens and without shell completion."""
    app.info.cls = ChineseGroup
    for info in app.registered_commands:
        info.cls = ChineseCommand
    if app.registered_callback or app.registered_groups or len(app.registered_commands) > 1:
        return typer.main.get_group(app)
    return typer.main.get_command(app)


def explain_usage(error: Exception) -> str:
    """One Chinese line about a command called the wrong way."""
    kind = type(error).__name__
    details = vars(error)
    parameter = details.get("param")
    name = _name(parameter) if parameter is not None else "参数"
    if kind == "MissingParameter":
        return f"缺少 {name}。用 --help 看用法。"
    if kind == "NoSuchOption":
        return f"没有选项 {details.get('option_name')}。用 --help 看用法。"
    if kind == "BadOptionUsage":
        return f"选项 {details.get('option_name')} 的用法不对。用 --help 看用法。"
    if kind == "BadParameter":
        return f"{name} 的值不对。用 --help 看用法。"
    message = str(getattr(error, "message", ""))
    if message.startswith("No such command"):
        called, *similar = re.findall(r"'([^']*)'", message)
        return f"没有命令 {called}{_suggestion(similar)}。用 --help 看有哪些命令。"
    if message.startswith("Missing command"):
        return "请写出命令。用 --help 看有哪些命令。"
    if "unexpected extra argument" in message:
        return "参数太多。正文中有空格时请用引号括起来；用 --help 看用法。"
    return "命令的写法不对。用 --help 看用法。"


def _suggestion(similar: list[str]) -> str:
    return f"，是不是 {similar[0]}" if similar else ""


def _prose(text: str) -> str:
    """Text of a docstring, whose Chinese sentences need no ASCII full stop after theirs."""
    return text.replace("。.", "。")


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name.upper())


def _in_brackets(argument: Any) -> str:
    return _name(argument) if argument.required else f"[{_name(argument)}]"


def _spelling(option: Any) -> str:
    """How an option is written, with a place for its value."""
    spelled = ", ".join(sorted(option.opts, key=len))
    return spelled if option.is_flag else f"{spelled} {option.metavar or '值'}"


def _section(formatter: Any, title: str, rows: list[tuple[str, str]]) -> None:
    """Write two columns; Chinese characters are two places wide."""
    if not rows:
        return
    widest = max(_width(left) for left, _ in rows)
    formatter.write(f"\n{title}：\n")
    for left, right in rows:
        formatter.write(f"  {left}{' ' * (widest - _width(left))}  {right}\n")


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
