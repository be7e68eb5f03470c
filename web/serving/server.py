"""The production server: Granian behind one listening socket, with workers that are replaced when they die.

Granian by itself lets every worker listen at the port anew, so that a second service may listen there too; and it
ends altogether where a worker dies, or, asked to replace it, where one dies twice within some seconds.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from multiprocessing import parent_process
from multiprocessing.util import Finalize
from threading import Event, Thread
from typing import Any

import click
import structlog
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.net import SocketHolder  # type: ignore[attr-defined]  # it has no list of what it exports
from granian.server.mp import MPServer

from web.serving.front import Application, Bounds, Front
from web.serving.logs import write_log
from web.serving.waiting import patiently

log = structlog.get_logger()

BACKLOG = 1024
CONNECTIONS = 8192
"""So many connections are held open by each worker at most; more wait to be taken."""

READ_AT_ONCE = 32 * 1024
"""Bytes after which no more is read of headers that have not ended; what is read last may double it."""

SHORT_LIFE = 5
"""A worker that did not live so many seconds is replaced after a pause, so that a fault of all does not busy the
machine."""

LONGEST_PAUSE = 10


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Take the address before long work, and hold it. Raises click.ClickException where it is not to be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as held:
            # After a restart connections of before linger; a second one that listens is refused all the same.
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind(address)
            # Who binds in the same moment is refused only once somebody listens; who connects waits to be answered.
            held.listen(BACKLOG)
            held.setblocking(False)
            held.set_inheritable(True)
            yield held
    except OSError as error:
        why = f"Cannot listen at {host}:{port} ({error.strerror}): choose another address"
        raise click.ClickException(why) from error


def serve(factory: str, held: socket.socket, *, workers: int, threads: int, bounds: Bounds) -> None:
    """Serve the Application that a factory (`module:name`) makes in each worker, until told to stop."""
    _raise_number_of_files()
    # Who does not read their answer is let go of; the connections take this over from the socket that listens.
    held.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(bounds.seconds * 1000))
    server = _Server(
        factory,
        held=held,
        interface=Interfaces.ASGINL,
        workers=workers,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=int(bounds.seconds * 1000), max_buffer_size=READ_AT_ONCE),
        websockets=False,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        workers_kill_timeout=30,
        log_dictconfig=write_log(),
    )
    server.serve(target_loader=partial(_front, factory, threads, bounds), wrap_loader=False)


def _front(factory: str, threads: int, bounds: Bounds) -> Front:
    """What a worker serves."""
    # Until the server has its own, a worker that waits ends as processes do, not by its parent's handlers.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    write_log()
    Thread(target=_end_with_the_service, daemon=True).start()
    module, _, name = factory.partition(":")
    make: Callable[[], Application] = getattr(import_module(module), name)
    app = patiently(make)
    # What SQLite has not put into its file yet it does when the last who has it open closes it.
    Finalize(None, app.close, exitpriority=0)
    return Front(app, threads, bounds)


def _end_with_the_service() -> None:
    """A worker whose service was killed does not go on to hold the address by itself."""
    service = parent_process()
    if service is not None:
        service.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _raise_number_of_files() -> None:
    """Let each process hold as many connections as it may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS * 2
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most)
    )


class _Server(MPServer):
    def __init__(self, target: str, *, held: socket.socket, **options: Any) -> None:
        host, port = held.getsockname()[:2]
        super().__init__(target, address=host, port=port, **options)
        self._held = held

    def _init_shared_socket(self) -> None:
        """The workers share the socket that is held already."""
        self._sso = self._held
        self._shd = SocketHolder(self._held.fileno(), False, BACKLOG)  # type: ignore[call-arg,assignment]  # untyped

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        """Replace workers that die, until told to stop."""
        pause = 0.0
        while True:
            self.main_loop_interrupt.wait()
            self.main_loop_interrupt.clear()
            if self.interrupt_signal:
                return
            if self.reload_signal:
                self._reload(spawn_target, target_loader)  # type: ignore[no-untyped-call]  # the library's own
            dead = sorted(set(self.interrupt_children))
            self.interrupt_children.clear()
            if dead:
                shortest = min(time.monotonic() - self.wrks[index].birth for index in dead)
                pause = min(max(pause * 2, 0.5), LONGEST_PAUSE) if shortest < SHORT_LIFE else 0.0
                log.error("replacing workers that ended", workers=[each + 1 for each in dead], after_seconds=pause)
                if self._is_stopped_within(pause):
                    return
                self._respawn_workers(dead, spawn_target, target_loader)

    def _is_stopped_within(self, seconds: float) -> bool:
        """Wait; whether the service was told to stop meanwhile."""
        told, until = Event(), time.monotonic() + seconds
        while not self.interrupt_signal and time.monotonic() < until:
            told.wait(0.1)
        return self.interrupt_signal
