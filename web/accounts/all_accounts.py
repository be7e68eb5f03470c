"""The administrator's pages: everybody's accounts, opened, given a password link, disabled and enabled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from domain.aggregate import Refusal
from domain.vocabulary import Role
from web import again, words
from web.accounts import accounts, factors, keeping, proof, security_trail
from web.accounts.accounts import person_id
from web.accounts.schemas import DisableAccount, OpenAccount, RemoveFactor
from web.accounts.security_trail import Kind
from web.accounts.signed import signed
from web.choices import Choices, holders
from web.command_ids import form_key
from web.forms import Form
from web.identity import allow, signed_in
from web.known import names_of
from web.office import chosen, office
from web.pages import PAGE, with_query
from web.policy import Action
from web.settings import current_settings

SEE_OTHER, UNPROCESSABLE = 303, 422

all_accounts = Blueprint("all", __name__, url_prefix="/accounts")


@all_accounts.get("")
def show_all() -> ResponseReturnValue:
    """Everybody's accounts, by name."""
    allow(Action.KEEP_ACCOUNTS)
    with office().read_present() as connection:
        found = accounts.everyones(connection)
        names = names_of(connection, [account.person for account in found])
    rows = sorted((names.get(account.person, ""), account) for account in found)
    return render_template("accounts/all_accounts.html", page_title="Accounts", rows=rows)


@all_accounts.get("/security")
def show_security() -> ResponseReturnValue:
    """The security trail, the latest first, by what happened and whose account it concerns."""
    allow(Action.KEEP_ACCOUNTS)
    kind = next((each for each in Kind if each.value == request.args.get("kind")), None)
    try:
        before = _place(request.args["before"]) if "before" in request.args else None
        person = UUID(request.args["person"]) if request.args.get("person") else None
    except ValueError:
        raise NotFound from None
    with office().read_present() as connection:
        found = security_trail.entries(connection, kind=kind, person=person, before=before, limit=PAGE + 1)
        shown = found[:PAGE]
        whose = [account.person for account in accounts.everyones(connection)]
        names = names_of(connection, {*whose, *(id for entry in shown for id in (entry.person, entry.by) if id)})
    people = sorted(((str(id), names[id]) for id in whose if id in names), key=lambda choice: choice[1].casefold())
    return render_template(
        "accounts/security.html",
        page_title="Security trail",
        section="Accounts",
        rows=[_security_cells(entry, names) for entry in shown],
        kinds=[(each.value, each.label) for each in Kind],
        people=people,
        kind=kind,
        person=person,
        next_href=with_query(before=f"{shown[-1].at.isoformat()}~{shown[-1].id}") if len(found) > PAGE else "",
        first_href=with_query(before=None) if before else "",
    )


def _place(text: str) -> tuple[datetime, UUID]:
    at, _, id = text.partition("~")
    found = datetime.fromisoformat(at)
    if found.tzinfo is None:
        raise ValueError("a time without its zone")
    return found, UUID(id)


def _security_cells(entry: security_trail.Entry, names: Mapping[UUID, str]) -> list[str]:
    by = names.get(entry.by, "") if entry.by else ""
    return [
        words.datetime(entry.at),
        entry.kind.label,
        names.get(entry.person, "") if entry.person else "Unknown",
        by if entry.by != entry.person else "",
        entry.address or "At the machine",
        entry.detail,
    ]


@all_accounts.route("/new", methods=["GET", "POST"])
def open_account() -> ResponseReturnValue:
    """Open an account for a person who has none."""
    post = allow(Action.KEEP_ACCOUNTS).role.value
    people = {"people": _without_account()}
    if kept := again.restored():
        return _open_page(Form(OpenAccount(), data=kept.sent, context=people))
    if request.method != "POST":
        return _open_page(Form(OpenAccount(), initial=request.args, context=people))
    form = Form(OpenAccount(), data=request.form, context=people)
    if not form.is_valid():
        return _open_page(form, UNPROCESSABLE)
    if (page := proof.asked()) is not None:
        return page
    try:
        with signed(post):
            account = keeping.open_account(office(), person_id(form.values["person"]), form.values["sign_in_name"])
    except Refusal as refusal:
        form.refuse(str(refusal), refusal.field)
        return _open_page(form, UNPROCESSABLE)
    again.done()
    flash("The account is open. Make a link, so that a password can be set", "success")
    return redirect(f"/accounts/{account.person}", SEE_OTHER)


