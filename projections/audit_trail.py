"""The audit trail: every event of the log, kept ready to be found by whom, what and when it concerns.

The trail holds only what is searched by. What an entry says is read from the log itself (`EventStore.at`), so that
there is one account of each fact. Entries are walked newest first, behind the position of the last one seen, or
behind its id, where a position would tell outsiders how much happens in all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

import sqlalchemy as sa

from domain.aggregate import RECORDS, Event
from domain.calendar import working_days_after
from domain.decision import Decision
from domain.on_behalf import LATE_AFTER
from domain.signature import LONDON
from domain.vocabulary import Purpose, SchoolId, Sensitivity
from projections.event_log import EVENTS
from projections.view import Key, Row, View, ViewTable

SAME_ACT = 25
"""Of the events saved by one command, so many are shown together."""


class TrailEntry(Row):
    """One event. `kind` is that of its record; `reasoned` says whether a reason was given.

    `decision` is the decision by which it was done, or to which it belongs. Before decisions were kept whoever acted
    named those who decided (`named_deciders`), and `decided_alone` where they named nobody but themselves; `late`
    says that more than LATE_AFTER weekdays lay between then and the recording. `school_then` is the record of the
    register under which the school was known when it happened.
    """

    position: int
    stream: UUID
    kind: str
    topic: str
    occurred_on: date
    recorded_at: datetime
    purpose: Purpose | None
    sensitivity: Sensitivity
    reasoned: bool
    school: SchoolId | None
    school_then: UUID | None
    provider: UUID | None
    request: UUID | None
    correlation: str
    decision: UUID | None
    named_deciders: bool
    decided_alone: bool
    late: bool


class Part(Row):
    """A person's part in an event: they `acted`, or somebody else recorded it on their behalf or says that they
    decided or did it (`named`), or it concerns them. What was recorded in somebody's name is no act of theirs."""

    person: UUID
    position: int
    acted: bool
    named: bool


trail = ViewTable(
    "trail",
    TrailEntry,
    key=("position",),
    journal=True,
    indexes=[
        ("stream", "position"),
        ("school", "position"),
        ("provider", "position"),
        ("kind", "position"),
        ("purpose", "position"),
        ("occurred_on", "position"),
        ("recorded_at", "position"),
        ("correlation", "position"),
        ("decision", "position"),
        ("named_deciders", "position"),
    ],
)

parts = ViewTable("trail_people", Part, key=("person", "position"), journal=True)


@trail.on(Event, key=lambda event: (event.meta.position,))
def entered(_: TrailEntry | None, event: Event) -> TrailEntry | None:
    meta = event.meta
    if meta.position is None or meta.recorded_at is None:
        raise ValueError("only an event that stands in the log has a place in the trail")
    belongs_to = meta.stream if kind_of(event) == Decision.KIND else meta.decision
    named = event.said_to_decide if belongs_to is None else ()
    return TrailEntry(
        position=meta.position,
        stream=meta.stream,
        kind=kind_of(event),
        topic=event.TOPIC,
        occurred_on=meta.occurred_on,
        recorded_at=meta.recorded_at,
        purpose=meta.purpose,
        sensitivity=meta.sensitivity,
        reasoned=bool(meta.reason),
        school=meta.about.school,
        school_then=meta.about.school_then or meta.about.school,
        provider=meta.about.provider,
        request=meta.about.request,
        correlation=meta.signature.correlation,
        decision=belongs_to,
        named_deciders=bool(named),
        decided_alone=bool(named) and {*named} == {meta.signature.actor},
        late=bool(named) and meta.signature.today > working_days_after(meta.occurred_on, LATE_AFTER, ()),
    )


def _people(event: Event) -> Iterator[Key]:
    signature = event.meta.signature
    others = (signature.on_behalf_of, *event.said_to_act, *event.meta.about.people)
    for person in dict.fromkeys((signature.actor, *others)):
        if person is not None:
            yield person, event.meta.position


@parts.on_each(Event, keys=_people)
def took_part(_: Part | None, event: Event, key: Key) -> Part | None:
    person, signature = key[0], event.meta.signature
    acted = person == signature.actor
    named = not acted and person in (signature.on_behalf_of, *event.said_to_act)
    return Part(person=person, position=key[1], acted=acted, named=named)


