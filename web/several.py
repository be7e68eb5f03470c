"""Several records at once, where a page or command would else read them one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Aggregate, Event
from domain.service import folded
from projections.event_log import EVENTS
from web.office import Office

A = TypeVar("A", bound=Aggregate)


def records_of(office: Office, connection: sa.Connection, kinds: Mapping[UUID, type[A]]) -> dict[UUID, A]:
    """The records with these ids, each of its kind, as they are now; what is not there is left out."""
    events = _events_of(office, connection, kinds)
    found = {id: folded(kind, id, events[id]) for id, kind in kinds.items() if id in events}
    return {id: record for id, record in found.items() if record is not None}


def _events_of(office: Office, connection: sa.Connection, ids: Collection[UUID]) -> dict[UUID, list[Event]]:
    if not ids:
        return {}
    standing = sa.select(EVENTS.c.position).where(EVENTS.c.stream_id.in_(ids)).order_by(EVENTS.c.position)
    positions = list(connection.execute(standing).scalars())
    found: dict[UUID, list[Event]] = defaultdict(list)
    for event in office.store.at(connection, positions):
        found[event.meta.stream].append(event)
    return found
