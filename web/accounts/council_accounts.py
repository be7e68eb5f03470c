"""As whom the council's own sign-in knows people: each by the issuer and the subject that it tells, never by an
email address, which a provider may give to anybody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Refusal
from web.accounts import accounts
from web.accounts.accounts import AccountRow
from web.runtime.tables import ACCOUNTS, COUNCIL_ACCOUNTS, lock

METHOD = "council account"

BY_COUNCIL = "You sign in with your council account, which has a password and a second factor of its own"
"""By what a session was begun."""

KNOWN = COUNCIL_ACCOUNTS.c


class CouncilAccountInUse(Refusal):
    """Another person here has this council account."""


def account_of(connection: sa.Connection, issuer: str, subject: str) -> AccountRow | None:
    """The account of whoever the council's sign-in knows so."""
    theirs = sa.select(KNOWN.person).where(KNOWN.issuer == issuer, KNOWN.subject == subject)
    person = connection.execute(theirs).scalar()
    return accounts.of_person(connection, person) if person is not None else None


def link(connection: sa.Connection, account: AccountRow, issuer: str, subject: str, now: datetime) -> bool:
    """Let the person in by the council's sign-in alone: password, sessions, tokens and links count no more.

    Whether they were not let in so before; another council account takes the place of none.
    Raises CouncilAccountInUse.
    """
    lock(connection, ACCOUNTS)
    check_free(connection, account.person, issuer, subject)
    present = accounts.of_person(connection, account.person)
    if present is not None and present.comes_by_council:
        return False
    values = {"person": account.person, "issuer": issuer, "subject": subject, "confirmed_at": now}
    connection.execute(COUNCIL_ACCOUNTS.insert().values(values))
    accounts.set_password(connection, account, None, now)
    return True


def check_free(connection: sa.Connection, person: UUID, issuer: str, subject: str) -> None:
    """Raises CouncilAccountInUse where somebody else has it."""
    found = account_of(connection, issuer, subject)
    if found is not None and found.person != person:
        raise CouncilAccountInUse(
            "Somebody else uses this council account here. Sign in to the council as yourself, then try again"
        )


def remove(connection: sa.Connection, person: UUID) -> bool:
    """Let the person in by the council's sign-in no more. Whether they were before."""
    return bool(connection.execute(COUNCIL_ACCOUNTS.delete().where(KNOWN.person == person)).rowcount)


def confirm(connection: sa.Connection, person: UUID, now: datetime) -> None:
    """Write down that the council's sign-in has just confirmed this person."""
    connection.execute(COUNCIL_ACCOUNTS.update().where(KNOWN.person == person).values(confirmed_at=now))
