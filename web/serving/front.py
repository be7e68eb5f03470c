"""Between the server and the application: a request has arrived, whole and within bounds, before it costs a thread.

An ASGI application around a WSGI one. Whoever sends slowly, or stops in the middle, holds a connection and what has
arrived of a body, both bounded; the threads are for those who have said what they want. How much may be sent to an
address is asked before any of it is read, and who sends it, where it is more than what is typed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import structlog

from web.runtime.requests import BODY_TO_COME, MOST_TYPED, too_large
from web.serving.head import (
    MOST_WITHOUT_MEANING,
    WITHOUT_CONTENT,
    Answer,
    NotTaken,
    Scope,
    check_target,
    told_length,
    without_content,
)

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Wsgi = Callable[..., Iterable[bytes]]

log = structlog.get_logger()

CONTINUE = 100

IN_MEMORY = 64 * 1024
"""Bytes of a body that are kept in memory; a longer one lies in a temporary file."""

SLOWEST = 10 * 1024
"""Bytes a second at which a large file may still arrive: each gives its sender so much more time."""

WAITING_FOR_EACH_THREAD = 64
"""Requests that may wait for a thread; more are answered that the service is busy."""


@dataclass(frozen=True)
class Application:
    """What is served: a WSGI application, how many bytes of body it takes by method and path, and what lets go of its
    databases."""

    wsgi: Wsgi
    bytes_taken: Callable[[str, str], int]
    close: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Bounds:
    """`seconds` until a body has arrived; bytes of all bodies that are held until they are answered: of those that
    anybody may send, and of the larger ones, for which it is asked who sends them."""

    seconds: float = 20
    typed: int = 128 * 1024 * 1024
    files: int = 512 * 1024 * 1024


class TurnedAway(NotTaken):
    """A large request of somebody who may not send it; answered as the application does."""

    def __init__(self, answer: Answer) -> None:
        Exception.__init__(self, "who sends it is not known")
        status, headers, told = answer
        self.answer = status, [*headers, (b"connection", b"close")], told


@dataclass
class _Held:
    """The bytes of all bodies of a kind that are held at present."""

    most: int
    now: int = 0

    def more(self, size: int) -> None:
        self.now += size
        if self.now > self.most:
            raise NotTaken(503, "The service is busy")


class Front:
    """Serves an application with so many threads. Has to be called by one event loop."""

    def __init__(self, app: Application, threads: int, bounds: Bounds) -> None:
        self._app = app
        self._seconds = bounds.seconds
        self._typed, self._files = _Held(bounds.typed), _Held(bounds.files)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._most_waiting = threads * (1 + WAITING_FOR_EACH_THREAD)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        if scope["type"] != "http":
            return
        try:
            status, headers, told = await self._answered(scope, receive)
        except NotTaken as refused:
            status, headers, told = refused.answer
            log.warning("request not taken", status=status, method=scope["method"])
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": told})

    async def _answered(self, scope: Scope, receive: Receive) -> Answer:
        check_target(scope)
        most = await self._most_taken(scope)
        if most == 0:
            return await self._carried_out(environ_of(scope, BytesIO()))
        with _body(self._files if most > MOST_TYPED else self._typed) as (body, hold):
            await self._receive_into(body, hold, most, receive)
            if scope["method"] in WITHOUT_CONTENT:
                return await self._carried_out(environ_of(without_content(scope), BytesIO()))
            return await self._carried_out(environ_of(scope, body))

    async def _most_taken(self, scope: Scope) -> int:
        """Bytes of body that are taken of whoever sends this. Raises NotTaken for one that tells it has more, or that
        another server might read otherwise."""
        told = told_length(scope)
        if told == 0:
            return 0
        means_nothing = scope["method"] in WITHOUT_CONTENT
        most = MOST_WITHOUT_MEANING if means_nothing else self._app.bytes_taken(scope["method"], scope["path"])
        if told is None:
            return min(most, MOST_TYPED)
        if told > most:
            raise NotTaken(413, too_large(most))
        if told > MOST_TYPED:
            answer = await self._carried_out(environ_of(scope, BytesIO()) | {BODY_TO_COME: True})
            if answer[0] != CONTINUE:
                raise TurnedAway(answer)
        return told

    async def _receive_into(self, body: IO[bytes], hold: Callable[[int], None], most: int, receive: Receive) -> None:
        size = 0
        begun = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(begun + self._seconds) as deadline:
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise NotTaken(400, "The request was cut off, or its chunks are malformed")
                    chunk: bytes = message.get("body", b"")
                    size += len(chunk)
                    if size > most:
                        raise NotTaken(413, "The request is too large, or does not say in advance how large it is")
                    hold(len(chunk))
                    body.write(chunk)
                    if not message.get("more_body"):
                        break
                    deadline.reschedule(begun + self._seconds + size / SLOWEST)
            body.seek(0)
        except TimeoutError:
            raise NotTaken(408, "The request did not arrive in time") from None
        except OSError as error:
            log.error("fault", text=f"A request cannot be kept in a temporary file: {error.strerror}")
            raise NotTaken(503, "There is no room for the request") from None

    async def _carried_out(self, environ: dict[str, Any]) -> Answer:
        if self._waiting >= self._most_waiting:
            raise NotTaken(503, "The service is busy")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, call, self._app.wsgi, environ)
        finally:
            self._waiting -= 1


@contextmanager
def _body(held: _Held) -> Iterator[tuple[IO[bytes], Callable[[int], None]]]:
    """Where a body is kept until it is answered, and what counts its bytes among those of all."""
    size = 0

    def hold(more: int) -> None:
        nonlocal size
        size += more
        held.more(more)

    body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # closed below, in its own way
    try:
        yield body, hold
    finally:
        held.now -= size
        with suppress(OSError):  # what could not be written is not wanted any more
            body.close()


def environ_of(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    """What WSGI has of a request (PEP 3333)."""
    host, port = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1" if scope["http_version"] == "1.1" else "HTTP/1.0",
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        # The whole body is there, whether or not its length was told beforehand.
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        # A name with an underscore would pass for one with a hyphen, which a proxy has set or taken away; an empty
        # host is none.
        if b"_" in name or (name == b"host" and not value):
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        told = value.decode("latin-1")
        environ[key] = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{told}" if key in environ else told
    return environ


def call(app: Wsgi, environ: dict[str, Any]) -> Answer:
    """The status, headers and body with which a WSGI application answers."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start(status: str, headers: list[tuple[str, str]], _problem: object = None) -> Callable[[bytes], None]:
        begun[:] = [(status, headers)]
        return written.append

    environ["wsgi.errors"] = _Errors()
    answer = app(environ, start)
    try:
        written.extend(answer)
    finally:
        if close := getattr(answer, "close", None):
            close()
    status, headers = begun[0]
    # In HTTP/2 and ASGI the names of headers are written small.
    sent = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return int(status[:3]), sent, b"".join(written)


class _Errors:
    """Where an application writes what goes wrong: into the log."""

    def write(self, text: str) -> None:
        if text.strip():
            log.error("fault", text=text.rstrip())

    def flush(self) -> None:
        """Nothing is held back."""
