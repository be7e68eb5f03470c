"""Lets somebody in whose proof was right, and tells them what others did to their account meanwhile."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from flask import flash, redirect, request, session
from werkzeug.wrappers import Response

from domain.vocabulary import Role
from projections import people
from web import formats
from web.access.context import RequestContext
from web.access.name_cache import names_of
from web.accounts import accounts, devices, factors, security_trail, sessions
from web.accounts.accounts import AccountRow, ProofNoLongerHolds
from web.accounts.cookie import give_cookie
from web.accounts.security_trail import SecurityEvent
from web.accounts.sessions import COOKIE
from web.accounts.signing_in import sign_out

SEE_OTHER = 303

BY_PASSWORD = "password"  # noqa: S105 - the name of a way

TOLD_FOR = timedelta(days=30)

REMOVED = {SecurityEvent.FACTOR_REMOVED: "second factor", SecurityEvent.COUNCIL_REMOVED: "council account"}


OPENED = {
    SecurityEvent.LINK_MADE: "made a password link for",
    SecurityEvent.FACTOR_REMOVED: "removed the second factor of",
    SecurityEvent.COUNCIL_REMOVED: "removed the council account of",
}


def let_in(
    context: RequestContext,
    account: AccountRow,
    onward: str,
    *,
    method: str,
    proved: bool = True,
    renew_by: datetime | None = None,
) -> Response:
    """Begin a session and lead on, if the account is still as it was proved for; else ask anew.

    `method` is by what somebody signed in, `proved` whether just now, `renew_by` when that is to be confirmed anew.
    The browser's earlier session ends.
    """
    sign_out(context.services, request.cookies.get(COOKIE))
    session.clear()
    try:
        with context.services.write() as connection:
            accounts.must_be_as_proved(connection, account)
            if method == BY_PASSWORD and factors.is_set_up(connection, account.id):
                raise ProofNoLongerHolds("A second factor has just been set up. Sign in again")
            value = sessions.begin(
                connection, account.person, context.services.now(), method=method, proved=proved, renew_by=renew_by
            )
    except ProofNoLongerHolds as refusal:
        security_trail.note(
            context.services, SecurityEvent.SIGN_IN_REFUSED, person=account.person, detail=str(refusal)
        )
        flash(str(refusal))
        return redirect("/sign-in", SEE_OTHER)
    security_trail.note(context.services, SecurityEvent.SIGNED_IN, person=account.person, detail=f"by {method}")
    for sentence in (*done_by_others(context, account), *done_at_the_command_line(context, account)):
        flash(sentence)
    response = redirect(onward, SEE_OTHER)
    give_cookie(response, value)
    devices.remember(response, account.sign_in_name)
    return response


def done_by_others(context: RequestContext, account: AccountRow) -> list[str]:
    """A sentence for each change of the last 30 days, made by somebody else, to how this person signs in."""
    since = context.services.now() - TOLD_FOR
    with context.read_present() as snapshot:
        found = security_trail.done_by_others(snapshot.connection, account.person, set(REMOVED), since)
        names = names_of(snapshot, {each.by for each in found if each.by})
    return [
        f"{names.get(each.by, 'Somebody') if each.by else 'The system operator'} "
        f"removed your {REMOVED[each.kind]}: {each.detail} ({formats.datetime(each.at)})"
        for each in found
    ]


def done_at_the_command_line(context: RequestContext, account: AccountRow) -> list[str]:
    """For an administrator, a sentence for each way in that whoever has the machine opened with a reason, of late."""
    since = context.services.now() - TOLD_FOR
    with context.read_present() as snapshot:
        if account.person not in {
            each.id for each in people.holders_on(snapshot.connection, [Role.ADMINISTRATOR], context.services.today())
        }:
            return []
        found = security_trail.done_at_the_machine(snapshot.connection, set(OPENED), since)
        names = names_of(snapshot, {each.person for each in found if each.person})
    return [
        f"The system operator {OPENED[each.kind]} {names.get(each.person, 'somebody') if each.person else ''}: "
        f"{each.detail} ({formats.datetime(each.at)})"
        for each in found
        if each.person != account.person
    ]


def own_path(target: str) -> str:
    """A path of this service to go on to; the first page instead of any address that leads elsewhere."""
    is_own = re.fullmatch(r"/(?![/\\])[^\\\x00-\x1f\x7f]*", target) and not target.startswith("/sign-")
    return target if is_own else "/"