@all_accounts.get("/<uuid:person>")
def show(person: UUID) -> ResponseReturnValue:
    """One account and what can be done to it."""
    allow(Action.KEEP_ACCOUNTS)
    account, name = _account(person)
    with office().read_present() as connection:
        has_factor = factors.is_set_up(connection, account.id)
    return render_template(
        "accounts/account.html",
        page_title=name,
        section="Accounts",
        account=account,
        has_factor=has_factor,
        command_id=form_key(),
    )


@all_accounts.post("/<uuid:person>/password-link")
def make_password_link(person: UUID) -> ResponseReturnValue:
    """Make a one-time link. The answer shows it, this once, and so it is no redirection."""
    post = allow(Action.KEEP_ACCOUNTS).role.value
    _, name = _account(person)
    if (page := proof.asked()) is not None:
        return page
    try:
        with signed(post):
            secret = keeping.make_password_link(office(), person)
    except Refusal as refusal:
        flash(str(refusal))
        return redirect(f"/accounts/{person}", SEE_OTHER)
    return render_template(
        "accounts/shown_once.html",
        page_title=f"Password link for {name}",
        label="Link",
        secret=_link(secret),
        use="It is valid for 48 hours and for setting one password. Send it to this person alone.",
        onward=f"/accounts/{person}",
    )


@all_accounts.route("/<uuid:person>/disable", methods=["GET", "POST"])
def disable(person: UUID) -> ResponseReturnValue:
    """Ask for the reason, then let the person in no more."""
    post = allow(Action.KEEP_ACCOUNTS).role.value
    _, name = _account(person)
    kept = again.restored()
    form = Form(DisableAccount(), data=kept.sent if kept else request.form if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            with signed(post):
                keeping.disable(office(), person, **form.values)
        except Refusal as refusal:
            form.refuse(str(refusal), refusal.field)
        else:
            again.done()
            flash("The account is disabled. Its sessions and tokens are ended", "success")
            return redirect(f"/accounts/{person}", SEE_OTHER)
    page = render_template(
        "form_page.html",
        page_title=f"Disable the account of {name}",
        section="Accounts",
        form=form,
        submit_label="Disable the account",
        warning=True,
        back_href=f"/accounts/{person}",
        command_id=form_key(),
    )
    return page, UNPROCESSABLE if form.errors else 200


@all_accounts.route("/<uuid:person>/second-factor", methods=["GET", "POST"])
def remove_factor(person: UUID) -> ResponseReturnValue:
    """Ask for the reason, then take away the second factor of somebody else who has lost it."""
    post = allow(Action.KEEP_ACCOUNTS).role.value
    _, name = _account(person)
    if person == signed_in().person:
        return redirect("/account/second-factor", SEE_OTHER)
    form = Form(RemoveFactor(), data=request.form if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if (page := proof.asked()) is not None:
            return page
        try:
            with signed(post):
                keeping.remove_factor(office(), person, **form.values)
        except Refusal as refusal:
            form.refuse(str(refusal), refusal.field)
        else:
            flash("The second factor is removed, and the person is signed out", "success")
            return redirect(f"/accounts/{person}", SEE_OTHER)
    shown = render_template(
        "form_page.html",
        page_title=f"Remove the second factor of {name}",
        lead="They are signed out, and sign in with their password alone until they set up another.",
        notes="Make sure first that it is really they who ask. They are told who removed it, and why.",
        section="Accounts",
        form=form,
        submit_label="Remove the second factor",
        warning=True,
        back_href=f"/accounts/{person}",
        command_id=form_key(),
    )
    return shown, UNPROCESSABLE if form.errors else 200


@all_accounts.post("/<uuid:person>/enable")
def enable(person: UUID) -> ResponseReturnValue:
    """Let the person in again."""
    post = allow(Action.KEEP_ACCOUNTS).role.value
    _account(person)
    if (page := proof.asked()) is not None:
        return page
    with signed(post):
        keeping.enable(office(), person)
    flash("The account is enabled", "success")
    return redirect(f"/accounts/{person}", SEE_OTHER)


def _account(person: UUID) -> tuple[accounts.Account, str]:
    with office().read_present() as connection:
        account = accounts.of_person(connection, person)
        names = names_of(connection, [person])
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


def _without_account() -> Choices:
    with office().read_present() as connection:
        held = {account.id for account in accounts.everyones(connection)}
        posts = holders(connection, Role)
    return [choice for choice in posts if accounts.account_id(person_id(choice[0])) not in held]


def _open_page(form: Form, status: int = 200) -> tuple[str, int]:
    page = render_template(
        "form_page.html",
        page_title="Open an account",
        section="Accounts",
        form=form,
        submit_label="Open the account",
        back_href="/accounts",
        command_id=form_key(),
    )
    return page, status
