"""A chat server that misbehaves on demand, and tiny models that have learned a few answers."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

SOURCE = "请问柳湾村征地补偿标准是多少？"
FAITHFUL = "柳湾村征地补偿标准"
DISTORTED = "柳湾村征地补偿标准是12万元"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.seen.append(("GET", self.path, None, self.headers.get("Authorization")))
        self._answer(200, {"data": [{"id": name} for name in self.server.names]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append(("POST", self.path, body, self.headers.get("Authorization")))
        mode = body["model"]
        if mode.isdecimal():
            return self._answer(int(mode), {"error": body["messages"][-1]["content"]})
        if mode == "redirect":
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if mode == "silent":
            self.server.release.wait(20)
            return self._answer(200, {})
        if mode == "json":
            return self._answer(200, {"choices": [{"message": {"content": FAITHFUL}}]})
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            self._stream(mode)
        except OSError:
            self.server.disconnected.set()

    def _stream(self, mode):
        text = {"liar": DISTORTED}.get(mode, FAITHFUL)
        if mode == "slow":
            while not self.server.release.wait(0.05):
                self._event({"choices": [{"delta": {"content": "慢"}}]})
            return None
        if mode == "drip":  # half an event for ever
            self._chunk(b"data: {")
            while not self.server.release.wait(0.05):
                self._chunk(b" ")
            return None
        for n, character in enumerate(text):
            self._event({"choices": [{"delta": {"content": character}, "finish_reason": None}]})
            if mode == "broken" and n == 2:
                return self.connection.shutdown(socket.SHUT_RDWR)
            if mode == "garbled" and n == 2:
                self._chunk(b"data: {not json}\n\n")
        if mode == "cut":
            return self._chunk(b"", last=True)
        self._event({"choices": [{"delta": {}, "finish_reason": "length" if mode == "long" else "stop"}]})  # fmt: skip  # noqa: E501
        self._chunk(b"data: [DONE]\n\n")
        return self._chunk(b"", last=True)

    def _event(self, data):
        encoded = f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
        middle = len(encoded) // 2  # an event may come in pieces, even within a character
        self._chunk(encoded[:middle])
        self._chunk(encoded[middle:])

    def _chunk(self, data, last=False):
        if data or last:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

    def _answer(self, status, data):
        encoded = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)


@pytest.fixture
def server():
    """A server on this machine; `url` is its address, `seen` what it was asked."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    made.daemon_threads = True
    made.seen, made.names = [], ["only"]
    made.release, made.disconnected = threading.Event(), threading.Event()
    made.url = f"http://127.0.0.1:{made.server_address[1]}/v1"
    thread = threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield made
    made.release.set()
    time.sleep(0.1)
    made.shutdown()
    thread.join()
    made.server_close()
