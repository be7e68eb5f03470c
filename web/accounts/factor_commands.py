"""Setting up, replacing and removing the second factor of an account."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from domain.account import Account as Record
from domain.acting import current_signature
from web.accounts import factors, sessions, tokens
from web.accounts.account_commands import find
from web.accounts.accounts import Account
from web.accounts.recording import ShownOnlyOnce, carry_out
from web.accounts.security_trail import Kind
from web.office import Office
from web.settings import Settings


def set_up(office: Office, account: Account, *, kept: sessions.Session | None = None) -> list[str]:
    """Have signing in take a code; returns the recovery codes, kept as hashes alone.

    What was opened without a code ends: all tokens, and all sessions but the one that is kept.
    Raises AccountIsDisabled, ComesByCouncil, NothingToChange, ShownOnlyOnce.
    """
    codes: list[str] = []

    def confirm(connection: sa.Connection) -> bool:
        codes.extend(factors.confirm(connection, account.id, office.now()))
        if codes:
            _end_others(connection, office, account, kept)
        return bool(codes)

    carry_out(
        office,
        account.person,
        lambda record: record.set_up_second_factor(),
        confirm,
        kind=Kind.FACTOR_SET_UP,
        detail="other sessions and tokens end with it",
    )
    if not codes:
        raise ShownOnlyOnce("Your second factor was set up already. Its recovery codes are shown only once")
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
    codes: list[str] = []

    def decide(record: Record) -> None:
        record.remove_second_factor(reason="Another was set up")
        record.set_up_second_factor()

    def confirm(connection: sa.Connection) -> bool:
        codes.extend(factors.replace(connection, account.id, factor, code, now=office.now(), settings=settings))
        if codes:
            _end_others(connection, office, account, kept)
        return bool(codes)

    detail = "in the place of another; other sessions and tokens end with it"
    carry_out(office, account.person, decide, confirm, kind=Kind.FACTOR_SET_UP, detail=detail)
    if not codes:
        raise ShownOnlyOnce("Your second factor was set up already. Its recovery codes are shown only once")
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
        person,
        lambda record: record.remove_second_factor(reason=reason),
        remove_at_door,
        kind=Kind.FACTOR_REMOVED,
        detail=reason.strip(),
    )


def _end_others(connection: sa.Connection, office: Office, account: Account, kept: sessions.Session | None) -> None:
    tokens.revoke_all(connection, account.person, office.now())
    if kept is not None:
        sessions.end_others(connection, kept, office.now())
    else:
        sessions.end_all(connection, account.person, office.now())
