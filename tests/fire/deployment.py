"""The service as it is deployed: the production server with two workers, and a follower; any of their processes may
be killed.

The service starts its workers anew by itself; the service and the follower are started by whatever supervises them.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.postgresql import Server, _free_port
from tests.processes import process
from tests.running_service import PATIENCE, Served, served, until
from web.console.following import follow

DATABASE, FOLLOWER, SERVICE = "database", "follower", "service"
WORKERS = ("worker 1", "worker 2")


class Deployment:
    """Runs the processes. What can be killed is named; the database only where it is a server of ours."""

    def __init__(self, url: str, folder: Path, server: Server | None = None) -> None:
        self._url = url
        self._log = folder / "log"
        self._server = server
        self._follower: BaseProcess | None = None
        self._service: Served | None = None
        self._running = ExitStack()
        self.port = _free_port()

    @property
    def victims(self) -> list[str]:
        return [*WORKERS, SERVICE, FOLLOWER, *([DATABASE] if self._server else [])]

    def start(self, name: str) -> None:
        """Start it, but for a worker: that is the service's own."""
        if name == DATABASE:
            assert self._server is not None
            self._server.start()
        elif name == FOLLOWER:
            self._follower = process(_follow, self._url)
        elif name == SERVICE:
            until(self._has_begun, "the address was not free again")

    def kill(self, name: str) -> None:
        """End it by SIGKILL, without a word of warning."""
        if name == DATABASE:
            assert self._server is not None
            self._server.kill()
        elif name == FOLLOWER:
            assert self._follower is not None
            assert self._follower.is_alive(), "the follower has ended by itself"
            self._follower.kill()
            self._follower.join(PATIENCE)
        elif name == SERVICE:
            assert self._service is not None
            assert self._service.process.poll() is None, self._service.log.read_text()
            self._service.process.kill()
            self._running.close()
        else:
            until(lambda: self._has_killed(WORKERS.index(name)), f"{name} was not begun again")

    def close(self) -> None:
        self._running.close()
        self.kill(FOLLOWER)

    def _has_begun(self) -> bool:
        """Begin the service; whether it holds its address, where the workers of the one before may still listen."""
        begun = self._running.enter_context(
            served(self._url, self._log, "--workers", str(len(WORKERS)), port=self.port)
        )
        until(lambda: begun.has_started(1) or begun.process.poll() is not None, "the service did not start")
        self._service = begun
        return begun.process.poll() is None

    def _has_killed(self, worker: int) -> bool:
        """Kill a worker, unless it has ended already and is not replaced yet."""
        assert self._service is not None
        workers = self._service.workers()
        try:
            os.kill(workers[worker], signal.SIGKILL)
        except (IndexError, ProcessLookupError):
            return False
        return True


@contextmanager
def deployed(url: str, folder: Path, server: Server | None = None) -> Iterator[Deployment]:
    deployment = Deployment(url, folder, server)
    for name in (SERVICE, FOLLOWER):
        deployment.start(name)
    try:
        yield deployment
    finally:
        deployment.close()


def _follow(url: str) -> None:
    os.environ["SIS_DATABASE_URL"] = url
    os.environ["SIS_SECRET_KEY"] = "only for tests"
    follow.main(args=[], standalone_mode=False)
