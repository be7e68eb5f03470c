"""Decisions: who is asked for what, by when, and what was decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.aggregate import Event
from domain.calendar import working_days_after
from domain.decision import Basis, Decision, DecisionStatus, Route
from domain.decision.parts import CAME_TO_NOTHING, OPEN, Earlier
from domain.delegation import Act, Decider, Deputising, is_held
from domain.on_behalf import LATE_AFTER
from domain.vocabulary import SchoolId
from projections.view import Key, Row, View, ViewTable, replace


class DecisionRow(Row):
    """A decision as it stands; `row` is that of the scheme, `net` in pounds. `posts` are those that are asked,
    and their deputies too after `passes_on`. That nobody decided in time follows from `lapses_on`. Of two people who
    decide, the first may have approved it already; the authors wrote part of what is to be decided. `late` says that
    more than LATE_AFTER weekdays lay between decision and recording; a bank holiday is no working day. What came to
    nothing may have been `asked_again` in another decision, named by its reference. While an answer is awaited,
    the days until it lapses are not counted. `together` is the sum with what the same provider, or the same school
    and need, had in twelve months, where another row would decide that."""

    id: UUID
    reference: str
    act: Act
    row: str
    on_kind: str
    on_record: UUID
    on_reference: str
    command: str
    school: SchoolId | None
    request: UUID | None
    provider: UUID | None
    net: Decimal | None
    basis: Basis
    status: DecisionStatus
    asker: UUID | None
    asked_on: date
    posts: tuple[Decider, ...] = ()
    deputies: tuple[Decider, ...] = ()
    passes_on: date | None = None
    lapses_on: date | None = None
    matter: str = ""
    decider: UUID | None = None
    decided_on: date | None = None
    confirmed_on: date | None = None
    reason: str = ""
    countersigns: tuple[Decider, ...] = ()
    authors: tuple[UUID, ...] = ()
    first_by: UUID | None = None
    first_post: Decider | None = None
    late: bool = False
    together: Decimal | None = None
    asked_again: str = ""
    entry: UUID | None = None
    """Of the log, which the decider answers for, of the time before decisions were kept."""
    stopped_on: date | None = None
    decided_for: UUID | None = None
    first_for: UUID | None = None

    def counted_to(self, day: date) -> date:
        """The day to which it is counted whether it passes on or has lapsed: none while an answer is awaited."""
        return day if self.stopped_on is None else min(day, self.stopped_on)

    def may_be_decided_by(
        self, person: UUID, held: Collection[Decider], day: date, deputises: Collection[Deputising] = ()
    ) -> bool:
        """Whether somebody who decides as these posts may decide what is asked on a day, and waits for no answer."""
        apart = {self.asker, self.first_by, self.first_for, *self.authors}
        if self.stopped_on is not None or person in apart:
            return False
        asked = posts_of(self, day)
        for_others = any(each.post in asked and each.principal not in apart for each in deputises)
        return is_held(asked, held) is not None or for_others


class AskedMatter(Row):
    """What was asked last of a command on a record, or about one matter of it. Who asks for the same at one moment
    waits for this row."""

    on_record: UUID
    command: str
    matter: str
    decision: UUID


asked_matters = ViewTable("decision_asked_matters", AskedMatter, key=("on_record", "command", "matter"))


def matter_of(event: Decision.Asked) -> AskedMatter:
    """The matter that is asked about."""
    asked = event.question
    return AskedMatter(
        on_record=asked.subject, command=asked.command, matter=asked.matter, decision=event.meta.stream
    )


@asked_matters.on(
    Decision.Asked, key=lambda event: (event.question.subject, event.question.command, event.question.matter)
)
def matter_asked(_: AskedMatter | None, event: Decision.Asked) -> AskedMatter:
    return matter_of(event)


decisions = ViewTable(
    "decisions",
    DecisionRow,
    key=("id",),
    indexes=[
        ("reference",),
        ("on_record",),
        ("request",),
        ("status", "lapses_on"),
        ("decider", "status"),
        ("entry",),
    ],
)

Begun = (
    Decision.Asked
    | Decision.DecidedAlone
    | Decision.RecordedForAnother
    | Decision.DecidedAfterwards
    | Decision.RecordedBefore
)
Answered = Decision.Given | Decision.Refused


def _begun(event: Begun, status: DecisionStatus, basis: Basis) -> DecisionRow:
    asked, route = event.question, event.route
    return DecisionRow(
        id=event.meta.stream,
        reference=event.reference,
        act=asked.act,
        row=route.row,
        on_kind=asked.kind,
        on_record=asked.subject,
        on_reference=asked.subject_reference,
        command=asked.command,
        school=asked.school,
        request=asked.request,
        provider=asked.provider,
        net=asked.net,
        basis=basis,
        status=status,
        asker=event.meta.signature.actor,
        asked_on=event.meta.occurred_on,
        posts=(*route.decides, *route.countersigns),
        deputies=route.deputies,
        passes_on=route.passes_on,
        lapses_on=route.lapses_on,
        reason=event.meta.reason,
        countersigns=route.countersigns,
        authors=asked.authors,
        matter=asked.matter,
        together=asked.together,
    )


def _asked_before(event: Begun) -> Iterable[Key]:
    return [(event.earlier.decision,)] if event.earlier else []


@decisions.on_each(Decision.Asked, Decision.DecidedAlone, Decision.RecordedForAnother, keys=_asked_before)
def asked_again(row: DecisionRow | None, event: Begun, _: Key) -> DecisionRow | None:
    return row and replace(row, asked_again=event.reference)


@decisions.on(Decision.Asked)
def decision_asked(_: DecisionRow | None, event: Decision.Asked) -> DecisionRow:
    return _begun(event, DecisionStatus.ASKED, Basis.OWN_ACT)


@decisions.on(Decision.DecidedAlone)
def decided_alone(_: DecisionRow | None, event: Decision.DecidedAlone) -> DecisionRow:
    row = _begun(event, DecisionStatus.GIVEN, Basis.OWN_AUTHORITY)
    return replace(row, decider=row.asker, decided_on=row.asked_on)


@decisions.on(Decision.RecordedForAnother)
def decision_recorded(_: DecisionRow | None, event: Decision.RecordedForAnother) -> DecisionRow:
    row = _begun(event, DecisionStatus.UNCONFIRMED, Basis.ON_BEHALF)
    late = row.asked_on > working_days_after(event.decided_on, LATE_AFTER, ())
    return replace(row, decider=event.decider, decided_on=event.decided_on, late=late)


@decisions.on(Decision.DecidedAfterwards)
def decided_afterwards(_: DecisionRow | None, event: Decision.DecidedAfterwards) -> DecisionRow:
    row = _begun(event, DecisionStatus.GIVEN, Basis.OWN_ACT)
    return replace(row, decider=row.asker, decided_on=row.asked_on)


@decisions.on(Decision.MoreAsked)
def more_asked(row: DecisionRow | None, event: Decision.MoreAsked) -> DecisionRow | None:
    return row and replace(row, status=DecisionStatus.MORE_ASKED, stopped_on=event.meta.occurred_on)


@decisions.on(Decision.Answered)
def answered(row: DecisionRow | None, event: Decision.Answered) -> DecisionRow | None:
    if row is None:
        return None
    begun_anew = {"first_by": None, "first_post": None, "first_for": None} if event.is_restated else {}
    row = replace(row, **begun_anew)
    return replace(
        row,
        status=DecisionStatus.HALF_GIVEN if row.first_by else DecisionStatus.ASKED,
        stopped_on=None,
        net=event.question.net,
        together=event.question.together,
        authors=event.question.authors,
        passes_on=event.passes_on,
        lapses_on=event.lapses_on,
    )


@decisions.on(Decision.RecordedBefore)
def answered_for(_: DecisionRow | None, event: Decision.RecordedBefore) -> DecisionRow:
    row = _begun(event, DecisionStatus.UNCONFIRMED, Basis.BEFORE_DECISIONS)
    return replace(
        row,
        asker=event.recorded_by,
        asked_on=event.recorded_on,
        decider=row.asker,
        decided_on=event.decided_on,
        late=event.recorded_on > working_days_after(event.decided_on, LATE_AFTER, ()),
        entry=event.entry,
    )


@decisions.on(Decision.FirstGiven)
def first_given(row: DecisionRow | None, event: Decision.FirstGiven) -> DecisionRow | None:
    return row and replace(
        row,
        status=DecisionStatus.HALF_GIVEN,
        first_by=event.meta.signature.actor,
        first_post=event.post,
        first_for=event.principal,
    )


@decisions.on(Decision.Given, Decision.Refused)
def decision_answered(row: DecisionRow | None, event: Answered) -> DecisionRow | None:
    status = DecisionStatus.GIVEN if isinstance(event, Decision.Given) else DecisionStatus.REFUSED
    return row and replace(
        row,
        status=status,
        decider=event.meta.signature.actor,
        decided_on=event.meta.occurred_on,
        decided_for=event.principal,
        basis=Basis.DEPUTY if event.principal else row.basis,
    )


@decisions.on(Decision.Withdrawn)
def no_longer_asked(row: DecisionRow | None, _: Event) -> DecisionRow | None:
    return row and replace(row, status=DecisionStatus.WITHDRAWN)


@decisions.on(Decision.Overtaken, Decision.OvertakenByAct)
def overtaken(row: DecisionRow | None, _: Event) -> DecisionRow | None:
    return row and replace(row, status=DecisionStatus.OVERTAKEN)


@decisions.on(Decision.Confirmed)
def decision_confirmed(row: DecisionRow | None, event: Decision.Confirmed) -> DecisionRow | None:
    return row and replace(row, status=DecisionStatus.CONFIRMED, confirmed_on=event.meta.occurred_on)


@decisions.on(Decision.Disowned)
def decision_disowned(row: DecisionRow | None, _: Event) -> DecisionRow | None:
    return row and replace(row, status=DecisionStatus.DISOWNED)


_columns = decisions.table.c


def is_open_on(day: date) -> sa.ColumnElement[bool]:
    """The condition that somebody is still to decide on a day."""
    in_time = sa.or_(_columns.lapses_on.is_(None), _columns.lapses_on >= day)
    return sa.and_(_columns.status.in_(list(OPEN)), sa.or_(_columns.status == DecisionStatus.MORE_ASKED, in_time))


def listed(
    *,
    today: date,
    schools: Collection[UUID] | None = None,
    seen: sa.ColumnElement[bool] | None = None,
    statuses: Collection[DecisionStatus] = (),
    on_record: UUID | None = None,
    act: Act | None = None,
    asker: UUID | None = None,
    decider: UUID | None = None,
    only: Collection[UUID] | None = None,
    together: bool | None = None,
    after: str | None = None,
) -> sa.Select[Any]:
    """Decisions, newest first, of `only` these and as far as they are `seen`; a lapsed one is found as lapsed."""
    query = decisions.table.select().order_by(_columns.reference.desc())
    if schools is not None:
        query = query.where(_columns.school.in_(schools))
    if seen is not None:
        query = query.where(seen)
    if statuses:
        query = query.where(sa.or_(*(_stands(status, today) for status in statuses)))
    for column, value in (
        (_columns.on_record, on_record),
        (_columns.act, act),
        (_columns.asker, asker),
        (_columns.decider, decider),
    ):
        if value is not None:
            query = query.where(column == value)
    if together is not None:
        query = query.where(_columns.together.is_not(None) if together else _columns.together.is_(None))
    if only is not None:
        query = query.where(_columns.id.in_(only))
    return query.where(_columns.reference < after) if after is not None else query


def concerns(person: UUID, posts: Collection[Decider], day: date) -> sa.ColumnElement[bool]:
    """The condition that a decision names somebody, or that one of these posts is asked for it on a day."""
    asked = [_is_among(_columns.posts, post) for post in posts]
    counted_to = sa.func.coalesce(_columns.stopped_on, day)
    passed_on = [sa.and_(_is_among(_columns.deputies, post), _columns.passes_on < counted_to) for post in posts]
    return sa.or_(_columns.asker == person, _columns.decider == person, *asked, *passed_on)


def _is_among(column: sa.ColumnElement[Any], post: Decider) -> sa.ColumnElement[bool]:
    return sa.type_coerce(column, sa.Text).contains(f'"{post.value}"')


def _stands(status: DecisionStatus, today: date) -> sa.ColumnElement[bool]:
    if status is DecisionStatus.LAPSED:
        return sa.and_(_columns.status.in_(list(OPEN)), sa.not_(is_open_on(today)))
    stands = _columns.status == status
    return sa.and_(stands, is_open_on(today)) if status in OPEN else stands


def as_of(row: DecisionRow, day: date) -> DecisionRow:
    """The row as it stands on a day: what nobody decided in time has lapsed."""
    if row.status in OPEN and row.lapses_on is not None and row.lapses_on < row.counted_to(day):
        return replace(row, status=DecisionStatus.LAPSED)
    return row


def as_told(row: DecisionRow, day: date) -> DecisionRow:
    """The same, with the posts whose move it is on that day."""
    return replace(as_of(row, day), posts=posts_of(row, day))


def begun_since(since: date) -> sa.Select[Any]:
    """The decisions that were asked for or made since a day."""
    return decisions.table.select().where(_columns.asked_on >= since)


def by_id(connection: sa.Connection, id: UUID) -> DecisionRow | None:
    """A decision as the view has it."""
    return next(iter(decisions.rows(connection, decisions.table.select().where(_columns.id == id))), None)


def about(connection: sa.Connection, record: UUID) -> list[DecisionRow]:
    """The decisions about a record, newest first."""
    return decisions.rows(connection, listed(today=date.max, on_record=record))


def answers_for(connection: sa.Connection, entries: Collection[UUID]) -> Mapping[UUID, list[DecisionRow]]:
    """What those named in entries of the time before decisions were kept have said of them, by the entries' ids."""
    found: dict[UUID, list[DecisionRow]] = {}
    query = decisions.table.select().where(_columns.entry.in_(entries)).order_by(_columns.reference)
    for row in decisions.rows(connection, query) if entries else ():
        if row.entry is not None:
            found.setdefault(row.entry, []).append(row)
    return found


