"""The pages of the second factor: set it up, take it away, and give its code when signing in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from textwrap import wrap
from uuid import UUID

import segno
from flask import redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from domain.aggregate import Refusal
from domain.vocabulary import Role
from web.access.context import Pages, RequestContext, User
from web.access.policy import ASKED_ONLY
from web.access.session_user import PROOF_LASTS
from web.accounts import account_commands, accounts, council_accounts, factor_commands, factors, proof, security_trail
from web.accounts.accounts import AccountRow
from web.accounts.attempts import TooManyAttempts
from web.accounts.schemas import GiveCode, GiveFirstCode
from web.accounts.security_trail import SecurityEvent
from web.accounts.session_start import let_in
from web.accounts.signature import own_post, signed
from web.forms import Form
from web.forms.restore import form_key
from web.layout.refused import refused_page
from web.open_routes import OPEN_ROUTES
from web.runtime.authority import authority
from web.runtime.settings import current_settings
from web.runtime.tables import fingerprint

SEE_OTHER, CONFLICT, UNPROCESSABLE, TOO_MANY = 303, 409, 422, 429

METHOD = "password and code"

ENOUGH = {METHOD, council_accounts.METHOD}
"""By what a session is begun with a second factor: the council's sign-in asks for its own."""

HALF = "half_signed_in"
CARRIED = "key"
"""The name of the hidden answer in which a page carries the key that it shows, sealed."""

HALF_LASTS = 300
"""Seconds between the password and the code."""

NEED_ONE = (Role.ADMINISTRATOR, Role.DIRECTOR, Role.REVIEWER, *ASKED_ONLY)

WITHOUT_ONE = OPEN_ROUTES.keys() | {
    "accounts.second_factor.set_up",
    "accounts.ask_to_sign_out",
    "accounts.end_session",
}
"""The endpoints that those who need a second factor may use before they have one."""

second_factor = Pages("second_factor", __name__)


def begin(context: RequestContext, account: AccountRow, onward: str) -> ResponseReturnValue:
    """Ask whoever has given the right password for the code."""
    session.clear()
    session[HALF] = [account.person.hex, _state(account), int(context.services.now().timestamp()), onward]
    return redirect("/sign-in/code", SEE_OTHER)