def kind_of(event: Event) -> str:
    """The kind of record that an event belongs to, by its topic (`record-of-visit.issued`)."""
    return event.TOPIC.partition(".")[0]


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which entries are asked for; what is left out does not narrow.

    `since` and `until` are days in England, both included: of what happened, or of the recording where
    `by_recording` is set. `acted` keeps to what the person did, `named` to what others recorded in their name.
    `kinds` and `purposes` are alternatives; None among the purposes stands for acts that have none. `without` are
    topics that are left out, `topics` those kept to; `only` is a condition on the trail's own columns, made by
    those who know what else there is. `school_then` keeps to what was recorded of a school while it was that record
    of the register. `late` is judged by those who read the entries: the trail knows no bank holidays.
    """

    since: date | None = None
    until: date | None = None
    by_recording: bool = False
    school: UUID | None = None
    school_then: UUID | None = None
    provider: UUID | None = None
    person: UUID | None = None
    acted: bool = False
    named: bool = False
    stream: UUID | None = None
    kinds: Collection[str] = ()
    purposes: Collection[Purpose | None] = ()
    reasoned: bool | None = None
    correlation: str = ""
    late: bool = False
    without: Collection[str] = ()
    topics: Collection[str] = ()
    only: sa.ColumnElement[bool] | None = None


def entries(connection: sa.Connection, wanted: TrailFilter, after: int | None, limit: int) -> list[TrailEntry]:
    """The entries asked for, newest in the log first, beginning behind the position `after`."""
    found = positions(connection, wanted, after, limit)
    query = trail.table.select().where(trail.table.c.position.in_(found))
    return trail.rows(connection, query.order_by(trail.table.c.position.desc()))


def positions(connection: sa.Connection, wanted: TrailFilter, after: int | UUID | None, limit: int) -> list[int]:
    """Where in the log the entries asked for stand, in the same order."""
    return list(connection.execute(asked(wanted, after, limit)).scalars())


def asked(wanted: TrailFilter, after: int | UUID | None, limit: int) -> sa.Select[int]:
    """The question for positions; it reads indexes alone wherever one of them knows the answer."""
    columns, people = trail.table.c, parts.table.c
    place = columns.position if wanted.person is None else people.position
    query = sa.select(place).where(*_conditions(wanted))
    if wanted.person is not None:
        query = query.join_from(parts.table, trail.table, columns.position == people.position)
        query = query.where(people.person == wanted.person)
        if wanted.acted:
            query = query.where(people.acted)
        if wanted.named:
            query = query.where(people.named)
    if after is not None:
        behind = sa.literal(after) if isinstance(after, int) else _position_of(after)
        query = query.where(place < behind)
    return query.order_by(place.desc()).limit(limit)


def _position_of(event: UUID) -> sa.ScalarSelect[int]:
    return sa.select(EVENTS.c.position).where(EVENTS.c.event_id == event).scalar_subquery()


def _conditions(wanted: TrailFilter) -> Iterator[sa.ColumnElement[bool]]:
    columns = trail.table.c
    for column in ("school", "school_then", "provider", "stream"):
        value = getattr(wanted, column)
        if value is not None:
            yield columns[column] == value
    if wanted.correlation:
        yield columns.correlation == wanted.correlation
    if wanted.kinds:
        yield columns.kind.in_(wanted.kinds)
    if wanted.purposes:
        yield _one_of(wanted.purposes)
    if wanted.only is not None:
        yield wanted.only
    if wanted.topics:
        yield columns.topic.in_(wanted.topics)
    if wanted.without:
        yield columns.topic.not_in(wanted.without)
    if wanted.reasoned is not None:
        yield columns.reasoned == wanted.reasoned
    yield from _recorded(wanted) if wanted.by_recording else _occurred(wanted)


def _one_of(purposes: Collection[Purpose | None]) -> sa.ColumnElement[bool]:
    column = trail.table.c.purpose
    named = [purpose for purpose in purposes if purpose is not None]
    if None not in purposes:
        return column.in_(named)
    return sa.or_(column.in_(named), column.is_(None)) if named else column.is_(None)


def _occurred(wanted: TrailFilter) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.since is not None:
        yield trail.table.c.occurred_on >= wanted.since
    if wanted.until is not None:
        yield trail.table.c.occurred_on <= wanted.until


def _recorded(wanted: TrailFilter) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.since is not None:
        yield trail.table.c.recorded_at >= _midnight(wanted.since)
    if wanted.until is not None:
        yield trail.table.c.recorded_at < _midnight(wanted.until + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)


def of_record(
    connection: sa.Connection, stream: UUID, after: int | None = None, limit: int = 500
) -> list[TrailEntry]:
    """What happened to one record, newest first."""
    return entries(connection, TrailFilter(stream=stream), after, limit)


def of_school(
    connection: sa.Connection,
    school: UUID,
    *,
    purposes: Collection[Purpose | None] = (),
    after: int | None = None,
    limit: int = 50,
) -> list[TrailEntry]:
    """What concerns a school, from all records, newest first."""
    return entries(connection, TrailFilter(school=school, purposes=purposes), after, limit)


def of_command(connection: sa.Connection, command: UUID) -> list[int]:
    """Where the events saved by one command stand, in the log's order; at most the first SAME_ACT of them."""
    numbered = [uuid5(command, str(ordinal)) for ordinal in range(1, SAME_ACT + 1)]
    query = sa.select(EVENTS.c.position).where(EVENTS.c.event_id.in_(numbered))
    return list(connection.execute(query.order_by(EVENTS.c.position)).scalars())


def kinds() -> list[str]:
    """The kinds of record that entries may belong to, in the order of the alphabet."""
    return sorted(RECORDS)


VIEW = View("audit_trail", trail, parts)
