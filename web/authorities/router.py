"""Leads each request to the authority that answers it: by its host, or on a shared host by choice.

One application serves them all; what changes from request to request is its services. On a host that several
authorities share, a browser carries a signed cookie with the authority it chose, and a program names it in the header
`Sis-Authority`. Neither opens anything: who somebody is, is asked of that authority's own database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.wsgi import ClosingIterator

from domain.service import Unavailable
from projections.event_log.faults import FAULTS, meant
from web import make_app
from web.api.smorest import API_PREFIX
from web.authorities.choose_authority import (
    AT_HOST,
    CHOICE,
    CLOSED,
    HEADER,
    TYPED,
    WAY_IN,
    WHICH,
    make_choose_authority,
)
from web.authorities.directory import Directory, DirectoryEntry
from web.authorities.directory_cache import DirectoryCache
from web.authorities.open_services import ServicesPool
from web.runtime.requests import LimitedRequest
from web.runtime.services import CHOSEN, ChosenAuthority
from web.runtime.settings import DeploymentSettings

Environ = dict[str, Any]
Start = Callable[..., Any]

MOVING_SECONDS, CLOSED_SECONDS = 15, 300
"""When to ask again for an authority that is being moved, and for one that is closed."""

HEALTH = {"/healthz", "/readyz"}


class Router:
    """A WSGI application for all authorities of a directory."""

    def __init__(self, directory: Directory, settings: DeploymentSettings) -> None:
        self.directory = directory
        self.known = DirectoryCache(directory)
        self.services_pool = ServicesPool(directory, settings)
        self._are_cookies_for_https = settings.secure_cookies
        self.app = make_app(settings)
        self.choose_authority = make_choose_authority(directory, settings)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        for ours in (AT_HOST, CLOSED, CHOSEN):
            environ.pop(ours, None)
        path: str = environ.get("PATH_INFO", "")
        if path.startswith("/static/"):
            return self.app(environ, start)
        at_host = self.known.at(host_of(environ))
        if path in HEALTH and len(at_host) != 1:
            return _healthy(start)
        environ[AT_HOST] = at_host
        authority = self._choice(environ, at_host)
        if authority is None or (len(at_host) > 1 and _is_of_lobby(path)):
            return self.choose_authority(environ, start)
        now = datetime.now(UTC)
        if not authority.is_served(now):
            environ[CLOSED] = MOVING_SECONDS if authority.is_moving(now) else CLOSED_SECONDS
            return self.choose_authority(environ, start)
        return self._answer(environ, start, authority, is_shared=len(at_host) > 1)

    def close(self) -> None:
        """Let go of every database."""
        self.services_pool.close()
        self.directory.close()

    def _request(self, environ: Environ) -> LimitedRequest:
        request = LimitedRequest(environ)
        request.is_for_https = self._are_cookies_for_https
        return request

    def _choice(self, environ: Environ, at_host: Mapping[str, DirectoryEntry]) -> DirectoryEntry | None:
        if len(at_host) == 1:
            return next(iter(at_host.values()))
        request = self._request(environ)
        named = request.headers.get(HEADER)
        if named is not None and request.path.startswith(f"{API_PREFIX}/"):
            return at_host.get(named)
        session = self.choose_authority.session_interface.open_session(self.choose_authority, request)
        return at_host.get(session.get(CHOICE, "")) if session else None

    def _answer(
        self, environ: Environ, start: Start, authority: DirectoryEntry, *, is_shared: bool
    ) -> Iterable[bytes]:
        try:
            services = self.services_pool.borrow(authority)
        except FAULTS as error:
            if not isinstance(meant(error), Unavailable):
                raise
            environ[CLOSED] = MOVING_SECONDS
            return self.choose_authority(environ, start)
        typed = self._request(environ).cookies.get(TYPED, "") if is_shared else ""
        way_in = f"{WAY_IN}/{authority.name}" if is_shared else ""
        environ[CHOSEN] = ChosenAuthority(authority.name, authority.label, services, way_in, typed)

        def give_back() -> None:
            self.services_pool.give_back(authority)

        try:
            answer = self.app(environ, start)
        except BaseException:
            give_back()
            raise
        return ClosingIterator(answer, [give_back])


def host_of(environ: Mapping[str, Any]) -> str:
    """The host that a request names, without its port."""
    named = str(environ.get("HTTP_HOST") or environ.get("SERVER_NAME", ""))
    return named.rpartition(":")[0].casefold().rstrip(".") if ":" in named else named.casefold().rstrip(".")


def _is_of_lobby(path: str) -> bool:
    return path == WHICH or path.startswith(f"{WAY_IN}/")


def _healthy(start: Start) -> list[bytes]:
    start("200 OK", [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")])
    return [b"ok\n"]
