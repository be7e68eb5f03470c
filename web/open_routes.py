"""What is open to nobody in particular; everywhere else it comes first who asks.

Until that is known, nothing that was sent is read, parsed or looked up: neither address nor body nor any header but
those of the session and the token. So nobody can learn anything from how such a request is answered.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from werkzeug.exceptions import Unauthorized

from web import again
from web.identity import visitor

SMALL_FORM = 16 * 1024

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
    "accounts.set_password": SMALL_FORM,
}
"""The endpoints where nobody needs to be signed in, and how many bytes of body each takes."""


def ask_who_comes_first(app: Flask) -> None:
    """Turn away, before anything else, whoever is not signed in, except on the open routes."""

    @app.before_request
    def ask() -> Any:
        most_bytes = OPEN_ROUTES.get(request.endpoint or "")
        if most_bytes is not None:
            request.max_content_length = most_bytes
            return None
        if visitor() is not None:
            return None
        if request.path.startswith("/api/"):
            raise Unauthorized("Sign in to go on")
        return again.ask_to_sign_in()
