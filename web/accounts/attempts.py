"""Slows down the guessing of passwords, so that nobody can lock another out.

Failures are counted for a sign-in name at an address, and whoever fails again and again waits ever longer there; the
same person elsewhere waits for nothing. A browser in which somebody has signed in before (web.accounts.devices)
has a count of its own, which failures of others at the same address do not touch. Whoever tries many names from one
address is slowed down too, but not those who have signed in from it before.

Whoever signs in rightly again and again within a short time waits too, since each time costs the work on a password
that others wait for. This counts for the name alone: only who knows its password brings it about.

An attempt is written down as failed before the password is looked at and as successful afterwards, so
that many attempts at the same moment cannot slip through together. One that is refused is not counted.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from uuid import UUID, uuid4

import sqlalchemy as sa

from domain.aggregate import Refusal
from web import formats
from web.runtime.tables import SIGN_IN_ATTEMPTS, fingerprint, lock

COUNTED, REMEMBERED = timedelta(days=1), timedelta(days=90)
"""How long a failure counts, and how long an address is known as one from which somebody has signed in."""


@dataclass(frozen=True, slots=True)
class Slowing:
    """From the failure number `after` on one waits `first`, and twice as long after each further one, up to
    `longest`; failures older than `within` do not count."""

    after: int
    first: timedelta
    longest: timedelta
    within: timedelta = COUNTED

    def wait(self, failures: int) -> timedelta:
        """How long to wait after so many failures."""
        if failures < self.after:
            return timedelta()
        doublings = min(failures - self.after, 16)
        return min(self.first * (1 << doublings), self.longest)


AT_UNKNOWN = Slowing(5, timedelta(seconds=10), timedelta(minutes=15))
"""A name where it has never signed in from this address."""

AT_KNOWN = Slowing(5, timedelta(seconds=5), timedelta(seconds=30))
"""A name where it has: in a browser of its own, or from this address."""

AT_ADDRESS = Slowing(20, timedelta(seconds=5), timedelta(seconds=60), within=timedelta(hours=1))
"""All names that have never signed in from an address, together."""

AGAIN = Slowing(30, timedelta(seconds=5), timedelta(seconds=60), within=timedelta(minutes=10))
"""A name that has signed in, wherever: here `after` is a number of successes."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One that has begun; `address` is the place as it is counted."""

    id: UUID
    name_hash: str
    address: str
    device: str | None
    at: datetime


class TooManyAttempts(Refusal):
    """It was tried too often of late.

    `seconds` is how long to wait.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(f"This has been tried too many times. Try again in {_in_words(seconds)}")
        self.seconds = seconds


def begin(
    connection: sa.Connection, sign_in_name: str, address: str, now: datetime, *, device: str | None = None
) -> Attempt:
    """Count an attempt; `device` is the browser's own number where this name has signed in with it before.

    Raises TooManyAttempts, and then counts nothing.
    """
    lock(connection, SIGN_IN_ATTEMPTS)
    made = SIGN_IN_ATTEMPTS.c
    old = sa.case((made.succeeded, made.at <= now - REMEMBERED), else_=made.at <= now - COUNTED)
    connection.execute(SIGN_IN_ATTEMPTS.delete().where(old))
    name_hash, place = fingerprint(sign_in_name.strip().casefold()), _place(address)
    free_at = max(_free_at(connection, name_hash, place, device, now), _free_again_at(connection, name_hash, now))
    if free_at > now:
        raise TooManyAttempts(math.ceil((free_at - now).total_seconds()))
    attempt = Attempt(uuid4(), name_hash, place, device, now)
    _write(connection, attempt, succeeded=False)
    return attempt


def succeed(connection: sa.Connection, attempt: Attempt) -> None:
    """The password was right after all; the failures before it, by the same name at the same place, count no more.

    Another that succeeded at the same moment, as of a double click, may have thrown this one away with its failures.
    """
    forgive(connection, attempt)
    _write(connection, attempt, succeeded=True)


def forgive(connection: sa.Connection, attempt: Attempt) -> None:
    """It was right after all, as `succeed` says, but its place is not known as a good one from now on."""
    made = SIGN_IN_ATTEMPTS.c
    here = sa.and_(made.address == attempt.address, made.device.is_(None))
    by = made.device == attempt.device if attempt.device else here
    connection.execute(SIGN_IN_ATTEMPTS.delete().where(made.name_hash == attempt.name_hash, by, ~made.succeeded))


def withdraw(connection: sa.Connection, attempt: Attempt) -> None:
    """Nobody has looked whether it was right: it does not count."""
    connection.execute(SIGN_IN_ATTEMPTS.delete().where(SIGN_IN_ATTEMPTS.c.id == attempt.id))


def _write(connection: sa.Connection, attempt: Attempt, *, succeeded: bool) -> None:
    connection.execute(SIGN_IN_ATTEMPTS.insert().values(**asdict(attempt), succeeded=succeeded))


def _free_at(connection: sa.Connection, name: str, place: str, device: str | None, now: datetime) -> datetime:
    """When this name may be tried here again; `now` or before where it may at once."""
    made = SIGN_IN_ATTEMPTS.c
    here = sa.and_(made.name_hash == name, made.address == place)
    if device is not None:
        return _after_failures(connection, sa.and_(made.name_hash == name, made.device == device), AT_KNOWN, now)
    unmarked = sa.and_(here, made.device.is_(None))
    if connection.execute(sa.select(sa.exists().where(here, made.succeeded))).scalar():
        return _after_failures(connection, unmarked, AT_KNOWN, now)
    return max(
        _after_failures(connection, unmarked, AT_UNKNOWN, now),
        _after_failures(connection, made.address == place, AT_ADDRESS, now),
    )


def _after_failures(
    connection: sa.Connection, whose: sa.ColumnElement[bool], slowing: Slowing, now: datetime
) -> datetime:
    """When one may try again after so many failures."""
    return _after(connection, sa.and_(whose, ~SIGN_IN_ATTEMPTS.c.succeeded), slowing, now)


def _free_again_at(connection: sa.Connection, name: str, now: datetime) -> datetime:
    """When this name may be tried again after it has signed in so many times."""
    made = SIGN_IN_ATTEMPTS.c
    return _after(connection, sa.and_(made.name_hash == name, made.succeeded), AGAIN, now)


def _after(connection: sa.Connection, which: sa.ColumnElement[bool], slowing: Slowing, now: datetime) -> datetime:
    made = SIGN_IN_ATTEMPTS.c
    counted = sa.and_(which, made.at > now - slowing.within)
    number, last = connection.execute(sa.select(sa.func.count(), sa.func.max(made.at)).where(counted)).one()
    return last + slowing.wait(number) if number else now


def _place(address: str) -> str:
    """The address as it is counted: of IPv6 the network of 64 bits, since one connection has all of its addresses."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 6 and found.ipv4_mapped is None:
        return str(ip_network((found, 64), strict=False))
    return str(found.ipv4_mapped if found.version == 6 else found)


def _in_words(seconds: int) -> str:
    number, unit = (seconds, "second") if seconds <= 90 else (math.ceil(seconds / 60), "minute")
    return formats.counted(number, unit)
