"""`yangguang serve`: start the service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from service.database.engine import Database
    from service.settings import Settings

serve_app = typer.Typer(add_completion=False)
GRACE_SECONDS = 20
"""How long requests under way may take once the service is told to stop."""


@serve_app.command("serve")
def serve_cli(
    host: Annotated[str | None, typer.Option(help="监听地址；默认只限本机 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="端口；默认 8737")] = None,
    model: Annotated[Path | None, typer.Option(help="模型文件夹；默认为随程序附带的模型")] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, max=64, help="由几个进程一起回答；默认 1")
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="打开示例年度，不用登录；数据放在 yangguang-demo/data")
    ] = False,
) -> None:
    """启动服务：浏览器中的工作台和 HTTP 接口（文档页在 /docs）。"""
    serve(host, port, model, processes=processes, demo=demo)


def serve(
    host: str | None,
    port: int | None,
    model: Path | None,
    *,
    processes: int | None = None,
    demo: bool = False,
) -> None:
    """Serve until interrupted; everything that can be refused is, before the port is opened.

    Parameters
    ----------
    processes : int, optional
        How many answer at one address; by default as the settings say.
    demo : bool, default=False
        Open the sample year, in a database of its own and without sign-in, on this machine only.

    Raises
    ------
    YangguangError
        If a setting, the database or the model cannot be used, or the port is taken.
    """
    import uvicorn

    from service.cli.startup import uncollected

    with uncollected():
        from service.database.store import open_store
        from service.server import create_server, prepare_process
        from service.settings import read_settings

    given: dict[str, object] = {
        "host": host, "port": port, "model_path": model, "processes": processes,
    }  # fmt: skip
    given |= _of_demo(demo=demo)
    settings = read_settings(**given)
    prepare_process()
    check_exposure(settings)
    _check_port(settings)
    database = open_store(settings)
    if demo:
        from service.cli.sample_year import YEAR, load_sample_year

        load_sample_year(database, settings)
        typer.echo(_sample_words(YEAR, settings))
    first_start(database, settings)
    scheme = "https" if settings.tls_certificate else "http"
    typer.echo(
        f"阳光正在运行，请用浏览器打开 {scheme}://{settings.host}:{settings.port}/ ；"
        "接口文档在 /docs，按 Ctrl-C 停止。"
    )
    several = settings.processes > 1
    if several:
        database.close()
        _hand_down(given)
    else:
        with uncollected():
            app = create_server(settings, database=database)
    uvicorn.run(
        "service.server:create_worker" if several else app,
        factory=several,
        workers=settings.processes,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _sample_words(year: int, settings: Settings) -> str:
    """Where the sample year is to be seen."""
    pages = f"http://{settings.host}:{settings.port}/console"
    return (
        f"示例年度（{year} 年的申请、来信和数据表）已备好：\n"
        f"  年报 {pages}/report/{year}\n"
        f"  统计 {pages}/statistics?year={year}"
    )


def _hand_down(given: dict[str, object]) -> None:
    """Let the processes read what the command line said, and count into files that all see."""
    import atexit
    import os
    import shutil
    import tempfile

    os.environ |= {f"YANGGUANG_{k.upper()}": str(v) for k, v in given.items() if v is not None}
    counts = tempfile.mkdtemp(prefix="yangguang-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts
    atexit.register(shutil.rmtree, counts, ignore_errors=True)


def _of_demo(*, demo: bool) -> dict[str, object]:
    """Settings that `--demo` decides whatever the environment says; none without it."""
    if not demo:
        return {}
    from service.cli.sample_year import FOLDER

    address = f"sqlite:///{FOLDER / 'yangguang.db'}"
    return {"data_dir": FOLDER, "accounts": "off", "database_url": address, "text_keys": ""}


def check_exposure(settings: Settings) -> None:
    """Refuse what would leave the service open to the network, and half a certificate.

    Raises
    ------
    InputError
    """
    from models.errors import InputError
    from service.accounts.web import is_loopback

    if settings.accounts == "off" and not is_loopback(settings.host):
        raise InputError(
            "YANGGUANG_ACCOUNTS=off 时任何能连上的人都能做任何事，只能监听本机地址；"
            "请去掉这一设置，或把 YANGGUANG_HOST 改回 127.0.0.1。"
        )
    files = (settings.tls_certificate, settings.tls_key)
    if (files[0] is None) != (files[1] is None):
        raise InputError("YANGGUANG_TLS_CERTIFICATE 和 YANGGUANG_TLS_KEY 要么都给，要么都不给。")
    for path in files:
        if path is not None and not path.is_file():
            raise InputError(f"找不到 HTTPS 证书或私钥文件 {path}。")
    if files[0] is not None:
        _check_certificate(*files)


def _check_certificate(certificate: Path | None, key: Path | None) -> None:
    import ssl

    from models.errors import InputError

    assert certificate is not None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (ssl.SSLError, OSError) as error:
        raise InputError(
            "HTTPS 证书和私钥不能用：应为 PEM 格式、彼此配对、没有口令保护，且本程序有权读取。"
        ) from error


def _check_port(settings: Settings) -> None:
    import socket

    from models.errors import InputError

    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise InputError(f"{where} 不能监听：{_why_not(error)}。") from error


def _why_not(error: OSError) -> str:
    """Why an address cannot be listened on, and what to do."""
    import errno
    import socket

    if isinstance(error, socket.gaierror):
        return "认不出这个主机名，请检查 --host"
    return {
        errno.EADDRINUSE: "已有程序占用这个端口，请换一个 --port",
        errno.EACCES: "没有权限使用这个端口，请用 1024 以上的 --port",
        errno.EADDRNOTAVAIL: "本机没有这个地址，请检查 --host",
    }.get(error.errno or 0, f"系统不允许（错误号 {error.errno}），请换一个 --port")


def first_start(database: Database, settings: Settings) -> None:
    """Make the administrator where there is nobody yet; the password is shown here only."""
    from service.accounts.people import ADMINISTRATOR, first_administrator

    if settings.accounts == "off":
        return
    with database.session() as session:
        password = first_administrator(session)
    if password is not None and _goes_to_journal():
        typer.echo(
            f"第一次启动：已建立管理员“{ADMINISTRATOR}”。密码不写进系统日志，"
            f"请在本机运行 yangguang people reset {ADMINISTRATOR} 取得一次性密码。"
        )
    elif password is not None:
        typer.echo(
            f"第一次启动：已建立管理员“{ADMINISTRATOR}”，一次性密码是\n\n    {password}\n\n"
            "请用它登录并换成自己的密码；它不会再显示，也没有写入任何文件或日志。\n"
            f"忘记了可在本机运行 yangguang people reset {ADMINISTRATOR}。"
        )


def _goes_to_journal() -> bool:
    """Whether what is printed is kept by systemd, which names its stream in the environment."""
    import os
    import sys

    stream = os.environ.get("JOURNAL_STREAM", "")
    try:
        found = os.fstat(sys.stdout.fileno())
    except (OSError, ValueError):  # a stream that is no file
        return False
    return stream == f"{found.st_dev}:{found.st_ino}"
