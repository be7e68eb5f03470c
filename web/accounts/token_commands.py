"""Making and revoking the API tokens of a person's programs."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from domain.account import Account as Record
from domain.account import TokenScopes
from web.access.session_user import BrowserSession
from web.accounts import sessions, tokens
from web.accounts.account_commands import find
from web.accounts.accounts import account_id
from web.accounts.recording import carry_out, change_once, new_entry
from web.accounts.security_trail import SecurityEvent
from web.accounts.tokens import NewToken, NoSuchToken
from web.runtime.services import Services


def make(
    services: Services,
    person: UUID,
    *,
    label: str,
    scopes: TokenScopes,
    days: int,
    made_in: BrowserSession | None = None,
) -> NewToken:
    """Make an API token for a person's program; its text is kept nowhere. `made_in` is the session that asks, which
    has to go on until then.

    Raises NoAccount, AccountIsDisabled, TokenLifeOutOfRange, ShownOnlyOnce or SessionOver.
    """
    find(services, person)
    now = services.now()
    expires_on = tokens.expiry(days, now).date()
    new = NewToken.drawn()

    def create(connection: sa.Connection) -> object:
        sessions.must_go_on(connection, made_in)
        return tokens.create(connection, person, label, scopes, now, days=days, new=new)

    change_once(
        services,
        person,
        lambda record: record.make_token(label=label, scopes=scopes, prefix=new.prefix, expires_on=expires_on),
        create,
        new_entry(SecurityEvent.TOKEN_MADE, person, f"{label}, sis_{new.prefix}"),
    )
    return new


def revoke(services: Services, person: UUID, id: UUID) -> None:
    """Accept one of a person's tokens no more. Raises NoSuchToken, NothingToChange."""
    with services.read_present() as connection:
        token = tokens.by_id(connection, person, id)
    if token is None or token.revoked_at is not None:
        raise NoSuchToken("You have no such token, or it has already been revoked")
    carry_out(
        services,
        lambda work: work.find(Record, account_id(person)).revoke_token(token.prefix),
        lambda connection: tokens.revoke(connection, token, services.now()),
        person,
        kind=SecurityEvent.TOKEN_REVOKED,
        detail=f"{token.label}, sis_{token.prefix}",
    )
