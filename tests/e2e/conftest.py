"""A real service with a database of its own, and a real browser that is watched."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

CHROMIUM = next(
    (p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))),
    None,
)


class Office:
    """A running `yangguang serve` after its first start."""

    def __init__(self, folder, *arguments):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        command = "from service.cli.main import run; run()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", command, "serve", "--port", str(port), *arguments],
            cwd=folder,
            env=os.environ
            | {
                "YANGGUANG_DATA_DIR": str(folder / "data"),
                "PYTHONPATH": os.pathsep.join(p or str(Path.cwd()) for p in sys.path),
                "PYTHONIOENCODING": "utf-8",
                "PYTHONUNBUFFERED": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.said = ""
        os.set_blocking(self._process.stdout.fileno(), False)
        self._wait()

    def _wait(self):
        for _ in range(600):
            self.said += (self._process.stdout.read() or b"").decode("utf-8", "replace")
            try:
                with urllib.request.urlopen(f"{self.base}/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
            if self._process.poll() is not None:
                break
        self.stop()
        raise AssertionError(f"the service did not start: {self.said}")

    @property
    def one_time_password(self):
        return re.search(r"\n    (\S+)\n", self.said)[1]

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=30)
        self._process.stdout.close()


@pytest.fixture
def office(tmp_path):
    """The service as an office meets it on its first day."""
    running = Office(tmp_path)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def sample_office(tmp_path_factory):
    """The service on the sample year, without sign-in."""
    running = Office(tmp_path_factory.mktemp("sample"), "--demo")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser():
    """Chromium; tests are skipped where it, or what drives it, is absent."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


class Watched:
    """A page with what it did that it must not: calls elsewhere, breaches of policy, faults."""

    def __init__(self, browser, base, width=1366, height=768):
        self._context = browser.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True, locale="zh-CN"
        )
        self.page = self._context.new_page()
        self.page.set_default_timeout(30_000)
        self.faults = []
        self._context.on("request", lambda r: self._request(r.url, base))
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def _request(self, url, base):
        if not url.startswith((base, "data:", "blob:")):
            self.faults.append(f"request: {url}")

    def _console(self, message):
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def close(self):
        self._context.close()


@pytest.fixture
def watch(browser):
    """Open a watched page; at the end nothing may have been breached."""
    opened = []

    def open_page(base, width=1366, height=768):
        opened.append(Watched(browser, base, width, height))
        return opened[-1]

    yield open_page
    faults = [fault for watched in opened for fault in watched.faults]
    for watched in opened:
        watched.close()
    assert faults == []
