"""What is sent by hand: requests that are told in two ways, lie about their length, flood, or are never read."""

from __future__ import annotations

import re
import socket
from contextlib import suppress

import pytest

from tests.running_service import Served

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
NEXT = HEALTH + b"\r\n"
LAST = HEALTH + b"Connection: close\r\n\r\n"
OK = b"HTTP/1.1 200 "
FORM = b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = FORM + b"Transfer-Encoding: chunked\r\n"


def answered(service: Served, sent: bytes) -> list[bytes]:
    """How the answers begin to what is sent, until the service closes the connection."""
    with service.sends(b"") as sending:
        with suppress(ConnectionError):  # it may be refused before all of it was sent
            sending.sendall(sent)
        said = b""
        with suppress(ConnectionError):
            while more := sending.recv(65536):
                said += more
    return re.findall(rb"HTTP/1\.[01] \d{3} ", said)


def head(service: Served, sent: bytes) -> tuple[bytes, bytes]:
    """The status of an answer and the methods that it allows, until the service closes the connection."""
    with service.sends(sent) as sending:
        said = b""
        while more := sending.recv(65536):
            said += more
    allowed = re.search(rb"(?im)^allow: ([A-Z, ]+)", said)
    return said.split()[1], allowed[1] if allowed else b""


TWICE = {
    "length and chunks": FORM + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": CHUNKED + b"Content-Length: 4\r\n\r\n0\r\n\r\n",
    "two lengths": FORM + b"Content-Length: 4\r\nContent-Length: 0\r\n\r\na=bc",
    "a list of lengths": FORM + b"Content-Length: 4, 4\r\n\r\na=bc",
    "a signed length": FORM + b"Content-Length: +4\r\n\r\na=bc",
    "a negative length": FORM + b"Content-Length: -4\r\n\r\na=bc",
    "a length of no number": FORM + b"Content-Length: 0x4\r\n\r\na=bc",
    "a length beyond all": FORM + b"Content-Length: 99999999999999999999999\r\n\r\na=bc",
    "an unknown encoding": FORM + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two encodings": FORM + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked, then not": FORM + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a blank before the colon": FORM + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a folded header": FORM + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": CHUNKED.replace(b"1.1", b"1.0") + b"\r\n0\r\n\r\n",
    "two hosts": HEALTH + b"Host: y\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "an empty host": b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n",
    "a host with a name of somebody": b"GET /healthz HTTP/1.1\r\nHost: x@y\r\n\r\n",
    "a host with a blank": b"GET /healthz HTTP/1.1\r\nHost: x y\r\n\r\n",
    "a host with a path": b"GET /healthz HTTP/1.1\r\nHost: x/y\r\n\r\n",
    "a list of hosts": b"GET /healthz HTTP/1.1\r\nHost: x,y\r\n\r\n",
    "a host that is no text": b"GET /healthz HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n",
    "a port of no number": b"GET /healthz HTTP/1.1\r\nHost: x:80x\r\n\r\n",
    "an address without end": b"GET /healthz HTTP/1.1\r\nHost: [::1\r\n\r\n",
    "an unwelcome host where none is needed": HEALTH.replace(b"1.1", b"1.0").replace(b"x", b"x y") + b"\r\n",
    "no address of a service": b"GET * HTTP/1.1\r\nHost: x\r\n\r\n",
    "an address that begins with no slash": b"GET healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "another version": b"GET /healthz HTTP/1.2\r\nHost: x\r\n\r\n",
    "no version": b"GET /healthz\r\n\r\n",
    "an unknown method": HEALTH.replace(b"GET", b"BREW") + b"\r\n",
    "a method in small letters": HEALTH.replace(b"GET", b"get") + b"\r\n",
    "a request to be sent back": HEALTH.replace(b"GET", b"TRACE") + b"\r\n",
    "a request to be led elsewhere": b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a chunk longer than told": CHUNKED + b"\r\n2\r\na=bc\r\n0\r\n\r\n",
    "a chunk shorter than told": CHUNKED + b"\r\n5\r\na=b\r\n0\r\n\r\n",
    "a chunk of a negative length": CHUNKED + b"\r\n-1\r\na=b\r\n0\r\n\r\n",
    "a chunk beyond all": CHUNKED + b"\r\nfffffffffffffffff\r\na=b\r\n0\r\n\r\n",
    "a remark on a chunk without end": CHUNKED + b"\r\n1;" + b"a" * 100_000 + b"\r\nx\r\n0\r\n\r\n",
    "headers behind a body without end": CHUNKED + b"\r\n0\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    "a control character": HEALTH + b"X: a\0b\r\n\r\n",
    "a line that ends within": HEALTH + b"X: a\rb\r\n\r\n",
}


@pytest.mark.parametrize("told", TWICE)
def test_a_request_that_can_be_read_otherwise_or_not_at_all_is_refused_and_nothing_behind_it_is_read(
    service: Served, told: str
) -> None:
    """Else what a proxy takes for a body would be a request here, or the other way round."""
    (said,) = answered(service, TWICE[told] + NEXT)
    assert said.split()[1] in {b"400", b"501"}


