"""Where measurements are taken: a folder on the disk, and PostgreSQL servers, started when first asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from bench.material.disk import SLOW_MS, slow
from bench.material.timing import ROUNDS
from tests.postgresql import Server
from tests.postgresql_programs import binaries

ROOMY = {"max_wal_size": "4GB", "shared_buffers": "256MB", "max_connections": 200}
"""Without these a measurement would meet a checkpoint now and then. All else, durability above all, is usual."""


@dataclass
class Place:
    """One run's folder, servers and number of rounds."""

    folder: Path
    rounds: int = ROUNDS
    _open: ExitStack = field(default_factory=ExitStack)
    _servers: dict[float, Server] = field(default_factory=dict)

    def file(self) -> Path:
        """A path for a new file."""
        return self.folder / f"{uuid4().hex}.sqlite"

    @property
    def has_postgresql(self) -> bool:
        """Whether PostgreSQL's programs are at hand."""
        return binaries() is not None

    def database(self, *, delay: float = 0) -> str:
        """The URL of a new, empty PostgreSQL database, on a disk that is so many milliseconds slower."""
        server = self._servers.get(delay)
        if server is None:
            server = self._servers[delay] = self._open.enter_context(_server(delay))
        return self._open.enter_context(server.database())

    @property
    def postgresql_version(self) -> str:
        """The version of the servers started, empty where there is none."""
        for server in self._servers.values():
            return str(server.execute("SHOW server_version")[0][0])
        return ""


@contextmanager
def place(rounds: int = ROUNDS) -> Iterator[Place]:
    """A place of its own, cleared away afterwards."""
    with TemporaryDirectory(prefix="sis-bench-") as folder, ExitStack() as stack:
        yield Place(Path(folder), rounds, stack)


@contextmanager
def _server(delay: float) -> Iterator[Server]:
    server = Server(**ROOMY)
    with _environment(slow(delay)):
        server.start()
    try:
        yield server
    finally:
        server.close()


@contextmanager
def _environment(added: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(added)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


__all__ = ["SLOW_MS", "Place", "place"]
