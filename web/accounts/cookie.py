"""Who a request comes from: a session by its cookie on pages, a token by its header at the API."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from web.access.context import RequestContext
from web.access.session_user import BrowserSession, Token
from web.accounts import sessions, tokens
from web.accounts.sessions import COOKIE
from web.runtime.headers import is_secure
from web.runtime.settings import current_settings

API = "/api/"
BEARER = "bearer"
READING = frozenset({"GET", "HEAD", "OPTIONS"})

OF_NOBODY = frozenset({"/healthz", "/readyz", "/brand.css"})
"""Addresses that answer everybody alike, as all beneath /static/ do: no session is looked up there, so that nobody
who sends one learns of the database what others are not told."""


def load_session(context: RequestContext) -> None:
    """Find the session or token of a request for its context.

    At the API a cookie lets somebody read but change nothing: another site's form could send it along.
    """
    if request.path in OF_NOBODY or request.path.startswith("/static/"):
        return
    if request.path.startswith(API) and "Authorization" in request.headers:
        context.token = _token(context)
    elif not request.path.startswith(API) or request.method in READING:
        found, now = _session(context), context.services.now()
        if found and found.needs_renewal(now):
            context.session_to_renew = found
        else:
            context.session = found


def give_cookie(response: Response, value: str) -> None:
    """Let the browser carry a session until it is closed; scripts never see it."""
    response.set_cookie(COOKIE, value, httponly=True, samesite="Lax", secure=is_secure())


def take_cookie(response: Response) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=is_secure())


def _session(context: RequestContext) -> BrowserSession | None:
    value = request.cookies.get(COOKIE)
    if not value:
        return None
    now = context.services.now()
    with context.read_present() as snapshot:
        session = sessions.find(snapshot.connection, value, now)
    if session and not session.needs_renewal(now) and session.was_seen_long_ago(now):
        context.services.note(sessions.mark_used(session, now))
    return session


def _token(context: RequestContext) -> Token | None:
    given = request.authorization
    if given is None or given.type != BEARER or not given.token:
        return None
    now = context.services.now()
    with context.read_present() as snapshot:
        token = tokens.find(snapshot.connection, given.token, now, confirmed_for=current_settings().tokens_for)
    if token and token.was_used_long_ago(now):
        context.services.note(tokens.touched(token, now))
    return token
