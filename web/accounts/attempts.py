"""Limits how often a password may be guessed, per sign-in name and per address.

An attempt is written down as failed before the password is looked at and marked as successful afterwards, so
that many attempts at the same moment cannot slip through together.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa

from domain.aggregate import Refusal
from web.accounts.tables import SIGN_IN_ATTEMPTS, fingerprint, lock

WITHIN = timedelta(minutes=15)
PER_NAME, PER_ADDRESS = 5, 20
"""Failed attempts."""

KEPT = timedelta(days=1)


class TooManyAttempts(Refusal):
    """Sign-in has failed too often of late; `minutes` is how long to wait."""

    def __init__(self, minutes: int) -> None:
        wait = "1 minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(f"Sign-in has failed too many times. Wait {wait}, then try again")
        self.minutes = minutes


def begin(connection: sa.Connection, sign_in_name: str, address: str, now: datetime) -> UUID:
    """Count an attempt. Raises TooManyAttempts, and then counts nothing."""
    lock(connection, SIGN_IN_ATTEMPTS)
    made = SIGN_IN_ATTEMPTS.c
    connection.execute(SIGN_IN_ATTEMPTS.delete().where(made.at <= now - KEPT))
    name_hash = fingerprint(sign_in_name.strip().casefold())
    free_at = max(
        _free_at(connection, made.name_hash == name_hash, PER_NAME, now),
        _free_at(connection, made.address == address, PER_ADDRESS, now),
    )
    if free_at > now:
        raise TooManyAttempts(math.ceil((free_at - now) / timedelta(minutes=1)))
    attempt = uuid4()
    values = {"id": attempt, "name_hash": name_hash, "address": address, "at": now, "succeeded": False}
    connection.execute(SIGN_IN_ATTEMPTS.insert().values(values))
    return attempt


def succeed(connection: sa.Connection, attempt: UUID) -> None:
    """The password was right after all."""
    connection.execute(SIGN_IN_ATTEMPTS.update().where(SIGN_IN_ATTEMPTS.c.id == attempt).values(succeeded=True))


def _free_at(connection: sa.Connection, whose: sa.ColumnElement[bool], limit: int, now: datetime) -> datetime:
    """When the oldest of the last `limit` failures passes out of sight; `now` where there are fewer."""
    made = SIGN_IN_ATTEMPTS.c
    failed = sa.and_(whose, made.succeeded.is_(False), made.at > now - WITHIN)
    query = sa.select(made.at).where(failed).order_by(made.at.desc()).offset(limit - 1).limit(1)
    oldest: datetime | None = connection.execute(query).scalar()
    return now if oldest is None else oldest + WITHIN
