"""The administrator's pages: everybody's accounts, opened, given a password link, disabled and enabled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from werkzeug.exceptions import Forbidden, NotFound

from domain.account import WayIn
from domain.aggregate import Refusal
from domain.vocabulary import Role
from web import formats
from web.access.context import Pages, RequestContext
from web.access.identity import allow
from web.access.name_cache import names_of, reference_of, rows_of
from web.access.policy import Action
from web.accounts import (
    account_commands,
    accounts,
    council_commands,
    factor_commands,
    factors,
    password_commands,
    proof,
    second_person,
)
from web.accounts.accounts import person_id
from web.accounts.recording import refusal_of
from web.accounts.schemas import DisableAccount, OpenAccount, RemoveWayIn
from web.accounts.second_person import ProposalState
from web.accounts.signature import signed
from web.commands.choices import Choices, holders_of_roles
from web.forms import Form, restore
from web.forms.restore import form_key
from web.layout.refused import refused_page
from web.runtime.services import Services, chosen
from web.runtime.settings import current_settings

SEE_OTHER, UNPROCESSABLE = 303, 422

WHO_ASKS = "First check that the request really comes from this person. They will see who removed it, and why."

PROPOSED = "Proposal sent. Another administrator or a director must confirm it on this page within 48 hours"

TAKES_TWO = "This takes two people: you propose it, and another administrator or a director confirms it."

ANY_REASON = "as typed"
"""Stands for the reason that is asked for, where it is looked first whether anything else is against the act."""

all_accounts = Pages("all", __name__, url_prefix="/accounts")


@all_accounts.url_value_preprocessor
def read_address(_: str | None, values: dict[str, Any] | None) -> None:
    """An account is addressed by the reference of its person; by the id, as it once was, too."""
    if values and (address := values.get("person")):
        try:
            values["person"] = UUID(address)
        except ValueError:
            values["person"] = person_id(address)


def _href(context: RequestContext, person: UUID) -> str:
    """The address of somebody's account."""
    with context.read_present() as snapshot:
        return f"/accounts/{reference_of(snapshot, person) or person}"


@all_accounts.get("")
def show_all(context: RequestContext) -> ResponseReturnValue:
    """Everybody's accounts, by name."""
    allow(context, Action.KEEP_ACCOUNTS)
    with context.read_present() as snapshot:
        found = accounts.all_accounts(snapshot.connection)
        named = rows_of(snapshot, [account.person for account in found])
    rows = sorted((named[account.person].name, account, named[account.person].detail) for account in found)
    return render_template(
        "accounts/all_accounts.html",
        page_title="Accounts",
        caption="People who have an account",
        head=["Name", {"text": "Email address", "breaks": True}, "Status"],
        rows=[
            [{"text": name, "href": f"/accounts/{reference}"}, account.sign_in_name, {"tag": account.status}]
            for name, account, reference in rows
        ],
        count=formats.counted(len(rows), "account") if rows else "",
        empty_text="Nobody has an account yet",
    )


@all_accounts.route("/new", methods=["GET", "POST"])
def open_account(context: RequestContext) -> ResponseReturnValue:
    """Create an account for a person who has none."""
    post = allow(context, Action.KEEP_ACCOUNTS).role.value
    people = {"people": _without_account(context)}
    if kept := restore.restored(context):
        return _open_page(context, Form(OpenAccount(), data=kept.sent, lookups=people))
    if request.method != "POST":
        return _open_page(context, Form(OpenAccount(), initial=request.args, lookups=people))
    form = Form(OpenAccount(), data=request.form, lookups=people)
    if not form.is_valid():
        return _open_page(context, form, UNPROCESSABLE)
    if (page := proof.ask_for_proof(context)) is not None:
        return page
    try:
        with signed(context, post):
            account = account_commands.open_account(
                context.services, person_id(form.values["person"]), form.values["sign_in_name"]
            )
    except Refusal as refusal:
        form.refuse(str(refusal), refusal.field)
        return _open_page(context, form, UNPROCESSABLE)
    restore.done(context)
    flash("Account created. Now make a password link for them", "success")
    return redirect(_href(context, account.person), SEE_OTHER)


