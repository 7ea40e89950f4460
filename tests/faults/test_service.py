"""The real service in a real process: killed, stopped, cut off, crowded, given a damaged model."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from service.jobs.queue import OPEN

from .conftest import ROOT

N_ROWS = 2000
N_CLIENTS = 200


class Service:
    """`yangguang serve` on a port of its own, with its data in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        given = {
            "PYTHONPATH": str(ROOT),
            "YANGGUANG_DATA_DIR": str(self.folder),
            "YANGGUANG_ACCOUNTS": "off",
            "YANGGUANG_PORT": str(self.port),
            "OMP_NUM_THREADS": "1",
        }
        self.log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "service.cli.main", "serve"],
            cwd=ROOT,
            env=os.environ | given,
            stdout=self.log,
            stderr=self.log,
        )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return self
            except httpx.TransportError:
                assert self.process.poll() is None, (self.folder / "log").read_text("utf-8")
            time.sleep(0.05)
        raise AssertionError("the service did not start in time")

    def end(self, how):
        self.process.send_signal(how)
        code = self.process.wait(timeout=60)
        self.log.close()
        self.process = None
        return code

    def job(self, id):
        return httpx.get(f"{self.url}/v1/jobs/{id}", timeout=30).json()

    def until(self, id, condition, seconds=90):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            job = self.job(id)
            if condition(job):
                return job
            time.sleep(0.1)
        raise AssertionError(f"it did not come about in time: {job}")


@pytest.fixture
def service(tmp_path):
    made = Service(tmp_path)
    yield made
    if made.process is not None:
        made.end(signal.SIGKILL)


def submit(service):
    rows = "".join(f"{i:05d},第{i}封来信：请问房产证怎么办理？\n" for i in range(N_ROWS))
    options = {"result": "csv", "evidence": True, "text_column": "内容"}
    answer = httpx.post(
        f"{service.url}/v1/jobs",
        data={"kind": "label", "options": json.dumps(options)},
        files={"file": ("来信.csv", f"编号,内容\n{rows}".encode())},
        timeout=30,
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def check_result(service, id):
    job = service.until(id, lambda job: job["state"] not in OPEN)
    assert job["state"] == "done", job["error"]
    text = httpx.get(f"{service.url}/v1/jobs/{id}/result", timeout=30).content.decode("utf-8-sig")
    numbers = [int(line[:5]) for line in text.splitlines()[1:]]
    assert numbers == list(range(N_ROWS))
    return job


def test_killed_in_the_middle_of_a_job_it_goes_on_at_the_next_start(service):
    id = submit(service.start())
    service.until(id, lambda job: job["state"] == "running" and job["n_rows"] > 0)
    service.end(signal.SIGKILL)
    service.start()
    job = check_result(service, id)
    assert job["result"]["n_resumed"] > 0
    assert job["result"]["n_labelled"] == N_ROWS


def test_told_to_stop_it_hands_its_job_over_and_ends_in_good_order(service):
    id = submit(service.start())
    service.until(id, lambda job: job["state"] == "running" and job["n_rows"] > 0)
    began = time.monotonic()
    service.end(signal.SIGTERM)
    assert time.monotonic() - began < 20
    with sqlite3.connect(service.folder / "yangguang.db") as connection:
        state = connection.execute("SELECT state, lease_by FROM jobs").fetchone()
    connection.close()
    assert state == ("queued", "")
    assert list((service.folder / "jobs" / ".workers").glob("*")) == []
    service.start()
    assert check_result(service, id)["result"]["n_resumed"] > 0


def test_an_upload_that_breaks_off_leaves_nothing(service):
    service.start()
    head = (
        "POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4000000\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\nlabel\r\n'
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    )
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", service.port)) as connection:
            connection.sendall(head.encode() + b"x" * 2_000_000)
    time.sleep(0.5)
    assert httpx.get(f"{service.url}/v1/jobs", timeout=30).json()["items"] == []
    left = [p for p in (service.folder / "jobs").rglob("*") if p.is_file()]
    assert [p for p in left if p.suffix != ".lock"] == []
    assert "Traceback" not in (service.folder / "log").read_text("utf-8")


def test_two_hundred_clients_at_once_are_all_answered(service):
    service.start()
    case = {"kind": "message", "received_on": "2026-03-02", "text": "林地被占用了怎么办？"}

    def use(number):
        with httpx.Client(base_url=service.url, timeout=60) as client:
            asked = {"documents": [{"id": "a", "text": f"第{number}件：房产证怎么办"}]}
            return [
                client.post("/v1/classify", json=asked).status_code,
                client.post("/v1/cases", json=case | {"number": f"甲{number}"}).status_code,
                client.get("/v1/cases").status_code,
                client.get("/v1/jobs").status_code,
            ]

    with ThreadPoolExecutor(N_CLIENTS) as pool:
        answers = list(pool.map(use, range(N_CLIENTS)))
    assert answers == [[200, 201, 200, 200]] * N_CLIENTS
    with sqlite3.connect(service.folder / "yangguang.db") as connection:
        assert connection.execute("SELECT count(*) FROM cases").fetchone() == (N_CLIENTS,)
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
    connection.close()
    assert httpx.get(f"{service.url}/v1/audit/verify", timeout=30).json()["is_sound"]


def test_a_damaged_model_is_refused_and_the_old_one_stays(service):
    shipped = ROOT / "data" / "artifacts" / "default"
    for name in ("sound", "damaged"):
        shutil.copytree(shipped, service.folder / "models" / name)
    weights = max((service.folder / "models" / "damaged").rglob("*"), key=_size)
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 0xFF
    weights.write_bytes(content)
    service.start()
    before = httpx.get(f"{service.url}/readyz", timeout=30).json()["model_id"]
    answer = httpx.post(f"{service.url}/v1/models/in-use", json={"name": "damaged"}, timeout=60)
    assert answer.status_code in (409, 422), answer.text
    assert "现在的模型不变" in answer.json()["detail"]
    assert httpx.get(f"{service.url}/readyz", timeout=30).json()["model_id"] == before
    asked = {"documents": [{"id": "a", "text": "房产证怎么办"}]}
    assert httpx.post(f"{service.url}/v1/classify", json=asked, timeout=30).status_code == 200


def _size(path):
    return path.stat().st_size if path.is_file() else 0
