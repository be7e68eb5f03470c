"""Setting passwords, by a one-time link or by the present one."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from domain.account import Account as Record
from domain.aggregate import Refusal
from domain.service import AlreadyDone, UnitOfWork
from web.access.context import RequestContext
from web.access.name_cache import names_of
from web.accounts import accounts, second_person, sessions
from web.accounts.account_commands import find
from web.accounts.accounts import AccountRow
from web.accounts.recording import change, new_entry, save, save_once
from web.accounts.security_trail import SecurityEvent
from web.runtime.authority import authority
from web.runtime.services import Services


class ChangedMeanwhile(Refusal):
    """The password is no longer the one by which it was to be changed."""


def make_password_link(services: Services, person: UUID, *, reason: str = "") -> str:
    """Make a one-time link for a person to set a password; returns its secret part, kept nowhere.

    Raises NoAccount, AccountIsDisabled, ComesByCouncil, ShownOnlyOnce, and NotProposed where it takes two people.
    """
    account = find(services, person)
    now = services.now()

    def decide(work: UnitOfWork) -> None:
        work.find(Record, account.id).make_password_link(
            expires_at=now + accounts.LINK_LASTS,
            takes_two=second_person.needs_second_person(services, work, person),
            for_wide_rights=second_person.has_wide_rights(work, person),
            reason=reason,
        )

    return save_once(
        services,
        decide,
        lambda connection: accounts.add_link(connection, account, now),
        new_entry(SecurityEvent.LINK_MADE, person, reason.strip()),
    )


def use_password_link(services: Services, token: str, password_hash: str) -> None:
    """Set the password for which a link was made, which uses the link up. Raises LinkNoLongerValid."""
    with services.read_present() as connection:
        account = accounts.account_of_link(connection, token, services.now())

    def decide(work: UnitOfWork) -> None:
        second_person.must_be_for_wide_rights(work, account.person)
        work.find(Record, account.id).set_password(by_link=True)

    save(
        services,
        decide,
        lambda connection: accounts.use_link(connection, token, password_hash, services.now()),
        new_entry(SecurityEvent.PASSWORD_SET, account.person, "by a link"),
    )


def change_password(services: Services, account: AccountRow, password_hash: str) -> str:
    """Set a person's new password, which ends their sessions and tokens; returns the cookie of a session begun anew.

    `account` is as it was when the present password was looked at. Raises AccountIsDisabled, ComesByCouncil,
    ChangedMeanwhile.
    """
    meanwhile = ChangedMeanwhile("Your password has been changed. Sign in with the new one")

    def set_and_begin(connection: sa.Connection) -> str:
        present = accounts.of_person(connection, account.person)
        if present is None or present.password_hash != account.password_hash:
            raise meanwhile
        accounts.set_password(connection, account, password_hash, services.now())
        return sessions.begin(connection, account.person, services.now())

    line = new_entry(SecurityEvent.PASSWORD_SET, account.person)
    try:
        return change(services, account.person, lambda record: record.set_password(), set_and_begin, line)
    except AlreadyDone:
        raise meanwhile from None


def guessable_words(context: RequestContext, account: AccountRow) -> list[str]:
    """What anybody who knows a person and this service would try first as a password: their name and address, and the
    names of the authority and its service."""
    with context.read_present() as snapshot:
        name = names_of(snapshot, [account.person]).get(account.person, "")
    shown = authority(context.services)
    return [account.sign_in_name, name, shown.name, shown.service_name]
