"""What is counted and logged of each request. Never a text: sizes, times, states only."""

from __future__ import annotations

import os
import time
import uuid

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import problem

_log = structlog.get_logger()
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096)


class Telemetry:
    """Prometheus metrics of one application, in a registry of their own.

    Where several processes answer at one address, `serve` names a folder in which all of them
    count; any of them gives the sums.
    """

    def __init__(self) -> None:
        self.registry = own = CollectorRegistry()
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            own = CollectorRegistry()
            MultiProcessCollector(self.registry)  # type: ignore[no-untyped-call]
        self.requests = Counter("yangguang_requests", "Requests", ["route", "status"], registry=own)
        self.seconds = Histogram(
            "yangguang_request_seconds",
            "Time to answer",
            ["route"],
            buckets=_SECONDS,
            registry=own,
        )
        self.documents = Counter("yangguang_documents", "Documents classified", registry=own)
        self.decisions = Counter(
            "yangguang_decisions", "Decisions", ["head", "decision"], registry=own
        )
        self.rounds = Histogram(
            "yangguang_batch_documents",
            "Documents in one round of the model",
            buckets=_SIZES,
            registry=own,
        )
        # Looking a label's series up takes the library a lock and a tuple of strings each time.
        self._answered: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self._decided: dict[tuple[str, str], Counter] = {}

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        series = self._answered.get((route, status))
        if series is None:
            series = self.requests.labels(route, status), self.seconds.labels(route)
            self._answered[route, status] = series
        series[0].inc()
        series[1].observe(seconds)

    def decided(self, head: str, decision: str, n: int) -> None:
        """Count decisions."""
        series = self._decided.get((head, decision))
        if series is None:
            series = self._decided[head, decision] = self.decisions.labels(head, decision)
        series.inc(n)


class _TooLarge(Exception):
    pass


class _Body:
    """A request body that may not grow beyond a limit."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._limit = receive, limit
        self.n_bytes = 0
        self.is_too_large = False

    def declare(self, n_bytes: int) -> None:
        """Refuse a declared length beyond the limit."""
        if n_bytes > self._limit:
            self.is_too_large = True
            raise _TooLarge

    async def receive(self) -> Message:
        """Pass the next part on, counting."""
        message = await self._receive()
        self.n_bytes += len(message.get("body", b""))
        self.declare(self.n_bytes)
        return message


class Observe:
    """ASGI middleware: request id, body limit, metrics, one log line."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry, limits: dict[str, int]) -> None:
        self._app, self._telemetry, self._limits = app, telemetry, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and watch it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        request_id = uuid.uuid4().hex[:12]
        scope.setdefault("state", {})["request_id"] = request_id
        limit = self._limit(scope["path"])
        status = 500
        body = _Body(receive, limit)

        async def from_app(message: Message) -> None:
            # A framework that caught the refusal while reading answers with its own error.
            if not body.is_too_large:
                await noted(message)

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id.encode()),
                ]
            await send(message)

        try:
            body.declare(_declared_length(scope))
            await self._app(scope, body.receive, from_app)
        except _TooLarge:
            pass
        finally:
            if body.is_too_large:
                detail = f"请求正文超过 {limit // 2**20} MB，请分批提交。"
                await problem(413, "too_large", detail)(scope, receive, noted)
            route = getattr(scope.get("route"), "path", "other")
            elapsed = time.perf_counter() - start
            self._telemetry.answered(route, status, elapsed)
            _log.info(
                "request",
                route=route,
                method=scope["method"],
                status=status,
                milliseconds=round(elapsed * 1000, 1),
                n_bytes=body.n_bytes,
                request_id=request_id,
            )

    def _limit(self, path: str) -> int:
        for prefix, limit in self._limits.items():
            if path.startswith(prefix):
                return limit
        return self._limits["/"]


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
