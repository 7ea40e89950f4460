"""`yangguang serve`: start the HTTP service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

serve_app = typer.Typer(add_completion=False)


@serve_app.command("serve")
def serve_cli(
    host: Annotated[str | None, typer.Option(help="监听地址；默认只限本机 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="端口；默认 8737")] = None,
    model: Annotated[Path | None, typer.Option(help="模型文件夹；默认为随程序附带的模型")] = None,
) -> None:
    """启动本机服务（HTTP 接口，文档页在 /docs）。"""
    serve(host, port, model)


def serve(host: str | None, port: int | None, model: Path | None) -> None:
    """Serve until interrupted; the model is checked before the port is opened.

    Raises
    ------
    YangguangError
        If a setting or the model cannot be used, or the port is taken.
    """
    import socket

    import uvicorn

    from models.errors import InputError
    from service.api.app import create_app
    from service.logs import configure_logs
    from service.settings import read_settings

    settings = read_settings(host=host, port=port, model_path=model)
    configure_logs()
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise InputError(f"{where} 不能监听（{error.strerror}），请换一个 --port。") from error
    typer.echo(
        f"阳光正在 http://{settings.host}:{settings.port} 运行，接口文档在 /docs，按 Ctrl-C 停止。"
    )
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
    )
