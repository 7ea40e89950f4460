"""The job that fits a new model with the office's reviewed cases, and has it compete.

The fit is a program of its own (`yangguang-train`), so that the service knows nothing of it, a
cancelled job ends at once, and what it needs of memory is given back. What it reads lies in the
job's folder, as plain as in the database, and is removed when the job ends.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import threading
from collections import deque
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from models.clock import beijing_day
from models.predictor import Predictor
from service.accounts.audit import record
from service.accounts.roles import Right
from service.jobs.context import JobContext
from service.jobs.errors import JobError
from service.jobs.kinds.arguments import Arguments, checker
from service.jobs.registry import Kind
from service.review.contest import MOST_CASES, contest
from service.review.examples import examples, export_examples
from service.review.live import LiveModel

CODE = "train"
MIN_EXAMPLES = 20
_LOOK_SECONDS = 0.5
_STOP_SECONDS = 5.0
_LAST_LINES = 5
_PROGRAM = "import sys; from training.cli import run; run(sys.argv[1:])"
EXPORT, FIT, COMPETE = range(3)
_STEPS = 4


class TrainArguments(Arguments):
    """Options: the name of the model's folder, and how much a reviewed case weighs."""

    name: Annotated[str, Field(max_length=60, pattern=r"^(\w[\w-]*)?$")] = ""
    weight: Annotated[float, Field(ge=0.1, le=100)] = 3.0
    most: Annotated[int, Field(ge=MIN_EXAMPLES, le=200_000)] = 20_000


def train_kind(live: LiveModel) -> Kind:
    """The kind, over the models of the service."""

    def work(context: JobContext) -> dict[str, Any]:
        return _train(context, live)

    name = "用复核过的件训练新模型"
    return Kind(CODE, name, work, {}, checker(TrainArguments), right=Right.ADMIN)


def _train(context: JobContext, live: LiveModel) -> dict[str, Any]:
    chosen = TrainArguments.model_validate(context.arguments["options"])
    if not context.checkpoint:
        name = chosen.name or f"{beijing_day():%Y%m%d}-{context.id[:6]}"
        if (live.folder / name).exists():
            raise JobError(f"已有名为“{name}”的模型，请换一个名称。")
        context.save({"name": name, "n_examples": 0})
    name = context.checkpoint["name"]
    if not (live.folder / name).exists():  # after a crash, a finished fit is not done again
        _make(context, live.folder / name, chosen)
    n_examples = context.checkpoint["n_examples"]
    context.progress(COMPETE, _STEPS, n_examples)
    new: Predictor = live.load(name)
    with context.database.reading() as session:
        held_out = list(examples(session, held_out=True, most=MOST_CASES))
    held = contest(live.pipeline, new, held_out)
    with context.database.session() as session:
        record(session, context.actor, "model.train", f"model:{name}"[:80],
               model_id=new.model_id, n_examples=n_examples, verdict=held.verdict)  # fmt: skip
    return {"model": name, "model_id": new.model_id, "n_examples": n_examples,
            "contest": held.to_json()}  # fmt: skip


def _make(context: JobContext, folder: Path, chosen: TrainArguments) -> None:
    """Fit into a hidden folder and name it last: a half or an orphaned fit is no model."""
    file = context.folder / "reviewed.jsonl"
    hidden = folder.with_name(f".train-{context.id}-{secrets.token_hex(4)}")
    try:
        n_examples = _export(context, file, chosen.most)
        context.save({"name": folder.name, "n_examples": n_examples})
        context.progress(FIT, _STEPS, n_examples)
        _fit(context, ["fit", "--reviewed", str(file), "--reviewed-weight", str(chosen.weight),
                       "--out", str(hidden)], n_examples)  # fmt: skip
        if folder.exists():
            raise JobError(f"已有名为“{folder.name}”的模型，请换一个名称。")
        hidden.rename(folder)
    finally:
        file.unlink(missing_ok=True)
        shutil.rmtree(hidden, ignore_errors=True)


def _export(context: JobContext, file: Path, most: int) -> int:
    context.progress(EXPORT, _STEPS)
    file.parent.mkdir(parents=True, exist_ok=True)
    with context.database.reading() as session:
        file.touch(mode=0o600)
        n_examples = export_examples(session, file, redacted=False, most=most)
    if n_examples < MIN_EXAMPLES:
        raise JobError(
            f"可用来训练的复核只有 {n_examples} 件（另有五分之一留作检验），至少要"
            f" {MIN_EXAMPLES} 件，请先多复核一些。"
        )
    return n_examples


def _fit(context: JobContext, arguments: list[str], n_examples: int) -> None:
    """Run the program to its end; it is killed when the job is to stop.

    Raises
    ------
    JobError
        With the program's own last line, if it failed.
    """
    if find_spec("training") is None:
        raise JobError("这个安装里没有训练程序（training），请换用完整的安装包。")
    last: deque[str] = deque(maxlen=_LAST_LINES)
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
    program = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=environment, text=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    reading = threading.Thread(target=_keep, args=(program, last), daemon=True)
    reading.start()
    try:
        while True:
            try:
                program.wait(_LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                context.progress(FIT, _STEPS, n_examples)
    finally:
        _end(program)
        reading.join(_STOP_SECONDS)
    if program.returncode:
        said = next((line for line in reversed(last) if line.startswith("错误：")), "")
        raise JobError(f"训练没有成功：{said.removeprefix('错误：') or '程序中断'}")


def _keep(program: subprocess.Popen[str], last: deque[str]) -> None:
    assert program.stdout is not None
    with program.stdout:
        for line in program.stdout:
            last.append(line.strip())


def _end(program: subprocess.Popen[str]) -> None:
    if program.poll() is not None:
        return
    program.terminate()
    try:
        program.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()
