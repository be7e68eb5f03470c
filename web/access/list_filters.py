"""What of the caseload and the audit trail whoever asks may find: conditions of the queries, before Disclosure judges
the events that were found."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import EVENTS
from domain.attachment import Attachment
from domain.note import Note
from domain.vocabulary import Audience, Role, Sensitivity
from projections import audit_trail, caseload, concerns, notes, visits
from projections.audit_trail import TrailFilter
from projections.caseload import OF_ASKER, Item, Task
from projections.view import replace
from web.access.context import Snapshot, User
from web.access.disclosure import BROKERING, CONCERN, INSIDE, ISSUED, READING, right_to_read
from web.access.identity import list_scope
from web.access.policy import Action, RecordScope
from web.access.restricted import hidden_from, restricted_records
from web.access.restricted_reads import note_shown

OF_DECISIONS = (Task.DECIDE_ASK, Task.CONFIRM_DECISION, Task.MEET_CONDITION, *OF_ASKER)

FOR_THE_SERVICE = (Task.WRITE_RECORD, Task.ISSUE_RECORD, Task.ASSURE_RECORD, *OF_DECISIONS)
"""What schools and providers are not told of: that a record of visit is written, until it is issued, and what waits
about decisions, which are read inside the service alone."""


def caseload_limits(snapshot: Snapshot) -> caseload.Narrowed:
    """How a list of what waits is narrowed for the person who asks."""
    user, closed = snapshot.user, hidden_from(snapshot).closed
    if not user.holds(*INSIDE):
        return {"concerns_of": frozenset(), "without": FOR_THE_SERVICE, "apart_from": closed}
    told = list_scope(snapshot, Action.READ_CONCERN).narrowed() if user.may(Action.READ_CONCERN) else frozenset()
    return {"concerns_of": told, "apart_from": closed, "unasked": _unasked(snapshot)}


def _unasked(snapshot: Snapshot) -> frozenset[UUID]:
    """The restricted records that somebody may read. Schools and providers may not: nothing of these waits for them,
    whatever they were asked before the concern was restricted. Of a visit they know that somebody comes."""
    restricted = restricted_records(snapshot)
    told = sa.select(visits.visits.table.c.id).where(visits.visits.table.c.id.in_(restricted))
    return restricted - set(snapshot.connection.execute(told).scalars()) if restricted else restricted


def items_for_reader(snapshot: Snapshot, items: Iterable[Item]) -> list[Item]:
    """Of some things that wait, those that the person who asks is told of, and of each only what they may know."""
    narrowed, kept = caseload_limits(snapshot), hidden_from(snapshot)
    concerns_of = narrowed["concerns_of"]
    told = [
        replace(item, detail="", purpose=None) if item.record in kept.plain else item
        for item in items
        if item.record not in kept.closed
        and (item.kind != CONCERN or concerns_of is None or item.school in concerns_of)
        and item.task not in narrowed.get("without", ())
        and not (item.record in narrowed.get("unasked", ()) and item.waiting_for in caseload.OUTSIDE)
    ]
    note_shown(snapshot, ((item.record, item.school) for item in told))
    return told


def log_filter(user: User) -> sa.ColumnElement[bool] | None:
    """What of the whole trail is worth reading for somebody who works in the service: what their rights let them read
    of any record. None where that is everything."""
    kept_back = [topic for topic in sorted(EVENTS) if not user.may(right_to_read(topic))]
    return audit_trail.trail.table.c.topic.not_in(kept_back) if kept_back else None


def shows_log_positions(user: User) -> bool:
    """Whether somebody is told where in the log an entry stands: to whoever is not told of everything, the places
    would tell how much there is beside."""
    return log_filter(user) is None


def readable_kinds(user: User) -> list[str]:
    """The kinds of record of which the trail may tell somebody, in the order of the alphabet."""
    told = {topic.partition(".")[0] for topic in EVENTS if user.may(right_to_read(topic))}
    return [kind for kind in audit_trail.kinds() if kind in told]


def searchable(snapshot: Snapshot, wanted: TrailFilter) -> TrailFilter:
    """What is asked of the trail, so that nothing is found by what whoever asks may not know: of a visit that they
    see as a plain one, neither its purpose nor whether a reason was given."""
    plain = hidden_from(snapshot).plain
    if not plain or not (wanted.purposes or wanted.reasoned is not None):
        return wanted
    told = audit_trail.trail.table.c.stream.not_in(plain)
    return dataclasses.replace(wanted, only=told if wanted.only is None else sa.and_(wanted.only, told))


def school_trail_filter(user: User, where: RecordScope) -> sa.ColumnElement[bool] | None:
    """What of the trail of a school is worth reading for somebody: all that a Disclosure will tell them, and little
    else. None where that is everything, or too little can be said beforehand."""
    columns, part = audit_trail.trail.table.c, audit_trail.parts.table.c
    note, file = notes.notes.table.c, notes.files.table.c
    if user.holds(*INSIDE):
        if user.may(READING[CONCERN], where):
            return log_filter(user)
        takes_part = sa.exists().where(part.position == columns.position, part.person == user.person)
        noted = sa.exists().where(note.id == columns.stream, note.on_kind == CONCERN)
        filed = sa.exists().where(file.id == columns.stream, file.on_kind == CONCERN)
        readable = log_filter(user)
        return sa.and_(
            sa.true() if readable is None else readable,
            sa.or_(columns.kind != CONCERN, takes_part),
            sa.or_(columns.kind != Note.KIND, sa.not_(noted)),
            sa.or_(columns.kind != Attachment.KIND, sa.not_(filed)),
        )
    if user.holds(Role.SPECIALIST):
        return None
    kinds = [kind for kind, action in READING.items() if user.may(action, where)]
    case = concerns.cases.table.c
    ordinary = sa.select(case.id).where(case.sensitivity == Sensitivity.ORDINARY)
    for_them = sa.exists().where(
        note.id == columns.stream,
        note.visible_to == Audience.SCHOOL,
        sa.or_(note.on_kind != CONCERN, note.on_record.in_(ordinary)),
    )
    on_theirs = sa.exists().where(
        file.id == columns.stream,
        file.on_kind.in_(kinds),
        file.visible_to.is_(None) | (file.visible_to == Audience.SCHOOL),
        sa.or_(file.on_kind != CONCERN, file.on_record.in_(ordinary)),
    )
    return sa.and_(
        columns.kind.in_(kinds),
        sa.or_(columns.kind != CONCERN, columns.stream.in_(ordinary)),
        columns.topic.not_in(BROKERING),
        sa.or_(columns.kind != "record-of-visit", columns.topic.in_(ISSUED)),
        sa.or_(columns.kind != Note.KIND, for_them),
        sa.or_(columns.kind != Attachment.KIND, on_theirs),
    )
