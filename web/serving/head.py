"""What the head of a request says: what is asked of whom, and how long its body is (RFC 9110 and 9112).

A head that others may read differently, or that names nothing that is served, is refused before anything is done.
"""

from __future__ import annotations

import re
from typing import Any

Scope = dict[str, Any]
Headers = list[tuple[bytes, bytes]]
Answer = tuple[int, Headers, bytes]

WITHOUT_CONTENT = ("GET", "HEAD", "OPTIONS")
"""Methods that give content no meaning (RFC 9110, 9.3): what is sent with them is read, so that the next request
begins where it does, and looked at by nobody."""

METHODS = (*WITHOUT_CONTENT, "POST", "PUT", "PATCH", "DELETE")
"""Those that are known; which of them an address takes, the application says. Their case counts (RFC 9110, 9.1)."""

MOST_WITHOUT_MEANING = 16 * 1024
"""Bytes of content that are taken where it means nothing."""

_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{0,5})?")
"""A name or address, and perhaps a port: of what RFC 3986 allows, that which a host can be called."""

_OF_CONTENT = {b"content-length", b"content-type", b"content-encoding", b"transfer-encoding"}


class NotTaken(Exception):
    """A request that is answered without being carried out."""

    def __init__(self, status: int, said: str, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(said)
        self.answer = _plain(status, said, headers)


def check_target(scope: Scope) -> None:
    """Raises NotTaken for a request that does not say which host it is for, or asks what no address answers to."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) > 1:
        raise NotTaken(400, "The request names several hosts")
    host = hosts[0] if hosts else b""
    if not host and scope["http_version"] == "1.1":
        raise NotTaken(400, "The request names no host")
    if host and not _HOST.fullmatch(host):
        raise NotTaken(400, "The request names an invalid host")
    if scope["method"] not in METHODS:
        raise NotTaken(501, "The method of the request is not supported", (b"allow", ", ".join(METHODS[:4]).encode()))
    if not scope["path"].startswith("/"):
        raise NotTaken(400, "The request asks for no address of this service")


def told_length(scope: Scope) -> int | None:
    """Bytes of the body as the headers tell them, None where it comes in chunks.

    Raises NotTaken where they do not tell it in one way: a proxy may have read them in another way than we do
    (RFC 9112, sections 6.1 and 6.3). What is told both by length and in chunks, the server itself reads in chunks,
    and closes the connection after.
    """
    told: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        told.setdefault(name, []).append(value)
    lengths, codings = (told.get(name, []) for name in (b"content-length", b"transfer-encoding"))
    if len(codings) + len(lengths) > 1:
        raise NotTaken(400, "The request gives its length twice")
    if codings:
        if codings != [b"chunked"]:
            raise NotTaken(501, "A request must be plain or in chunks, not encoded in any other way")
        return None
    return int(lengths[0]) if lengths else 0


def without_content(scope: Scope) -> Scope:
    """The same request as though nothing had been sent with it."""
    return {**scope, "headers": [header for header in scope["headers"] if header[0] not in _OF_CONTENT]}


def _plain(status: int, said: str, more: tuple[tuple[bytes, bytes], ...]) -> Answer:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
        *more,
    ]
    if status == 503:
        headers.append((b"retry-after", b"5"))
    return status, headers, f"{said}\n".encode()
