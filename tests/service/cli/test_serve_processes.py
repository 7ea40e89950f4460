"""Several processes over one database: what one is told, the others know."""

import contextlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import openpyxl
import pytest

ROOT = Path(__file__).parents[3]
OWN = "春天来了，江水绿如蓝"
CODE = "import sys; from service.cli.main import run; sys.argv[0] = 'yangguang'; run()"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serving(folder, *options, **given):
    """A service that answers; gives its address and what it printed so far."""
    port = free_port()
    path = folder / f"{port}.log"
    env = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "YANGGUANG_DATA_DIR": str(folder / "data"),
        **given,
    }
    with path.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", CODE, "serve", "--port", str(port), *options],
            stdout=out, stderr=subprocess.STDOUT, env=env,
        )  # fmt: skip
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(1500):
                assert process.poll() is None, path.read_text("utf-8")
                with contextlib.suppress(httpx.TransportError):
                    if httpx.get(f"{address}/readyz", timeout=10).status_code == 200:
                        break
                time.sleep(0.1)
            yield address, path
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
    assert "Traceback" not in path.read_text("utf-8")


def sign_in(address, name, password):
    client = httpx.Client(base_url=address, timeout=30)
    answer = client.post("/v1/session", json={"name": name, "password": password})
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return client


def first_password(log):
    return re.search(r"\n\n    (\S+)\n", log.read_text("utf-8")).group(1)


@pytest.mark.slow
def test_two_services_over_one_database_share_people_keys_and_jobs(tmp_path):
    with serving(tmp_path, YANGGUANG_WORKERS="0") as (one, log), serving(tmp_path) as (two, _):
        given = first_password(log)
        with contextlib.closing(sign_in(one, "admin", given)) as client:
            changed = client.put("/v1/session/password", json={"old": given, "new": OWN})
            assert changed.status_code == 204, changed.text
        with contextlib.closing(sign_in(one, "admin", OWN)) as client:
            _shares(client, one, two)


def _shares(client, one, two):
    # Who signed in at one is known at the other, by the same cookie.
    client.base_url = two
    assert client.get("/v1/session").json()["name"] == "admin"

    # A key made at one opens the other; ended at one, it is refused there within seconds.
    made = client.post("/v1/keys", json={"name": "网站", "scopes": ["classify"]}).json()
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    body = {"documents": [{"text": "林地被占"}]}

    def ask(address):
        return httpx.post(f"{address}/v1/classify", json=body, headers=bearer, timeout=30)

    assert ask(one).status_code == ask(two).status_code == 200
    client.delete(f"/v1/keys/{made['id']}").raise_for_status()
    assert ask(two).status_code == 401
    time.sleep(2.1)
    assert ask(one).status_code == 401

    # A job handed in at the one that does none is done by the other and seen at both.
    client.base_url = one
    rows = "编号,诉求内容\n" + "".join(f"{i},林地被占{i}\n" for i in range(20))
    job = client.post(
        "/v1/jobs", data={"kind": "label"}, files={"file": ("来信.csv", rows.encode())}
    )
    assert job.status_code < 300, job.text
    id = job.json()["id"]
    for _ in range(300):
        states = {client.get(f"{address}/v1/jobs/{id}").json()["state"] for address in (one, two)}
        if states == {"done"}:
            break
        time.sleep(0.2)
    assert states == {"done"}
    result = client.get(f"{two}/v1/jobs/{id}/result").content
    assert openpyxl.load_workbook(io.BytesIO(result)).active.max_row == 21


@pytest.mark.slow
def test_two_processes_at_one_address_answer_as_one(tmp_path):
    with serving(tmp_path, "--processes", "2", YANGGUANG_ACCOUNTS="off") as (address, _):
        body = {"documents": [{"text": "林地被占"}]}
        for _ in range(20):  # each over a connection of its own, taken by either process
            assert httpx.post(f"{address}/v1/classify", json=body, timeout=30).status_code == 200
        counted = {
            re.search(r"^yangguang_documents_total (\S+)$", text, re.MULTILINE).group(1)
            for text in (httpx.get(f"{address}/metrics", timeout=30).text for _ in range(8))
        }
        assert counted == {"20.0"}
