"""Asks somebody who is signed in to prove again who they are, before what would let a stranger at their desk stay.

The page that asks carries the answers that were sent. With the proof they are sent once more to the same address and
carried out there, so that nothing has to be typed twice.
"""

from __future__ import annotations

from urllib.parse import quote

from flask import render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from werkzeug.exceptions import ServiceUnavailable, Unauthorized

from domain.aggregate import Refusal
from web.access.context import RequestContext
from web.access.session_user import BrowserSession
from web.accounts import accounts, attempts, devices, factors, security_trail, sessions
from web.accounts.attempts import TooManyAttempts
from web.accounts.passwords import passwords
from web.accounts.schemas import one_time_code, own_password
from web.accounts.security_trail import NewSecurityEntry, SecurityEvent, with_entries
from web.accounts.signing_in import is_right
from web.forms import Form, restore
from web.runtime.settings import current_settings

UNAUTHORISED, TOO_MANY, BUSY = 401, 429, 503


class WrongProof(Refusal):
    """It is not the password of the person who is signed in."""


class ProveByPassword(Schema):
    proof_password = own_password(label="Your password")


class ProveByCode(Schema):
    proof_code = one_time_code()


PASSWORD, CODE = "proof_password", "proof_code"
"""The names of the fields in which a proof is sent."""


def ask_for_proof(context: RequestContext) -> ResponseReturnValue | None:
    """None where the person has proved of late who they are, or does so with this request; else the page that asks.

    It is asked for what they have: by the council's sign-in where they come by it, else for a code where they have a
    second factor, else for the password. A program is not asked: whoever made its token was.
    """
    session = context.session
    if session is None or session.is_proved(context.services.now()):
        return None
    with context.read_present() as snapshot:
        account = accounts.of_person(snapshot.connection, session.person)
        by_code = account is not None and factors.is_set_up(snapshot.connection, account.id)
    if account is not None and account.comes_by_council:
        return _by_council(context, session)
    field, schema = (CODE, ProveByCode()) if by_code else (PASSWORD, ProveByPassword())
    form = Form(schema, data=request.form if field in request.form else None)
    if field not in request.form or not form.is_valid():
        return _page(form, account)
    try:
        if by_code and account is not None:
            _prove_by_code(context, account, form.values[CODE])
        else:
            verify(context, account, form.values[PASSWORD])
    except TooManyAttempts as refusal:
        form.refuse(str(refusal))
        return *_page(form, account, TOO_MANY), {"Retry-After": str(refusal.seconds)}
    except ServiceUnavailable as busy:
        form.refuse(str(busy.description))
        return *_page(form, account, BUSY), {"Retry-After": str(busy.retry_after)}
    except Refusal as refusal:
        form.refuse(str(refusal), refusal.field)
        return _page(form, account)
    with with_entries(
        context.services, NewSecurityEntry(SecurityEvent.PROVED, session.person, session.person)
    ) as connection:
        if not sessions.mark_proved(connection, session, context.services.now()):
            raise Unauthorized("You have been signed out. Sign in again")
    return None


def _by_council(context: RequestContext, session: BrowserSession) -> ResponseReturnValue:
    """Lead to the council's sign-in; what was sent is kept, and shown again to be sent once that has confirmed."""
    onward = restore.address_to_go_on(context, session.person) if request.method == "POST" else restore.address()
    page = render_template(
        "accounts/prove_by_council.html",
        page_title="Confirm that it is you",
        href=f"/account/council/proof?next={quote(onward, safe='')}",
    )
    return page, UNAUTHORISED


def verify(
    context: RequestContext, account: accounts.AccountRow | None, password: str, *, field: str = PASSWORD
) -> None:
    """Look whether it is the password of the person who is signed in; a wrong one is told in the security trail, and
    one that is not looked at, because too many were tried.

    Raises WrongProof, TooManyAttempts or ServiceUnavailable.
    """
    name = account.sign_in_name if account else ""
    try:
        with context.services.write() as connection:
            attempt = attempts.begin(
                connection, name, request.remote_addr or "", context.services.now(), device=devices.device_of(name)
            )
    except TooManyAttempts as refusal:
        _note(context, SecurityEvent.PROOF_REFUSED, str(refusal))
        raise
    kept = account.password_hash if account else None
    if not is_right(context.services, passwords(), kept, password, attempt=attempt, known=True):
        _note(context, SecurityEvent.PROOF_FAILED)
        raise WrongProof("The password is wrong", field=field)


def _prove_by_code(context: RequestContext, account: accounts.AccountRow, code: str) -> None:
    try:
        verify_code(context, account, code, field=CODE)
    except factors.WrongCode:
        _note(context, SecurityEvent.PROOF_FAILED)
        raise
    except TooManyAttempts as refusal:
        _note(context, SecurityEvent.PROOF_REFUSED, str(refusal))
        raise


def _note(context: RequestContext, kind: SecurityEvent, detail: str = "") -> None:
    session = context.session
    person = session.person if session else None
    security_trail.note(context.services, kind, person=person, by=person, detail=detail)


def verify_code(context: RequestContext, account: accounts.AccountRow, code: str, *, field: str = "code") -> None:
    """Use up a code of the person's second factor. Raises factors.WrongCode or TooManyAttempts.

    Wrong ones are counted for the account wherever they come from, but for a browser of the person's own by itself.
    """
    name = f"code of {account.id}"
    with context.services.write() as connection:
        device = devices.device_of(account.sign_in_name)
        attempt = attempts.begin(connection, name, name, context.services.now(), device=device)
    line = NewSecurityEntry(SecurityEvent.RECOVERY_CODE_USED, account.person, account.person)
    with context.services.write() as connection:
        try:
            was_recovery = factors.use(connection, account.id, code, context.services.now(), current_settings())
        except factors.WrongCode as wrong:
            raise factors.WrongCode(str(wrong), field=field) from None
        attempts.forgive(connection, attempt)
        if was_recovery:
            line.write(connection, context.services.now())
    if was_recovery:
        line.log()


def _page(form: Form, account: accounts.AccountRow | None, status: int = UNAUTHORISED) -> tuple[str, int]:
    hidden = [
        (name, value) for name, value in request.form.items(multi=True) if name not in {"csrf_token", PASSWORD, CODE}
    ]
    page = render_template(
        "accounts/prove.html",
        page_title="Confirm that it is you",
        form=form,
        hidden=hidden,
        account=account,
        address=request.full_path.rstrip("?"),
        by_code=form.fields()[0].name == CODE,
    )
    return page, status
