"""Linking and removing the council account by which a person signs in."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from domain.account import NothingToChange
from web.accounts import accounts, council, factors
from web.accounts.account_commands import find
from web.accounts.accounts import Account
from web.accounts.recording import carry_out, note_act
from web.accounts.security_trail import Kind
from web.office import Office


def link(office: Office, account: Account, issuer: str, subject: str) -> bool:
    """Let a person in by their council account alone; whether a second factor is removed with it.

    Raises AccountIsDisabled, CouncilAccountInUse, NothingToChange.
    """
    with office.read_present() as connection:
        council.check_free(connection, account.person, issuer, subject)
    if find(office, account.person).comes_by_council:
        raise NothingToChange("This person signs in with a council account already. Remove that first")

    had_factor = False

    def link_at_door(connection: sa.Connection) -> bool:
        nonlocal had_factor
        if not council.link(connection, account, issuer, subject, office.now()):
            return False
        had_factor = factors.is_set_up(connection, account.id)
        factors.remove(connection, account.id)
        return True

    carry_out(
        office,
        account.person,
        lambda record: record.link_council_account(issuer=issuer),
        link_at_door,
        kind=Kind.COUNCIL_LINKED,
        detail=issuer,
    )
    if had_factor:
        note_act(office, Kind.FACTOR_REMOVED, account.person, "with the council account, which has its own")
    return had_factor


def remove(office: Office, person: UUID, *, reason: str) -> None:
    """Let a person in by their council account no more; it takes a link to let them in again.

    Raises NoAccount, ReasonNeeded, NothingToChange.
    """
    account = find(office, person)

    def remove_at_door(connection: sa.Connection) -> bool:
        if not council.remove(connection, person):
            return False
        accounts.shut_out(connection, account, office.now())
        return True

    carry_out(
        office,
        person,
        lambda record: record.remove_council_account(reason=reason),
        remove_at_door,
        kind=Kind.COUNCIL_REMOVED,
        detail=reason.strip(),
    )
