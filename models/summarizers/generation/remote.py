"""A server on the office's network with the chat interface of OpenAI (vLLM, llama.cpp, …)."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from models.summarizers.generation.address import Address, read_address
from models.summarizers.generation.errors import GenerationError, GeneratorError
from models.summarizers.generation.prompts import chat, longest_answer
from models.summarizers.generation.relay import Emit, Stopped, relay
from models.summarizers.generation.request import Cancellation, Completion, Limits, Request

if TYPE_CHECKING:
    import httpx

_CONNECT_SECONDS = 5.0
_LONGEST_STREAM = 2**20
_AT_ONCE = 4
_REFUSALS = {
    401: "密钥不对或没有给",
    403: "没有权限",
    404: "没有这个接口或模型",
    413: "原文太长",
    429: "请求太多，正忙",
    503: "还没有就绪",
}


class RemoteGenerator:
    """A chat server at an address the office set; there is no default, and no way out of its nets.

    Parameters
    ----------
    address : str
        `http://主机:端口/v1#模型`; without a model the only one the server has.
    key : str
        Sent as a bearer token if not empty.

    Raises
    ------
    GeneratorError
        If the extra is not installed, the address is not allowed, or the server does not answer.
    """

    def __init__(self, address: str, key: str = "") -> None:
        where = read_address(address)
        if importlib.util.find_spec("httpx") is None:
            raise GeneratorError("连接生成服务要另装组件：pip install yangguang[remote]。")
        import httpx

        # no proxy, certificate or password from the environment, and no redirect elsewhere
        self._client = httpx.Client(
            trust_env=False,
            follow_redirects=False,
            headers={"Authorization": f"Bearer {key}"} if key else {},
        )
        self._url = where.url
        try:
            self._model = where.model or self._only_model(where)
        except GeneratorError:
            self._client.close()
            raise

    @property
    def name(self) -> str:
        """Name of the model and address of its server."""
        return f"{self._model} @ {self._url}"

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def stream(
        self, request: Request, limits: Limits, cancellation: Cancellation | None = None
    ) -> Iterator[str]:
        """Pieces of the answer as they come; see `Generator`."""

        def produce(emit: Emit, stopped: Stopped) -> None:
            self._produce(request, limits, emit, stopped)

        return relay(produce, limits, cancellation)

    def complete_all(
        self, requests: Sequence[Request], limits: Limits, cancellation: Cancellation | None = None
    ) -> list[Completion]:
        """Answers in order, four requests at once; see `Generator`."""

        def one(request: Request) -> Completion:
            try:
                return Completion("".join(self.stream(request, limits, cancellation)))
            except GenerationError as error:
                return Completion(error=error.message, cause=error.cause)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(one, requests))

    def _only_model(self, where: Address) -> str:
        import httpx

        try:
            response = self._client.get(f"{where.url}/models", timeout=_CONNECT_SECONDS)
            names = (
                [str(entry["id"]) for entry in response.json()["data"]]
                if response.is_success
                else None
            )
        except httpx.HTTPError as error:
            raise GeneratorError(
                f"生成服务 {where.url} 没有应答，请检查地址和服务是否启动。"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise GeneratorError(f"{where.url} 的应答看不懂，不是 OpenAI 兼容的服务。") from error
        if names is None:
            raise GeneratorError(_refused(response.status_code))
        if len(names) != 1:
            raise GeneratorError(
                f"请在地址后用 #模型名 选定模型；服务有：{'、'.join(names) or '无'}。"
            )
        return names[0]

    def _produce(self, request: Request, limits: Limits, emit: Emit, stopped: Stopped) -> None:
        import httpx

        body = {
            "model": self._model,
            "messages": chat(request),
            "stream": True,
            "temperature": 0,
            "max_tokens": longest_answer(request.task),
        }
        timeout = httpx.Timeout(limits.seconds, connect=min(_CONNECT_SECONDS, limits.seconds))
        try:
            with self._client.stream(
                "POST", f"{self._url}/chat/completions", json=body, timeout=timeout
            ) as response:
                if response.status_code != 200:
                    raise GenerationError(_refused(response.status_code), "server")
                _read(response, emit, stopped)
        except httpx.TimeoutException as error:
            raise GenerationError("生成服务没有在时限内应答", "time") from error
        except httpx.HTTPError as error:
            raise GenerationError("与生成服务的连接中断", "server") from error


def _refused(status: int) -> str:
    """Why a server refused; never in its own words, which may quote the text."""
    return f"生成服务拒绝了请求（{status}）：{_REFUSALS.get(status, '服务出错')}"


def _read(response: httpx.Response, emit: Emit, stopped: Stopped) -> None:
    if "text/event-stream" not in response.headers.get("content-type", ""):
        raise GenerationError("生成服务的应答看不懂，不是 OpenAI 兼容的服务", "server")
    rest, size, finish = b"", 0, None
    for chunk in response.iter_bytes():
        if stopped():
            return
        size += len(chunk)
        if size > _LONGEST_STREAM:
            raise GenerationError("生成服务的应答太长", "server")
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            data = line.strip().removeprefix(b"data:").strip()
            if not line.startswith(b"data:") or not data:
                continue
            if data == b"[DONE]":
                _finished(finish or "stop")
                return
            piece, ended = _event(data)
            finish = ended or finish
            if piece:
                emit(piece)
    if finish is None:
        raise GenerationError("生成服务的应答中途断了", "server")
    _finished(finish)


def _finished(reason: str) -> None:
    if reason == "length":
        raise GenerationError("写到字数上限还没有写完", "length")
    if reason != "stop":
        raise GenerationError("生成服务没有正常写完", "server")


def _event(data: bytes) -> tuple[str, str | None]:
    """Text and end of an event."""
    try:
        event: dict[str, Any] = json.loads(data)
        choices = event.get("choices") or []
        if "error" in event:
            raise GenerationError("生成服务中途报错", "server")
        if not choices:
            return "", None
        text = choices[0].get("delta", {}).get("content") or ""
        return str(text), choices[0].get("finish_reason")
    except (ValueError, AttributeError, KeyError, TypeError, IndexError) as error:
        raise GenerationError("生成服务的应答看不懂", "server") from error
