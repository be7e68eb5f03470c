"""Ending sessions of one's own."""

from __future__ import annotations

from uuid import UUID

from domain.account import NothingToChange
from web.accounts import security_trail, sessions
from web.accounts.security_trail import Kind
from web.office import Office


def end_other_sessions(office: Office, kept: sessions.Session) -> None:
    """End every session of a person but this one. Raises NothingToChange."""
    with office.write() as connection:
        ended = sessions.end_others(connection, kept, office.now())
    if not ended:
        raise NothingToChange("You are signed in nowhere else")
    security_trail.note(office, Kind.SESSIONS_ENDED, person=kept.person, by=kept.person, detail="all but the present")


def end_session(office: Office, person: UUID, number: str) -> None:
    """End one of a person's own sessions. Raises NothingToChange."""
    with office.write() as connection:
        ended = sessions.end_one(connection, person, number, office.now())
    if not ended:
        raise NothingToChange("That session has ended already")
    security_trail.note(office, Kind.SESSIONS_ENDED, person=person, by=person, detail="one")
