"""One text at a time: in process, over HTTP, and against an empty endpoint with the same payload.

Run as `python benchmarks/latency.py [--texts 1000] [--clients 16] [--seconds 5]`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import socket
import time

import numpy as np
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from service.api.schemas import ClassifyIn


def in_process(n: int) -> dict[str, float]:
    """Latency of `predict` for one text, in microseconds."""
    from texts import texts_of_real_length

    import models
    from models.compiled.loading import LOADER
    from models.document import Document

    pipeline = models.load()
    LOADER.prepare(wait=True)
    documents = [Document(text) for text in texts_of_real_length(n, seed=2)]
    figures: dict[str, float] = {}
    for name, evidence in (("answers", False), ("answers and evidence", True)):
        for document in documents[:50]:
            pipeline.predict([document], evidence=evidence)
        took = []
        for document in documents:
            start = time.perf_counter()
            pipeline.predict([document], evidence=evidence)
            took.append((time.perf_counter() - start) * 1e6)
        for p in (50, 99):
            figures[f"{name}, p{p}, µs"] = round(float(np.percentile(took, p)))
    return figures


def empty_app() -> FastAPI:
    """An endpoint that parses the same body and answers nothing."""
    app = FastAPI()

    @app.post("/v1/classify")
    async def empty(body: ClassifyIn) -> JSONResponse:
        return JSONResponse({"results": []})

    return app


def _serve(kind: str, port: int) -> None:
    import logging

    import structlog
    import uvicorn

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    if kind == "empty":
        app = empty_app()
    else:
        from service.api.app import create_app

        app = create_app()
    uvicorn.run(app, port=port, log_level="error", access_log=False)


async def _load(port: int, bodies: list[bytes], clients: int, seconds: float) -> list[float]:
    import httpx

    took: list[float] = []
    stop = time.perf_counter() + seconds

    async def client(offset: int) -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            i = offset
            while time.perf_counter() < stop:
                start = time.perf_counter()
                response = await http.post(
                    "/v1/classify",
                    content=bodies[i % len(bodies)],
                    headers={"content-type": "application/json"},
                )
                response.raise_for_status()
                took.append(time.perf_counter() - start)
                i += clients

    await asyncio.gather(*(client(k) for k in range(clients)))
    return took


def over_http(n: int, clients: int, seconds: float) -> dict[str, dict[str, float]]:
    """Requests a second and latency of our endpoint and of the empty one."""
    from texts import texts_of_real_length

    texts = texts_of_real_length(n, seed=2)
    bodies = {
        flag: [json.dumps({"documents": [{"text": t}], "evidence": flag}).encode() for t in texts]
        for flag in (False, True)
    }
    found = {}
    for kind, flag in (("empty", False), ("answers", False), ("answers and evidence", True)):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = multiprocessing.get_context("spawn").Process(
            target=_serve, args=("empty" if kind == "empty" else "ours", port)
        )
        server.start()
        try:
            _wait(port)
            asyncio.run(_load(port, bodies[flag], clients, 1))
            took = np.array(asyncio.run(_load(port, bodies[flag], clients, seconds)))
        finally:
            server.terminate()
            server.join()
        found[kind] = {
            "requests_per_second": round(len(took) / seconds),
            "p50_ms": round(float(np.percentile(took, 50)) * 1000, 2),
            "p99_ms": round(float(np.percentile(took, 99)) * 1000, 2),
        }
    return found


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                time.sleep(0.5)
                return
        time.sleep(0.1)
    raise TimeoutError


def main() -> dict[str, object]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=5)
    arguments = parser.parse_args()
    found = {
        "in process": in_process(arguments.texts),
        "over HTTP": over_http(arguments.texts, arguments.clients, arguments.seconds),
    }
    print(json.dumps(found, ensure_ascii=False, indent=1))
    return found


if __name__ == "__main__":
    main()
