"""The security trail: who signed in, who failed or was refused, and what was done to accounts, kept for a year.

It stands beside the audit trail, which tells of the work: a failed sign-in is nobody's act. What is written here is
written to the log of the service too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
import structlog
from flask import has_request_context, request

from domain.vocabulary import LabelledEnum
from web import formats
from web.runtime.request_scope import request_scope
from web.runtime.services import Services
from web.runtime.tables import SECURITY_TRAIL

log = structlog.get_logger()

KEPT = timedelta(days=366)

REPEATED = timedelta(minutes=1)
"""Refusals of one kind, of one person at one address, are written down once in this time: whoever sends them by the
thousand shall not fill the disk."""


class SecurityEvent(LabelledEnum):
    """What happened, as the trail names it."""

    SIGNED_IN = "signed in"
    SIGN_IN_FAILED = "sign-in failed"
    SIGN_IN_REFUSED = "sign-in refused"
    SIGNED_OUT = "signed out"
    PROVED = "proved who they are"
    PROOF_FAILED = "proof failed"
    PROOF_REFUSED = "proof refused"
    ACCESS_REFUSED = "access refused"
    NOT_SHOWN = "record not there, or not shown"
    ACCOUNT_OPENED = "account opened"
    ACCOUNT_DISABLED = "account disabled"
    ACCOUNT_ENABLED = "account enabled"
    WAY_IN_PROPOSED = "way in proposed"
    LINK_MADE = "password link made"
    PASSWORD_SET = "password set"  # noqa: S105 - the name of a fact
    TOKEN_MADE = "token made"  # noqa: S105 - the name of a fact
    TOKEN_REVOKED = "token revoked"  # noqa: S105 - the name of a fact
    SESSIONS_ENDED = "sessions ended"
    FACTOR_SET_UP = "second factor set up"
    FACTOR_REMOVED = "second factor removed"
    RECOVERY_CODE_USED = "recovery code used"
    COUNCIL_LINKED = "council account linked"
    COUNCIL_REMOVED = "council account removed"

    @property
    def label(self) -> str:
        return _LABELS.get(self.value) or formats.upper_first(self.value)


_LABELS = {
    "account opened": "Account created",
    "proved who they are": "Identity confirmed",
    "proof failed": "Identity check failed",
    "proof refused": "Identity check refused",
    "record not there, or not shown": "Record does not exist, or they may not see it",
    "way in proposed": "Change to sign-in proposed",
}


REFUSALS = frozenset(
    {
        SecurityEvent.SIGN_IN_REFUSED,
        SecurityEvent.PROOF_REFUSED,
        SecurityEvent.ACCESS_REFUSED,
        SecurityEvent.NOT_SHOWN,
    }
)


@dataclass(frozen=True, slots=True)
class SecurityEntry:
    """One line of the trail. `person` is whose account it concerns, `by` who did it, each where it is known."""

    id: UUID
    at: datetime
    kind: SecurityEvent
    person: UUID | None
    by: UUID | None
    address: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class NewSecurityEntry:
    """What is to be written down: in the transaction that saves what was done, and told in the log once it is saved.

    `address` is that of the request in which the line is made; the transaction may be another thread's.
    """

    kind: SecurityEvent
    person: UUID | None = None
    by: UUID | None = None
    detail: str = ""
    address: str | None = field(default_factory=lambda: request.remote_addr if has_request_context() else None)

    def write(self, connection: sa.Connection, now: datetime) -> None:
        """Write it down in the trail. What is older than a year is thrown away."""
        columns = SECURITY_TRAIL.c
        connection.execute(SECURITY_TRAIL.delete().where(columns.at <= now - KEPT))
        lately = sa.exists().where(
            columns.at > now - REPEATED,
            columns.kind == self.kind.value,
            columns.person.is_not_distinct_from(self.person),
            columns.address.is_not_distinct_from(self.address),
        )
        if self.kind in REFUSALS and connection.execute(sa.select(lately)).scalar():
            return
        written = {**asdict(self), "kind": self.kind.value}
        connection.execute(SECURITY_TRAIL.insert().values(id=uuid4(), at=now, **written))

    def log(self) -> None:
        """Tell it in the log of the server (a command has its own output, for whoever has the machine)."""
        if not has_request_context():
            return
        log.info(
            "security",
            kind=self.kind.value,
            person=str(self.person) if self.person else None,
            by=str(self.by) if self.by else None,
            address=self.address,
            detail=self.detail,
            request_id=request_scope().id,
        )


@contextmanager
def with_entries(services: Services, *lines: NewSecurityEntry) -> Iterator[sa.Connection]:
    """Do something in the tables and write it down in the same transaction; nothing of either where it raises."""
    with services.write() as connection:
        yield connection
        for line in lines:
            line.write(connection, services.now())
    for line in lines:
        line.log()


def note(
    services: Services, kind: SecurityEvent, *, person: UUID | None = None, by: UUID | None = None, detail: str = ""
) -> None:
    """Write down what changes nothing else, as a refusal."""
    with with_entries(services, NewSecurityEntry(kind, person, by, detail)):
        pass


def entries(
    connection: sa.Connection,
    *,
    kind: SecurityEvent | None = None,
    person: UUID | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> Sequence[SecurityEntry]:
    """The trail, the latest first; `before` is the place behind which a page begins."""
    columns = SECURITY_TRAIL.c
    conditions = [columns.kind == kind.value] if kind else []
    if person is not None:
        conditions.append(sa.or_(columns.person == person, columns.by == person))
    if before is not None:
        at, id = before
        conditions.append(sa.or_(columns.at < at, sa.and_(columns.at == at, columns.id < id)))
    query = SECURITY_TRAIL.select().where(*conditions).order_by(columns.at.desc(), columns.id.desc()).limit(limit)
    return [_entry(row) for row in connection.execute(query).mappings()]


def done_by_others(
    connection: sa.Connection, person: UUID, kinds: Collection[SecurityEvent], since: datetime
) -> Sequence[SecurityEntry]:
    """What of these kinds somebody else, or whoever has the machine, did to a person's account, the latest first."""
    columns = SECURITY_TRAIL.c
    theirs = sa.and_(columns.person == person, columns.at > since, columns.by.is_distinct_from(person))
    query = SECURITY_TRAIL.select().where(theirs, columns.kind.in_([kind.value for kind in kinds]))
    return [_entry(row) for row in connection.execute(query.order_by(columns.at.desc())).mappings()]


def done_at_the_machine(
    connection: sa.Connection, kinds: Collection[SecurityEvent], since: datetime
) -> Sequence[SecurityEntry]:
    """What of these kinds whoever has the machine did, and gave a reason for, the latest first."""
    columns = SECURITY_TRAIL.c
    query = SECURITY_TRAIL.select().where(
        columns.by.is_(None),
        columns.at > since,
        columns.kind.in_([kind.value for kind in kinds]),
        columns.detail != "",
    )
    return [_entry(row) for row in connection.execute(query.order_by(columns.at.desc())).mappings()]


def _entry(row: sa.RowMapping) -> SecurityEntry:
    return SecurityEntry(**{**row, "kind": SecurityEvent(row["kind"])})
