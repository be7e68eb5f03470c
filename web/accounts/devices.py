"""Browsers in which somebody has signed in before: a signed cookie names each by a number, for those people alone.

It lets nobody in. It only tells a person's own browser apart from whoever guesses at their password meanwhile
(web.accounts.attempts).
"""

from __future__ import annotations

import secrets

from flask import request
from itsdangerous import BadSignature
from werkzeug.wrappers import Response

from web.runtime.headers import is_secure
from web.runtime.signed_cookies import signer
from web.runtime.tables import fingerprint

COOKIE = "sis_device"
LASTS_DAYS = 365
MOST_PEOPLE = 8
"""Of those who share a browser, so many are remembered: the last to sign in."""


def device_of(sign_in_name: str) -> str | None:
    """The number of the browser that asks, where this name has signed in with it before."""
    return _known().get(_key(sign_in_name))


def remember(response: Response, sign_in_name: str) -> None:
    """Let the browser know that this name has signed in with it."""
    known, key = _known(), _key(sign_in_name)
    number = known.pop(key, None) or secrets.token_urlsafe(12)
    kept = dict([*known.items(), (key, number)][-MOST_PEOPLE:])
    response.set_cookie(
        COOKIE,
        signer("device").dumps(kept),
        max_age=LASTS_DAYS * 24 * 3600,
        httponly=True,
        samesite="Lax",
        secure=is_secure(),
    )


def _known() -> dict[str, str]:
    try:
        found = signer("device").loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _key(sign_in_name: str) -> str:
    """A name as the cookie holds it, which tells nobody who uses the browser."""
    return fingerprint(sign_in_name.strip().casefold())[:16]
