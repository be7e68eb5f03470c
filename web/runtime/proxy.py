"""A proxy in front: whose word is taken for the client's address, the scheme and the host.

What a request says of itself in X-Forwarded-* headers counts only where the one who hands it over is trusted, and
of several addresses the last that is no trusted proxy's is the client's. Where the public address is set, links are
made from it alone, never from a Host header.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from web.runtime.environment import BadSetting

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]
Network = IPv4Network | IPv6Network

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")


def networks(named: str) -> tuple[Network, ...]:
    """The proxies that are trusted: addresses or networks, set apart by commas or blanks. Raises BadSetting."""
    try:
        return tuple(ip_network(each, strict=False) for each in named.replace(",", " ").split())
    except ValueError as error:
        raise BadSetting(f"SIS_TRUSTED_PROXIES names addresses or networks, as 10.0.0.0/8: {error}") from None


def public_url(named: str) -> str:
    """The public address without a final slash; empty for none. Raises BadSetting."""
    if not named:
        return ""
    parts = urlsplit(named)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/") or parts.query:
        raise BadSetting("SIS_PUBLIC_URL is the scheme and host that people use, as https://sis.example.gov.uk")
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class BehindProxy:
    """Corrects what a request says of its client, scheme and host before the application reads it."""

    application: Wsgi
    trusted: tuple[Network, ...] = ()
    url: str = ""

    def __call__(self, environ: Environ, start: Any) -> Iterable[bytes]:
        told = {name: str(environ.pop(name, "")) for name in FORWARDED}
        if self._is_trusted(environ.get("REMOTE_ADDR", "")):
            environ["REMOTE_ADDR"] = self._client(environ["REMOTE_ADDR"], told["HTTP_X_FORWARDED_FOR"])
            scheme, host = _last(told["HTTP_X_FORWARDED_PROTO"]), _last(told["HTTP_X_FORWARDED_HOST"])
            if scheme in {"http", "https"}:
                environ["wsgi.url_scheme"] = scheme
            if host:
                environ["HTTP_HOST"] = host
        if self.url:
            environ["wsgi.url_scheme"], _, environ["HTTP_HOST"] = self.url.partition("://")
        return self.application(environ, start)

    def _client(self, peer: str, forwarded_for: str) -> str:
        """The nearest address that is no trusted proxy's; a proxy's own where what it tells cannot be read."""
        client = peer
        for told in reversed([each.strip() for each in forwarded_for.split(",") if each.strip()]):
            if not _is_address(told):
                break
            client = told
            if not self._is_trusted(told):
                break
        return client

    def _is_trusted(self, address: str) -> bool:
        return _is_address(address) and any(ip_address(address) in network for network in self.trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _last(told: str) -> str:
    return told.rpartition(",")[2].strip()
