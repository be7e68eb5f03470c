"""Accounts and one-time password links, in their tables. What was done to them is told by domain.account."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.account import Account as Record
from domain.aggregate import Refusal
from domain.names import address_spelt
from domain.person import Person
from domain.references import record_id
from domain.text import plain
from web.accounts import sessions, tokens
from web.runtime.tables import ACCOUNTS, COUNCIL_ACCOUNTS, PASSWORD_LINKS, fingerprint, lock

LINK_LASTS = timedelta(hours=48)

LONGEST_NAME = 254
"""Characters of an e-mail address (RFC 5321)."""


class SignInNameInUse(Refusal):
    """Another account has this e-mail address."""


class NotAnEmailAddress(Refusal):
    """People sign in with an e-mail address, and this is none."""


class HasAnAccount(Refusal):
    """The person has an account already."""


class ProofNoLongerHolds(Refusal):
    """The account is no longer as it was when the person proved who they are."""


class LinkNoLongerValid(Refusal):
    """The link was used, is too old, was replaced by a newer one, or never was one."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One person's account. `password_hash` is None until the person sets a password, and where they come by the
    council's own sign-in."""

    id: UUID
    person: UUID
    sign_in_name: str
    password_hash: str | None
    disabled_at: datetime | None
    comes_by_council: bool = False

    @property
    def status(self) -> str:
        """In a word, for the list of accounts."""
        if self.disabled_at is not None:
            return "disabled"
        return "active" if self.password_hash or self.comes_by_council else "no password yet"


_ALL = sa.select(
    ACCOUNTS, sa.exists().where(COUNCIL_ACCOUNTS.c.person == ACCOUNTS.c.person).label("comes_by_council")
)


def account_id(person: UUID) -> UUID:
    """The id of a person's account: the same in its table and in the log."""
    return record_id(Record.KIND, str(person))


def person_id(reference: str) -> UUID:
    """The id of the person with that reference, such as PE-2026-0001."""
    return record_id(Person.KIND, reference.strip().upper())


def as_sign_in_name(typed: str) -> str:
    """An e-mail address as it is kept, whatever its case was. Raises NotAnEmailAddress, MixedScripts."""
    name = plain(typed).casefold()
    if len(name) > LONGEST_NAME or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", name):
        raise NotAnEmailAddress(
            "Enter an email address in the correct format, like name@example.com", field="sign_in_name"
        )
    return address_spelt(name, "sign_in_name")


def check_new(connection: sa.Connection, person: UUID, sign_in_name: str) -> None:
    """Refuse a second account of a person or of a name. Raises HasAnAccount or SignInNameInUse."""
    if of_person(connection, person):
        raise HasAnAccount("This person already has an account", field="person")
    if by_sign_in_name(connection, sign_in_name):
        raise SignInNameInUse("Another account has this email address", field="sign_in_name")


def create(
    connection: sa.Connection, person: UUID, sign_in_name: str, *, password_hash: str | None = None
) -> AccountRow:
    """Create an account; it lets nobody in until a password is set. Raises HasAnAccount or SignInNameInUse."""
    lock(connection, ACCOUNTS)
    check_new(connection, person, sign_in_name)
    account = AccountRow(account_id(person), person, sign_in_name, password_hash, None)
    values = asdict(account)
    del values["comes_by_council"]
    connection.execute(ACCOUNTS.insert().values(values))
    return account


def of_person(connection: sa.Connection, person: UUID) -> AccountRow | None:
    """A person's account."""
    return _one(connection, ACCOUNTS.c.person == person)


def by_sign_in_name(connection: sa.Connection, sign_in_name: str) -> AccountRow | None:
    """The account with which somebody signs in by that name, in whatever case it is typed."""
    return _one(connection, ACCOUNTS.c.sign_in_name == sign_in_name.strip().casefold())


def all_accounts(connection: sa.Connection) -> list[AccountRow]:
    """All accounts, by sign-in name."""
    rows = connection.execute(_ALL.order_by(ACCOUNTS.c.sign_in_name)).mappings()
    return [AccountRow(**row) for row in rows]