def unsettled(connection: sa.Connection, record: UUID, request: UUID | None, day: date) -> list[DecisionRow]:
    """What is asked about a record, or about anything of its request, and what was recorded for somebody who has not
    confirmed it or has disowned it; the newest first."""
    is_about = _columns.on_record == record
    if request is not None:
        is_about = sa.or_(is_about, _columns.request == request)
    doubtful = _columns.status.in_([DecisionStatus.UNCONFIRMED, DecisionStatus.DISOWNED])
    query = decisions.table.select().where(is_about, sa.or_(is_open_on(day), doubtful))
    return decisions.rows(connection, query.order_by(_columns.reference.desc()))


def disowned_beneath(connection: sa.Connection, record: UUID, request: UUID | None) -> list[DecisionRow]:
    """The disowned decisions on which a record rests, its own or those of its request, where nobody with the
    authority has decided the same since; the oldest first. What was recorded before decisions were kept was there
    before any of them, and where it takes nobody's authority today, nothing rests on it."""
    is_about = _columns.on_record == record
    if request is not None:
        is_about = sa.or_(is_about, _columns.request == request)
    query = decisions.table.select().where(is_about, _is_disowned(), _columns.act != Act.AS_RECORDED)
    return decisions.rows(connection, query.order_by(_columns.reference))