@second_factor.route("/sign-in/code", methods=["GET", "POST"])
def give_code(context: RequestContext) -> ResponseReturnValue:
    """Sign in with the code, after the password."""
    account = _half_signed_in(context)
    if account is None:
        return redirect("/sign-in", SEE_OTHER)
    form = Form(GiveCode(), data=request.form if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _code_page(form, UNPROCESSABLE if form.errors else 200)
    try:
        proof.verify_code(context, account, form.values["code"])
    except TooManyAttempts as refusal:
        security_trail.note(
            context.services, SecurityEvent.SIGN_IN_REFUSED, person=account.person, detail=str(refusal)
        )
        form.refuse(str(refusal))
        return *_code_page(form, TOO_MANY), {"Retry-After": str(refusal.seconds)}
    except Refusal as refusal:
        security_trail.note(
            context.services, SecurityEvent.SIGN_IN_FAILED, person=account.person, detail="wrong code"
        )
        form.refuse(str(refusal), refusal.field)
        return _code_page(form, UNPROCESSABLE)
    return let_in(context, account, session[HALF][3], method=METHOD)


@second_factor.route("/account/second-factor", methods=["GET", "POST"])
def set_up(context: RequestContext) -> ResponseReturnValue:
    """Set the factor up with a first code; where there is one, say so and how to set up another."""
    account = account_commands.find(context.services, context.user.person)
    if account.comes_by_council:
        return refused_page("Set up a second factor", council_accounts.BY_COUNCIL, "/account")
    return _set_up(context, account, _present_page if _factor(context, account) else _set_up_first)


@second_factor.route("/account/second-factor/again", methods=["GET", "POST"])
def set_up_again(context: RequestContext) -> ResponseReturnValue:
    """Set another phone up; the present one counts until a code of the other is given."""
    account = account_commands.find(context.services, context.user.person)
    if _factor(context, account) is None:
        return redirect("/account/second-factor", SEE_OTHER)
    return _set_up(context, account, _set_up_another)


def _set_up(
    context: RequestContext, account: AccountRow, go_on: Callable[[RequestContext, AccountRow], ResponseReturnValue]
) -> ResponseReturnValue:
    """Go on, unless what was sent has set up the factor already that counts now: sent twice, by a second click, by
    reloading or by going back, it has the same answer for as long as a proof holds."""
    shown = _shown_again(context, account)
    if shown is None:
        answer = go_on(context, account)
        return _shown_again(context, account) or answer
    return proof.ask_for_proof(context) or shown


def _shown_again(context: RequestContext, account: AccountRow) -> ResponseReturnValue | None:
    new, factor = _carried(context, account), _factor(context, account)
    if new is None or factor is None or context.services.now() >= factor.confirmed_at + PROOF_LASTS:
        return None
    codes = factor.left_of(new)
    if not codes:
        return None
    return render_template("accounts/recovery_codes.html", page_title="Your recovery codes", codes=codes)


def _factor(context: RequestContext, account: AccountRow) -> factors.Factor | None:
    with context.read_present() as snapshot:
        return factors.of_account(snapshot.connection, account.id, current_settings())


def _carried(context: RequestContext, account: AccountRow) -> factors.NewFactor | None:
    """What the page carries that was sent: the key that it showed, and no other."""
    return factors.unsealed(request.form.get(CARRIED, ""), account.id, context.services.now(), current_settings())


def _present_page(context: RequestContext, account: AccountRow) -> ResponseReturnValue:
    sent = "code" in request.form
    page = render_template(
        "accounts/factor.html",
        page_title="Second factor",
        factor=_factor(context, account),
        another_was_sent=sent,
    )
    return page, CONFLICT if sent else 200


def _set_up_first(context: RequestContext, account: AccountRow) -> ResponseReturnValue:
    answer = _with_code(context, account, factor_commands.set_up)
    return _present_page(context, account) if _factor(context, account) else answer


def _set_up_another(context: RequestContext, account: AccountRow) -> ResponseReturnValue:
    return _with_code(context, account, factor_commands.replace)


def _with_code(context: RequestContext, account: AccountRow, act: Callable[..., None]) -> ResponseReturnValue:
    """Show a new key and ask for its code; asks for proof."""
    user, settings = context.user, current_settings()
    if (page := proof.ask_for_proof(context)) is not None:
        return page
    form = Form(GiveFirstCode(), data=request.form if "code" in request.form else None)
    new = _carried(context, account)
    if form.is_valid() and new is None:
        form.refuse("You opened this page too long ago. Scan the code shown now", "code")
    elif form.is_valid() and new is not None:
        try:
            with signed(context, own_post(user)):
                act(context.services, account, new, form.values["code"], settings, kept=context.session)
        except Refusal as refusal:
            form.refuse(str(refusal), refusal.field)
    return _set_up_page(context, form, new or factors.NewFactor.drawn(), account, user)


def _set_up_page(
    context: RequestContext, form: Form, new: factors.NewFactor, account: AccountRow, user: User
) -> tuple[str, int]:
    page = render_template(
        "accounts/set_up_factor.html",
        page_title="Set up a second factor",
        form=form,
        is_needed=_is_needed(context, user),
        picture=segno.make(new.address(account.sign_in_name, authority(context.services).name)).svg_data_uri(
            scale=5, border=2, light="#fff"
        ),
        key=" ".join(wrap(new.secret, 4)),
        carried=new.sealed(account.id, context.services.now(), current_settings()),
        command_id=form_key(context),
    )
    return page, UNPROCESSABLE if form.errors else 200


def ask_to_set_up(context: RequestContext) -> ResponseReturnValue | None:
    """Lead those whose posts need a second factor to its page; their programs wait until they have one.

    Raises Forbidden at the API.
    """
    if current_settings().second_factor_from is None or request.endpoint in WITHOUT_ONE:
        return None
    user = context.user_or_none
    if (
        user is None
        or not _is_needed(context, user)
        or ((present := context.session) is not None and present.method in ENOUGH)
    ):
        return None
    with context.read_present() as snapshot:
        account = accounts.of_person(snapshot.connection, user.person)
        if account is not None and (account.comes_by_council or factors.is_set_up(snapshot.connection, account.id)):
            return None
    if request.path.startswith("/api/"):
        raise Forbidden("Your role needs a second factor. Set one up on your account page first")
    return redirect("/account/second-factor", SEE_OTHER)


def _is_needed(context: RequestContext, user: User) -> bool:
    since = current_settings().second_factor_from
    return since is not None and since <= context.services.today() and user.holds(*NEED_ONE)


def _half_signed_in(context: RequestContext) -> AccountRow | None:
    try:
        person, state, at, _ = session[HALF]
        since = context.services.now() - datetime.fromtimestamp(at, context.services.now().tzinfo)
        with context.read_present() as snapshot:
            account = accounts.of_person(snapshot.connection, UUID(person))
    except (KeyError, ValueError, TypeError):
        return None
    if account is None or account.disabled_at is not None or _state(account) != state:
        return None
    return account if 0 <= since.total_seconds() < HALF_LASTS else None


def _state(account: AccountRow) -> str:
    """What changes with the password, so that the code goes with the one that was given."""
    return fingerprint(account.password_hash or "")[:16]


def _code_page(form: Form, status: int) -> tuple[str, int]:
    page = render_template(
        "form_page.html", page_title="Enter your code", form=form, submit_label="Sign in", back_href="/sign-in"
    )
    return page, status
