"""A light HTTP client for load: asyncio streams, one connection kept open a client."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Call:
    """One request: method, path with query, body as plain data."""

    method: str
    path: str
    body: dict[str, Any] | None = None


Next = Callable[[], Call | None]
"""Gives the next request; None when there is nothing left to ask."""


@dataclass(slots=True)
class Tally:
    """Times of answers in seconds, and how many there were of each status."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    elapsed: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Requests a second and percentiles in milliseconds."""
        if not self.seconds:
            return {"n": 0}
        p50, p99 = np.percentile(self.seconds, [50, 99]) * 1000
        return {
            "n": len(self.seconds),
            "per_second": round(len(self.seconds) / self.elapsed, 1),
            "p50_ms": round(float(p50), 1),
            "p99_ms": round(float(p99), 1),
            "max_ms": round(1000 * max(self.seconds), 1),
            "statuses": {str(code): n for code, n in sorted(self.statuses.items())},
        }


def load(port: int, key: str, ask: Next, *, clients: int, seconds: float) -> Tally:
    """Keep `clients` connections busy for some seconds; a request under way is waited for."""
    return asyncio.run(_load(port, key, ask, clients, seconds))


def fetch(port: int, key: str, call: Call) -> dict[str, Any]:
    """One answer's JSON; anything but a 2xx is an error."""
    status, content = asyncio.run(_once(port, key, call))
    if not 200 <= status < 300:
        raise RuntimeError(f"{call.method} {call.path}: {status} {content[:300]!r}")
    found: dict[str, Any] = json.loads(content)
    return found


async def _load(port: int, key: str, ask: Next, clients: int, seconds: float) -> Tally:
    tally = Tally()
    lines = await asyncio.gather(
        *(asyncio.open_connection("127.0.0.1", port) for _ in range(clients))
    )
    start = time.perf_counter()
    await asyncio.gather(*(_client(*line, key, ask, start + seconds, tally) for line in lines))
    tally.elapsed = time.perf_counter() - start
    return tally


async def _client(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    key: str,
    ask: Next,
    end: float,
    tally: Tally,
) -> None:
    try:
        while time.perf_counter() < end and (call := ask()) is not None:
            start = time.perf_counter()
            status, _ = await _ask(reader, writer, key, call)
            tally.seconds.append(time.perf_counter() - start)
            tally.statuses[status] += 1
    finally:
        writer.close()


async def _once(port: int, key: str, call: Call) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await _ask(reader, writer, key, call)
    finally:
        writer.close()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str, call: Call
) -> tuple[int, bytes]:
    body = b"" if call.body is None else json.dumps(call.body).encode()
    head = (
        f"{call.method} {call.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(answer.split(" ", 2)[1])
    length = next(
        (int(line[15:]) for line in answer.split("\r\n") if line.startswith("content-length:")), 0
    )
    return status, await reader.readexactly(length)