def in_doubt(connection: sa.Connection, records: Collection[UUID], requests: Collection[UUID]) -> list[DecisionRow]:
    """What was recorded for somebody who has not confirmed it, or has disowned it while nobody with the authority has
    decided the same since, of these records and of these requests; the oldest first."""
    is_about = sa.or_(_columns.on_record.in_(records), _columns.request.in_({*records, *requests}))
    doubtful = sa.or_(_columns.status == DecisionStatus.UNCONFIRMED, _is_disowned())
    query = decisions.table.select().where(is_about, doubtful)
    return decisions.rows(connection, query.order_by(_columns.reference)) if records else []


def _is_disowned() -> sa.ColumnElement[bool]:
    """The condition that a decision is disowned, and the same has not been decided since."""
    since = decisions.table.alias("since").c
    anew = sa.exists().where(
        since.on_record == _columns.on_record,
        since.command == _columns.command,
        since.matter == _columns.matter,
        sa.or_(since.reference > _columns.reference, _columns.entry.is_not(None)),
        since.status.in_([DecisionStatus.GIVEN, DecisionStatus.CONFIRMED]),
    )
    return sa.and_(_columns.status == DecisionStatus.DISOWNED, sa.not_(anew))


def open_ask(
    connection: sa.Connection, record: UUID, command: str, day: date, *, matter: str = ""
) -> DecisionRow | None:
    """Where a command is asked on a record, or about one matter of it, and nobody has decided yet."""
    query = decisions.table.select().where(
        _columns.on_record == record, _columns.command == command, _columns.matter == matter, is_open_on(day)
    )
    return next(iter(decisions.rows(connection, query.limit(1))), None)


