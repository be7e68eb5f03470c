"""The council's own sign-in: to it and back, to sign in, to go on, to prove who one is, and to link it at first.

A council account is linked at first by somebody who is known here already: by their own proof on their account page,
or by the one-time link that an administrator made for them. An email address that the provider tells links nothing.
All ways there are links, never forms: the content security policy lets no form lead to another site.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from domain.aggregate import Refusal
from domain.vocabulary import Channel, LabelledEnum, Role
from projections import people
from web.access.context import Pages, RequestContext, User
from web.access.session_user import BrowserSession
from web.accounts import (
    account_commands,
    accounts,
    council_accounts,
    council_commands,
    factors,
    proof,
    security_trail,
    sessions,
)
from web.accounts.accounts import AccountRow, LinkNoLongerValid
from web.accounts.cookie import take_cookie
from web.accounts.council_accounts import METHOD
from web.accounts.openid import CLOCKS_DIFFER, ConfirmedIdentity, NotConfirmed, Unreachable, provider
from web.accounts.security_trail import NewSecurityEntry, SecurityEvent, with_entries
from web.accounts.session_start import let_in, own_path
from web.accounts.sessions import COOKIE
from web.accounts.signature import own_post, signed
from web.layout.refused import refused_page
from web.runtime.settings import current_settings

SEE_OTHER, UNAUTHORISED, FORBIDDEN, GONE, UNAVAILABLE = 303, 401, 403, 410, 503

council_pages = Pages("council", __name__)


OUTSIDE = {Role.HEADTEACHER, Role.CHAIR, Role.SPECIALIST}
"""The posts of those who are not of the council: they use passwords."""


class LinkDoesNotSuffice(Refusal):
    """A one-time link alone does not link a council account with this account."""


class Way(LabelledEnum):
    """For what somebody goes to the council's sign-in."""

    IN = "in"
    ON = "on"
    LINK = "link"
    INVITED = "invited"
    PROOF = "proof"


@council_pages.get("/sign-in/council")
def go_in(context: RequestContext) -> ResponseReturnValue:
    """To sign in."""
    return _lead(context, Way.IN, own_path(request.args.get("next", "")))


@council_pages.get("/sign-in/council/renewal")
def go_on(context: RequestContext) -> ResponseReturnValue:
    """To be confirmed, without a question, so that the session goes on."""
    return _lead(context, Way.ON, own_path(request.args.get("next", "")), prompt="none")


@council_pages.get("/account/council/proof")
def go_to_prove(context: RequestContext) -> ResponseReturnValue:
    """To prove there, at this moment, who one is."""
    return _lead(context, Way.PROOF, own_path(request.args.get("next", "")), prompt="login", max_age="0")


@council_pages.route("/account/council", methods=["GET", "POST"])
def show(context: RequestContext) -> ResponseReturnValue:
    """What changes with a council account; asks for proof."""
    provider()
    user = context.user
    account = account_commands.find(context.services, user.person)
    if account.comes_by_council:
        return refused_page("Use your council account", "You already sign in with your council account", "/account")
    if not may_link(user):
        return refused_page("Use your council account", "Only council staff can use a council account", "/account")
    if (page := proof.ask_for_proof(context)) is not None:
        return page
    return render_template("accounts/council.html", page_title="Use your council account")


@council_pages.get("/account/council/link")
def go_to_link(context: RequestContext) -> ResponseReturnValue:
    """To link the council account of somebody who has just proved who they are."""
    if (
        not may_link(context.user)
        or (present := context.session) is None
        or not present.is_proved(context.services.now())
    ):
        return redirect("/account/council", SEE_OTHER)
    return _lead(context, Way.LINK, "/account", prompt="login")


@council_pages.get("/password/<token>/council")
def go_invited(context: RequestContext, token: str) -> ResponseReturnValue:
    """To link the council account of somebody who has a one-time link, which that uses up."""
    return _lead(context, Way.INVITED, "/", prompt="login", token=token)


@council_pages.get("/sign-in/council/back")
def come_back(context: RequestContext) -> ResponseReturnValue:
    """Whoever was at the council's sign-in comes back from there."""
    try:
        came = provider().come_back()
        return _WAYS[Way(came.kept["way"])](context, came)
    except Unreachable as failure:
        return _not_let_in(str(failure), UNAVAILABLE)
    except NotConfirmed as refusal:
        return _not_confirmed(context, str(refusal), refusal.kept)


