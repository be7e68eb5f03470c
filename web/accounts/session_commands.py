"""Ending sessions of one's own."""

from __future__ import annotations

from uuid import UUID

from domain.account import NothingToChange
from web.accounts import security_trail, sessions
from web.accounts.security_trail import Kind
from web.runtime.services import Services


def end_other_sessions(services: Services, kept: sessions.Session) -> None:
    """End every session of a person but this one. Raises NothingToChange."""
    with services.write() as connection:
        ended = sessions.end_others(connection, kept, services.now())
    if not ended:
        raise NothingToChange("You are signed in nowhere else")
    security_trail.note(
        services, Kind.SESSIONS_ENDED, person=kept.person, by=kept.person, detail="all but the present"
    )


def end_session(services: Services, person: UUID, number: str) -> None:
    """End one of a person's own sessions. Raises NothingToChange."""
    with services.write() as connection:
        ended = sessions.end_one(connection, person, number, services.now())
    if not ended:
        raise NothingToChange("That session has ended already")
    security_trail.note(services, Kind.SESSIONS_ENDED, person=person, by=person, detail="one")
