"""How what is done to an account is recorded: in the log, in the tables and in the security trail in one transaction,
or not at all.

Each runs within `services.acting(...)`, one command to a signature. So nothing is told that was not done, nothing is
done untold, and what is used once (a link, a key, a name) is claimed by one act alone, however many come at the same
moment. What would change nothing is refused, and nothing is noted of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa

from domain.account import Account as Record
from domain.account import NothingToChange
from domain.aggregate import Event, Refusal
from domain.service import AlreadyDone, UnitOfWork
from domain.signature import acting, current_signature
from projections.event_log import Alongside, saving_alongside
from web.accounts import security_trail
from web.accounts.accounts import account_id
from web.accounts.security_trail import NewSecurityEntry, SecurityEvent
from web.runtime.services import Services

T = TypeVar("T")


class ShownOnlyOnce(Refusal):
    """The form was sent twice; what it made was shown after the first time."""


class ChangedSince(Refusal):
    """The form was sent again after what it did had been undone."""


class _WouldBeDone(Exception):
    """Nothing stands against an act that was only asked about."""


_ASKED_ABOUT: ContextVar[bool] = ContextVar("an act is only asked about", default=False)


def refusal_of(act: Callable[[], object]) -> Refusal | None:
    """Why an act would be refused now, None where it would be done; it is not done."""
    token = _ASKED_ABOUT.set(True)
    try:
        act()
    except _WouldBeDone:
        return None
    except Refusal as refusal:
        return refusal
    finally:
        _ASKED_ABOUT.reset(token)
    raise TypeError("the act saves in a way of its own")


class _AtDoor(Alongside, Generic[T]):
    """What an act changes in the web layer's tables, the lines that tell it, and what came of it."""

    result: T

    def __init__(
        self, change: Callable[[sa.Connection], T], lines: Sequence[NewSecurityEntry], now: datetime
    ) -> None:
        self._change, self._lines, self._now = change, lines, now

    def write(self, connection: sa.Connection, events: Sequence[Event] = ()) -> None:
        self.result = self._change(connection)
        for line in self._lines:
            line.write(connection, self._now)


def new_entry(kind: SecurityEvent, person: UUID, detail: str = "") -> NewSecurityEntry:
    """The line of the security trail for what whoever acts does."""
    return NewSecurityEntry(kind, person, current_signature().actor, detail)


def save(
    services: Services,
    command: Callable[[UnitOfWork], object],
    at_door: Callable[[sa.Connection], T],
    *lines: NewSecurityEntry,
) -> T:
    """Carry out a command on records, change the web layer's tables and write lines of the security trail in the
    transaction that saves it; returns what comes of the change in the tables.

    `at_door` may refuse, and then nothing is saved; it may be called again, in any thread. Where the command has
    nothing to record, it is called alone. Raises what either raises, AlreadyDone.
    """
    if _ASKED_ABOUT.get():
        with acting(current_signature()):
            command(UnitOfWork(services.service))
        raise _WouldBeDone
    rows = _AtDoor(at_door, lines, services.now())
    with saving_alongside(rows):
        services.service.do(command)
    if not rows.is_saved and services.service.done() is None:
        with services.write() as connection:
            rows.write(connection)
    for line in lines:
        line.log()
    return rows.result


def change(
    services: Services,
    person: UUID,
    decide: Callable[[Record], None],
    at_door: Callable[[sa.Connection], T],
    line: NewSecurityEntry,
) -> T:
    """The same for a command on a person's account."""
    return save(services, lambda work: decide(work.find(Record, account_id(person))), at_door, line)


def change_once(
    services: Services,
    person: UUID,
    decide: Callable[[Record], None],
    at_door: Callable[[sa.Connection], T],
    line: NewSecurityEntry,
) -> T:
    """The same for what is shown only once. Raises ShownOnlyOnce where it was done before."""
    return save_once(services, lambda work: decide(work.find(Record, account_id(person))), at_door, line)


def save_once(
    services: Services,
    command: Callable[[UnitOfWork], object],
    at_door: Callable[[sa.Connection], T],
    line: NewSecurityEntry,
) -> T:
    """As `save`, for what is shown only once. Raises ShownOnlyOnce where it was done before."""
    try:
        return save(services, command, at_door, line)
    except AlreadyDone:
        raise ShownOnlyOnce(
            "This has already been made and is shown only once. If you did not copy it, make another"
        ) from None


def carry_out(
    services: Services,
    command: Callable[[UnitOfWork], None],
    at_door: Callable[[sa.Connection], bool],
    person: UUID,
    *,
    kind: SecurityEvent,
    detail: str = "",
) -> None:
    """Save a command that makes an account so as it was not, and note it; `at_door` answers whether it changed
    anything there.

    An earlier release told the log first: what it tells may have been broken off before it was done in the
    tables, and is done now. Raises what the command does, NothingToChange only where there is nothing left to do.
    What was done by the same command before is not done again; ChangedSince where it has been undone meanwhile.
    """
    line = new_entry(kind, person, detail)
    try:
        save(services, command, at_door, line)
    except AlreadyDone:
        _must_be_so_still(services, command)
    except NothingToChange:
        with security_trail.with_entries(services, line) as connection:
            if not at_door(connection):
                raise
            if _ASKED_ABOUT.get():
                raise _WouldBeDone from None


def _must_be_so_still(services: Services, command: Callable[[UnitOfWork], None]) -> None:
    try:
        with acting(current_signature()):
            command(UnitOfWork(services.service))
    except NothingToChange:
        return
    raise ChangedSince("You have already sent this, and it has changed since. Nothing was done this time")
