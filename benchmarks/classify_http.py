"""Classifying over HTTP, against an empty FastAPI endpoint that parses the same bodies.

Run as `python benchmarks/classify_http.py [--texts 500] [--seconds 4] [--processes 1]`.

Ours is the command `yangguang serve` itself, with its log lines (to a file), metrics, security
headers and rights; the empty endpoint has none of these. Servers run side by side and are asked in
turns, so that other work on the machine burdens both alike. The client is a process of its own: it
writes ready-made bytes to sockets and looks at no more of an answer than its status and length.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
ROUNDS = 3
PACED_CLIENTS, PACED_PER_SECOND = 100, 3.0


def serve_empty(port: int) -> None:
    """An endpoint that parses the same body and answers nothing."""
    import uvicorn
    from fastapi import FastAPI
    from fastapi.responses import JSONResponse

    from service.api.schemas import ClassifyIn

    app = FastAPI()

    async def empty(body: ClassifyIn) -> JSONResponse:
        return JSONResponse({"results": []})

    empty.__annotations__["body"] = ClassifyIn
    app.post("/v1/classify", response_model=None)(empty)
    uvicorn.run(app, port=port, log_level="error", access_log=False)


@contextlib.contextmanager
def servers(processes: int) -> Iterator[dict[str, int]]:
    """Ports of both servers, ready to answer."""
    ports = {"empty": _free_port(), "ours": _free_port()}
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("wb") as log:
        more = ["--processes", str(processes)] if processes > 1 else []
        code = "import sys; from service.cli.main import run; sys.argv[0] = 'yangguang'; run()"
        command = [sys.executable, "-c", code, "serve", "--port", str(ports["ours"]), *more]
        own = {"YANGGUANG_DATA_DIR": folder, "PYTHONPATH": str(HERE.parent)}
        ours = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | own)
        empty = multiprocessing.get_context("spawn").Process(
            target=serve_empty, args=(ports["empty"],)
        )
        empty.start()
        try:
            for port in ports.values():
                _wait(port)
            yield ports
        finally:
            ours.send_signal(signal.SIGINT)
            empty.terminate()
            empty.join()
            ours.wait(30)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError


class Client(asyncio.Protocol):
    """One connection that is kept: sends a request, waits for all of its answer, sends the next.

    Parameters
    ----------
    requests : list of bytes
        Whole requests, sent in turn.
    took : list of float
        Seconds of each answer are put there.
    every : float
        Seconds between two requests; 0 sends the next at once. A late answer is counted from when
        its request should have been sent.
    """

    def __init__(self, requests: list[bytes], took: list[float], every: float = 0.0) -> None:
        self._requests, self._took, self._every = requests, took, every
        self._at, self._left, self._head = 0, 0, b""
        self._due = self._start = 0.0
        self._is_over = False
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: Any) -> None:  # noqa: D102
        self._transport = transport
        self._due = time.perf_counter()
        if self._every:
            self._due += self._every * np.random.default_rng(id(self)).random()
        self._send_when_due()

    def stop(self) -> None:  # noqa: D102
        self._is_over = True
        self._transport.close()

    def _send_when_due(self) -> None:
        early = self._due - time.perf_counter()
        if self._every and early > 0:
            self._loop.call_later(early, self._send)
        else:
            self._send()

    def _send(self) -> None:
        if self._is_over:
            return
        self._start = self._due if self._every else time.perf_counter()
        self._transport.write(self._requests[self._at % len(self._requests)])
        self._at += 1

    def data_received(self, data: bytes) -> None:  # noqa: D102
        if self._left:
            self._left -= len(data)
        else:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._head[:end].lower()
            if not head.startswith(b"http/1.1 200"):
                raise RuntimeError(self._head.decode(errors="replace"))
            at = head.index(b"content-length: ") + 16
            length = int(head[at:].split(b"\r\n", 1)[0])
            self._left = length - (len(self._head) - end - 4)
            self._head = b""
        if self._left == 0 and not self._is_over:
            self._took.append(time.perf_counter() - self._start)
            self._due += self._every
            self._send_when_due()


def request(port: int, texts: list[str], *, evidence: bool) -> bytes:
    """A whole request with these texts."""
    body = json.dumps({"documents": [{"text": t} for t in texts], "evidence": evidence}).encode()
    head = (
        f"POST /v1/classify HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def ask(
    port: int, crowds: list[tuple[int, list[bytes], float]], seconds: float
) -> list[list[float]]:
    """Seconds of each answer, for each crowd of (clients, requests, seconds between two)."""
    loop = asyncio.get_running_loop()
    found: list[list[float]] = []
    clients: list[Client] = []
    for n, requests, every in crowds:
        took: list[float] = []
        found.append(took)
        for i in range(n):
            turned = requests[i % len(requests) :] + requests[: i % len(requests)]
            make: Callable[[], Client] = lambda t=turned, k=took, e=every: Client(t, k, e)  # noqa: E731
            _, client = await loop.create_connection(make, "127.0.0.1", port)
            clients.append(client)
    await asyncio.sleep(seconds)
    for client in clients:
        client.stop()
    return found


def figures(took: list[float], seconds: float) -> dict[str, float]:
    """Requests a second and latency."""
    if not took:
        return {"requests_per_second": 0.0}
    return {
        "requests_per_second": round(len(took) / seconds, 1),
        "p50_ms": round(float(np.percentile(took, 50)) * 1000, 2),
        "p99_ms": round(float(np.percentile(took, 99)) * 1000, 2),
    }


def in_turns(
    ports: dict[str, int], texts: list[str], clients: int, seconds: float, *, evidence: bool
) -> dict[str, Any]:
    """Both servers, one after the other, several times; all answers together."""
    took: dict[str, list[float]] = {name: [] for name in ports}
    for _ in range(ROUNDS):
        for name, port in ports.items():
            requests = [request(port, [text], evidence=evidence) for text in texts]
            took[name] += _run(ask(port, [(clients, requests, 0.0)], seconds / ROUNDS))[0]
    found: dict[str, Any] = {name: figures(t, seconds) for name, t in took.items()}
    found["share_of_empty"] = round(len(took["ours"]) / len(took["empty"]), 2)
    return found


def mixed(port: int, texts: list[str], seconds: float, *, evidence: bool) -> dict[str, Any]:
    """Single documents of eight clients while two others send a thousand at a time."""
    single = [request(port, [text], evidence=False) for text in texts]
    many = [request(port, (texts * 1000)[:1000], evidence=evidence)]
    alone = _run(ask(port, [(8, single, 0.05)], seconds))[0]
    beside, large = _run(ask(port, [(8, single, 0.05), (2, many, 0.0)], seconds))
    return {
        "single documents, 160 a second, alone": figures(alone, seconds),
        "single documents, 160 a second, beside calls of 1,000": figures(beside, seconds),
        "calls of 1,000 documents": figures(large, seconds),
    }


def _run(work: Any) -> Any:
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


def main() -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    from texts import texts_of_real_length

    texts = texts_of_real_length(arguments.texts, seed=2)
    seconds = arguments.seconds
    found: dict[str, Any] = {"cores": os.cpu_count(), "processes": arguments.processes}
    with servers(arguments.processes) as ports:
        ours = ports["ours"]
        for port in ports.values():  # compiled code is loaded, caches are filled
            warm = [request(port, [text], evidence=True) for text in texts]
            _run(ask(port, [(4, warm, 0.0)], 6))
        for evidence in (False, True):
            name = "one document, with evidence" if evidence else "one document"
            found[name] = {
                f"{clients} clients": in_turns(ports, texts, clients, seconds, evidence=evidence)
                for clients in (1, 16, 100)
            }
        paced = [request(ours, [text], evidence=False) for text in texts]
        crowd = [(PACED_CLIENTS, paced, 1 / PACED_PER_SECOND)]
        found["one document, 100 clients, 300 a second in all"] = figures(
            _run(ask(ours, crowd, seconds))[0], seconds
        )
        found["mixed"] = mixed(ours, texts, seconds, evidence=False)
        found["mixed, large calls with evidence"] = mixed(ours, texts, seconds, evidence=True)
    print(json.dumps(found, ensure_ascii=False, indent=1))
    return found


if __name__ == "__main__":
    main()
