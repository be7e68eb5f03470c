"""Linking and removing the council account by which a person signs in."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa

from domain.account import Account as Record
from domain.account import NothingToChange
from domain.service import UnitOfWork
from web.accounts import accounts, administrators, council_accounts, factors, second_person
from web.accounts.account_commands import find
from web.accounts.accounts import AccountRow
from web.accounts.recording import carry_out, new_entry
from web.accounts.security_trail import SecurityEvent
from web.runtime.services import Services

Check = Callable[[sa.Connection], object]


def _nothing(_: sa.Connection) -> None:
    """Checks nothing."""


def link(services: Services, account: AccountRow, issuer: str, subject: str, *, check: Check | None = None) -> bool:
    """Let a person in by their council account alone; whether a second factor is removed with it.

    `check` may refuse, in the transaction that saves this, the one-time link by which it is done, where it is by one:
    a link is used by one alone.
    Raises AccountIsDisabled, CouncilAccountInUse, NothingToChange, and what `check` does.
    """
    looked_at = check or _nothing
    with services.read_present() as connection:
        looked_at(connection)
        council_accounts.check_free(connection, account.person, issuer, subject)
    if find(services, account.person).comes_by_council:
        raise NothingToChange("This person already signs in with a council account. Remove that first")

    had_factor = False
    without = new_entry(SecurityEvent.FACTOR_REMOVED, account.person, "with the council account, which has its own")

    def link_at_door(connection: sa.Connection) -> bool:
        nonlocal had_factor
        looked_at(connection)
        if not council_accounts.link(connection, account, issuer, subject, services.now()):
            return False
        had_factor = factors.remove(connection, account.id)
        if had_factor:
            without.write(connection, services.now())
        return True

    def decide(work: UnitOfWork) -> None:
        if check is not None:
            second_person.must_be_for_wide_rights(work, account.person)
        work.find(Record, account.id).link_council_account(issuer=issuer, by_link=check is not None)

    carry_out(
        services,
        decide,
        link_at_door,
        account.person,
        kind=SecurityEvent.COUNCIL_LINKED,
        detail=issuer,
    )
    if had_factor:
        without.log()
    return had_factor


def remove(services: Services, person: UUID, *, reason: str) -> None:
    """Let a person in by their council account no more; it takes a link to let them in again.

    Raises NoAccount, ReasonNeeded, NothingToChange, and OnlyAdministrator unless whoever has the machine does it.
    """
    account = find(services, person)

    def decide(work: UnitOfWork) -> None:
        record = work.find(Record, account.id)
        two = second_person.needs_second_person(services, work, person)
        record.remove_council_account(reason=reason, takes_two=two)
        if record.signature.actor is not None:
            administrators.must_leave_administrator(services, work, person, services.today())

    def remove_at_door(connection: sa.Connection) -> bool:
        if not council_accounts.remove(connection, person):
            return False
        accounts.end_every_way_in(connection, account, services.now())
        return True

    carry_out(services, decide, remove_at_door, person, kind=SecurityEvent.COUNCIL_REMOVED, detail=reason.strip())
