"""`yangguang work`: do jobs in a process of its own, beside the service or on another machine."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

work_app = typer.Typer(add_completion=False)


@work_app.command("work")
def work_cli(
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=8, help="同时做几项作业；默认按设置。")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="模型文件夹；默认为随程序附带的模型")] = None,
) -> None:
    """只做作业，不开页面：与 serve 分开运行，或在共用数据库和数据文件夹的另一台机器上运行。

    按 Ctrl-C 或结束进程，手上的作业交还，由别的进程接着做。
    """
    work(workers, model)


def work(workers: int | None, model: Path | None) -> None:
    """Do jobs until told to stop.

    Raises
    ------
    YangguangError
        If a setting, the database or the model cannot be used.
    """
    import models
    from models.predictor import Predictor
    from service.api.work import create_registry, create_runner
    from service.classification.engine import n_cores
    from service.classification.outcomes import default_reader
    from service.database.store import open_store
    from service.logs import configure_logs
    from service.review.live import LiveModel
    from service.settings import read_settings

    settings = read_settings(model_path=model)
    configure_logs()

    def load(folder: Path | None) -> Predictor:
        chosen = settings.model_path if folder is None else folder
        return models.load(None if chosen is None else str(chosen))

    live = LiveModel(settings.data_dir / "models", load)
    reader_path = settings.reply_model_path
    reader = default_reader(None if reader_path is None else str(reader_path))
    live.look_again()
    _ = live.pipeline  # a model that cannot be loaded is refused before work begins
    database = open_store(settings)
    n_workers = workers or max(1, settings.workers)
    threads = max(1, n_cores() // n_workers)
    registry = create_registry(lambda: live.pipeline, lambda: reader, n_threads=threads, live=live)
    runner = create_runner(settings, database, registry, n_workers)
    stopping = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stopping.set())
    runner.start()
    typer.echo(f"正在等作业，同时做 {n_workers} 项；按 Ctrl-C 停止，手上的作业会交还。")
    while not stopping.wait(1.0):
        pass
    runner.stop()
    database.close()
