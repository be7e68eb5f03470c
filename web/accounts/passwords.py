"""How passwords are kept (argon2id, the library's own recommended cost), and how many are worked on at once."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask import current_app
from werkzeug.exceptions import ServiceUnavailable

from web.accounts.strength import alike, check

AT_ONCE, WAITING, KEPT = 1, 1, 1
"""Hashes that a process works on, those that anybody may wait with, and those that wait besides in a place kept for
known browsers: in which the name that is typed has signed in before, or somebody is signed in. So strangers who take
all their places hold up other strangers, and not those who work here. One takes 64 MiB and about 0.15 s of four
threads, so that a second at the same time would gain nothing; and of the four threads with which a process answers
(`sis serve`), one is always left for everything else."""

TRY_AGAIN_IN = 2
"""Seconds after which there is room again: three hashes are done by then."""

EXTENSION = "sis-passwords"


class Passwords:
    """Hashes and verifies. `hasher` sets the cost; tests hand in a cheap one."""

    def __init__(
        self,
        hasher: PasswordHasher | None = None,
        *,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
    ) -> None:
        self._hasher = hasher or PasswordHasher()
        self._places = BoundedSemaphore(at_once + waiting)
        self._kept = BoundedSemaphore(KEPT)
        self._turns = BoundedSemaphore(at_once)

    @cached_property
    def _nobodys(self) -> str:
        """A hash that no password fits."""
        return self._hasher.hash(secrets.token_hex())

    @contextmanager
    def place(self, *, known: bool = False) -> Iterator[None]:
        """Hold a place among those whose passwords are worked on; `known` browsers have one that is kept for them.

        Raises ServiceUnavailable where none is free.
        """
        open_to = (self._places, self._kept) if known else (self._places,)
        taken = next((places for places in open_to if places.acquire(blocking=False)), None)
        if taken is None:
            told = f"Many people are signing in at this moment. Try again in {TRY_AGAIN_IN} seconds"
            raise ServiceUnavailable(told, retry_after=TRY_AGAIN_IN)
        try:
            yield
        finally:
            taken.release()

    def hash(self, password: str, *, context: Iterable[str] = ()) -> str:
        """The hash of a new password. Raises PasswordRefused (web.accounts.strength) or ServiceUnavailable."""
        check(password, context=context)
        return self._hash(password)

    def verify(self, password_hash: str | None, password: str, *, known: bool = False) -> bool:
        """Whether it is the password of that hash. Without a hash the answer is no, after the same work.

        `known` is as `place` says. Raises ServiceUnavailable.
        """
        with self.place(known=known), self._turns:
            stored = password_hash or self._nobodys
            try:
                return self._hasher.verify(stored, alike(password))
            except VerificationError:
                return False

    def _hash(self, password: str) -> str:
        with self.place(), self._turns:
            return self._hasher.hash(alike(password))


def cheap_passwords() -> Passwords:
    """For tests alone: a hash that costs next to nothing, and protects as little."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def passwords() -> Passwords:
    """The passwords of the application that answers the present request."""
    found = current_app.extensions[EXTENSION]
    if not isinstance(found, Passwords):
        raise TypeError("the application was made without passwords")
    return found
