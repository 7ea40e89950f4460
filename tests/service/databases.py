"""Databases for tests: SQLite in a file, and a PostgreSQL of our own, started once a session."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


class PostgresServer:
    """A PostgreSQL in a temporary folder, reached by its socket alone."""

    def __init__(self):
        self.bin = find_binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="yangguang-pg-", dir="/tmp"))
        self.owner = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self.owner = next(n for n in ("postgres", "nobody") if user_exists(n))
            shutil.chown(self.folder, self.owner)
        self.call("initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "trust",
                  "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        self.start()

    def call(self, name, *arguments):
        subprocess.run(
            [self.bin / name, *arguments],
            check=True,
            user=self.owner,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start(self):
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c max_connections=300"
        self.call("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log",
                  "-o", options, "start")  # fmt: skip

    def stop(self, mode="immediate"):
        self.call("pg_ctl", "-D", self.folder / "data", "-w", "-m", mode, "stop")

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name="postgres"):
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def execute(self, command):
        import psycopg

        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(command)

    def create(self, name, template="template1"):
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, name):
        self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def user_exists(name):
    import pwd

    return any(entry.pw_name == name for entry in pwd.getpwall())


def find_binaries():
    """Folder of initdb and pg_ctl, or skip: Debian keeps them out of the path."""
    pytest.importorskip(
        "psycopg", reason="psycopg is not installed (pip install yangguang[postgres])"
    )
    on_path = shutil.which("initdb")
    folders = [Path(on_path).parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
