"""Where somebody's own change stands in the log, as a browser carries it in a cookie and a program in headers.

It is told sealed: in the clear, two positions of one's own would tell how much others have saved between them, of
whatever one may not know.
"""

from __future__ import annotations

import re

from cryptography.fernet import InvalidToken
from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from web.runtime.headers import is_secure
from web.runtime.read_consistency import since_of_request
from web.runtime.signed_cookies import sealer

COOKIE = "sis_since"
TELLS, ASKS = "Position", "Min-Position"
"""The headers of the API: where the program's own change stands, and what a reading must not be behind."""

KEPT_SECONDS = 10
"""How long a browser carries the position: far longer than views and replicas lag."""

POSITION = re.compile(r"[A-Za-z0-9_-]{98}")
"""A position as it is told: sealed, and always of one length."""


def take_own_acts(app: Flask) -> None:
    """Take with each request the position that the person or program has saved something at."""

    @app.before_request
    def take() -> None:
        carried = (_asked(), request.cookies.get(COOKIE, ""))
        since_of_request().asked = max(map(_opened, carried))


def add_own_acts(app: Flask) -> None:
    """Refuse, once it is known who asks, what is no position, and tell with each answer what was saved."""

    @app.before_request
    def refuse() -> None:
        if (asked := _asked()) and not _opened(asked):
            raise BadRequest(f"{ASKS} is a position as {TELLS} told it")

    @app.after_request
    def tell(response: Response) -> Response:
        saved = since_of_request().saved
        if not saved:
            return response
        position = _sealed(saved)
        if _is_api():
            response.headers[TELLS] = position
        else:
            response.set_cookie(
                COOKIE, position, max_age=KEPT_SECONDS, httponly=True, samesite="Lax", secure=is_secure()
            )
        return response


def _asked() -> str:
    return request.headers.get(ASKS, "") if _is_api() else ""


def _is_api() -> bool:
    return request.path.startswith("/api/")


def _sealed(position: int) -> str:
    return sealer(COOKIE).encrypt(position.to_bytes(8, "big")).decode("ascii").rstrip("=")


def _opened(sealed: str) -> int:
    """The position that was told so; 0 where none was."""
    if not POSITION.fullmatch(sealed):
        return 0
    try:
        return int.from_bytes(sealer(COOKIE).decrypt(f"{sealed}=="), "big")
    except InvalidToken:
        return 0
