"""Ending sessions of one's own."""

from __future__ import annotations

from uuid import UUID

from domain.account import NothingToChange
from web.access.session_user import BrowserSession
from web.accounts import sessions
from web.accounts.security_trail import NewSecurityEntry, SecurityEvent, with_entries
from web.runtime.services import Services


def end_other_sessions(services: Services, kept: BrowserSession) -> None:
    """End every session of a person but this one. Raises NothingToChange."""
    line = NewSecurityEntry(SecurityEvent.SESSIONS_ENDED, kept.person, kept.person, "all but the present")
    with with_entries(services, line) as connection:
        if not sessions.end_others(connection, kept, services.now()):
            raise NothingToChange("You are not signed in anywhere else")


def end_session(services: Services, person: UUID, number: str) -> None:
    """End one of a person's own sessions. Raises NothingToChange."""
    with with_entries(services, NewSecurityEntry(SecurityEvent.SESSIONS_ENDED, person, person, "one")) as connection:
        if not sessions.end_one(connection, person, number, services.now()):
            raise NothingToChange("That session has already ended")
