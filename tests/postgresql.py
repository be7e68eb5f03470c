"""A real PostgreSQL for the tests: no container, no root, nothing to set up.

Its programs come from a wheel, else from the system. Every server is a child of the test session, on a port of its
own of 127.0.0.1, and goes with the session, even with one that is killed. Databases are made in UTF-8 and collate as
C does, which is how the service wants them: text then sorts by code point, as it does in SQLite.

    with Server(synchronous_standby_names="reserve") as server, server.database() as url: ...
"""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest

from tests.postgresql_programs import (
    ABSENT,
    Failed,
    as_nobody,
    begun_with,
    binaries,
    copying,
    locale,
    nobody,
    open_to_all,
    programs,
)

OWNER = "postgres"
PATIENCE = 120
"""Seconds that a server may take to start or to stop."""

PORTS = range(15_000, 30_000)
"""Below those that the system hands to clients, so that no client takes a server's port while it is down."""

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
"""Settings of a server whose data need not outlive it, and at which nothing happens but what a test does."""

LEAVING_NOTHING = {"dynamic_shared_memory_type": "mmap"}
"""Else a server that is killed leaves its shared memory behind; so does a killed initdb."""

_GUARD = """
read -r end
kill -QUIT "$0"
for second in 1 2 3 4 5 6; do kill -0 "$0" || break; sleep 1; done
rm -rf "$1"
"""
"""Waits for the end of the session, then for that of the server."""


class Server:
    """One PostgreSQL server with a data directory of its own, running from `start()` (or `with`) on.

    Settings are PostgreSQL's own, by name. They are kept with the data, and so go to standbys too.
    """

    def __init__(self, **settings: object) -> None:
        self._empty()
        self._run(
            "initdb",
            "--no-sync",
            "--auth=trust",
            f"--username={OWNER}",
            "--encoding=UTF8",
            *locale(),
            *begun_with(LEAVING_NOTHING),
        )
        with (self.data / "postgresql.conf").open("a") as file:
            file.write("include = 'test.conf'\n")
        self.configure(**settings)

    def _empty(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sis-postgresql-", dir=open_to_all(tempfile.gettempdir())))
        if os.geteuid() == 0:
            os.chown(self.folder, *nobody())
        self.data = self.folder / "data"
        self.port = _free_port()
        self.settings: dict[str, object] = dict(LEAVING_NOTHING)
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._names = count(1)

    def configure(self, **settings: object) -> None:
        """Set settings, at once where PostgreSQL can, else from the next start on."""
        self.settings |= settings
        lines = [f"{name} = '{value}'\n" for name, value in self.settings.items()]
        (self.data / "test.conf").write_text("".join(lines))
        if self._process:
            self.execute("SELECT pg_reload_conf()")

    # Running

    @property
    def processes(self) -> list[int]:
        """The ids of the server and its children, none where it was not started or was stopped."""
        if self._process is None or self._process.poll() is not None:
            return []
        server = self._process.pid
        return [server, *map(int, Path(f"/proc/{server}/task/{server}/children").read_text().split())]

    def start(self) -> Self:
        """Start it; returns when it answers. Raises Failed."""
        log = self.folder / "log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [
                    *(programs() / "postgres", "-D", self.data, "-k", self.folder),
                    *("-c", "listen_addresses=127.0.0.1", "-p", str(self.port)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **as_nobody(),
            )
        self._guard = subprocess.Popen(
            ["sh", "-c", _GUARD, str(self._process.pid), self.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _ in range(PATIENCE * 50):
            if self._answers():
                return self
            if self._ended_within(0.02):
                break
        self.kill()
        raise Failed(log.read_text()[-2000:])

    def _answers(self) -> bool:
        try:
            said = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        ours = self._process is not None and said[:1] == [str(self._process.pid)]
        return ours and len(said) > 7 and said[7].strip() == "ready"

    def _ended_within(self, seconds: float) -> bool:
        if self._process is None:
            return True
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> None:
        """Stop it in good order, clients or not; nothing happens where it does not run."""
        if self._process:
            self._process.send_signal(signal.SIGINT)  # what PostgreSQL calls a fast shutdown
            if not self._ended_within(PATIENCE):
                self.kill()
            self._over()

    def kill(self) -> None:
        """End the server and all its children by SIGKILL, as a power cut would; nothing where it does not run."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGSTOP)  # so that it has no more children meanwhile
            _kill(self.processes)
            self._process.wait()
        self._over()

    def _over(self) -> None:
        self._process = None
        if self._guard and self._guard.stdin:
            self._guard.kill()
            self._guard.wait()
            self._guard.stdin.close()
        self._guard = None

    def close(self) -> None:
        """Stop it and throw its data away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    # Asking it

    def url(self, database: str = OWNER) -> str:
        """How SQLAlchemy is told of a database of this server."""
        return f"postgresql+psycopg://{OWNER}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, *, database: str = OWNER) -> list[tuple[Any, ...]]:
        """What a statement finds, in a connection and a transaction of its own (none for CREATE DATABASE)."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=OWNER, dbname=database, autocommit=True
        ) as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else []

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """A database like the template, dropped afterwards whoever still uses it; gives its URL."""
        name = f"test_{next(self._names)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} {copying()}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    # Standbys

    def basebackup(self, name: str, **settings: object) -> Server:
        """A standby, not yet started, that will follow this server through a replication slot of that name.

        The name is also the one for synchronous_standby_names.
        """
        standby = object.__new__(Server)
        standby._empty()
        primary = f"host=127.0.0.1 port={self.port} user={OWNER} application_name={name}"
        standby._run(
            *("pg_basebackup", "--dbname", primary, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"),
            *("--wal-method=stream", "--create-slot", "--slot", name),
        )
        standby.configure(**(self.settings | settings))
        return standby

    def promote(self) -> None:
        """Make a standby a primary; returns when it takes writes."""
        if self.execute("SELECT pg_promote()") != [(True,)]:
            raise Failed("the standby was not promoted in time")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [programs() / program, "-D", self.data, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            **as_nobody(),
        )
        if done.returncode:
            raise Failed(done.stdout[-2000:])


def _kill(processes: list[int]) -> None:
    """End processes, and wait for their end (not for somebody to ask how they ended)."""
    ends = [os.pidfd_open(process) for process in processes]
    for end in ends:
        signal.pidfd_send_signal(end, signal.SIGKILL)
    for end in ends:
        select.select([end], [], [], PATIENCE)
        os.close(end)


def _free_port() -> int:
    for _ in PORTS:
        port = random.choice(PORTS)
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                taken.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Failed("no port is free")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server for all tests of this process; it keeps nothing safe."""
    if binaries() is None:
        pytest.skip(ABSENT)
    with Server(**QUICK) as server:
        yield server


@pytest.fixture
def postgresql_database(postgresql: Server) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    with postgresql.database() as url:
        yield url
