"""What was recorded in somebody's name before decisions were kept, as the person named finds it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from projections import decisions as view
from projections.audit_trail import TrailFilter, asked, positions, trail
from projections.event_log import EVENTS
from web.access.context import Snapshot, User
from web.forms.references import ReferenceField
from web.history.timeline import TimelineEntry, timeline_of
from web.layout.paging import PAGE

ENTRY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

NAMED_BEFORE = trail.table.c.named_deciders == sa.true()


def _wanted(user: User, only: sa.ColumnElement[bool] = NAMED_BEFORE) -> TrailFilter:
    return TrailFilter(person=user.person, named=True, only=sa.and_(NAMED_BEFORE, only))


def entries_in_name(snapshot: Snapshot, after: str | None) -> list[TimelineEntry]:
    """A page of what others recorded as the user's decision, the latest first, and one more where others follow."""
    behind = UUID(after) if after and ENTRY.fullmatch(after) else None
    found = positions(snapshot.connection, _wanted(snapshot.user), behind, PAGE + 1)
    return timeline_of(snapshot, found, decided=True)


def unanswered(snapshot: Snapshot) -> int:
    """How many of them the user has neither confirmed nor disowned."""
    user, answered = snapshot.user, view.decisions.table.c
    said = sa.exists().where(
        answered.decider == user.person,
        answered.entry == EVENTS.c.event_id,
        EVENTS.c.position == trail.table.c.position,
    )
    found = asked(_wanted(user, sa.not_(said)), None, MOST).subquery()
    return snapshot.connection.execute(sa.select(sa.func.count()).select_from(found)).scalar_one()


MOST = 10_000
"""More are not counted."""


def answers_of(snapshot: Snapshot, entries: Sequence[TimelineEntry]) -> Mapping[UUID, view.DecisionRow]:
    """What the user has said of entries, by their ids."""
    said = view.answers_for(snapshot.connection, [each.id for each in entries])
    return {id: row for id, rows in said.items() for row in rows if row.decider == snapshot.user.person}


def entry_named(snapshot: Snapshot, id: str) -> Event | None:
    """The entry by which others recorded a decision of the user's, to which they have said nothing yet."""
    if not ENTRY.fullmatch(id):
        return None
    place = sa.select(EVENTS.c.position).where(EVENTS.c.event_id == UUID(id)).scalar_subquery()
    found = positions(snapshot.connection, _wanted(snapshot.user, trail.table.c.position == place), None, 1)
    events, _ = snapshot.services.store.at_as_far_as_read(snapshot.connection, found)
    said = view.answers_for(snapshot.connection, [event.meta.event_id for event in events])
    answered = any(row.decider == snapshot.user.person for rows in said.values() for row in rows)
    return next((each for each in events if snapshot.user.person in each.said_to_decide and not answered), None)


class EarlierEntry(ReferenceField):
    """An entry of the log by which others recorded a decision of the person who asks, before decisions were kept."""

    default_error_messages = {
        "unknown": "Nothing of that kind was recorded in your name, or you have answered for it"
    }

    def find(self, snapshot: Snapshot, name: str) -> Event:
        found = entry_named(snapshot, name)
        if found is None:
            raise self.make_error("unknown")
        return found