def may_link(user: User) -> bool:
    """Whether somebody is of the council, and so may come by its sign-in."""
    return user.holds(*set(Role) - OUTSIDE)


def link_href(path: str) -> str:
    """Where somebody with the one-time link at this path links a council account; empty where there are none."""
    return f"{path}/council" if current_settings().council else ""


def renewal_page(onward: str) -> ResponseReturnValue:
    """Leads a browser, whose session has to be confirmed anew, to the council's sign-in and back."""
    href = f"/sign-in/council/renewal?next={quote(onward, safe='')}"
    return render_template("accounts/renewal.html", page_title="Confirming that you are signed in", href=href)


def _lead(context: RequestContext, way: Way, onward: str, *, token: str = "", **asked: str) -> ResponseReturnValue:
    there = provider()
    whose = context.session or context.session_to_renew
    person = whose.person.hex if whose else ""
    kept = {"way": way.value, "onward": onward, "token": token, "person": person, "at": time.time()}
    try:
        return there.lead_to(f"{current_settings().public_url}/sign-in/council/back", kept, **asked)
    except Unreachable as failure:
        return _not_let_in(str(failure), UNAVAILABLE)


def _in(context: RequestContext, came: ConfirmedIdentity) -> ResponseReturnValue:
    account = _account(context, came)
    with context.services.write() as connection:
        council_accounts.confirm(connection, account.person, context.services.now())
    return let_in(
        context,
        account,
        came.kept["onward"],
        method=METHOD,
        proved=False,
        renew_by=_renew_by(context),
    )


def _on(context: RequestContext, came: ConfirmedIdentity) -> ResponseReturnValue:
    session = context.session_to_renew
    account = _account(context, came)
    if session is None or session.person != account.person:
        return _in(context, came)
    with context.services.write() as connection:
        council_accounts.confirm(connection, account.person, context.services.now())
        sessions.renew(connection, session, context.services.now(), _renew_by(context))
    return redirect(came.kept["onward"], SEE_OTHER)


def _prove(context: RequestContext, came: ConfirmedIdentity) -> ResponseReturnValue:
    session = _own_session(context, came)
    now = context.services.now()
    is_fresh = came.proved_at >= came.kept["at"] - CLOCKS_DIFFER
    if not is_fresh or _account(context, came).person != session.person:
        raise NotConfirmed("The council's sign-in did not confirm that it is you. Try again", came.kept)
    line = NewSecurityEntry(SecurityEvent.PROVED, session.person, session.person, f"by {METHOD}")
    with with_entries(context.services, line) as connection:
        council_accounts.confirm(connection, session.person, now)
        sessions.mark_proved(connection, session, now)
    flash("Thank you. We have confirmed that it is you", "success")
    return redirect(came.kept["onward"], SEE_OTHER)


def _link(context: RequestContext, came: ConfirmedIdentity) -> ResponseReturnValue:
    session = _own_session(context, came)
    if not may_link(context.user) or not session.is_proved(context.services.now()):
        return redirect("/account/council", SEE_OTHER)
    account = account_commands.find(context.services, session.person)
    try:
        with signed(context, own_post(context.user)):
            had_factor = council_commands.link(context.services, account, came.issuer, came.subject)
    except Refusal as refusal:
        flash(str(refusal))
        return redirect("/account", SEE_OTHER)
    response = _linked(context, account, "/account")
    if had_factor:
        flash("Your second factor here is removed: the council's sign-in asks for its own")
    return response


def _check_link_suffices(connection: sa.Connection, account: AccountRow, day: date) -> None:
    """A link stands in place of the password, and of nothing else: a second factor is not gone round by it.

    Raises LinkDoesNotSuffice, also for those who are not of the council.
    """
    if factors.is_set_up(connection, account.id):
        raise LinkDoesNotSuffice(
            "This account has a second factor. Open the link to set a password, sign in with it and a code, and use "
            "your council account from your account page. If you have lost your phone and recovery codes, ask the "
            "administrator to remove the second factor first"
        )
    held = people.posts.table.c
    today = sa.and_(held.person == account.person, people.held_on(day))
    roles = set(connection.execute(sa.select(held.role).where(today)).scalars())
    if roles and roles <= OUTSIDE:
        raise LinkDoesNotSuffice("Only council staff can use a council account. Open the link to set a password")


