"""What is open to nobody in particular; everywhere else it comes first who asks.

Until that is known, nothing that was sent is read, parsed or looked up: neither address nor body nor any header but
those of the session and the token. So nobody can learn anything from how such a request is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask, Response, redirect, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, Unauthorized
from werkzeug.routing import MapAdapter, RequestRedirect

from web.access.context import RequestContext, handed
from web.forms import restore
from web.runtime.requests import BODY_TO_COME, bytes_taken_by

SMALL_FORM = 16 * 1024
CONTINUE, PERMANENT = 100, 308

OPEN_ROUTES = {
    "static": 0,
    "about.alive": 0,
    "about.ready": 0,
    "about.brand": 0,
    "about.help_page": 0,
    "about.contact": 0,
    "about.accessibility": 0,
    "about.cookies": 0,
    "about.privacy": 0,
    "reference": 0,
    "openapi": 0,
    "problems": 0,
    "accounts.ask_to_sign_in": SMALL_FORM,
    "accounts.second_factor.give_code": SMALL_FORM,
    "accounts.council.go_in": 0,
    "accounts.council.go_on": 0,
    "accounts.council.go_invited": 0,
    "accounts.council.come_back": 0,
    "accounts.set_password": SMALL_FORM,
}
"""The endpoints where nobody needs to be signed in, and how many bytes of body each takes."""


def ask_who_comes_first(app: Flask) -> None:
    """Turn away, before anything else, whoever is not signed in, except on the open routes.

    Of a request whose body is still to come that is all that is asked: who is signed in may send it.
    """

    @app.before_request
    @handed
    def ask(context: RequestContext) -> Any:
        # Nobody's session is looked up beneath /static/, where there may be nothing at an address.
        endpoint = "static" if request.path.startswith("/static/") else request.endpoint
        most_bytes = OPEN_ROUTES.get(endpoint or "")
        if most_bytes is not None:
            request.max_content_length = most_bytes
            return None
        if _is_open_otherwise():
            return None
        if context.user_or_none is not None:
            return Response(status=CONTINUE) if BODY_TO_COME in request.environ else None
        if request.path.startswith("/api/"):
            raise Unauthorized("Sign in to continue")
        return restore.ask_to_sign_in(context)


def follow_slashes(app: Flask) -> None:
    """Lead from an address with a slash too many at its end to the page, as Flask does where one is missing or two
    stand within. Nobody is led to what is not open: they would learn that it is there."""

    @app.before_request
    @handed
    def lead(context: RequestContext) -> Any:
        path, adapter, fault = request.path.rstrip("/"), request_ctx.url_adapter, request.routing_exception
        if adapter is None:
            return None
        if isinstance(fault, RequestRedirect):
            return fault.get_response() if _endpoint_at(adapter, request.path) in OPEN_ROUTES else None
        is_unknown = isinstance(fault, NotFound) and request.method in ("GET", "HEAD")
        if not is_unknown or path in ("", request.path) or not adapter.test(path):
            return None
        if _endpoint_at(adapter, path) not in OPEN_ROUTES and context.user_or_none is None:
            return None
        return redirect(
            adapter.make_redirect_url(path.removeprefix("/"), query_args=request.query_string.decode()), PERMANENT
        )


def _endpoint_at(adapter: MapAdapter, path: str) -> str:
    """What a path leads to in the end."""
    try:
        return str(adapter.match(path)[0])
    except RequestRedirect as onward:
        return _endpoint_at(adapter, unquote(urlsplit(onward.new_url).path))


def _is_open_otherwise() -> bool:
    """Whether the address is open, and only the method is none of its own; which it has, is then answered."""
    fault, adapter = request.routing_exception, request_ctx.url_adapter
    if not isinstance(fault, MethodNotAllowed) or not fault.valid_methods or adapter is None:
        return False
    endpoint, _ = adapter.match(method=next(iter(fault.valid_methods)))
    return endpoint in OPEN_ROUTES


def bytes_taken(app: Flask) -> Callable[[str, str], int]:
    """How many bytes of body an application takes, by method and path."""

    def taken(method: str, path: str) -> int:
        try:
            endpoint, _ = app.url_map.bind("localhost").match(path, method)
        except HTTPException:
            endpoint = ""
        view, settings = app.view_functions.get(endpoint), app.config["SIS_SETTINGS"]
        return OPEN_ROUTES.get(endpoint, bytes_taken_by(view, settings))

    return taken
