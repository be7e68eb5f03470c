"""The pages of the second factor: set it up, take it away, and give its code when signing in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import segno
from flask import Blueprint, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from domain.aggregate import Refusal
from domain.vocabulary import Role
from web.accounts import account_commands, accounts, council, factor_commands, factors, proof, security_trail
from web.accounts.accounts import Account
from web.accounts.attempts import TooManyAttempts
from web.accounts.letting_in import let_in
from web.accounts.schemas import GiveCode, GiveFirstCode
from web.accounts.security_trail import Kind
from web.accounts.signed import own_post, signed
from web.accounts.tables import fingerprint
from web.authority import authority
from web.command_ids import form_key
from web.forms import Form
from web.identity import Visitor, signed_in, visitor
from web.office import office
from web.open_routes import OPEN_ROUTES
from web.settings import current_settings

SEE_OTHER, UNPROCESSABLE, TOO_MANY = 303, 422, 429

METHOD = "password and code"

ENOUGH = {METHOD, council.METHOD}
"""By what a session is begun with a second factor: the council's sign-in asks for its own."""

HALF = "half_signed_in"
NEW_KEY = "new_second_factor"
WRONG_FIRST = (
    "The code is not right, or the page was opened again elsewhere, which changed the key. "
    "Scan the code that is shown now"
)

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


def begin(account: Account, onward: str) -> ResponseReturnValue:
    """Ask whoever has given the right password for the code."""
    session.clear()
    session[HALF] = [account.person.hex, _state(account), int(office().now().timestamp()), onward]
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
        form.refuse(str(refusal))
        return *_code_page(form, TOO_MANY), {"Retry-After": str(refusal.seconds)}
    except Refusal as refusal:
        security_trail.note(office(), Kind.SIGN_IN_FAILED, person=account.person, detail="wrong code")
        form.refuse(str(refusal), refusal.field)
        return _code_page(form, UNPROCESSABLE)
    return let_in(account, session[HALF][3], method=METHOD)


@second_factor.route("/account/second-factor", methods=["GET", "POST"])
def set_up() -> ResponseReturnValue:
    """Set the factor up with a first code; the recovery codes are shown this once.

    Each time the page is opened it shows another key, so that none counts that somebody else has seen before.
    """
    asking = signed_in()
    account = account_commands.find(office(), asking.person)
    if account.comes_by_council:
        return redirect("/account", SEE_OTHER)
    with office().read_present() as connection:
        factor = factors.of_account(connection, account.id, current_settings())
    if factor is not None and factor.confirmed_at is not None:
        return render_template("accounts/factor.html", page_title="Second factor", factor=factor)
    if (page := proof.asked()) is not None:
        return page
    form = Form(GiveFirstCode(), data=request.form if "code" in request.form else None)
    if factor is None or "code" not in request.form:
        with office().write() as connection:
            factor = factors.begin(connection, account.id, current_settings())
    if form.is_valid():
        try:
            _verify_first_code(account, form.values["code"])
            with signed(own_post(asking)):
                codes = factor_commands.set_up(office(), account, kept=g.session)
        except Refusal as refusal:
            form.refuse(str(refusal), refusal.field)
        else:
            return render_template("accounts/recovery_codes.html", page_title="Your recovery codes", codes=codes)
    return _set_up_page(form, factor, account, asking)


def _set_up_page(form: Form, factor: factors.Factor, account: Account, asking: Visitor) -> tuple[str, int]:
    key, address = factor.secret or "", factor.address(account.sign_in_name, authority().name)
    page = render_template(
        "accounts/set_up_factor.html",
        page_title="Set up a second factor",
        form=form,
        is_needed=_is_needed(asking),
        picture=segno.make(address).svg_data_uri(scale=5, border=2, light="#fff"),
        key=" ".join(key[at : at + 4] for at in range(0, len(key), 4)),
        command_id=form_key(),
    )
    return page, UNPROCESSABLE if form.errors else 200


def _verify_first_code(account: Account, code: str) -> None:
    """Raises factors.WrongCode, which says that there is one key at a time: the one of the page opened last."""
    try:
        proof.verify_code(account, code)
    except factors.WrongCode:
        raise factors.WrongCode(WRONG_FIRST, field="code") from None


@second_factor.route("/account/second-factor/again", methods=["GET", "POST"])
def set_up_again() -> ResponseReturnValue:
    """Set another phone up; asks for proof. The present one counts until a code of the other is given.

    The key of the other is carried by this browser, sealed, and so another browser replaces none.
    """
    asking = signed_in()
    account, settings = account_commands.find(office(), asking.person), current_settings()
    with office().read_present() as connection:
        is_set_up = factors.is_set_up(connection, account.id)
    if not is_set_up:
        return redirect("/account/second-factor", SEE_OTHER)
    if (page := proof.asked()) is not None:
        return page
    form = Form(GiveFirstCode(), data=request.form if "code" in request.form else None)
    carried = factors.unsealed(session.get(NEW_KEY, ""), account.id, settings) if "code" in request.form else None
    factor = carried or factors.fresh()
    session[NEW_KEY] = factors.sealed(factor, account.id, settings)
    if form.is_valid():
        try:
            with signed(own_post(asking)):
                codes = factor_commands.replace(
                    office(), account, factor, form.values["code"], settings, kept=g.session
                )
        except factors.WrongCode:
            form.refuse(WRONG_FIRST, "code")
        except Refusal as refusal:
            form.refuse(str(refusal), refusal.field)
        else:
            session.pop(NEW_KEY)
            return render_template("accounts/recovery_codes.html", page_title="Your recovery codes", codes=codes)
    return _set_up_page(form, factor, account, asking)


def ask_to_set_up() -> ResponseReturnValue | None:
    """Lead those whose posts need a second factor to its page; their programs wait until they have one.

    Raises Forbidden at the API.
    """
    if current_settings().second_factor_from is None or request.endpoint in WITHOUT_ONE:
        return None
    asking = visitor()
    if asking is None or not _is_needed(asking) or (g.session is not None and g.session.method in ENOUGH):
        return None
    with office().read_present() as connection:
        account = accounts.of_person(connection, asking.person)
        if account is not None and (account.comes_by_council or factors.is_set_up(connection, account.id)):
            return None
    if request.path.startswith("/api/"):
        raise Forbidden("Your post takes a second factor. Set it up on your account page first")
    return redirect("/account/second-factor", SEE_OTHER)


def _is_needed(asking: Visitor) -> bool:
    since = current_settings().second_factor_from
    return since is not None and since <= office().today() and asking.holds(*NEED_ONE)


def _half_signed_in() -> Account | None:
    try:
        person, state, at, _ = session[HALF]
        since = office().now() - datetime.fromtimestamp(at, office().now().tzinfo)
        with office().read_present() as connection:
            account = accounts.of_person(connection, UUID(person))
    except (KeyError, ValueError, TypeError):
        return None
    if account is None or account.disabled_at is not None or _state(account) != state:
        return None
    return account if 0 <= since.total_seconds() < HALF_LASTS else None


def _state(account: Account) -> str:
    """What changes with the password, so that the code goes with the one that was given."""
    return fingerprint(account.password_hash or "")[:16]


def _code_page(form: Form, status: int) -> tuple[str, int]:
    page = render_template(
        "form_page.html", page_title="Enter your code", form=form, submit_label="Sign in", back_href="/sign-in"
    )
    return page, status