def _use_link(context: RequestContext, came: ConfirmedIdentity) -> ResponseReturnValue:
    there = context.services

    def suffices(connection: sa.Connection) -> AccountRow:
        account = accounts.account_of_link(connection, came.kept["token"], there.now())
        _check_link_suffices(connection, account, there.today())
        return account

    try:
        with context.read_present() as snapshot:
            account = suffices(snapshot.connection)
        with context.services.acting(None, "", Channel.SCREEN, correlation=context.id):
            council_commands.link(context.services, account, came.issuer, came.subject, check=suffices)
    except LinkNoLongerValid as refusal:
        return render_template("accounts/link_gone.html", message=str(refusal)), GONE
    except Refusal as refusal:
        return _not_let_in(str(refusal), FORBIDDEN)
    return _linked(context, account, "/")


_WAYS = {Way.IN: _in, Way.ON: _on, Way.LINK: _link, Way.INVITED: _use_link, Way.PROOF: _prove}


def _linked(context: RequestContext, account: AccountRow, onward: str) -> ResponseReturnValue:
    linked = replace(account, password_hash=None, comes_by_council=True)
    response = let_in(context, linked, onward, method=METHOD, renew_by=_renew_by(context))
    flash("From now on, sign in with your council account", "success")
    return response


def _account(context: RequestContext, came: ConfirmedIdentity) -> AccountRow:
    """The account of whoever came back. Raises NotConfirmed where nobody here, or nobody any more, has it."""
    with context.read_present() as snapshot:
        account = council_accounts.account_of(snapshot.connection, came.issuer, came.subject)
    if account is None:
        raise NotConfirmed(
            "This council account is not linked to anybody here. Ask your administrator for a link",
            came.kept,
        )
    if account.disabled_at is not None:
        raise NotConfirmed("Your account is disabled. Ask your administrator", came.kept)
    return account


def _own_session(context: RequestContext, came: ConfirmedIdentity) -> BrowserSession:
    """The session in which somebody went there. Raises NotConfirmed where it has ended, or another has begun."""
    session = context.session
    if session is None or session.person.hex != came.kept["person"]:
        raise NotConfirmed("You have been signed out. Sign in again", came.kept)
    return session


def _not_confirmed(context: RequestContext, why: str, kept: dict[str, Any]) -> ResponseReturnValue:
    """Nobody is let in. A session that was to be confirmed ends."""
    if not kept:
        return _not_let_in(why, UNAUTHORISED)
    present = context.session
    if present is not None and kept["way"] == Way.PROOF.value:
        security_trail.note(context.services, SecurityEvent.PROOF_FAILED, person=present.person, by=present.person)
        flash(why)
        return redirect(kept["onward"], SEE_OTHER)
    over = context.session_to_renew
    if over is None or kept["way"] != Way.ON.value:
        security_trail.note(context.services, SecurityEvent.SIGN_IN_FAILED, detail=f"by {METHOD}: {why}"[:200])
        return _not_let_in(why, UNAUTHORISED)
    line = NewSecurityEntry(SecurityEvent.SESSIONS_ENDED, over.person, detail=f"not confirmed by {METHOD}")
    with with_entries(context.services, line) as connection:
        sessions.end(connection, request.cookies.get(COOKIE, ""), context.services.now())
    flash("Your council account did not confirm that you are still signed in there, so you are signed out here")
    response = redirect(f"/sign-in?next={quote(kept['onward'], safe='/')}", SEE_OTHER)
    take_cookie(response)
    return response


def _not_let_in(why: str, status: int) -> ResponseReturnValue:
    page = render_template("accounts/not_confirmed.html", page_title="Council account not confirmed", message=why)
    return page, status


def _renew_by(context: RequestContext) -> datetime:
    settings = current_settings().council
    if settings is None:
        raise NotFound
    return context.services.now() + settings.renewed_every
