"""The pages of the second factor: set it up, take it away, and give its code when signing in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from textwrap import wrap
from uuid import UUID

import segno
from flask import Blueprint, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from domain.aggregate import Refusal
from domain.vocabulary import Role
from web.access.context import User, current_context
from web.access.identity import current_user, current_user_or_none
from web.access.session_user import PROOF_LASTS
from web.accounts import account_commands, accounts, council, factor_commands, factors, proof, security_trail
from web.accounts.accounts import AccountRow
from web.accounts.attempts import TooManyAttempts
from web.accounts.letting_in import let_in
from web.accounts.schemas import GiveCode, GiveFirstCode
from web.accounts.security_trail import SecurityEvent
from web.accounts.signed import own_post, signed
from web.forms import Form
from web.forms.command_ids import form_key
from web.layout.refused import refused_page
from web.open_routes import OPEN_ROUTES
from web.runtime.authority import authority
from web.runtime.services import services
from web.runtime.settings import current_settings
from web.runtime.tables import fingerprint

SEE_OTHER, CONFLICT, UNPROCESSABLE, TOO_MANY = 303, 409, 422, 429

METHOD = "password and code"

ENOUGH = {METHOD, council.METHOD}
"""By what a session is begun with a second factor: the council's sign-in asks for its own."""

HALF = "half_signed_in"
CARRIED = "key"
"""The name of the hidden answer in which a page carries the key that it shows, sealed."""

HALF_LASTS = 300
"""Seconds between the password and the code."""

NEED_ONE = (Role.ADMINISTRATOR, Role.DIRECTOR, Role.REVIEWER)

WITHOUT_ONE = OPEN_ROUTES.keys() | {
    "accounts.second_factor.set_up",
    "accounts.ask_to_sign_out",
    "accounts.end_session",
}
"""The endpoints that those who need a second factor may use before they have one."""

second_factor = Blueprint("second_factor", __name__)


def begin(account: AccountRow, onward: str) -> ResponseReturnValue:
    """Ask whoever has given the right password for the code."""
    session.clear()
    session[HALF] = [account.person.hex, _state(account), int(services().now().timestamp()), onward]
    return redirect("/sign-in/code", SEE_OTHER)


