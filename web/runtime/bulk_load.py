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
from web.runtime.services import Services

A = TypeVar("A", bound=Aggregate)


def load_records(services: Services, connection: sa.Connection, kinds: Mapping[UUID, type[A]]) -> dict[UUID, A]:
    """The records with these ids, each of its kind, as they are now; what is not there is left out."""
    events: dict[UUID, list[Event]] = defaultdict(list)
    for event in events_of(services, connection, kinds):
        events[event.meta.stream].append(event)
    found = {id: folded(kind, id, events[id]) for id, kind in kinds.items() if id in events}
    return {id: record for id, record in found.items() if record is not None}


def events_of(services: Services, connection: sa.Connection, ids: Collection[UUID]) -> list[Event]:
    """All that happened to some records, in the order of the log."""
    if not ids:
        return []
    positions = sa.select(EVENTS.c.position).where(EVENTS.c.stream_id.in_(ids)).order_by(EVENTS.c.position)
    return list(services.store.at(connection, list(connection.execute(positions).scalars())))
