"""Setting up, replacing and removing the second factor of an account."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from domain.account import Account as Record
from domain.account import NothingToChange
from domain.service import AlreadyDone, UnitOfWork
from domain.signature import current_signature
from web.access.session_user import BrowserSession
from web.accounts import accounts, factors, second_person, sessions, tokens
from web.accounts.account_commands import find
from web.accounts.accounts import AccountRow
from web.accounts.factors import NewFactor
from web.accounts.recording import carry_out, new_entry, save
from web.accounts.security_trail import SecurityEvent
from web.runtime.services import Services
from web.runtime.settings import DeploymentSettings


def set_up(
    services: Services,
    account: AccountRow,
    new: NewFactor,
    code: str,
    settings: DeploymentSettings,
    *,
    kept: BrowserSession | None = None,
) -> None:
    """Have signing in take a code, of a new factor whose first one is given.

    What was opened without a code ends: all tokens, and all sessions but the one that is kept.
    Raises WrongCode, AccountIsDisabled, ComesByCouncil, NothingToChange.
    """
    new.step(code, services.now())

    def put(connection: sa.Connection) -> bool:
        if factors.is_set_up(connection, account.id):
            return False
        factors.put(connection, account.id, new, code, now=services.now(), settings=settings)
        _end_others(connection, services, account, kept)
        return True

    carry_out(
        services,
        lambda work: work.find(Record, account.id).set_up_second_factor(),
        put,
        account.person,
        kind=SecurityEvent.FACTOR_SET_UP,
        detail="other sessions and tokens end with it",
    )


def replace(
    services: Services,
    account: AccountRow,
    new: NewFactor,
    code: str,
    settings: DeploymentSettings,
    *,
    kept: BrowserSession | None,
) -> None:
    """Have another factor count in the place of the present one, which counts until then.

    Other sessions and all tokens end. Raises WrongCode, AccountIsDisabled, ComesByCouncil, NothingToChange.
    """
    new.step(code, services.now())

    def decide(work: UnitOfWork) -> None:
        record = work.find(Record, account.id)
        record.remove_second_factor(reason="Another was set up")
        record.set_up_second_factor()

    def put(connection: sa.Connection) -> None:
        present = factors.of_account(connection, account.id, settings)
        if present is not None and present.secret == new.secret:
            raise NothingToChange("This second factor is already set up")
        factors.put(connection, account.id, new, code, now=services.now(), settings=settings)
        _end_others(connection, services, account, kept)

    told = "replacing another; other sessions and tokens end with it"
    try:
        save(services, decide, put, new_entry(SecurityEvent.FACTOR_SET_UP, account.person, told))
    except AlreadyDone:
        raise NothingToChange("This second factor is already set up") from None


def remove(services: Services, person: UUID, *, reason: str) -> None:
    """Have signing in take no code any more.

    Raises NoAccount, ReasonNeeded, NothingToChange, and NotProposed where it takes two people.
    """
    account = find(services, person)
    actor = current_signature().actor

    def remove_at_door(connection: sa.Connection) -> bool:
        if not factors.remove(connection, account.id):
            return False
        if actor != person:
            sessions.end_all(connection, person, services.now())
        return True

    def decide(work: UnitOfWork) -> None:
        two = second_person.needs_second_person(services, work, person)
        work.find(Record, account.id).remove_second_factor(reason=reason, takes_two=two)

    carry_out(
        services,
        decide,
        remove_at_door,
        person,
        kind=SecurityEvent.FACTOR_REMOVED,
        detail=reason.strip(),
    )


def _end_others(
    connection: sa.Connection, services: Services, account: AccountRow, kept: BrowserSession | None
) -> None:
    accounts.lock_account(connection, account)
    tokens.revoke_all(connection, account.person, services.now())
    if kept is not None:
        sessions.end_others(connection, kept, services.now())
    else:
        sessions.end_all(connection, account.person, services.now())
