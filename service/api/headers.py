"""Headers that keep a browser from doing more with our answers than it has to."""

from __future__ import annotations

import base64
import hashlib
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_HANDBOOKS = ("/docs", "/redoc")
"""Pages of the interface's description. Their scripts are ours alone, but stand inside the page."""
_OF_PAGES = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_OF_ANSWERS = (*_OF_PAGES, (b"cache-control", b"no-store"))
_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


class SecureHeaders:
    """ASGI middleware: a content policy, no sniffing, no frames, no referrer, no caches.

    An answer that brings its own policy keeps it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; mark its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_handbook = scope["path"] in _HANDBOOKS
        start: Message = {}

        async def marked(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                _mark(message, scope["path"])
                if is_handbook:
                    start = message
                    return
            elif start:
                headers = MutableHeaders(scope=start)
                headers["Content-Security-Policy"] = _handbook_policy(message.get("body", b""))
                await send(start)
                start = {}
            await send(message)

        await self._app(scope, receive, marked)


def _mark(message: Message, path: str) -> None:
    given: list[tuple[bytes, bytes]] = list(message["headers"])
    names = {name.lower() for name, _ in given}
    wanted = _OF_ANSWERS if path.startswith("/v1") else _OF_PAGES
    message["headers"] = given + [header for header in wanted if header[0] not in names]


def page_policy(scripts: list[bytes], styles: list[bytes]) -> str:
    """A policy that lets exactly these blocks inside a page run, and nothing else."""
    policy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    return f"{policy}; script-src 'self'{_hashes(scripts)}; style-src 'self'{_hashes(styles)}"


def _hashes(blocks: list[bytes]) -> str:
    digests = (hashlib.sha256(block).digest() for block in blocks)
    return "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _handbook_policy(body: bytes) -> str:
    return (
        f"{POLICY}; script-src 'self'{_hashes(_SCRIPT.findall(body))}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self' blob:"
    )