@all_accounts.get("/<person>")
def show(context: RequestContext, person: UUID) -> ResponseReturnValue:
    """One account and what can be done to it."""
    post = _allow_way_in(context, person)
    account, name = _account(context, person)
    with context.read_present() as snapshot:
        has_factor = factors.is_set_up(snapshot.connection, account.id)
    with signed(context, post):
        states = {way.name: second_person.proposal_state(context.services, person, way).name for way in WayIn}
    return render_template(
        "accounts/account.html",
        page_title=name,
        section="Accounts",
        account=account,
        href=_href(context, person),
        has_factor=has_factor,
        states=states,
        keeps_accounts=context.user.may(Action.KEEP_ACCOUNTS),
        may_link=current_settings().council is not None,
        command_id=form_key(context),
    )


@all_accounts.post("/<person>/password-link")
def make_password_link(context: RequestContext, person: UUID) -> ResponseReturnValue:
    """Make a one-time link, or propose it where that takes two people. The answer shows the link, this once, and so
    it is no redirection."""
    post = _allow_way_in(context, person)
    _, name = _account(context, person)
    if (page := proof.ask_for_proof(context)) is not None:
        return page
    try:
        with signed(context, post):
            secret = second_person.done_or_proposed(
                context.services,
                person,
                WayIn.PASSWORD_LINK,
                lambda: password_commands.make_password_link(context.services, person),
            )
    except Refusal as refusal:
        flash(str(refusal))
        return redirect(_href(context, person), SEE_OTHER)
    if secret is None:
        flash(PROPOSED, "success")
        return redirect(_href(context, person), SEE_OTHER)
    link = _link(secret)
    behind = "Add it to the end of this service's web address. " if link.startswith("/") else ""
    return render_template(
        "accounts/shown_once.html",
        page_title=f"Password link for {name}",
        label="Link",
        secret=link,
        use=f"{behind}It works once, within 48 hours. Send it only to this person.",
        onward=_href(context, person),
    )


@all_accounts.route("/<person>/disable", methods=["GET", "POST"])
def disable(context: RequestContext, person: UUID) -> ResponseReturnValue:
    """Ask for the reason, then let the person in no more."""
    return _with_reason(
        context,
        person,
        account_commands.disable,
        DisableAccount(),
        "Disable the account",
        done="Account disabled. The person is signed out and their API tokens no longer work",
    )


@all_accounts.route("/<person>/second-factor", methods=["GET", "POST"])
def remove_factor(context: RequestContext, person: UUID) -> ResponseReturnValue:
    """Ask for the reason, then take away the second factor of somebody else who has lost it."""
    if person == context.user.person:
        return redirect("/account/second-factor", SEE_OTHER)
    return _with_reason(
        context,
        person,
        _of_two(WayIn.NO_SECOND_FACTOR, factor_commands.remove),
        RemoveWayIn(),
        "Remove the second factor",
        lead="They will be signed out. Until they set up another, they can sign in with their password alone.",
        notes=WHO_ASKS,
        done="Second factor removed. The person is signed out",
        way=WayIn.NO_SECOND_FACTOR,
    )


@all_accounts.route("/<person>/council-account", methods=["GET", "POST"])
def remove_council_account(context: RequestContext, person: UUID) -> ResponseReturnValue:
    """Ask for the reason, then let somebody else in by their council account no more."""
    if person == context.user.person:
        allow(context, Action.KEEP_ACCOUNTS)
        refused = "You cannot remove your own council account. Ask another administrator"
        if request.method == "POST":
            raise Forbidden(refused)
        return refused_page("Remove the council account", refused, "/account")
    return _with_reason(
        context,
        person,
        _of_two(WayIn.NO_COUNCIL_ACCOUNT, council_commands.remove),
        RemoveWayIn(),
        "Remove the council account",
        lead="They will be signed out, their API tokens will stop working, and they will need a password link.",
        notes=WHO_ASKS,
        done="Council account removed. The person is signed out",
        way=WayIn.NO_COUNCIL_ACCOUNT,
    )


@all_accounts.post("/<person>/enable")
def enable(context: RequestContext, person: UUID) -> ResponseReturnValue:
    """Let the person in again."""
    post = allow(context, Action.KEEP_ACCOUNTS).role.value
    _account(context, person)
    if (page := proof.ask_for_proof(context)) is not None:
        return page
    try:
        with signed(context, post):
            account_commands.enable(context.services, person)
    except Refusal as refusal:
        flash(str(refusal))
    else:
        flash("Account enabled", "success")
    return redirect(_href(context, person), SEE_OTHER)


