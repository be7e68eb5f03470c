"""A person's own account: where they are signed in, and the API tokens of their programs."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound, Unauthorized

from domain.aggregate import Refusal
from web import again
from web.accounts import accounts, keeping, sessions, tokens
from web.accounts.schemas import JustDoIt, MakeToken
from web.accounts.signed import command_id, own_post, signed
from web.forms import Form
from web.identity import signed_in
from web.office import office

SEE_OTHER, UNPROCESSABLE = 303, 422

own_account = Blueprint("own", __name__, url_prefix="/account")


@own_account.get("")
def show() -> ResponseReturnValue:
    """Sessions and tokens."""
    person = signed_in().person
    now = office().now()
    with office().read_present() as connection:
        account = accounts.of_person(connection, person)
        signed_in_at = sessions.of_person(connection, person, now)
        owned = tokens.of_person(connection, person)
    return render_template(
        "accounts/own_account.html",
        page_title="Your account",
        account=account,
        sessions=signed_in_at,
        current=g.session,
        tokens=owned,
        now=now,
    )


@own_account.post("/end-other-sessions")
def end_other_sessions() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    signed_in()
    if g.session is None:
        raise Unauthorized("Sign in to go on")
    keeping.end_other_sessions(office(), g.session)
    flash("You are signed out everywhere else", "success")
    return redirect("/account", SEE_OTHER)


@own_account.route("/tokens/new", methods=["GET", "POST"])
def make_token() -> ResponseReturnValue:
    """Make a token. The answer shows it, this once, and so it is no redirection."""
    asking = signed_in()
    if kept := again.restored():
        return _token_page(Form(MakeToken(), data=kept.sent))
    if request.method == "GET":
        return _token_page(Form(MakeToken(), initial={"days": tokens.USUAL_LIFE}))
    form = Form(MakeToken(), data=request.form)
    if not form.is_valid():
        return _token_page(form, UNPROCESSABLE)
    try:
        with signed(own_post(asking)):
            new = keeping.make_token(office(), asking.person, **form.values)
    except Refusal as refusal:
        form.refuse(str(refusal), refusal.field)
        return _token_page(form, UNPROCESSABLE)
    again.done()
    return render_template(
        "accounts/shown_once.html",
        page_title="Your new token",
        label="Token",
        secret=new.secret,
        use="Programs send it in the header Authorization: Bearer.",
        onward="/account",
    )


@own_account.route("/tokens/<uuid:id>/revoke", methods=["GET", "POST"])
def revoke_token(id: UUID) -> ResponseReturnValue:
    """Ask once more, then revoke."""
    asking = signed_in()
    if request.method == "POST":
        try:
            with signed(own_post(asking)):
                keeping.revoke_token(office(), asking.person, id)
        except tokens.NoSuchToken:
            flash("That token is revoked already")
        else:
            flash("The token is revoked", "success")
        return redirect("/account", SEE_OTHER)
    with office().read_present() as connection:
        token = tokens.by_id(connection, asking.person, id)
    if token is None:
        raise NotFound
    return render_template(
        "form_page.html",
        page_title=f"Revoke the token {token.label}",
        lead="Programs that use it will no longer be let in. This cannot be undone.",
        form=Form(JustDoIt()),
        submit_label="Revoke the token",
        warning=True,
        back_href="/account",
        command_id=command_id(),
    )


def _token_page(form: Form, status: int = 200) -> tuple[str, int]:
    page = render_template(
        "form_page.html",
        page_title="Make an API token",
        lead="A program that holds it acts for you, with your rights.",
        form=form,
        submit_label="Make the token",
        back_href="/account",
        command_id=command_id(),
    )
    return page, status
