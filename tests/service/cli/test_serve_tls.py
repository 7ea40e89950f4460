"""`yangguang serve` over HTTPS, from the first start to a password of one's own."""

import datetime as dt
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).parents[3]
OWN = "春天来了，江水绿如蓝"


def certificate(folder):
    """A certificate for localhost and its key, in PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@pytest.mark.slow
def test_first_day_over_https(tmp_path):
    chain, key = certificate(tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = {
        "PYTHONPATH": str(ROOT),
        "YANGGUANG_DATA_DIR": str(tmp_path / "data"),
        "YANGGUANG_PORT": str(port),
        "YANGGUANG_TLS_CERTIFICATE": str(chain),
        "YANGGUANG_TLS_KEY": str(key),
    }
    said = tmp_path / "said"
    command = [sys.executable, "-X", "utf8", "-m", "service.cli.main", "serve"]
    context = ssl.create_default_context(cafile=str(chain))
    with (
        said.open("wb") as out,
        httpx.Client(base_url=f"https://localhost:{port}", verify=context, timeout=30) as client,
    ):
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | given, stdout=out, stderr=out
        )
        try:
            _until_ready(client, process, said)
            password = re.search(r"^    (\S+)$", said.read_text("utf-8"), re.MULTILINE)[1]
            answer = client.post("/v1/session", json={"name": "admin", "password": password})
            assert answer.status_code == 200
            assert "; Secure" in answer.headers["set-cookie"]
            token = {"X-CSRF-Token": answer.json()["csrf_token"]}
            assert client.get("/v1/people").json()["code"] == "password_must_change"
            change = {"old": password, "new": OWN}
            assert client.put("/v1/session/password", json=change, headers=token).status_code == 204
            assert [p["name"] for p in client.get("/v1/people").json()] == ["admin"]
        finally:
            process.terminate()
            process.wait(30)
    log = said.read_text("utf-8")
    assert log.count(password) == 1  # shown once, and in no line of the log
    assert OWN not in log
    everything = b"".join(p.read_bytes() for p in (tmp_path / "data").rglob("*") if p.is_file())
    assert password.encode() not in everything


def _until_ready(client, process, said):
    end = time.monotonic() + 90
    while time.monotonic() < end:
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            assert process.poll() is None, said.read_text("utf-8")
        time.sleep(0.1)
    raise AssertionError("the service did not start in time")
