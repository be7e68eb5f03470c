"""Signing in and out, and setting a password by a one-time link."""

from __future__ import annotations

from flask import Flask, flash, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable

from domain.aggregate import Refusal
from domain.vocabulary import Channel
from web.access.context import Pages, RequestContext, handed
from web.accounts import accounts, devices, factors, password_commands
from web.accounts.accounts import LinkNoLongerValid
from web.accounts.all_accounts import all_accounts
from web.accounts.attempts import TooManyAttempts
from web.accounts.cookie import load_session, note_refusal, take_cookie
from web.accounts.council_pages import council_pages, link_href, renewal_page
from web.accounts.own_account import own_account
from web.accounts.password_commands import guessable_words
from web.accounts.passwords import EXTENSION, Passwords, cheap_passwords, passwords
from web.accounts.schemas import JustDoIt, SetPassword, SignInForm
from web.accounts.second_factor import ask_to_set_up, second_factor
from web.accounts.second_factor import begin as begin_second_step
from web.accounts.security_page import security_page
from web.accounts.session_start import BY_PASSWORD, let_in, own_path
from web.accounts.sessions import COOKIE
from web.accounts.signing_in import check_password, sign_out
from web.forms import Form
from web.forms.restore import leads_to_kept
from web.runtime.services import chosen
from web.runtime.settings import current_settings

SEE_OTHER, GONE, UNPROCESSABLE, TOO_MANY, BUSY = 303, 410, 422, 429, 503

blueprint = Pages("accounts", __name__, template_folder="templates")
blueprint.register_blueprint(own_account)
blueprint.register_blueprint(all_accounts)
blueprint.register_blueprint(second_factor)
blueprint.register_blueprint(council_pages)
blueprint.register_blueprint(security_page)


def add_accounts(app: Flask) -> None:
    """Sign-in, the pages of accounts, and who sends each request."""
    app.extensions[EXTENSION] = cheap_passwords() if app.testing else Passwords()
    app.before_request(handed(load_session))
    app.before_request(handed(ask_to_set_up))
    app.register_blueprint(blueprint)
    app.after_request(handed(note_refusal))


@blueprint.route("/sign-in", methods=["GET", "POST"])
def ask_to_sign_in(context: RequestContext) -> ResponseReturnValue:
    """The sign-in page."""
    onward = own_path(request.values.get("next", ""))
    if request.method != "POST":
        if context.user_or_none is not None:
            return redirect(onward, SEE_OTHER)
        if context.session_to_renew is not None:
            return renewal_page(onward)
        return _sign_in_page(Form(SignInForm(), initial=_typed()), onward)
    form = Form(SignInForm(), data=request.form)
    if not form.is_valid():
        return _sign_in_page(form, onward, UNPROCESSABLE)
    try:
        account = check_password(
            context.services,
            passwords(),
            **form.values,
            address=request.remote_addr or "",
            device=devices.device_of(form.values["sign_in_name"]),
        )
    except TooManyAttempts as refusal:
        form.refuse(str(refusal))
        return *_sign_in_page(form, onward, TOO_MANY), {"Retry-After": str(refusal.seconds)}
    except ServiceUnavailable as busy:
        form.refuse(str(busy.description))
        return *_sign_in_page(form, onward, BUSY), {"Retry-After": str(busy.retry_after)}
    except Refusal as refusal:
        form.refuse(str(refusal), refusal.field)
        return _sign_in_page(form, onward, UNPROCESSABLE)
    with context.read_present() as snapshot:
        takes_a_code = factors.is_set_up(snapshot.connection, account.id)
    if takes_a_code:
        return begin_second_step(context, account, onward)
    return let_in(context, account, onward, method=BY_PASSWORD)


@blueprint.get("/sign-out")
def ask_to_sign_out(_: RequestContext) -> ResponseReturnValue:
    """A button, because following a link signs nobody out."""
    return render_template(
        "form_page.html", page_title="Sign out", form=Form(JustDoIt()), submit_label="Sign out", back_href="/"
    )


@blueprint.post("/sign-out")
def end_session(context: RequestContext) -> ResponseReturnValue:
    """End this browser's session."""
    sign_out(context.services, request.cookies.get(COOKIE))
    session.clear()
    flash("You have signed out", "success")
    response = redirect("/sign-in", SEE_OTHER)
    # Not the cookies: one says for whom this browser is known, and another which authority they chose.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    take_cookie(response)
    return response


@blueprint.route("/password/<token>", methods=["GET", "POST"])
def set_password(context: RequestContext, token: str) -> ResponseReturnValue:
    """The page of a one-time link; looking at it does not use it up."""
    try:
        with context.read_present() as snapshot:
            account = accounts.account_of_link(snapshot.connection, token, context.services.now())
    except LinkNoLongerValid as refusal:
        return render_template("accounts/link_gone.html", message=str(refusal)), GONE
    form = Form(SetPassword(), data=request.form if request.method == "POST" else None)
    if request.method != "POST":
        return _password_page(context, form, account)
    if form.is_valid():
        try:
            hashed = passwords().hash(
                form.values["password"],
                guessable=guessable_words(context, account),
                address=request.remote_addr or "",
            )
            with context.services.acting(None, "", Channel.SCREEN, correlation=context.id):
                password_commands.use_password_link(context.services, token, hashed)
        except LinkNoLongerValid as refusal:
            return render_template("accounts/link_gone.html", message=str(refusal)), GONE
        except ServiceUnavailable as busy:
            form.refuse(str(busy.description))
            return *_password_page(context, form, account, BUSY), {"Retry-After": str(busy.retry_after)}
        except Refusal as refusal:
            form.refuse(str(refusal), refusal.field)
    if form.errors:
        return _password_page(context, form, account, UNPROCESSABLE)
    flash("Password set. You can now sign in", "success")
    response = redirect("/sign-in", SEE_OTHER)
    devices.remember(response, account.sign_in_name)
    return response


def _sign_in_page(form: Form, onward: str, status: int = 200) -> tuple[str, int]:
    of_request = chosen()
    shared_by = of_request.label if of_request and of_request.way_in else ""
    page = render_template(
        "accounts/sign_in.html",
        page_title="Sign in",
        form=form,
        onward=onward,
        shared_by=shared_by,
        typed_is_kept=leads_to_kept(onward),
        by_council=current_settings().council is not None,
    )
    return page, status


def _typed() -> dict[str, str]:
    """The e-mail address that was typed to find the authority, so that it need not be typed again."""
    of_request = chosen()
    return {"sign_in_name": of_request.sign_in_name} if of_request and of_request.sign_in_name else {}


def _password_page(
    context: RequestContext, form: Form, account: accounts.AccountRow, status: int = 200
) -> tuple[str, int]:
    with context.read_present() as snapshot:
        by_link_alone = not factors.is_set_up(snapshot.connection, account.id)
    page = render_template(
        "accounts/set_password.html",
        page_title="Set your password",
        lead=f"You sign in as {account.sign_in_name}.",
        form=form,
        council_href=link_href(request.path) if by_link_alone else "",
        submit_label="Set password",
    )
    return page, status
