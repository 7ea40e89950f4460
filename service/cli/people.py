"""`yangguang people`: accounts, for the administrator who sits at the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.screens import ChineseGroup
from service.cli.store import opened_store, os_actor

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

people_app = typer.Typer(
    cls=ChineseGroup,
    add_completion=False,
    no_args_is_help=True,
    help="管理能登录的人员：新增、重置密码、停用、启用、列出。",
)


class RoleName(StrEnum):
    """经办 clerk, 审核 reviewer, 管理 admin."""

    CLERK = "clerk"
    REVIEWER = "reviewer"
    ADMIN = "admin"


Name = Annotated[str, typer.Argument(metavar="NAME", help="用户名。")]


@people_app.command("add")
def add_cli(
    name: Name,
    display_name: Annotated[str | None, typer.Option("--as", help="姓名；默认同用户名。")] = None,
    role: Annotated[
        RoleName, typer.Option("--role", help="clerk 经办、reviewer 审核、admin 管理。")
    ] = RoleName.CLERK,
) -> None:
    """新增一人，显示一次性密码。"""
    from service.accounts import people
    from service.accounts.roles import Role

    with _store() as session:
        _, password = people.add(session, os_actor(), name, display_name or name, Role(role))
    _show(name, password)


@people_app.command("reset")
def reset_cli(name: Name) -> None:
    """给一人新的一次性密码；原来的登录全部失效。"""
    from service.accounts import people

    with _store() as session:
        password = people.reset_password(session, os_actor(), people.by_name(session, name))
    _show(name, password)


@people_app.command("disable")
def disable_cli(name: Name) -> None:
    """停用一人，连同其密钥；其办过的事都保留。"""
    from service.accounts import people

    with _store() as session:
        people.set_disabled(session, os_actor(), people.by_name(session, name), disabled=True)
    typer.echo(f"已停用 {name}。")


@people_app.command("enable")
def enable_cli(name: Name) -> None:
    """重新启用一人。"""
    from service.accounts import people

    with _store() as session:
        people.set_disabled(session, os_actor(), people.by_name(session, name), disabled=False)
    typer.echo(f"已启用 {name}。")


@people_app.command("list")
def list_cli() -> None:
    """列出全部人员：用户名、姓名、角色、状态。"""
    from service.accounts import people
    from service.accounts.roles import ROLE_NAMES, Role

    with _store() as session:
        found = people.listed(session)
        if not found:
            typer.echo(
                "还没有人员。用 yangguang people add 新增，或启动 yangguang serve 建立管理员。"
            )
        for user in found:
            state = "已停用" if user.disabled_at else "在用"
            if user.must_change_password and not user.disabled_at:
                state = "待改密码"
            typer.echo(f"{user.name}\t{user.display_name}\t{ROLE_NAMES[Role(user.role)]}\t{state}")


@contextmanager
def _store() -> Iterator[Session]:
    with opened_store() as database, database.session() as session:
        yield session


def _show(name: str, password: str) -> None:
    typer.echo(f"{name} 的一次性密码（只显示这一次，登录后要换掉）：\n\n    {password}\n")
