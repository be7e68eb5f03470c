"""Signing in by name and password: counted, slow to guess, and silent about which names there are."""

from __future__ import annotations

from werkzeug.exceptions import ServiceUnavailable

from domain.aggregate import Refusal
from web.accounts import accounts, attempts, security_trail, sessions
from web.accounts.passwords import Passwords
from web.accounts.security_trail import NewSecurityEntry, SecurityEvent
from web.runtime.services import Services


class WrongNameOrPassword(Refusal):
    """No account that is open to sign-in has this name and password."""


def check_password(
    services: Services,
    passwords: Passwords,
    *,
    sign_in_name: str,
    password: str,
    address: str,
    device: str | None = None,
) -> accounts.AccountRow:
    """The account of that name and password.

    An unknown name, a wrong password and a disabled account get one answer, after the same work. `device` is the
    number of a browser in which this name has signed in before.
    Raises TooManyAttempts, ServiceUnavailable or WrongNameOrPassword.
    """
    with services.read_present() as connection:
        account = accounts.by_sign_in_name(connection, sign_in_name)
    try:
        with services.write() as connection:
            attempt = attempts.begin(connection, sign_in_name, address, services.now(), device=device)
    except attempts.TooManyAttempts as refusal:
        _note(services, SecurityEvent.SIGN_IN_REFUSED, account, str(refusal))
        raise
    usable = account if account and account.disabled_at is None else None
    kept = usable.password_hash if usable else None
    right = is_right(services, passwords, kept, password, attempt=attempt, known=device is not None)
    if usable is None or not right:
        _note(services, SecurityEvent.SIGN_IN_FAILED, account, "" if account else "a name that nobody has")
        raise WrongNameOrPassword("The email address or password is wrong. Check both and try again")
    return usable


def is_right(
    services: Services,
    passwords: Passwords,
    password_hash: str | None,
    password: str,
    *,
    attempt: attempts.Attempt,
    known: bool,
) -> bool:
    """Whether it is the password of that hash, which the attempt then tells. Raises ServiceUnavailable, and then the
    attempt does not count."""
    try:
        right = passwords.verify(password_hash, password, address=attempt.address, known=known)
    except ServiceUnavailable:
        with services.write() as connection:
            attempts.withdraw(connection, attempt)
        raise
    if right:
        with services.write() as connection:
            attempts.succeed(connection, attempt)
    return right


def sign_out(services: Services, cookie: str | None) -> None:
    """End the session of a cookie, if it has one."""
    if not cookie:
        return
    with services.write() as connection:
        ended = sessions.find(connection, cookie, services.now())
        sessions.end(connection, cookie, services.now())
        line = NewSecurityEntry(SecurityEvent.SIGNED_OUT, ended.person, ended.person) if ended else None
        if line is not None:
            line.write(connection, services.now())
    if line is not None:
        line.log()


def _note(services: Services, kind: SecurityEvent, account: accounts.AccountRow | None, detail: str) -> None:
    security_trail.note(services, kind, person=account.person if account else None, detail=detail)
