"""The service with a million stored cases under load, on SQLite and on PostgreSQL.

    python benchmarks/service_load.py [--cases N] [--databases sqlite postgresql] [--keep DIR]

Builds the database, starts `yangguang serve` on it and keeps 20, then 200 connections busy with
each kind of request. Client (asyncio streams) and server share the machine. PostgreSQL is started
by this script in a folder of its own, by its socket alone and with its shipped settings, so that a
commit is on the disk; started as root it runs as `postgres` or `nobody`. Prints JSON.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from load_client import Call, Next, fetch, load
from service_store import Store, fill
from texts import texts_of_real_length

from models.clock import beijing_day
from service.database.engine import open_database
from service.database.migrate import upgrade

_START_SECONDS = 120


class Cluster:
    """A PostgreSQL in a folder, stopped with it."""

    def __init__(self, folder: Path) -> None:
        on_path = shutil.which("initdb")
        folders = [Path(on_path).parent] if on_path else []
        folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        found = [f for f in folders if (f / "pg_ctl").exists()]
        if not found:
            raise FileNotFoundError("PostgreSQL is not installed (apt-get install postgresql)")
        self._bin, self._folder, self._owner = found[0], folder, None
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            names = {entry.pw_name for entry in pwd.getpwall()}
            self._owner = next(n for n in ("postgres", "nobody") if n in names)
            shutil.chown(folder, self._owner)
        if not (folder / "data").exists():
            self._call("initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust",
                       "--encoding=UTF8", "--locale=C.UTF-8")  # fmt: skip
        self._socket = tempfile.mkdtemp(prefix="yg-", dir="/tmp")  # a socket's path must be short
        if self._owner:
            shutil.chown(self._socket, self._owner)
        options = f"-k {self._socket} -c listen_addresses='' -c max_connections=200"
        self._call("pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options,
                   "start")  # fmt: skip

    @property
    def url(self) -> str:
        """Address of its first database."""
        return f"postgresql+psycopg://postgres@/postgres?host={self._socket}"

    def stop(self) -> None:
        """Stop it; its files stay."""
        self._call("pg_ctl", "-D", self._folder / "data", "-w", "-m", "fast", "stop")
        shutil.rmtree(self._socket, ignore_errors=True)

    def _call(self, name: str, *arguments: object) -> None:
        subprocess.run(
            [str(self._bin / name), *map(str, arguments)],
            check=True, user=self._owner, cwd="/",
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[str]:
    """The address of a database in a folder; a server of its own runs meanwhile."""
    if kind == "sqlite":
        folder.mkdir(parents=True, exist_ok=True)
        yield f"sqlite:///{folder / 'yangguang.db'}"
        return
    cluster = Cluster(folder / "cluster")
    try:
        yield cluster.url
    finally:
        cluster.stop()


def stored(url: str, folder: Path, n_cases: int) -> Store:
    """Fill the database, unless an earlier run left it filled."""
    note = folder / "store.json"
    if note.exists():
        return Store(**json.loads(note.read_text("utf-8")))
    database = open_database(url)
    upgrade(database)
    store = fill(database, n_cases, texts_of_real_length(min(n_cases, 20_000)))
    database.close()
    note.write_text(json.dumps(asdict(store)), "utf-8")
    return store


@contextmanager
def serving(url: str, folder: Path) -> Iterator[int]:
    """The port of `yangguang serve` on a database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    settings = {
        "YANGGUANG_DATABASE_URL": url,
        "YANGGUANG_DATA_DIR": str(folder / "data"),
        "YANGGUANG_PORT": str(port),
        "PYTHONPATH": str(Path(__file__).parent.parent),
    }
    with (folder / "serve.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "service.cli.main", "serve"],
            env=os.environ | settings, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            _wait_for(port, server)
            yield port
        finally:
            server.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                server.wait(30)
            server.kill()
            server.wait()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise RuntimeError("the server did not start, see serve.log")


def requests(port: int, store: Store) -> dict[str, Next]:
    """What each kind of load asks for, one call after another."""
    rng = random.Random(7)
    texts = texts_of_real_length(500, seed=3)
    deep = _deep_cursor(port, store)
    filters = (
        "topic=forestry&state=review",
        "kind=disclosure&year=2024",
        "state=review",
        "channel=letter&intent=complaint",
        "year=2023&month=5",
        "is_open=true&order=due",
    )
    return {
        "classify": lambda: Call(
            "POST", "/v1/classify", {"documents": [{"text": rng.choice(texts)}]}
        ),
        "list, first page": lambda: Call("GET", "/v1/cases?limit=50"),
        "list, deep page": lambda: Call("GET", f"/v1/cases?limit=50&cursor={deep}"),
        "list, filtered": lambda: Call("GET", f"/v1/cases?limit=50&{rng.choice(filters)}"),
        "due": lambda: Call("GET", "/v1/cases/due"),
        "statistics": lambda: Call("GET", f"/v1/cases/statistics?year={rng.choice((2023, 2024))}"),
        "review queue": lambda: Call("GET", "/v1/review/queue"),
        "second reading": lambda: Call("GET", "/v1/review/second"),
    }


def _deep_cursor(port: int, store: Store) -> str:
    """Where a reader would be after turning over half of all pages."""
    import base64

    key, half = store.key, store.n_cases // 2
    page = fetch(port, key, Call("GET", f"/v1/cases?limit=1&year={_year_of(half, store)}"))
    cursor: str = page["next"]
    json.loads(base64.urlsafe_b64decode(cursor))
    return cursor


def _year_of(position: int, store: Store) -> int:

    from service_store import YEARS

    return beijing_day().year - round(YEARS * (1 - position / store.n_cases))


def _waiting(port: int, store: Store) -> Iterator[str]:
    """Numbers of cases that wait, each once, from pages read as they are needed."""
    cursor = ""
    while True:
        page = fetch(port, store.key, Call("GET", f"/v1/cases?state=review&limit=500{cursor}"))
        yield from (item["number"] for item in page["items"] if item["version"] == 1)
        if page["next"] is None:
            return
        cursor = f"&cursor={page['next']}"


def measure(kind: str, arguments: argparse.Namespace, root: Path) -> dict[str, Any]:
    """All figures on one kind of database."""
    folder = root / f"{kind}-{arguments.cases}"
    with opened(kind, folder) as url:
        start = time.perf_counter()
        store = stored(url, folder, arguments.cases)
        filled = time.perf_counter() - start
        found: dict[str, Any] = {"n_cases": store.n_cases, "filled_s": round(filled, 1)}
        start = time.perf_counter()
        with serving(url, folder) as port:
            found["started_s"] = round(time.perf_counter() - start, 1)
            asked = requests(port, store)
            numbers = list(itertools.islice(_waiting(port, store), arguments.accepts))
            queue = iter(numbers)
            asked["accept"] = lambda: _accept(next(queue, None))
            for clients in arguments.clients:
                found[f"{clients} clients"] = {}
                for name, ask in asked.items():
                    if arguments.only and name not in arguments.only:
                        continue
                    first = time.perf_counter()  # alone: what is remembered is counted now
                    if (call := ask()) is not None:
                        fetch(port, store.key, call)
                    first = time.perf_counter() - first
                    tally = load(
                        port, store.key, ask, clients=clients, seconds=arguments.seconds
                    ).to_json()
                    tally["first_ms"] = round(1000 * first, 1)
                    found[f"{clients} clients"][name] = tally
                    print(f"{kind}, {clients} clients, {name}: {tally}", file=sys.stderr)
    return found


def _accept(number: str | None) -> Call | None:
    return number and Call("POST", f"/v1/review/{number}/accept", {"version": 1})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--clients", type=int, nargs="+", default=[20, 200])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--accepts", type=int, default=20_000)
    parser.add_argument("--only", nargs="+", help="only these kinds of request")
    parser.add_argument("--keep", type=Path, help="keep the databases here and use them again")
    arguments = parser.parse_args()
    root = arguments.keep or Path(tempfile.mkdtemp(prefix="yangguang-load-"))
    root.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        root.chmod(0o755)  # PostgreSQL runs as another user
    found: dict[str, Any] = {"cpus": os.cpu_count(), "load_before": os.getloadavg()[0]}
    try:
        for kind in arguments.databases:
            try:
                found[kind] = measure(kind, arguments, root)
            except FileNotFoundError as error:
                found[kind] = {"skipped": str(error)}
    finally:
        if arguments.keep is None:
            shutil.rmtree(root, ignore_errors=True)
    print(json.dumps(found, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