@second_factor.route("/sign-in/code", methods=["GET", "POST"])
def give_code() -> ResponseReturnValue:
    """Sign in with the code, after the password."""
    account = _half_signed_in()
    if account is None:
        return redirect("/sign-in", SEE_OTHER)
    form = Form(GiveCode(), data=request.form if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _code_page(form, UNPROCESSABLE if form.errors else 200)
    try:
        proof.verify_code(account, form.values["code"])
    except TooManyAttempts as refusal:
        security_trail.note(services(), SecurityEvent.SIGN_IN_REFUSED, person=account.person, detail=str(refusal))
        form.refuse(str(refusal))
        return *_code_page(form, TOO_MANY), {"Retry-After": str(refusal.seconds)}
    except Refusal as refusal:
        security_trail.note(services(), SecurityEvent.SIGN_IN_FAILED, person=account.person, detail="wrong code")
        form.refuse(str(refusal), refusal.field)
        return _code_page(form, UNPROCESSABLE)
    return let_in(account, session[HALF][3], method=METHOD)


@second_factor.route("/account/second-factor", methods=["GET", "POST"])
def set_up() -> ResponseReturnValue:
    """Set the factor up with a first code; where there is one, say so and how to set up another."""
    account = account_commands.find(services(), current_user().person)
    if account.comes_by_council:
        return refused_page("Set up a second factor", council.BY_COUNCIL, "/account")
    return _set_up(account, _present_page if _factor(account) else _set_up_first)


@second_factor.route("/account/second-factor/again", methods=["GET", "POST"])
def set_up_again() -> ResponseReturnValue:
    """Set another phone up; the present one counts until a code of the other is given."""
    account = account_commands.find(services(), current_user().person)
    if _factor(account) is None:
        return redirect("/account/second-factor", SEE_OTHER)
    return _set_up(account, _set_up_another)


def _set_up(account: AccountRow, go_on: Callable[[AccountRow], ResponseReturnValue]) -> ResponseReturnValue:
    """Go on, unless what was sent has set up the factor already that counts now: sent twice, by a second click, by
    reloading or by going back, it has the same answer for as long as a proof holds."""
    shown = _shown_again(account)
    if shown is None:
        answer = go_on(account)
        return _shown_again(account) or answer
    return proof.asked() or shown


def _shown_again(account: AccountRow) -> ResponseReturnValue | None:
    new, factor = _carried(account), _factor(account)
    if new is None or factor is None or services().now() >= factor.confirmed_at + PROOF_LASTS:
        return None
    codes = factor.left_of(new)
    if not codes:
        return None
    return render_template("accounts/recovery_codes.html", page_title="Your recovery codes", codes=codes)


def _factor(account: AccountRow) -> factors.Factor | None:
    with services().read_present() as connection:
        return factors.of_account(connection, account.id, current_settings())


def _carried(account: AccountRow) -> factors.NewFactor | None:
    """What the page carries that was sent: the key that it showed, and no other."""
    return factors.unsealed(request.form.get(CARRIED, ""), account.id, services().now(), current_settings())


def _present_page(account: AccountRow) -> ResponseReturnValue:
    sent = "code" in request.form
    page = render_template(
        "accounts/factor.html", page_title="Second factor", factor=_factor(account), another_was_sent=sent
    )
    return page, CONFLICT if sent else 200


def _set_up_first(account: AccountRow) -> ResponseReturnValue:
    answer = _with_code(account, factor_commands.set_up)
    return _present_page(account) if _factor(account) else answer


def _set_up_another(account: AccountRow) -> ResponseReturnValue:
    return _with_code(account, factor_commands.replace)


def _with_code(account: AccountRow, act: Callable[..., None]) -> ResponseReturnValue:
    """Show a new key and ask for its code; asks for proof."""
    asking, settings = current_user(), current_settings()
    if (page := proof.asked()) is not None:
        return page
    form = Form(GiveFirstCode(), data=request.form if "code" in request.form else None)
    new = _carried(account)
    if form.is_valid() and new is None:
        form.refuse("You opened this page too long ago. Scan the code shown now", "code")
    elif form.is_valid() and new is not None:
        try:
            with signed(own_post(asking)):
                act(services(), account, new, form.values["code"], settings, kept=current_context().session)
        except Refusal as refusal:
            form.refuse(str(refusal), refusal.field)
    return _set_up_page(form, new or factors.NewFactor.drawn(), account, asking)


def _set_up_page(form: Form, new: factors.NewFactor, account: AccountRow, asking: User) -> tuple[str, int]:
    page = render_template(
        "accounts/set_up_factor.html",
        page_title="Set up a second factor",
        form=form,
        is_needed=_is_needed(asking),
        picture=segno.make(new.address(account.sign_in_name, authority().name)).svg_data_uri(
            scale=5, border=2, light="#fff"
        ),
        key=" ".join(wrap(new.secret, 4)),
        carried=new.sealed(account.id, services().now(), current_settings()),
        command_id=form_key(),
    )
    return page, UNPROCESSABLE if form.errors else 200


def ask_to_set_up() -> ResponseReturnValue | None:
    """Lead those whose posts need a second factor to its page; their programs wait until they have one.

    Raises Forbidden at the API.
    """
    if current_settings().second_factor_from is None or request.endpoint in WITHOUT_ONE:
        return None
    asking = current_user_or_none()
    if (
        asking is None
        or not _is_needed(asking)
        or ((present := current_context().session) is not None and present.method in ENOUGH)
    ):
        return None
    with services().read_present() as connection:
        account = accounts.of_person(connection, asking.person)
        if account is not None and (account.comes_by_council or factors.is_set_up(connection, account.id)):
            return None
    if request.path.startswith("/api/"):
        raise Forbidden("Your role needs a second factor. Set one up on your account page first")
    return redirect("/account/second-factor", SEE_OTHER)


def _is_needed(asking: User) -> bool:
    since = current_settings().second_factor_from
    return since is not None and since <= services().today() and asking.holds(*NEED_ONE)


def _half_signed_in() -> AccountRow | None:
    try:
        person, state, at, _ = session[HALF]
        since = services().now() - datetime.fromtimestamp(at, services().now().tzinfo)
        with services().read_present() as connection:
            account = accounts.of_person(connection, UUID(person))
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
