"""API tokens: shown once when made, `sis_<prefix>_<secret>`, then known by their hash alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID, uuid4

import sqlalchemy as sa

from domain.account import TokenScopes
from domain.aggregate import Refusal
from domain.signature import LONDON
from projections.columns import Utc
from web.access.session_user import SessionUser, Token, session_user, with_person
from web.runtime.settings import TOKENS_FOR
from web.runtime.tables import COUNCIL_ACCOUNTS, TOKENS, fingerprint, is_let_in

USUAL_LIFE, LONGEST_LIFE = 90, 366
"""Days."""


class TokenLifeOutOfRange(Refusal):
    """A token lasts from a day to a year."""


class NoSuchToken(Refusal):
    """The person has no such token, or it is revoked already."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made; `secret` is its whole text, shown once and stored nowhere."""

    prefix: str
    secret: str

    @classmethod
    def drawn(cls) -> Self:
        """A token of fresh random bytes."""
        prefix = secrets.token_hex(4)
        return cls(prefix, f"sis_{prefix}_{secrets.token_urlsafe(32)}")


def expiry(days: int, now: datetime) -> datetime:
    """When a token made now for so many days expires. Raises TokenLifeOutOfRange."""
    if not 1 <= days <= LONGEST_LIFE:
        raise TokenLifeOutOfRange(f"Days until it expires must be between 1 and {LONGEST_LIFE}", field="days")
    return now + timedelta(days=days)


def create(
    connection: sa.Connection,
    person: UUID,
    label: str,
    scopes: TokenScopes | str,
    now: datetime,
    *,
    days: int = USUAL_LIFE,
    new: NewToken | None = None,
) -> NewToken:
    """Accept a token from now on: a fresh one, or the one handed in. Raises TokenLifeOutOfRange."""
    new = new or NewToken.drawn()
    connection.execute(
        TOKENS.insert().values(
            id=uuid4(),
            person=person,
            label=label,
            prefix=new.prefix,
            hash=fingerprint(new.secret),
            scopes=TokenScopes(scopes).value,
            created_at=now,
            expires_at=expiry(days, now),
        )
    )
    return new


def find(
    connection: sa.Connection, secret: str, now: datetime, *, confirmed_for: timedelta = TOKENS_FOR
) -> Token | None:
    """The token that counts by its full text; none for a person whose account is disabled, or whom the council's
    sign-in, by which they come, has not confirmed for so long."""
    asked = {
        "hash": fingerprint(secret),
        "today": now.astimezone(LONDON).date(),
        "confirmed_after": now - confirmed_for,
    }
    rows = connection.execute(_ARRIVING, asked).mappings().all()
    token = _token(rows[0], session_user(rows)) if rows else None
    return token if token and token.is_alive(now) else None


def of_person(connection: sa.Connection, person: UUID) -> list[Token]:
    """A person's tokens, the newest first, those that count no more too."""
    return _found(connection, TOKENS.c.person == person)


def by_id(connection: sa.Connection, person: UUID, id: UUID) -> Token | None:
    """One of a person's own tokens."""
    found = _found(connection, sa.and_(TOKENS.c.person == person, TOKENS.c.id == id))
    return found[0] if found else None


def touched(token: Token, now: datetime) -> sa.Update:
    """What writes down that a token is in use."""
    row = sa.select(TOKENS.c.id).where(TOKENS.c.id == token.id).with_for_update(skip_locked=True)
    return TOKENS.update().where(TOKENS.c.id.in_(row)).values(last_used_at=now)


def revoke(connection: sa.Connection, token: Token, now: datetime) -> bool:
    """Accept a token no more. Whether it was accepted before."""
    still = sa.and_(TOKENS.c.id == token.id, TOKENS.c.revoked_at.is_(None))
    return bool(connection.execute(TOKENS.update().where(still).values(revoked_at=now)).rowcount)


def revoke_all(connection: sa.Connection, person: UUID, now: datetime) -> None:
    """Accept no token of a person any more."""
    still = sa.and_(TOKENS.c.person == person, TOKENS.c.revoked_at.is_(None))
    connection.execute(TOKENS.update().where(still).values(revoked_at=now))


_TOLD = [column for column in TOKENS.c if column.name != "hash"]

_ARRIVING = with_person(TOKENS).where(
    TOKENS.c.hash == sa.bindparam("hash", type_=sa.Text),
    is_let_in(TOKENS.c.person),
    ~sa.exists().where(
        COUNCIL_ACCOUNTS.c.person == TOKENS.c.person,
        COUNCIL_ACCOUNTS.c.confirmed_at <= sa.bindparam("confirmed_after", type_=Utc),
    ),
)


def _found(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Token]:
    query = sa.select(*_TOLD).where(condition).order_by(TOKENS.c.created_at.desc(), TOKENS.c.prefix)
    return [_token(row) for row in connection.execute(query).mappings()]


def _token(row: sa.RowMapping, session_user: SessionUser | None = None) -> Token:
    told = {column.name: row[column.name] for column in _TOLD}
    return Token(**{**told, "scopes": TokenScopes(told["scopes"])}, session_user=session_user)