@pytest.mark.parametrize(
    "host", [b"x", b"x:8000", b"x:", b"127.0.0.1:80", b"[::1]:80", b"sis-salford.example"], ids=repr
)
def test_whatever_a_host_can_be_called_is_taken(service: Served, host: bytes) -> None:
    (said,) = answered(service, b"GET /healthz HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    assert said == OK


def test_an_older_client_need_not_name_a_host(service: Served) -> None:
    assert head(service, b"GET /healthz HTTP/1.0\r\n\r\n") == (b"200", b"")


@pytest.mark.parametrize("path", [b"/healthz", b"/readyz", b"/sign-in", b"/schools/", b"/static/service.css"])
@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"OPTIONS"])
def test_what_is_sent_with_a_request_that_only_reads_changes_nothing_and_is_no_request(
    service: Served, method: bytes, path: bytes
) -> None:
    """By one rule for every address, and whether its length is told or it comes in chunks."""
    asked = method + b" " + path + b" HTTP/1.1\r\nHost: x\r\n"
    (alone,) = answered(service, asked + b"Connection: close\r\n\r\n")
    body = b"csrf_token=x&" + NEXT
    length = b"Content-Length: " + str(len(body)).encode()
    form = asked + b"Content-Type: application/x-www-form-urlencoded\r\n"
    chunks = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"

    assert answered(service, form + length + b"\r\n\r\n" + body + LAST) == [alone, OK]
    assert answered(service, form + chunks + LAST) == [alone, OK]
    (refused,) = answered(service, form + b"Content-Length: 4000000\r\n\r\n" + NEXT)
    assert refused == b"HTTP/1.1 413 "


def test_an_open_address_says_which_methods_it_takes(service: Served) -> None:
    """To everybody; of the others nobody is told before it is known who asks."""
    for method in (b"POST", b"PUT", b"DELETE"):
        ending = b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        status, allowed = head(service, method + b" /healthz" + ending)
        assert (status, set(allowed.split(b", "))) == (b"405", {b"GET", b"HEAD", b"OPTIONS"})
        assert head(service, method + b" /audit/" + ending) == (b"303", b"")
    status, allowed = head(service, HEALTH.replace(b"GET", b"TRACE") + b"\r\n")
    assert (status, allowed) == (b"501", b"GET, HEAD, OPTIONS, POST")


@pytest.mark.parametrize(
    "sent",
    [
        HEALTH + b"X: y\r\n" * 10_000 + b"\r\n",
        HEALTH + b"X: " + b"a" * 66_000 + b"\r\n\r\n",
        HEALTH + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
        HEALTH + b"X: " + b"a" * 1_000_000 + b"\r\n\r\n",
        HEALTH + b"X: " + b"a" * 5_000_000,
        b"GET /healthz?" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=[
        "many headers",
        "a header of 66,000",
        "a header of 100,000",
        "a long header",
        "a header without end",
        "a long address",
    ],
)
def test_a_flood_of_headers_is_refused(service: Served, sent: bytes) -> None:
    with service.sends(b"") as sending:
        with suppress(ConnectionError):
            sending.sendall(sent)
        said = b""
        with suppress(ConnectionError):  # what it has not read it may answer with a reset
            said = sending.recv(12)
    assert said in {b"HTTP/1.1 431", b"HTTP/1.1 414", b""}
    assert service.get("/healthz") == (200, "ok\n")


def test_requests_sent_together_are_answered_in_their_order(service: Served) -> None:
    asked = (b"/healthz", b"/sign-in", b"/nowhere", b"/healthz")
    sent = b"".join(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n" for path in asked)
    statuses = [line.split()[1] for line in answered(service, sent)]
    assert statuses == [b"200", b"200", b"303", b"200"]


def test_a_connection_that_asks_nothing_more_is_closed(service: Served) -> None:
    assert len(answered(service, NEXT)) == 1


def test_what_is_left_of_a_refused_body_is_no_request(service: Served) -> None:
    (said,) = answered(service, FORM + b"Content-Length: 20000\r\n\r\n" + NEXT * 50)
    assert said.startswith(b"HTTP/1.1 413 ")


def test_somebody_who_asks_first_is_told_to_go_on_or_why_not(service: Served) -> None:
    asks = FORM + b"Expect: 100-continue\r\nConnection: close\r\n"
    with service.sends(asks + b"Content-Length: 4\r\n\r\n") as sending:
        assert sending.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sending.sendall(b"a=bc")
        assert sending.recv(12) == b"HTTP/1.1 400"
    (said,) = answered(service, asks + b"Content-Length: 99999999\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 413 ")


def test_somebody_who_never_reads_is_let_go_of(service: Served) -> None:
    """However much of it waits for them."""
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        deaf.settimeout(30)
        deaf.connect(("127.0.0.1", service.port))
        with pytest.raises(ConnectionError):
            deaf.sendall(b"GET /sign-in HTTP/1.1\r\nHost: x\r\n\r\n" * 1_000_000)
    assert service.get("/healthz") == (200, "ok\n")
