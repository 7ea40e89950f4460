"""The Ray engine: the same work in actors on several processes or machines.

One file is cut here and its chunks are answered by actors, in order. A folder is labelled file by
file, each whole in one actor, which reads and writes for itself; all machines must see both
folders. Either way the labelling function is that of the local engine, so the result is the same.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from models.errors import InputError, YangguangError
from service.classification.answer import Answered, ChunkLabeller, Classifier
from service.classification.folder import FileResult, label_one
from service.classification.output.target import Encoding
from service.intake.batch import Chunk

if TYPE_CHECKING:
    from service.classification.label import LabelOptions

Load = Callable[[], Classifier]
_AHEAD = 2
"""Chunks on their way to each actor: one at work, one waiting."""


def connect() -> Any:
    """The ray module, connected to the cluster of `RAY_ADDRESS` or to one started here.

    Nothing is reported to anybody and no dashboard is opened.

    Raises
    ------
    InputError
        If Ray is not installed or the cluster cannot be reached.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise InputError(
            "这个安装没有 Ray。请运行 pip install 'yangguang[ray]'，或改用 --engine local。"
        ) from error
    if not ray.is_initialized():
        try:
            ray.init(log_to_driver=False, include_dashboard=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise InputError(
                "连不上 Ray 集群，请检查 RAY_ADDRESS；不设则在本机启动一个。"
            ) from error
    return ray


def n_cluster_cores() -> int:
    """Cores of the connected cluster."""
    return max(1, int(connect().cluster_resources().get("CPU", 1)))


@dataclass(frozen=True, slots=True)
class RayMapper:
    """Takes the place of `engine.map_in_order` for one file.

    Parameters
    ----------
    load : callable
        Gives the classifier; called once in each actor.
    """

    load: Load

    def __call__(
        self, work: ChunkLabeller, items: Iterable[Chunk], n_workers: int, stop: Event
    ) -> Iterator[Answered]:
        """Answers of all chunks, in order.

        A chunk whose actor dies is given to the actor that takes its place.
        """
        ray = connect()
        remote = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=-1)(_ChunkActor)
        parts = _Parts.of(work)
        actors = [remote.remote(self.load, parts) for _ in range(n_workers)]
        pending: deque[Any] = deque()
        try:
            for index, item in enumerate(items):
                pending.append(actors[index % n_workers].answer.remote(item))
                if len(pending) >= _AHEAD * n_workers:
                    yield ray.get(pending.popleft())
            while pending:
                yield ray.get(pending.popleft())
        finally:
            stop.set()
            for actor in actors:
                ray.kill(actor)


class _Encoding:
    """An output's share of the work, without its open files."""

    def __init__(self, output: Encoding) -> None:
        self.encode, self.unfit = output.encode, output.unfit


@dataclass(frozen=True, slots=True)
class _Parts:
    """A chunk labeller without what cannot travel: classifier, open files, stop signal."""

    fields: dict[str, Any]

    @classmethod
    def of(cls, work: ChunkLabeller) -> _Parts:
        kept = ("columns", "text_column", "id_column", "replies", "headline")
        fields = {name: getattr(work, name) for name in kept}
        return cls(fields | {"output": _Encoding(work.output)})

    def joined(self, classifier: Classifier) -> ChunkLabeller:
        return ChunkLabeller(classifier=classifier, **self.fields)


class _ChunkActor:
    def __init__(self, load: Load, parts: _Parts) -> None:
        self._work = parts.joined(load())

    def answer(self, chunk: Chunk) -> Answered:
        return self._work(chunk)


class _FileActor:
    """One of Ray Data's actors: the model is loaded once, then file after file."""

    def __init__(self, load: Load, options: LabelOptions) -> None:
        self._classifier = load()
        self._options = replace(options, n_workers=1)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        results = [
            label_one(Path(source), Path(target), self._classifier, self._options)
            for source, target in zip(batch["input"], batch["output"], strict=True)
        ]
        return {"result": [result.to_json() for result in results]}


def label_files(
    pairs: Sequence[tuple[Path, Path]], load: Load, options: LabelOptions
) -> Iterator[FileResult]:
    """Label files through Ray Data, each in one actor; results as they come.

    A file whose worker or machine dies is begun again elsewhere and goes on from what was saved.
    """
    ray = connect()
    import ray.data as ray_data

    context = ray_data.DataContext.get_current()
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    n_workers = min(options.n_workers or n_cluster_cores(), len(pairs))
    items = [{"input": str(a.resolve()), "output": str(b.resolve())} for a, b in pairs]
    dataset = ray_data.from_items(items, override_num_blocks=len(items)).map_batches(
        _FileActor,
        fn_constructor_args=(load, options),
        batch_size=1,
        num_cpus=1,
        compute=ray_data.ActorPoolStrategy(size=n_workers),
    )
    try:
        for row in dataset.iter_rows():
            yield FileResult.from_json(row["result"])
    except ray.exceptions.RayError as error:
        cause = getattr(error, "cause", None)
        if isinstance(cause, YangguangError):
            raise cause from error
        raise InputError(
            "Ray 集群没有做完，已完成的文件都在；请检查集群后再运行同一命令，会接着做。"
        ) from error
