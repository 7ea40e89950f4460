"""Rounds of the model: small calls share theirs, large ones are cut up and never hold them up.

Nobody waits for a window to fill. Small calls that arrived in one turn of the event loop share the
next round, so under load the batches grow by themselves; what is known to be brief is answered in
the loop itself, because handing it to a thread and back would cost more than the answer. Large
calls run in a thread of their own, a slice at a time, each slice behind those of other calls.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from models.document import Document
from models.pipeline import DocumentPrediction
from models.predictor import Predictor

SMALL_DOCUMENTS = 8
"""Documents of a call that goes with the small ones."""
SMALL_WEIGHT = 10_000
"""Weight of such a call; see `_weight`."""
SLICE = 32
"""Documents of a large call that its caller should hand in at a time: then others get theirs."""
BRIEF_SECONDS = 0.004
"""A round expected to be done sooner is done in the event loop."""

_PER_TEXT = 200  # what a text costs beside its characters, in characters
_EVIDENCE_FACTOR = 8  # what evidence costs more
_FORGETTING = 1.02  # how much the expectation may grow from one round to the next


@dataclass(slots=True)
class _Call:
    documents: Sequence[Document]
    evidence: bool
    model: Predictor
    answer: asyncio.Future[list[DocumentPrediction]]
    weight: int

    def shares_with(self, other: _Call) -> bool:
        """Whether both can be answered by one call of the model."""
        return self.evidence == other.evidence and self.model is other.model


def _weight(documents: Sequence[Document], *, evidence: bool) -> int:
    """How much work documents are, in characters without evidence."""
    weight = sum(len(document.text) for document in documents) + _PER_TEXT * len(documents)
    return weight * _EVIDENCE_FACTOR if evidence else weight


Answer = Callable[[list[_Call]], list[list[DocumentPrediction]]]


@dataclass(slots=True)
class _Lane:
    """Calls that wait for one another, in the order they came.

    Parameters
    ----------
    answer : callable
        Runs the model for the calls of one round.
    max_batch : int
        Documents in one round, unless a single call brings more.
    may_be_inline : bool
        Whether brief rounds are done in the event loop.
    """

    answer: Answer
    max_batch: int
    may_be_inline: bool
    name: str
    _waiting: deque[_Call] = field(default_factory=deque)
    _is_busy: bool = False
    _seconds_per_weight: float | None = None
    _thread: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=self.name)

    def add(self, call: _Call) -> None:
        """Let a call wait for its round."""
        self._waiting.append(call)
        if not self._is_busy:
            self._is_busy = True
            asyncio.get_running_loop().call_soon(self._turn)

    def close(self) -> None:
        """Cancel who waits; wait for the round under way."""
        for call in self._waiting:
            call.answer.cancel()
        self._waiting.clear()
        self._thread.shutdown(wait=True)

    def _turn(self) -> None:
        calls = self._next_round()
        if not calls:
            self._is_busy = False
            return
        loop = asyncio.get_running_loop()
        if self.may_be_inline and self._is_brief(calls):
            try:
                answers = self._timed(calls)
            except Exception as error:  # handed to every caller, who reports it
                _fail(calls, error)
            else:
                _tell(calls, answers)
            loop.call_soon(self._turn)  # sockets are looked at in between
            return
        work = loop.run_in_executor(self._thread, self._timed, calls)
        work.add_done_callback(partial(self._after, calls))

    def _after(
        self, calls: list[_Call], work: asyncio.Future[list[list[DocumentPrediction]]]
    ) -> None:
        if work.cancelled():
            return
        error = work.exception()
        if error is not None:
            _fail(calls, error)
        else:
            _tell(calls, work.result())
        self._turn()

    def _is_brief(self, calls: list[_Call]) -> bool:
        if self._seconds_per_weight is None:
            return False
        weight = sum(call.weight for call in calls)
        return weight * self._seconds_per_weight <= BRIEF_SECONDS

    def _timed(self, calls: list[_Call]) -> list[list[DocumentPrediction]]:
        start = time.perf_counter()
        answers = self.answer(calls)
        pace = (time.perf_counter() - start) / sum(call.weight for call in calls)
        # Slow rounds tell more of what else the machine does than of the model.
        known = self._seconds_per_weight
        self._seconds_per_weight = pace if known is None else min(pace, known * _FORGETTING)
        return answers

    def _next_round(self) -> list[_Call]:
        """Waiting calls of one kind up to the limit; abandoned ones are dropped."""
        calls: list[_Call] = []
        size = 0
        while self._waiting:
            head = self._waiting[0]
            if head.answer.done():
                self._waiting.popleft()
                continue
            fits = not calls or size + len(head.documents) <= self.max_batch
            if not fits or (calls and not head.shares_with(calls[0])):
                break
            calls.append(self._waiting.popleft())
            size += len(head.documents)
        return calls


def _tell(calls: list[_Call], answers: list[list[DocumentPrediction]]) -> None:
    for call, answer in zip(calls, answers, strict=True):
        if not call.answer.done():
            call.answer.set_result(answer)


def _fail(calls: list[_Call], error: BaseException) -> None:
    for call in calls:
        if not call.answer.done():
            call.answer.set_exception(error)


class Batcher:
    """Runs a model, several calls at a time.

    Parameters
    ----------
    model : callable
        Gives the model in use; asked once a call, so that all of it is answered by one model.
    max_batch : int
        Documents in one round of small calls.
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
        self._on_round = on_round
        self._small = _Lane(self._answer, max_batch, may_be_inline=True, name="model-small")
        self._large = _Lane(self._answer, SLICE, may_be_inline=False, name="model-large")

    @property
    def pipeline(self) -> Predictor:
        """The model in use."""
        return self._model()

    async def __aenter__(self) -> Batcher:
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._small.close()
        self._large.close()

    async def predict(
        self, documents: Sequence[Document], *, evidence: bool, model: Predictor | None = None
    ) -> list[DocumentPrediction]:
        """Answers for the documents of one call, or of one slice of it, in order.

        Parameters
        ----------
        documents : sequence of Document
        evidence : bool
        model : Predictor, optional
            Answers in place of the model in use.
        """
        answer: asyncio.Future[list[DocumentPrediction]] = (
            asyncio.get_running_loop().create_future()
        )
        weight = _weight(documents, evidence=evidence)
        is_small = len(documents) <= SMALL_DOCUMENTS and weight <= SMALL_WEIGHT
        lane = self._small if is_small else self._large
        lane.add(_Call(documents, evidence, model or self.pipeline, answer, weight))
        return await answer

    def _answer(self, calls: list[_Call]) -> list[list[DocumentPrediction]]:
        documents = [document for call in calls for document in call.documents]
        self._on_round(len(documents))
        found = calls[0].model.predict(documents, evidence=calls[0].evidence)
        answers, at = [], 0
        for call in calls:
            answers.append(found[at : at + len(call.documents)])
            at += len(call.documents)
        return answers
