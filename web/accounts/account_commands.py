"""Opening, finding, disabling and enabling the account of a person."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from domain.account import Account as Record
from domain.aggregate import Refusal
from domain.service import NotFound, UnitOfWork
from web.accounts import accounts, administrators
from web.accounts.accounts import AccountRow, account_id, as_sign_in_name
from web.accounts.recording import carry_out, new_entry, save
from web.accounts.security_trail import SecurityEvent
from web.runtime.services import Services


class NoAccount(Refusal):
    """The person has no account."""


def find(services: Services, person: UUID) -> AccountRow:
    """A person's account. Raises NoAccount."""
    with services.read_present() as connection:
        account = accounts.of_person(connection, person)
    if account is None:
        raise NoAccount("This person has no account")
    return account


def open_account(
    services: Services, person: UUID, sign_in_name: str, *, password_hash: str | None = None
) -> AccountRow:
    """Create an account. Without a password the person needs a link to set one.

    Raises NotAnEmailAddress, HasAnAccount or SignInNameInUse.
    """
    name = as_sign_in_name(sign_in_name)
    with services.read_present() as connection:
        accounts.check_new(connection, person, name)

    def begin(work: UnitOfWork) -> None:
        try:
            record = work.find(Record, account_id(person))
        except NotFound:
            record = work.add(Record.open_for(person, name))
        if password_hash is not None:
            record.set_password()

    def create(connection: sa.Connection) -> AccountRow:
        return accounts.create(connection, person, name, password_hash=password_hash)

    opened = save(services, begin, create, new_entry(SecurityEvent.ACCOUNT_OPENED, person))
    services.on_account(name)
    return opened


def disable(services: Services, person: UUID, *, reason: str) -> None:
    """Let a person in no more.

    Raises NoAccount, ReasonNeeded, OwnAccount, NothingToChange, OnlyAdministrator.
    """
    account = find(services, person)

    def decide(work: UnitOfWork) -> None:
        work.find(Record, account.id).disable(reason=reason)
        administrators.must_leave_administrator(services, work, person, services.today())

    carry_out(
        services,
        decide,
        lambda connection: accounts.disable(connection, account, services.now()),
        person,
        kind=SecurityEvent.ACCOUNT_DISABLED,
        detail=reason.strip(),
    )


def enable(services: Services, person: UUID) -> None:
    """Let a person in again. Raises NoAccount, NothingToChange."""
    account = find(services, person)
    carry_out(
        services,
        lambda work: work.find(Record, account.id).enable(),
        lambda connection: accounts.enable(connection, account),
        person,
        kind=SecurityEvent.ACCOUNT_ENABLED,
    )