def set_password(connection: sa.Connection, account: AccountRow, password_hash: str | None, now: datetime) -> None:
    """Keep a new password, or none. What was opened with the old one ends: sessions, tokens and links."""
    _update(connection, account, password_hash=password_hash)
    end_every_way_in(connection, account, now)


def disable(connection: sa.Connection, account: AccountRow, now: datetime) -> bool:
    """Let the person in no more: sessions and tokens end, and links count no more. Whether they were let in."""
    lock(connection, ACCOUNTS)
    enabled = sa.and_(ACCOUNTS.c.id == account.id, ACCOUNTS.c.disabled_at.is_(None))
    if not connection.execute(ACCOUNTS.update().where(enabled).values(disabled_at=now)).rowcount:
        return False
    end_every_way_in(connection, account, now)
    return True


def enable(connection: sa.Connection, account: AccountRow) -> bool:
    """Let the person in again. Whether they were not before."""
    disabled = sa.and_(ACCOUNTS.c.id == account.id, ACCOUNTS.c.disabled_at.is_not(None))
    return bool(connection.execute(ACCOUNTS.update().where(disabled).values(disabled_at=None)).rowcount)


def add_link(connection: sa.Connection, account: AccountRow, now: datetime) -> str:
    """A one-time link's secret part, shown once and valid for 48 hours; earlier links count no more."""
    lock(connection, ACCOUNTS)
    _use_up_links(connection, account, now)
    token = secrets.token_urlsafe(32)
    values = {"token_hash": fingerprint(token), "account": account.id, "expires_at": now + LINK_LASTS}
    connection.execute(PASSWORD_LINKS.insert().values(values))
    return token


def use_link(connection: sa.Connection, token: str, password_hash: str, now: datetime) -> None:
    """Set the password for which a link was made; of two who use it at once, the second comes too late.

    Raises LinkNoLongerValid.
    """
    lock(connection, ACCOUNTS)
    set_password(connection, account_of_link(connection, token, now), password_hash, now)


def account_of_link(connection: sa.Connection, token: str, now: datetime) -> AccountRow:
    """The account that a link is for. Raises LinkNoLongerValid."""
    links = PASSWORD_LINKS.c
    valid = sa.and_(links.token_hash == fingerprint(token), links.used_at.is_(None), links.expires_at > now)
    account = _one(connection, ACCOUNTS.c.id.in_(sa.select(links.account).where(valid)))
    if account is None or account.disabled_at is not None:
        raise LinkNoLongerValid(
            "This link has been used, has expired or was replaced by a newer one. Ask your administrator for another"
        )
    return account


def must_be_as_proved(connection: sa.Connection, account: AccountRow) -> None:
    """Refuse to go on by a proof that was given for an account as it was, and keep the account so until the
    transaction is over: a password that is changed after ends what is begun here, and one that was changed before
    is seen. Raises ProofNoLongerHolds.
    """
    lock_account(connection, account)
    if of_person(connection, account.person) != account:
        raise ProofNoLongerHolds("How you sign in has just changed. Sign in again")


def lock_account(connection: sa.Connection, account: AccountRow) -> None:
    """Let nobody else change an account, or begin anything by it, until the transaction is over."""
    connection.execute(sa.select(ACCOUNTS.c.id).where(ACCOUNTS.c.id == account.id).with_for_update())


def end_every_way_in(connection: sa.Connection, account: AccountRow, now: datetime) -> None:
    """End every way in that was opened before."""
    _use_up_links(connection, account, now)
    sessions.end_all(connection, account.person, now)
    tokens.revoke_all(connection, account.person, now)


def _use_up_links(connection: sa.Connection, account: AccountRow, now: datetime) -> None:
    links = PASSWORD_LINKS.c
    unused = sa.and_(links.account == account.id, links.used_at.is_(None))
    connection.execute(PASSWORD_LINKS.update().where(unused).values(used_at=now))


def _update(connection: sa.Connection, account: AccountRow, **values: Any) -> None:
    connection.execute(ACCOUNTS.update().where(ACCOUNTS.c.id == account.id).values(values))


def _one(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> AccountRow | None:
    row = connection.execute(_ALL.where(condition)).mappings().first()
    return AccountRow(**row) if row else None
