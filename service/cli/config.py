"""`yangguang config` and `yangguang key`."""

from __future__ import annotations

import json
import os
from typing import Annotated, Any

import typer

config_app = typer.Typer(add_completion=False)
key_app = typer.Typer(add_completion=False)
_SECRET = frozenset({"text_keys"})


@config_app.command("config")
def config_cli(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供其他程序读取。")] = False,
) -> None:
    """列出全部设置、现在的值和来自哪里；密钥和密码不显示。"""
    rows = settings_in_force()
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        typer.echo(f"{row['name']} = {row['value']}（{row['source']}）\n    {row['description']}")


def settings_in_force() -> list[dict[str, Any]]:
    """Every setting with its value and where it comes from; secrets are hidden.

    Raises
    ------
    InputError
        If a value is malformed.
    """
    from service.settings import Settings, read_settings

    settings = read_settings()
    given = {name.upper() for name in os.environ}
    rows = []
    for name, about in Settings.model_fields.items():
        variable = f"YANGGUANG_{name.upper()}"
        rows.append(
            {
                "name": variable,
                "value": _shown(name, getattr(settings, name)),
                "source": "环境变量" if variable in given else "默认",
                "description": about.description or _described(about.metadata),
            }
        )
    return rows


def _described(metadata: list[Any]) -> str:
    return next((found.description for found in metadata if getattr(found, "description", "")), "")


def _shown(name: str, value: Any) -> str:
    if value is None or value == "":
        return "未设"
    if name in _SECRET:
        return "已设，不显示"
    if name == "database_url":
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            return make_url(value).render_as_string(hide_password=True)
        except ArgumentError:
            return "写法不对，不显示"
    return str(value)


@key_app.command("key")
def key_cli() -> None:
    """生成一个加密文字用的密钥，用于 YANGGUANG_TEXT_KEYS。"""
    from service.database.encryption import new_key

    typer.echo(new_key())
    typer.echo(
        "把它设为 YANGGUANG_TEXT_KEYS（换密钥时新的写在前面，旧的留在后面，逗号隔开）。"
        "请另存一份：丢了密钥，加密的文字就打不开了。",
        err=True,
    )
