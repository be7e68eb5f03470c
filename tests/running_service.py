"""The service as users run it: `sis serve` in processes of its own, with the log that it writes."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from threading import Event
from uuid import uuid4

from tests.postgresql import _free_port
from web.accounts import sessions

JSON = "application/json"
SIS = "from web.cli import main; main()"

PATIENCE = 120
"""Seconds within which whatever is waited for comes to be, on a machine that has ten times as much to do as usual."""


@dataclass
class Served:
    """A service in processes of its own, and what it has written into its log."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    url: str
    cookie: str = ""

    @property
    def signed_in(self) -> bytes:
        """The header of whoever is signed in."""
        return f"Cookie: {sessions.COOKIE}={self.cookie}\r\n".encode()

    def get(self, path: str) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers={"Cookie": f"{sessions.COOKIE}={self.cookie}"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def post(self, path: str, body: dict[str, str], token: str) -> tuple[int, str]:
        """What is answered to a program that begins something."""
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4()), "Content-Type": JSON}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def sends(self, begun: bytes) -> socket.socket:
        sending = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        sending.sendall(begun)
        return sending

    def workers(self) -> list[int]:
        """The workers that serve at present, by number: those which the log says were begun last."""
        told = re.findall(r"Spawning worker-(\d+) with PID: (\d+)", self.log.read_text())
        begun = {int(number): int(process) for number, process in told}
        return [begun[number] for number in sorted(begun)]

    def has_started(self, workers: int) -> bool:
        return self.log.read_text().count("Started worker") >= workers

    def until(self, is_so: Callable[[], bool], what: str) -> None:
        for _ in range(PATIENCE * 100):
            if is_so():
                return
            assert self.process.poll() is None, self.log.read_text()
            Event().wait(0.01)
        raise AssertionError(f"{what}: {self.log.read_text()}")


@contextmanager
def served(url: str, log: Path, *options: str, port: int = 0) -> Iterator[Served]:
    """A service on a database, until the end of the block; it may have started by then or not."""
    port = port or _free_port()
    with running(url, log, "serve", "--port", str(port), *options) as process:
        yield Served(process, port, log, url)


@contextmanager
def running(url: str, log: Path, *command: str, program: str = SIS) -> Iterator[subprocess.Popen[bytes]]:
    """A `sis` command on a database, or another program, until the end of the block."""
    settings = {
        "SIS_DATABASE_URL": url,
        "SIS_SECRET_KEY": "only for tests, and long enough for them",
        # Who works without a pause is not to be slowed down.
        "SIS_API_LIMIT": os.environ.get("SIS_API_LIMIT", "1000000"),
    }
    with (
        log.open("wb") as written,
        subprocess.Popen(
            [sys.executable, "-c", program, *command],
            env=os.environ | settings,
            stdout=written,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def until(is_so: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Look again and again, and fail where it does not come to be."""
    for _ in range(int(patience * 100)):
        if is_so():
            return
        Event().wait(0.01)
    raise AssertionError(f"{what}: not within {patience} seconds")
