"""Sessions: kept at the server, so that they can be ended. The browser holds a random value, the table its hash."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Refusal
from domain.signature import LONDON
from web.access.session_user import IDLE, BrowserSession, session_user, with_person
from web.runtime.tables import SESSIONS, fingerprint, is_let_in

LASTS = timedelta(hours=12)
COOKIE = "sis_session"


class SessionOver(Refusal):
    """The session ended while something was done from it."""


def begin(
    connection: sa.Connection,
    person: UUID,
    now: datetime,
    *,
    method: str = "password",
    proved: bool = True,
    renew_by: datetime | None = None,
) -> str:
    """Sign a person in; returns the cookie's value, which is new each time. Dead sessions are swept away."""
    connection.execute(SESSIONS.delete().where(SESSIONS.c.expires_at <= now))
    value = secrets.token_urlsafe(32)
    connection.execute(
        SESSIONS.insert().values(
            id_hash=fingerprint(value),
            person=person,
            created_at=now,
            last_seen_at=now,
            expires_at=now + LASTS,
            method=method,
            proved_at=now if proved else None,
            renew_by=renew_by,
        )
    )
    return value


def find(connection: sa.Connection, value: str, now: datetime) -> BrowserSession | None:
    """The living session of a cookie's value; none for a person whose account is disabled."""
    asked = {"id_hash": fingerprint(value), "today": now.astimezone(LONDON).date()}
    rows = connection.execute(_ARRIVING, asked).mappings().all()
    if not rows:
        return None
    session = BrowserSession(
        **{column.name: rows[0][column.name] for column in SESSIONS.c}, session_user=session_user(rows)
    )
    return session if session.is_alive(now) else None


_ARRIVING = with_person(SESSIONS).where(
    SESSIONS.c.id_hash == sa.bindparam("id_hash", type_=sa.Text), is_let_in(SESSIONS.c.person)
)


def of_person(connection: sa.Connection, person: UUID, now: datetime) -> list[BrowserSession]:
    """A person's living sessions, the last used first."""
    last_used = (SESSIONS.c.last_seen_at.desc(), SESSIONS.c.created_at.desc(), SESSIONS.c.id_hash)
    query = SESSIONS.select().where(SESSIONS.c.person == person).order_by(*last_used)
    found = [BrowserSession(**row) for row in connection.execute(query).mappings()]
    return [session for session in found if session.is_alive(now)]


def mark_used(session: BrowserSession, now: datetime) -> sa.Update:
    """What writes down that a session is in use."""
    row = sa.select(SESSIONS.c.id_hash).where(SESSIONS.c.id_hash == session.id_hash).with_for_update(skip_locked=True)
    return SESSIONS.update().where(SESSIONS.c.id_hash.in_(row)).values(last_seen_at=now)


def mark_proved(connection: sa.Connection, session: BrowserSession, now: datetime) -> bool:
    """Write down that the person has proved again who they are. Whether the session had not ended meanwhile."""
    mine = sa.and_(SESSIONS.c.id_hash == session.id_hash, SESSIONS.c.revoked_at.is_(None))
    return bool(connection.execute(SESSIONS.update().where(mine).values(proved_at=now)).rowcount)


def must_go_on(connection: sa.Connection, session: BrowserSession | None) -> None:
    """Refuse what somebody begins from a session that ended meanwhile. Raises SessionOver."""
    if session is None:
        return
    mine = sa.and_(SESSIONS.c.id_hash == session.id_hash, SESSIONS.c.revoked_at.is_(None))
    if connection.execute(sa.select(SESSIONS.c.id_hash).where(mine).with_for_update()).first() is None:
        raise SessionOver("You have been signed out. Sign in again")


def renew(connection: sa.Connection, session: BrowserSession, now: datetime, renew_by: datetime) -> None:
    """Let a session go on that the council's sign-in has confirmed anew."""
    mine = SESSIONS.c.id_hash == session.id_hash
    connection.execute(SESSIONS.update().where(mine).values(last_seen_at=now, renew_by=renew_by))


def end(connection: sa.Connection, value: str, now: datetime) -> None:
    """End the session of a cookie's value; a value of no session is passed over."""
    _revoke(connection, SESSIONS.c.id_hash == fingerprint(value), now)


def end_others(connection: sa.Connection, kept: BrowserSession, now: datetime) -> bool:
    """End every session of a person but this one; whether there was one."""
    return _revoke(connection, sa.and_(SESSIONS.c.person == kept.person, SESSIONS.c.id_hash != kept.id_hash), now)


def end_one(connection: sa.Connection, person: UUID, number: str, now: datetime) -> bool:
    """End one session of a person, by what their own page calls it; whether it had not ended."""
    named = SESSIONS.c.id_hash.startswith(number, autoescape=True)
    return _revoke(connection, sa.and_(SESSIONS.c.person == person, named), now)


def end_all(connection: sa.Connection, person: UUID, now: datetime) -> None:
    """End every session of a person."""
    _revoke(connection, SESSIONS.c.person == person, now)


def _revoke(connection: sa.Connection, which: sa.ColumnElement[bool], now: datetime) -> bool:
    alive = (SESSIONS.c.revoked_at.is_(None), SESSIONS.c.expires_at > now, SESSIONS.c.last_seen_at > now - IDLE)
    return bool(connection.execute(SESSIONS.update().where(which, *alive).values(revoked_at=now)).rowcount)
