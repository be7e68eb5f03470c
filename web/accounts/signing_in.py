"""Signing in by name and password: counted, slow to guess, and silent about which names there are."""

from __future__ import annotations

from domain.aggregate import Refusal
from web.accounts import accounts, attempts, sessions
from web.accounts.passwords import Passwords
from web.office import Office


class WrongNameOrPassword(Refusal):
    """No account that is open to sign-in has this name and password."""


def sign_in(
    office: Office,
    passwords: Passwords,
    *,
    sign_in_name: str,
    password: str,
    address: str,
    device: str | None = None,
) -> str:
    """Begin a session; returns the value for the cookie, a new one each time.

    An unknown name, a wrong password and a disabled account get one answer, after the same work. `device` is the
    number of a browser in which this name has signed in before.
    Raises TooManyAttempts, ServiceUnavailable or WrongNameOrPassword.
    """
    with passwords.place():
        with office.write() as connection:
            attempt = attempts.begin(connection, sign_in_name, address, office.now(), device=device)
        with office.read_present() as connection:
            account = accounts.named(connection, sign_in_name)
        usable = account if account and account.disabled_at is None else None
        right = passwords.verify(usable.password_hash if usable else None, password)
    if usable is None or not right:
        raise WrongNameOrPassword("The email address or password is not right. Check both and try again")
    with office.write() as connection:
        attempts.succeed(connection, attempt)
        return sessions.begin(connection, usable.person, office.now())


def sign_out(office: Office, cookie: str | None) -> None:
    """End the session of a cookie, if it has one."""
    if cookie:
        with office.write() as connection:
            sessions.end(connection, cookie, office.now())
