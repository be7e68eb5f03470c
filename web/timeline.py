"""The events of the audit trail as people read them, for the history of a record, a school's file and the trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from domain.vocabulary import Purpose, Role
from projections import audit_trail
from projections.names import names_of
from web.identity import Visitor
from web.office import office
from web.sentences import ids_in, sentence


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a timeline shows it."""

    sentence: str
    who: str
    post: str
    at: date | datetime
    purpose: Purpose | None
    reason: str
    href: str


def timeline_of_record(connection: sa.Connection, record: UUID, asking: Visitor) -> list[Entry]:
    """What happened to a record, the latest first."""
    positions = [row.position for row in audit_trail.of_record(connection, record)]
    return [*reversed(entries(connection, office().store.at(connection, positions)))]


def entries(connection: sa.Connection, events: list[Event]) -> list[Entry]:
    """Events as entries, in the order given."""
    names = names_of(connection, ids_in(events))
    return [_entry(event, names) for event in events]


def _entry(event: Event, names: dict[UUID, str]) -> Entry:
    meta = event.meta
    return Entry(
        sentence=sentence(event, names),
        who=names.get(meta.signature.actor, "") if meta.signature.actor else "",
        post=Role(meta.signature.post).label if meta.signature.post in set(Role) else meta.signature.post,
        at=meta.occurred,
        purpose=meta.purpose,
        reason=meta.reason,
        href=f"/audit/{meta.event_id}",
    )
