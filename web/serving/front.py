"""Between the server and the application: a request has arrived, whole and within bounds, before it costs a thread.

An ASGI application around a WSGI one. Whoever sends slowly, or stops in the middle, holds a connection and what has
arrived of a body, both bounded; the threads are for those who have said what they want.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import structlog

Message = dict[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Wsgi = Callable[..., Iterable[bytes]]

log = structlog.get_logger()

IN_MEMORY = 64 * 1024
"""Bytes of a body that are kept in memory; a longer one lies in a temporary file."""

SLOWEST = 10 * 1024
"""Bytes a second at which a large file may still arrive: each gives its sender so much more time."""

WAITING_FOR_EACH_THREAD = 64
"""Requests that may wait for a thread; more are answered that the service is busy."""


@dataclass(frozen=True)
class Bounds:
    """What is taken: `seconds` until a body has arrived, bytes of one body, and of all that are arriving."""

    seconds: float = 20
    body: int = 12 * 1024 * 1024
    bodies: int = 512 * 1024 * 1024


class NotTaken(Exception):
    """A request that is answered without being carried out."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status, self.said = status, said


class Gone(Exception):
    """Whoever sent the request is no longer there."""


class Front:
    """Serves a WSGI application with so many threads. Has to be called by one event loop."""

    def __init__(self, app: Wsgi, threads: int, bounds: Bounds) -> None:
        self._app = app
        self._bounds = bounds
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._most_waiting = threads * (1 + WAITING_FOR_EACH_THREAD)
        self._waiting = 0
        self._arriving = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        if scope["type"] != "http":
            return
        with SpooledTemporaryFile(IN_MEMORY) as body:
            try:
                await self._receive_into(body, scope, receive)
                answer = await self._carried_out(environ_of(scope, body))
            except Gone:
                return
            except NotTaken as problem:
                log.warning("request not taken", status=problem.status, method=scope["method"])
                answer = _plain(problem)
        status, headers, told = answer
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": told})

    async def _receive_into(self, body: IO[bytes], scope: Scope, receive: Receive) -> None:
        size = 0
        begun = asyncio.get_running_loop().time()
        if _told_length(scope) > self._bounds.body:
            raise NotTaken(413, "The request is too large")
        try:
            async with asyncio.timeout_at(begun + self._bounds.seconds) as deadline:
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Gone
                    chunk: bytes = message.get("body", b"")
                    size += len(chunk)
                    self._arriving += len(chunk)
                    if size > self._bounds.body:
                        raise NotTaken(413, "The request is too large")
                    if self._arriving > self._bounds.bodies:
                        raise NotTaken(503, "The service is busy")
                    body.write(chunk)
                    if not message.get("more_body"):
                        break
                    deadline.reschedule(begun + self._bounds.seconds + size / SLOWEST)
        except TimeoutError:
            raise NotTaken(408, "The request did not arrive in time") from None
        finally:
            self._arriving -= size
        body.seek(0)

    async def _carried_out(self, environ: dict[str, Any]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        if self._waiting >= self._most_waiting:
            raise NotTaken(503, "The service is busy")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call, self._app, environ)
        finally:
            self._waiting -= 1


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
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
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
        # A name with an underscore would pass for one with a hyphen, which a proxy has set or taken away.
        if b"_" in name:
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        told = value.decode("latin-1")
        environ[key] = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{told}" if key in environ else told
    return environ


def call(app: Wsgi, environ: dict[str, Any]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
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


def _told_length(scope: Scope) -> int:
    told = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(told) if told.isdigit() else 0


def _plain(problem: NotTaken) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    if problem.status == 503:
        headers.append((b"retry-after", b"5"))
    return problem.status, headers, f"{problem.said}\n".encode()
