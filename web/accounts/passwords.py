"""Passwords: which ones will do, and how they are kept (argon2id, the library's own recommended cost)."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask import current_app

from domain.aggregate import Refusal

SHORTEST, LONGEST = 12, 256
"""Characters. The upper bound only keeps a request from costing too much."""

AT_ONCE = BoundedSemaphore(2)
"""A hash takes 64 MiB and about 0.15 s of four threads: more than two at once would starve the service."""

BANNED = frozenset(
    {
        "1234567890ab",
        "123456789012",
        "123456789abc",
        "12345678901234",
        "1q2w3e4r5t6y",
        "abcdefghijkl",
        "abcdefghijklm",
        "administrator",
        "changeme1234",
        "football1234",
        "iloveyou1234",
        "letmein12345",
        "passw0rd1234",
        "password1234",
        "password12345",
        "passwordpassword",
        "qwerty123456",
        "qwertyqwerty",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiopas",
        "schoolschool",
        "welcome12345",
    }
)
"""Passwords that are long enough and yet guessed first."""

EXTENSION = "sis-passwords"


class PasswordRefused(Refusal):
    """The password will not do."""


class PasswordTooShort(PasswordRefused):
    """It has too few characters."""


class PasswordTooLong(PasswordRefused):
    """It has too many characters."""


class PasswordTooCommon(PasswordRefused):
    """It is among those that are guessed first."""


class Passwords:
    """Hashes and verifies. `hasher` sets the cost; tests hand in a cheap one."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    @cached_property
    def _nobodys(self) -> str:
        """A hash that no password fits."""
        return self._hash(secrets.token_hex())

    def hash(self, password: str, *, sign_in_name: str = "") -> str:
        """The hash of a new password. Raises a PasswordRefused."""
        check(password, sign_in_name=sign_in_name)
        return self._hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password of that hash. Without a hash the answer is no, after the same work."""
        nobodys = self._nobodys
        stored = nobodys if password_hash is None or len(password) > LONGEST else password_hash
        with AT_ONCE:
            try:
                return self._hasher.verify(stored, _alike(password[:LONGEST]))
            except VerificationError:
                return False

    def _hash(self, password: str) -> str:
        with AT_ONCE:
            return self._hasher.hash(_alike(password))


def check(password: str, *, sign_in_name: str = "") -> None:
    """Refuse a password that is too short, too long or guessed first. Raises a PasswordRefused."""
    if len(password) < SHORTEST:
        raise PasswordTooShort(f"Password must be {SHORTEST} characters or more", field="password")
    if len(password) > LONGEST:
        raise PasswordTooLong(f"Password must be {LONGEST} characters or fewer", field="password")
    plain = password.casefold()
    if plain in BANNED or plain == sign_in_name.casefold() or len(set(plain)) < 5:
        raise PasswordTooCommon(
            "Choose a password that is harder to guess, such as three random words", field="password"
        )


def cheap_passwords() -> Passwords:
    """For tests alone: a hash that costs next to nothing, and protects as little."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def passwords() -> Passwords:
    """The passwords of the application that answers the present request."""
    found = current_app.extensions[EXTENSION]
    if not isinstance(found, Passwords):
        raise TypeError("the application was made without passwords")
    return found


def _alike(password: str) -> str:
    """The same password typed on two keyboards may differ in its code points; not so afterwards."""
    return unicodedata.normalize("NFKC", password)