def _with_reason(
    context: RequestContext,
    person: UUID,
    act: Callable[..., object],
    schema: Schema,
    title: str,
    *,
    done: str,
    lead: str = "",
    notes: str = "",
    way: WayIn | None = None,
) -> ResponseReturnValue:
    """Ask why, and for proof where what is done opens a way in, then do it."""
    post = _allow_way_in(context, person) if way else allow(context, Action.KEEP_ACCOUNTS).role.value
    _, name = _account(context, person)
    with signed(context, post):
        state = second_person.proposal_state(context.services, person, way) if way else ProposalState.ALONE
    if request.method != "POST":
        with signed(context, post):
            refused = refusal_of(lambda: act(context.services, person, reason=ANY_REASON))
        if refused is not None:
            return refused_page(f"{title} of {name}", str(refused), _href(context, person), "See the account")
    kept = restore.restored(context)
    form = Form(schema, data=kept.sent if kept else request.form if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if way and (page := proof.ask_for_proof(context)) is not None:
            return page
        try:
            with signed(context, post):
                is_proposed = act(context.services, person, **form.values) is PROPOSED
        except Refusal as refusal:
            form.refuse(str(refusal), refusal.field)
        else:
            restore.done(context)
            flash(PROPOSED if is_proposed else done, "success")
            return redirect(_href(context, person), SEE_OTHER)
    shown = render_template(
        "form_page.html",
        page_title=f"{title} of {name}",
        lead=f"{TAKES_TWO} {lead}" if state is ProposalState.TO_PROPOSE else lead,
        notes=notes,
        section="Accounts",
        form=form,
        submit_label=f"Propose to {title[:1].lower()}{title[1:]}" if state is ProposalState.TO_PROPOSE else title,
        warning=True,
        back_href=_href(context, person),
        command_id=form_key(context),
    )
    return shown, UNPROCESSABLE if form.errors else 200


def _of_two(way: WayIn, act: Callable[..., None]) -> Callable[..., str | None]:
    """The act, which is proposed where it takes two people; answers PROPOSED then."""

    def propose_or_do(to: Services, person: UUID, *, reason: str) -> str | None:
        def carry_out() -> bool:
            act(to, person, reason=reason)
            return True

        return None if second_person.done_or_proposed(to, person, way, carry_out, reason) else PROPOSED

    return propose_or_do


def _allow_way_in(context: RequestContext, person: UUID) -> str:
    """The post in which somebody opens ways in: they keep accounts, or may confirm what is proposed for this one.

    Raises Forbidden.
    """
    user = context.user
    may_confirm = not user.may(Action.KEEP_ACCOUNTS) and user.may(Action.CONFIRM_POSTS)
    if may_confirm and second_person.may_confirm(context.services, person, user.person):
        return allow(context, Action.CONFIRM_POSTS).role.value
    return allow(context, Action.KEEP_ACCOUNTS).role.value


def _account(context: RequestContext, person: UUID) -> tuple[accounts.AccountRow, str]:
    with context.read_present() as snapshot:
        account = accounts.of_person(snapshot.connection, person)
        names = names_of(snapshot, [person])
    if account is None:
        raise NotFound
    return account, names.get(person, account.sign_in_name)


def _link(secret: str) -> str:
    """The address of a password link, which on a host that several authorities share leads to this one.

    Whoever asks may name any host: without a public address, or a host of the directory, it is a path alone.
    """
    of_request = chosen()
    path = url_for("accounts.set_password", token=secret)
    if of_request is not None:
        return request.host_url.rstrip("/") + of_request.way_in + path
    return f"{current_settings().public_url}{path}"


def _without_account(context: RequestContext) -> Choices:
    with context.read_present() as snapshot:
        held = {account.id for account in accounts.all_accounts(snapshot.connection)}
        posts = holders_of_roles(snapshot, Role)
    return [choice for choice in posts if accounts.account_id(person_id(choice[0])) not in held]


def _open_page(context: RequestContext, form: Form, status: int = 200) -> tuple[str, int]:
    page = render_template(
        "form_page.html",
        page_title="Create an account",
        section="Accounts",
        form=form,
        submit_label="Create account",
        back_href="/accounts",
        command_id=form_key(context),
    )
    return page, status
