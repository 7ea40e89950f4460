"""Micro-batching: calls that arrive while the model is busy share its next round.

Nobody waits for a window to fill: an idle model starts at once, so a lone call pays nothing, and
under load the batches grow by themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from models.document import Document
from models.pipeline import DocumentPrediction
from models.predictor import Predictor


@dataclass(slots=True)
class _Call:
    documents: Sequence[Document]
    evidence: bool
    answer: asyncio.Future[list[DocumentPrediction]]


class Batcher:
    """Runs a model in one worker thread, several calls at a time.

    Parameters
    ----------
    model : callable
        Gives the model in use; asked once a round, so that a switch takes effect between rounds.
    max_batch : int
        Documents in one round, unless a single call brings more.
    on_round : callable, optional
        Told the number of documents of each round.
    """

    def __init__(
        self,
        model: Callable[[], Predictor],
        max_batch: int,
        on_round: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._model = model
        self._max_batch = max_batch
        self._on_round = on_round
        self._waiting: deque[_Call] = deque()
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="model")
        self._loop_task: asyncio.Task[None] | None = None

    @property
    def pipeline(self) -> Predictor:
        """The model in use."""
        return self._model()

    async def __aenter__(self) -> Batcher:
        self._loop_task = asyncio.create_task(self._rounds())
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._loop_task is not None:
            self._loop_task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop_task
        for call in self._waiting:
            call.answer.cancel()
        self._thread.shutdown(wait=True)

    async def predict(
        self, documents: Sequence[Document], *, evidence: bool
    ) -> list[DocumentPrediction]:
        """Answers for the documents of one call, in order."""
        answer: asyncio.Future[list[DocumentPrediction]] = (
            asyncio.get_running_loop().create_future()
        )
        self._waiting.append(_Call(documents, evidence, answer))
        self._wake.set()
        return await answer

    async def _rounds(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            calls = self._next_round()
            if not calls:
                self._wake.clear()
                continue
            try:
                answers = await loop.run_in_executor(self._thread, self._answer, calls)
            except Exception as error:  # handed to every caller, who reports it
                for call in calls:
                    if not call.answer.done():
                        call.answer.set_exception(error)
                continue
            for call, answer in zip(calls, answers, strict=True):
                if not call.answer.done():
                    call.answer.set_result(answer)

    def _next_round(self) -> list[_Call]:
        """Waiting calls of one kind up to the limit; abandoned ones are dropped."""
        calls: list[_Call] = []
        size = 0
        while self._waiting:
            head = self._waiting[0]
            if head.answer.done():
                self._waiting.popleft()
                continue
            fits = not calls or size + len(head.documents) <= self._max_batch
            if not fits or (calls and head.evidence != calls[0].evidence):
                break
            calls.append(self._waiting.popleft())
            size += len(head.documents)
        return calls

    def _answer(self, calls: list[_Call]) -> list[list[DocumentPrediction]]:
        documents = [document for call in calls for document in call.documents]
        self._on_round(len(documents))
        found = self.pipeline.predict(documents, evidence=calls[0].evidence)
        answers, at = [], 0
        for call in calls:
            answers.append(found[at : at + len(call.documents)])
            at += len(call.documents)
        return answers
