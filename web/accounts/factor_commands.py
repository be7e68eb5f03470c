"""Setting up, replacing and removing the second factor of an account."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from domain.account import Account as Record
from domain.acting import current_signature
from domain.service import AlreadyDone, Work
from web.accounts import factors, sessions, tokens
from web.accounts.account_commands import find
from web.accounts.accounts import Account
from web.accounts.recording import ShownOnlyOnce, carry_out, note_act, save
from web.accounts.security_trail import Kind
from web.office import Office
from web.settings import Settings

SHOWN_BEFORE = "Your second factor was set up already. Its recovery codes are shown only once"


def set_up(office: Office, account: Account, *, kept: sessions.Session | None = None) -> list[str]:
    """Have signing in take a code; returns the recovery codes, kept as hashes alone.

    What was opened without a code ends: all tokens, and all sessions but the one that is kept.
    Raises AccountIsDisabled, ComesByCouncil, NothingToChange, ShownOnlyOnce.
    """
    codes: list[str] = []

    def confirm(connection: sa.Connection) -> bool:
        codes[:] = factors.confirm(connection, account.id, office.now())
        if codes:
            _end_others(connection, office, account, kept)
        return bool(codes)

    carry_out(
        office,
        lambda work: work.find(Record, account.id).set_up_second_factor(),
        confirm,
        account.person,
        kind=Kind.FACTOR_SET_UP,
        detail="other sessions and tokens end with it",
    )
    if not codes:
        raise ShownOnlyOnce(SHOWN_BEFORE)
    return codes


def replace(
    office: Office,
    account: Account,
    factor: factors.Factor,
    code: str,
    settings: Settings,
    *,
    kept: sessions.Session | None,
) -> list[str]:
    """Have another factor count in the place of the present one, which counts until then; its recovery codes.

    Other sessions and all tokens end. Raises WrongCode, AccountIsDisabled, ComesByCouncil, NothingToChange or
    ShownOnlyOnce.
    """
    factors.check_first(factor, code, office.now())

    def decide(work: Work) -> None:
        record = work.find(Record, account.id)
        record.remove_second_factor(reason="Another was set up")
        record.set_up_second_factor()

    def confirm(connection: sa.Connection) -> list[str]:
        codes = factors.replace(connection, account.id, factor, code, now=office.now(), settings=settings)
        if not codes:
            raise ShownOnlyOnce(SHOWN_BEFORE)
        _end_others(connection, office, account, kept)
        return codes

    try:
        codes = save(office, decide, confirm)
    except AlreadyDone:
        raise ShownOnlyOnce(SHOWN_BEFORE) from None
    note_act(
        office, Kind.FACTOR_SET_UP, account.person, "in the place of another; other sessions and tokens end with it"
    )
    return codes


def remove(office: Office, person: UUID, *, reason: str) -> None:
    """Have signing in take no code any more. Raises NoAccount, ReasonNeeded, NothingToChange."""
    account = find(office, person)
    asking = current_signature().actor

    def remove_at_door(connection: sa.Connection) -> bool:
        if not factors.remove(connection, account.id):
            return False
        if asking != person:
            sessions.end_all(connection, person, office.now())
        return True

    carry_out(
        office,
        lambda work: work.find(Record, account.id).remove_second_factor(reason=reason),
        remove_at_door,
        person,
        kind=Kind.FACTOR_REMOVED,
        detail=reason.strip(),
    )


def _end_others(connection: sa.Connection, office: Office, account: Account, kept: sessions.Session | None) -> None:
    tokens.revoke_all(connection, account.person, office.now())
    if kept is not None:
        sessions.end_others(connection, kept, office.now())
    else:
        sessions.end_all(connection, account.person, office.now())