def came_to_nothing(
    connection: sa.Connection, record: UUID, command: str, day: date, *, matter: str = ""
) -> Earlier | None:
    """The last ask of a command on a record, or about one matter of it, where nothing came of it."""
    query = decisions.table.select().where(
        _columns.on_record == record, _columns.command == command, _columns.matter == matter
    )
    last = next(iter(decisions.rows(connection, query.order_by(_columns.reference.desc()).limit(1))), None)
    return Earlier(last.id, last.reference) if last and as_of(last, day).status in CAME_TO_NOTHING else None


def posts_of(row: DecisionRow, day: date) -> tuple[Decider, ...]:
    """The posts that may decide on a day."""
    return _route(row).asked_of(row.counted_to(day), row.first_post)


def whom(row: DecisionRow, day: date) -> str:
    """The same as it stands in a sentence."""
    return _route(row).whom(row.counted_to(day), row.first_post)


def _route(row: DecisionRow) -> Route:
    decides = row.posts[: len(row.posts) - len(row.countersigns)]
    return Route(row.row, decides, row.countersigns, row.deputies, passes_on=row.passes_on)


def open_on(connection: sa.Connection, day: date) -> list[DecisionRow]:
    """What somebody is still to decide on a day, what was asked first in front."""
    query = decisions.table.select().where(is_open_on(day))
    return decisions.rows(connection, query.order_by(_columns.asked_on, _columns.reference))


def asked_of_matter(connection: sa.Connection, asked: AskedMatter, day: date) -> DecisionRow | None:
    """Where another decision asks for the same and is open on a day; read while the row of the matter is held."""
    matter = asked_matters.table.c
    last = sa.select(matter.decision).where(
        matter.on_record == asked.on_record, matter.command == asked.command, matter.matter == asked.matter
    )
    query = decisions.table.select().where(_columns.id == last.scalar_subquery(), is_open_on(day))
    found = next(iter(decisions.rows(connection, query)), None)
    return found if found and found.id != asked.decision else None


def open_about(connection: sa.Connection, records: Collection[UUID], day: date) -> list[DecisionRow]:
    """What somebody is still to decide on a day about any of these records."""
    query = decisions.table.select().where(_columns.on_record.in_(records), is_open_on(day))
    return decisions.rows(connection, query.order_by(_columns.reference))


VIEW = View("decisions", decisions, asked_matters)
