"""`yangguang backup` and `yangguang restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from models.clock import BEIJING
from service.cli.store import opened_store, os_actor

backup_app = typer.Typer(add_completion=False)
restore_app = typer.Typer(add_completion=False)


@backup_app.command("backup")
def backup_cli(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="备份放在哪里；默认数据文件夹中的 backups。"),
    ] = None,
) -> None:
    """备份数据库：不必停下服务，写完先验证再算数。"""
    import datetime as dt

    from service.accounts.audit import record
    from service.database.backup import copy_sqlite
    from service.database.engine import StoreError
    from service.settings import read_settings

    with opened_store() as database:
        if not database.is_sqlite:
            raise StoreError("PostgreSQL 请用 pg_dump 备份，用 pg_restore 恢复。")
        target = folder or read_settings().data_dir / "backups"
        path = target / f"yangguang-{dt.datetime.now(BEIJING):%Y%m%d-%H%M%S}.db"
        with database.session() as session:  # first, so that the copy tells of itself
            record(session, os_actor(), "database.backup", "database", file=path.name)
        copy_sqlite(database, path)
    typer.echo(f"已备份到 {path}（{path.stat().st_size / 2**20:.1f} MB，已验证）。")
    if read_settings().keys:
        typer.echo("备份中的文字是加密的：请把 YANGGUANG_TEXT_KEYS 另外保管，丢了就打不开。")


@restore_app.command("restore")
def restore_cli(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="yangguang backup 写出的文件。")],
) -> None:
    """从备份恢复数据库：先验证备份，原来的文件另存。要先停下服务。"""
    from sqlalchemy.engine import make_url

    from service.accounts.audit import record
    from service.database.backup import restore_sqlite
    from service.database.engine import StoreError
    from service.settings import read_settings

    url = make_url(read_settings().database_address)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise StoreError("PostgreSQL 请用 pg_restore 恢复。")
    aside = restore_sqlite(Path(url.database), file)
    with opened_store() as database, database.session() as session:
        record(session, os_actor(), "database.restore", "database", file=file.name)
    typer.echo(f"已从 {file.name} 恢复。" + (f"原来的数据库另存为 {aside}。" if aside else ""))
