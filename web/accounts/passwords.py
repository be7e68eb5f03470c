"""How passwords are kept (argon2id, the library's own recommended cost), and how many are worked on at once."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask import current_app
from werkzeug.exceptions import ServiceUnavailable

from web.accounts.strength import alike, check
from web.accounts.turns import COME_BACK, Turns, network_of

AT_ONCE, WAITING, KEPT = 1, 1, 1
"""Hashes that a process works on, those that anybody may wait with, and those that wait besides in a place kept for
known browsers: in which the name that is typed has signed in before, or somebody is signed in or has a password link.
So strangers who take all their places hold up other strangers, and not those who work here; and among strangers each
network has its turn (web.accounts.turns). One takes 64 MiB and about 0.15 s of four
threads, so that a second at the same time would gain nothing; and of the four threads with which a process answers
(`sis serve`), one is always left for everything else."""

EXTENSION = "sis-passwords"


class Passwords:
    """Hashes and verifies. `hasher` sets the cost; tests hand in a cheap one."""

    def __init__(
        self,
        hasher: PasswordHasher | None = None,
        *,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hasher = hasher or PasswordHasher()
        self._strangers = Turns(at_once + waiting)
        self._kept = BoundedSemaphore(KEPT)
        self._at_work = BoundedSemaphore(at_once)
        self._now = now

    @cached_property
    def _nobodys(self) -> str:
        """A hash that no password fits."""
        return self._hasher.hash(secrets.token_hex())

    @contextmanager
    def place(self, address: str = "", *, known: bool = False) -> Iterator[None]:
        """Hold a place among those whose passwords are worked on; `known` browsers have one that is kept for them,
        and the others' turn besides.

        Raises ServiceUnavailable where none is free for the address's network.
        """
        with ExitStack() as taken:
            network = network_of(address)
            if known and self._kept.acquire(blocking=False):
                taken.callback(self._kept.release)
            elif self._strangers.enter(network, self._now()):
                taken.callback(self._strangers.leave, network)
            else:
                told = f"Many people are signing in. Try again in {COME_BACK} seconds"
                raise ServiceUnavailable(told, retry_after=COME_BACK)
            yield

    def hash(self, password: str, *, guessable: Iterable[str] = (), address: str = "") -> str:
        """The hash of a new password, which nobody sets who is not known, by a link or a session.

        Raises PasswordRefused (web.accounts.strength) or ServiceUnavailable.
        """
        check(password, guessable=guessable)
        with self.place(address, known=True), self._at_work:
            return self._hasher.hash(alike(password))

    def verify(self, password_hash: str | None, password: str, *, address: str = "", known: bool = False) -> bool:
        """Whether it is the password of that hash. Without a hash the answer is no, after the same work.

        `address` and `known` are as `place` says. Raises ServiceUnavailable.
        """
        with self.place(address, known=known), self._at_work:
            stored = password_hash or self._nobodys
            try:
                return self._hasher.verify(stored, alike(password))
            except VerificationError:
                return False


def cheap_passwords() -> Passwords:
    """For tests alone: a hash that costs next to nothing, and protects as little."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def passwords() -> Passwords:
    """The passwords of the application that answers the present request."""
    found = current_app.extensions[EXTENSION]
    if not isinstance(found, Passwords):
        raise TypeError("the application was made without passwords")
    return found
