"""The address of a server: one an office set, and inside its own networks."""

from __future__ import annotations

import ipaddress
import socket
import tomllib
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from models.resources import data_path
from models.summarizers.generation.errors import GeneratorError

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server answers (`url`, without a closing slash) and which of its models to use."""

    url: str
    model: str


def read_address(text: str) -> Address:
    """Read `http://主机:端口/v1#模型`.

    Raises
    ------
    GeneratorError
        If it is not such an address, carries a password, or leads out of the office's networks.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or parts.scheme not in ("http", "https") or parts.query:
        raise GeneratorError("服务地址应当写成 http://主机:端口/v1，后面可加 #模型名。")
    if parts.username or parts.password:
        raise GeneratorError("服务地址里不要写密码；密钥用环境变量 YANGGUANG_GENERATOR_KEY 给出。")
    _require_inside(host, port or (443 if parts.scheme == "https" else 80))
    path = parts.path.rstrip("/") or "/v1"
    return Address(f"{parts.scheme}://{parts.netloc}{path}", parts.fragment)


def _require_inside(host: str, port: int) -> None:
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise GeneratorError(f"找不到服务器 {host}，请检查地址。") from error
    for text in sorted(map(str, found)):
        address = ipaddress.ip_address(text.split("%")[0])
        if not any(address in network for network in _networks()):
            raise GeneratorError(
                f"{host}（{address}）不在单位内部网络，群众来信不能送到那里。"
                "确属内部地址的，由管理员加入 data/generation/networks.toml。"
            )


@cache
def _networks() -> tuple[_Network, ...]:
    text = data_path("generation", "networks.toml").read_text(encoding="utf-8")
    return tuple(ipaddress.ip_network(line) for line in tomllib.loads(text)["networks"])
