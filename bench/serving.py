"""The production server held up on purpose, and what reading requests whole costs beside a server that does not.

Half-sent bodies and idle connections are held while somebody asks for `/healthz` and a page, beside an undisturbed
time of the same run; eight sign in without a pause; and forms are sent that are nothing but empty fields.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import perf_counter, perf_counter_ns
from urllib.parse import urlencode

from bench.browsing import percentile
from bench.material.place import Place
from bench.material.timing import Measured, Told, Way, Work, in_turn
from tests.postgresql import _free_port
from tests.running_service import Served, running, served
from tests.sample_authority import Clock, SampleAuthority
from web.accounts import sessions
from web.runtime.migrate import upgrade
from web.runtime.services import Services

HEALTH, READY, PAGE = "/healthz", "/readyz", "/schools/"
HALF_SENT, IDLE, SIGNING_IN = 64, 1000, 8
SECONDS, UNDISTURBED, STORM = 120, 60, 20
EMPTY_FIELDS = 4 * 1024 * 1024
MOST_FIELDS_BYTES = 1024 * 1024
ASKING, REQUESTS = 4, 400
SCHOOLS = 99
BETWEEN = 0.01
"""Seconds between two questions of the one who asks."""

FORM = "application/x-www-form-urlencoded"
HALF = f"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 999\r\n\r\nemail=".encode()
DIRECT = """
import sys
from granian.constants import Interfaces
from granian.server import Server
Server("web:create_app", factory=True, interface=Interfaces.WSGI, port=int(sys.argv[1]), blocking_threads=4).serve()
"""


def held_up(place: Place) -> Told:
    """Milliseconds of an answer: undisturbed, beside what is held, and beside those who sign in."""
    figures: dict[str, float] = {}
    with _service(place) as service:
        before = _asked(service, UNDISTURBED / 2)
        with _held(service):
            held = _asked(service, SECONDS)
        after = _asked(service, UNDISTURBED / 2)
        figures |= _figures("undisturbed", {path: before[path] + after[path] for path in before})
        figures |= _figures("1,064 held", held)
        with _signing_in(service):
            figures |= _figures("8 signing in", _asked(service, STORM))
        for to in ("/sign-in", "/concerns/raise"):
            for size in (EMPTY_FIELDS, MOST_FIELDS_BYTES):
                name = f"{size // 1024 // 1024} MiB of empty fields to {to}"
                figures[name] = median(_refused(service, to, size) for _ in range(place.rounds))
    return Told("serving", f"Answers while connections are held for {SECONDS} s, SQLite", "ms", figures)


def beside_direct(place: Place) -> Measured:
    """Requests a second of four who ask without a pause: by `sis serve`, and by the same server without our front."""
    with _service(place) as ours, _direct(ours, place.folder / "direct.log") as direct:
        ways: dict[str, Way] = {
            f"{what}, {name}": lambda service=service, path=path: (_asking(service, path), REQUESTS)  # type: ignore[misc]
            for what, path in (("page", PAGE), ("health", HEALTH))
            for name, service in (("direct", direct), ("sis serve", ours))
        }
        title = "Requests through sis serve beside a direct server, SQLite"
        return in_turn("front", title, ways, base="page, direct", rounds=place.rounds)


@contextmanager
def _service(place: Place) -> Iterator[Served]:
    url = f"sqlite:///{place.file()}"
    with closing(Services(url)) as services:
        upgrade(services.writer)
        services.prepare_views()
        sample = SampleAuthority(services, Clock())
        for number in range(SCHOOLS):
            sample.school(f"School {number}")
        director = sample.director()
        with services.write() as connection:
            cookie = sessions.begin(connection, director, services.now())
    log = place.folder / "serving.log"
    with served(url, log) as service:
        service.cookie = cookie
        service.until(lambda: service.has_started(1), "the service did not start")
        yield service


@contextmanager
def _direct(beside: Served, log: Path) -> Iterator[Served]:
    """The same server on the same database, which hands each request to a thread as soon as its headers are there."""
    port = _free_port()
    with running(beside.url, log, str(port), program=DIRECT) as process:
        service = Served(process, port, log, beside.url, beside.cookie)
        service.until(lambda: service.has_started(1), "the direct server did not start")
        yield service


def _figures(name: str, taken: dict[str, list[float]]) -> dict[str, float]:
    return {
        f"{path}, {name}, {share}": percentile(times, at) * 1000
        for path, times in taken.items()
        for share, at in (("p50", 0.5), ("p99", 0.99))
    }


def _asked(service: Served, seconds: float) -> dict[str, list[float]]:
    """What the answers took somebody who asks for each in turn."""
    taken: dict[str, list[float]] = {HEALTH: [], READY: [], PAGE: []}
    until = perf_counter() + seconds
    while perf_counter() < until:
        for path, times in taken.items():
            began = perf_counter()
            status, _ = service.get(path)
            times.append(perf_counter() - began)
            assert status == 200, (path, status)
            Event().wait(BETWEEN)
    return taken


@contextmanager
def _held(service: Served) -> Iterator[None]:
    """Bodies that never come to an end and connections that say nothing; each that is closed is opened anew."""
    wanted = [HALF] * HALF_SENT + [b""] * IDLE
    held = [_opened(service, begun) for begun in wanted]
    with _meanwhile(lambda: _opened_anew(service, held, wanted)):
        yield
    for each in held:
        each.close()


def _opened_anew(service: Served, held: list[socket.socket], wanted: list[bytes]) -> None:
    for at, each in enumerate(held):
        if _is_closed(each):
            each.close()
            held[at] = _opened(service, wanted[at])
    Event().wait(0.5)


def _opened(service: Served, begun: bytes) -> socket.socket:
    held = service.sends(begun)
    held.setblocking(False)
    return held


def _is_closed(held: socket.socket) -> bool:
    try:
        held.recv(4096)
    except BlockingIOError:
        return False
    except ConnectionError:
        pass
    return True


@contextmanager
def _signing_in(service: Served) -> Iterator[None]:
    """People who give a wrong password without a pause, each from a page and under a name of their own."""
    with _meanwhile(*[lambda each=each: _guess(service, each) for each in range(SIGNING_IN)]):
        yield


def _guess(service: Served, each: int) -> None:
    with _connection(service) as connection:
        page, text = _answer(connection, "GET", "/sign-in")
        token = re.search(r'name="csrf_token"[^>]* value="([^"]*)"', text)
        assert token is not None
        name = f"p{each}.{perf_counter_ns()}@example.org"
        typed = {"csrf_token": token[1], "sign_in_name": name, "password": "not this one"}
        headers = {"Cookie": page.headers["Set-Cookie"].split(";")[0], "Content-Type": FORM}
        answer, _ = _answer(connection, "POST", "/sign-in", urlencode(typed).encode(), headers)
        assert answer.status in {422, 429, 503}, answer.status


@contextmanager
def _connection(service: Served) -> Iterator[HTTPConnection]:
    with closing(HTTPConnection("127.0.0.1", service.port, timeout=60)) as connection:
        yield connection


def _answer(
    connection: HTTPConnection,
    method: str,
    path: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> tuple[HTTPResponse, str]:
    connection.request(method, path, body or None, headers or {})
    answer = connection.getresponse()
    return answer, answer.read().decode()


@contextmanager
def _meanwhile(*work: Callable[[], None]) -> Iterator[None]:
    """Each is done over and over in a thread of its own."""
    ended = Event()

    def repeat(do: Callable[[], None]) -> None:
        while not ended.is_set():
            do()

    threads = [Thread(target=repeat, args=(each,)) for each in work]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _refused(service: Served, to: str, size: int) -> float:
    """Milliseconds until a form of nothing but empty fields is refused."""
    begun = f"POST {to} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: {size}\r\n".encode()
    began = perf_counter()
    with service.sends(begun + service.signed_in + b"\r\n") as sending:
        with suppress(ConnectionError):  # it may be refused before all of it was sent
            sending.sendall(b"a=&" * (size // 3) + b"a" * (size % 3))
        with suppress(ConnectionError):
            said = sending.recv(12)
            assert said in {b"HTTP/1.1 413", b""}, said
    return (perf_counter() - began) * 1000


def _asking(service: Served, path: str) -> Work:
    headers = {"Cookie": f"{sessions.COOKIE}={service.cookie}"}

    def ask(number: int) -> None:
        with _connection(service) as connection:
            for _ in range(number):
                answer, _ = _answer(connection, "GET", path, headers=headers)
                assert answer.status == 200, answer.status

    def work() -> None:
        threads = [Thread(target=ask, args=(REQUESTS // ASKING,)) for _ in range(ASKING)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return work
