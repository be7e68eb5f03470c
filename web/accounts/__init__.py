"""Accounts: who can sign in, how, and the tables of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import Flask, Response, request

from projections.event_log.faults import FAULTS, first_line

if TYPE_CHECKING:
    from web.access.context import RequestContext

log = structlog.get_logger()

FORBIDDEN, NOT_FOUND = 403, 404


def add_accounts(app: Flask) -> None:
    """Sign-in, the pages of accounts, and who sends each request."""
    from web.access.context import handed
    from web.accounts import passwords
    from web.accounts.cookie import load_session
    from web.accounts.pages import blueprint
    from web.accounts.second_factor import ask_to_set_up

    app.extensions[passwords.EXTENSION] = passwords.cheap_passwords() if app.testing else passwords.Passwords()
    app.before_request(handed(load_session))
    app.before_request(handed(ask_to_set_up))
    app.register_blueprint(blueprint)
    app.after_request(handed(_note_refusal))


def _note_refusal(context: RequestContext, response: Response) -> Response:
    """Write down that somebody who is signed in was refused what their posts do not allow, or asked for a record that
    they were not shown: alike whether there is one, since whoever reads the trail may not know that either. They are
    refused, and the log of the server tells it, also where it cannot be written down."""
    from web.accounts import security_trail
    from web.commands.dispatch import LoadedRecords

    is_not_shown = response.status_code == NOT_FOUND and context.kept(LoadedRecords).is_not_shown
    if (is_not_shown or response.status_code == FORBIDDEN) and (user := context.user_or_none) is not None:
        detail = f"{request.method} {request.path}"[:200]
        kind = security_trail.SecurityEvent.NOT_SHOWN if is_not_shown else security_trail.SecurityEvent.ACCESS_REFUSED
        try:
            security_trail.note(context.services, kind, person=user.person, by=user.person, detail=detail)
        except FAULTS as error:
            log.error("not in the security trail", kind=kind.value, person=str(user.person), said=first_line(error))
    return response
