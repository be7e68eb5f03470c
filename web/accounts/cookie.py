"""Who a request comes from: a session by its cookie on pages, a token by its header at the API; and what is written
down where they are refused."""

from __future__ import annotations

import structlog
from flask import request
from werkzeug.wrappers import Response

from projections.event_log.faults import FAULTS, first_line
from web.access.context import RequestContext
from web.access.session_user import BrowserSession, Token
from web.accounts import security_trail, sessions, tokens
from web.accounts.security_trail import SecurityEvent
from web.accounts.sessions import COOKIE
from web.commands.dispatch import LoadedRecords
from web.runtime.headers import is_secure
from web.runtime.settings import current_settings

log = structlog.get_logger()

API = "/api/"
BEARER = "bearer"
FORBIDDEN, NOT_FOUND = 403, 404
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


def note_refusal(context: RequestContext, response: Response) -> Response:
    """Write down that somebody who is signed in was refused what their posts do not allow, or asked for a record that
    they were not shown: alike whether there is one, since whoever reads the trail may not know that either. They are
    refused, and the log of the server tells it, also where it cannot be written down."""
    is_not_shown = response.status_code == NOT_FOUND and context.kept(LoadedRecords).is_not_shown
    if (is_not_shown or response.status_code == FORBIDDEN) and (user := context.user_or_none) is not None:
        detail = f"{request.method} {request.path}"[:200]
        kind = SecurityEvent.NOT_SHOWN if is_not_shown else SecurityEvent.ACCESS_REFUSED
        try:
            security_trail.note(context.services, kind, person=user.person, by=user.person, detail=detail)
        except FAULTS as error:
            log.error("not in the security trail", kind=kind.value, person=str(user.person), said=first_line(error))
    return response


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
