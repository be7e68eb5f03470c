"""A person's own account: where they are signed in, and the API tokens of their programs."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound, ServiceUnavailable, Unauthorized

from domain.account import NothingToChange
from domain.aggregate import Refusal
from web.access.context import Pages, RequestContext
from web.accounts import (
    account_commands,
    accounts,
    devices,
    password_commands,
    proof,
    session_commands,
    sessions,
    token_commands,
    tokens,
)
from web.accounts.attempts import TooManyAttempts
from web.accounts.cookie import give_cookie
from web.accounts.council_accounts import BY_COUNCIL
from web.accounts.council_pages import may_link
from web.accounts.password_commands import guessable_words
from web.accounts.passwords import passwords
from web.accounts.recording import refusal_of
from web.accounts.schemas import ChangePassword, JustDoIt, MakeToken
from web.accounts.signature import own_post, signed
from web.forms import Form, restore
from web.forms.restore import form_key
from web.layout.refused import refused_page
from web.runtime.settings import current_settings

SEE_OTHER, UNPROCESSABLE, BUSY = 303, 422, 503

own_account = Pages("own", __name__, url_prefix="/account")


@own_account.get("")
def show(context: RequestContext) -> ResponseReturnValue:
    """Sessions and tokens."""
    person = context.user.person
    now = context.services.now()
    with context.read_present() as snapshot:
        account = accounts.of_person(snapshot.connection, person)
        signed_in_at = sessions.of_person(snapshot.connection, person, now)
        owned = tokens.of_person(snapshot.connection, person)
    return render_template(
        "accounts/own_account.html",
        page_title="Your account",
        account=account,
        may_link=current_settings().council is not None and may_link(context.user),
        sessions=signed_in_at,
        current=context.session,
        tokens=owned,
        now=now,
    )


@own_account.post("/end-other-sessions")
def end_other_sessions(context: RequestContext) -> ResponseReturnValue:
    """Sign out everywhere but here."""
    session = context.session
    if session is None:
        raise Unauthorized("Sign in to continue")
    try:
        session_commands.end_other_sessions(context.services, session)
    except NothingToChange as refusal:
        flash(str(refusal))
    else:
        flash("You are signed out everywhere else", "success")
    return redirect("/account", SEE_OTHER)


@own_account.post("/sessions/<number>/end")
def end_session(context: RequestContext, number: str) -> ResponseReturnValue:
    """Sign out of one other browser."""
    try:
        session_commands.end_session(context.services, context.user.person, number)
    except NothingToChange as refusal:
        flash(str(refusal))
    else:
        flash("Session ended", "success")
    return redirect("/account", SEE_OTHER)


@own_account.route("/password", methods=["GET", "POST"])
def change_password(context: RequestContext) -> ResponseReturnValue:
    """Set another password, by the present one. This browser stays signed in, and nothing else does."""
    user = context.user
    account = account_commands.find(context.services, user.person)
    if account.comes_by_council:
        return refused_page("Change your password", BY_COUNCIL, "/account")
    status, headers = 0, dict[str, str]()
    form = Form(ChangePassword(), data=request.form if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            proof.verify(context, account, form.values["current"], field="current")
            hashed = passwords().hash(
                form.values["password"],
                guessable=guessable_words(context, account),
                address=request.remote_addr or "",
            )
            with signed(context, own_post(user)):
                value = password_commands.change_password(context.services, account, hashed)
        except TooManyAttempts as refusal:
            form.refuse(str(refusal))
        except ServiceUnavailable as busy:
            form.refuse(str(busy.description))
            status, headers = BUSY, {"Retry-After": str(busy.retry_after)}
        except Refusal as refusal:
            form.refuse(str(refusal), refusal.field)
        else:
            flash(
                "Password changed. You are signed out everywhere else and your API tokens no longer work", "success"
            )
            response = redirect("/account", SEE_OTHER)
            give_cookie(response, value)
            devices.remember(response, account.sign_in_name)
            return response
    page = render_template(
        "form_page.html",
        page_title="Change your password",
        lead="You will be signed out everywhere else, and your API tokens will stop working.",
        form=form,
        submit_label="Change password",
        back_href="/account",
        command_id=form_key(context),
    )
    return page, status or (UNPROCESSABLE if form.errors else 200), headers


@own_account.route("/tokens/new", methods=["GET", "POST"])
def make_token(context: RequestContext) -> ResponseReturnValue:
    """Make a token. The answer shows it, this once, and so it is no redirection."""
    user = context.user
    if kept := restore.restored(context):
        return _token_page(context, Form(MakeToken(), data=kept.sent))
    if request.method != "POST":
        return _token_page(context, Form(MakeToken(), initial={"days": tokens.USUAL_LIFE}))
    form = Form(MakeToken(), data=request.form)
    if not form.is_valid():
        return _token_page(context, form, UNPROCESSABLE)
    if (page := proof.ask_for_proof(context)) is not None:
        return page
    try:
        with signed(context, own_post(user)):
            new = token_commands.make(context.services, user.person, **form.values, made_in=context.session)
    except Refusal as refusal:
        form.refuse(str(refusal), refusal.field)
        return _token_page(context, form, UNPROCESSABLE)
    restore.done(context)
    return render_template(
        "accounts/shown_once.html",
        page_title="Your new token",
        label="Token",
        secret=new.secret,
        use="Programs send it in the header Authorization: Bearer.",
        onward="/account",
    )


@own_account.route("/tokens/<prefix>/revoke", methods=["GET", "POST"])
def revoke_token(context: RequestContext, prefix: str) -> ResponseReturnValue:
    """Ask once more, then revoke the token that starts so; or that of an id, as its address once was."""
    user = context.user
    with context.read_present() as snapshot:
        own = tokens.of_person(snapshot.connection, user.person)
    token = next((each for each in own if prefix in (each.prefix, str(each.id))), None)
    if token is None:
        raise NotFound
    if request.method == "POST":
        try:
            with signed(context, own_post(user)):
                token_commands.revoke(context.services, user.person, token.id)
        except (tokens.NoSuchToken, NothingToChange):
            flash("That token has already been revoked")
        else:
            flash("Token revoked", "success")
        return redirect("/account", SEE_OTHER)
    title = f"Revoke the token {token.label}"
    with signed(context, own_post(user)):
        refused = refusal_of(lambda: token_commands.revoke(context.services, user.person, token.id))
    if refused is not None:
        return refused_page(title, str(refused), "/account")
    return render_template(
        "form_page.html",
        page_title=title,
        lead="Programs that use it will stop working. You cannot undo this.",
        form=Form(JustDoIt()),
        submit_label="Revoke the token",
        warning=True,
        back_href="/account",
        command_id=form_key(context),
    )


def _token_page(context: RequestContext, form: Form, status: int = 200) -> tuple[str, int]:
    page = render_template(
        "form_page.html",
        page_title="Make an API token",
        lead="A program with this token acts in your name and can do what you can do.",
        form=form,
        submit_label="Make the token",
        back_href="/account",
        command_id=form_key(context),
    )
    return page, status
