"""The service as it is deployed: two web workers and a follower, each a process, any of which may be killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from threading import Event
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from domain.service import Unavailable
from projections.event_log.faults import FAULTS
from tests.postgresql import Server, _free_port
from tests.processes import process
from web import create_app
from web.console.following import follow
from web.settings import Settings

DATABASE, FOLLOWER = "database", "follower"
WORKERS = ("worker 1", "worker 2")
PATIENCE = 30


class Deployment:
    """Runs the processes. What can be killed is named; the database only where it is a server of ours."""

    def __init__(self, url: str, server: Server | None = None) -> None:
        self._url = url
        self._server = server
        self._running: dict[str, BaseProcess] = {}
        self.ports = {worker: _free_port() for worker in WORKERS}

    @property
    def victims(self) -> list[str]:
        return [*WORKERS, FOLLOWER, *([DATABASE] if self._server else [])]

    def start(self, name: str) -> None:
        if name == DATABASE:
            assert self._server is not None
            self._server.start()
        elif name == FOLLOWER:
            self._running[name] = process(_follow, self._url)
        else:
            self._running[name] = process(_serve, self._url, self.ports[name])

    def kill(self, name: str) -> None:
        """End it by SIGKILL, without a word of warning."""
        if name == DATABASE:
            assert self._server is not None
            self._server.kill()
            return
        killed = self._running.pop(name)
        assert killed.is_alive(), f"{name} has ended by itself"
        assert killed.pid is not None
        os.kill(killed.pid, signal.SIGKILL)
        killed.join(PATIENCE)

    def close(self) -> None:
        for name in list(self._running):
            self.kill(name)


@contextmanager
def deployed(url: str, server: Server | None = None) -> Iterator[Deployment]:
    deployment = Deployment(url, server)
    for name in (*WORKERS, FOLLOWER):
        deployment.start(name)
    try:
        yield deployment
    finally:
        deployment.close()


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


def _serve(url: str, port: int) -> None:
    make_server("127.0.0.1", port, _app(url), threaded=True, request_handler=_Quiet).serve_forever()


def _app(url: str) -> Flask:
    """As whatever supervises a worker has it: tried again until the database is there."""
    while True:
        try:
            return create_app(Settings(url, secret_key="only for tests", testing=True))
        except (Unavailable, *FAULTS):
            Event().wait(0.05)


def _follow(url: str) -> None:
    os.environ["SIS_DATABASE_URL"] = url
    os.environ["SIS_SECRET_KEY"] = "only for tests"
    follow.main(args=[], standalone_mode=False)


def until(is_so: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Look again and again, and fail where it does not come to be."""
    for _ in range(int(patience * 100)):
        if is_so():
            return
        Event().wait(0.01)
    raise AssertionError(f"{what}: not within {patience} seconds")
