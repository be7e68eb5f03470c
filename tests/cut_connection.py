"""A wire to a server that can be cut at the worst moment: between a request and its answer."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Thread
from typing import Literal

import sqlalchemy as sa

Moment = Literal["before", "after", "late"]
"""Before the request gets there; after it was carried out, or about then, and before the answer is back; or so late
that it is carried out only when it is sent again."""


class Wire:
    """Carries connections to a server. `cut(word, moment)` cuts the next one on which a request has the word, or the
    next so many."""

    def __init__(self, port: int) -> None:
        self._server = port
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self._word = b""
        self._moment: Moment = "before"
        self._left = 0
        self._held: list[Callable[[], None]] = []
        self.cuts = 0
        Thread(target=self._let_in, daemon=True).start()

    def cut(self, word: str, moment: Moment, times: int = 1) -> None:
        self._moment, self._word, self._left = moment, word.encode(), times

    def close(self) -> None:
        # Closing alone would not wake the thread that waits for the next connection.
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _let_in(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = socket.create_connection(("127.0.0.1", self._server))
                Thread(target=self._there, args=(client, server), daemon=True).start()
                Thread(target=_carry, args=(server, client), daemon=True).start()

    def _there(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while asked := client.recv(1 << 16):
                if self._word in asked:
                    while self._held:
                        self._held.pop()()
                    if self._left:
                        self._cut(client, server, asked)
                        return
                server.sendall(asked)
        _close(client, server)

    def _cut(self, client: socket.socket, server: socket.socket, asked: bytes) -> None:
        self._left, self.cuts = self._left - 1, self.cuts + 1
        client.shutdown(socket.SHUT_RDWR)
        if self._moment == "after":
            _carry_out(server, asked)
        elif self._moment == "late":
            self._held.append(partial(_carry_out, server, asked))
            return
        _close(client, server)


@contextmanager
def wire_to(url: str) -> Iterator[tuple[Wire, str]]:
    """A wire to the server of a database, and the URL that leads through it."""
    address = sa.make_url(url)
    assert address.port is not None
    wire = Wire(address.port)
    yield wire, address.set(port=wire.port).render_as_string(hide_password=False)
    wire.close()


def _carry(there: socket.socket, here: socket.socket) -> None:
    with suppress(OSError):
        while said := there.recv(1 << 16):
            here.sendall(said)
    _close(here, there)


def _carry_out(server: socket.socket, asked: bytes) -> None:
    """The server does what it is asked before it learns that nobody listens."""
    with suppress(OSError):
        server.sendall(asked)
        server.shutdown(socket.SHUT_WR)
        while server.recv(1 << 16):
            pass


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
