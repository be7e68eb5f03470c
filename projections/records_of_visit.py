"""Records of visit: how far each is, whose response is awaited, and which agreed actions are open."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa

from domain.record_of_visit import Answered, RecordOfVisit, RecordStatus, Respondent
from domain.vocabulary import Purpose, SchoolId, Side, VisitKind
from projections.view import Key, Row, View, ViewTable, replace

LIMIT = 50


class RecordRow(Row):
    """A record as it stands. `version`, `issued_on`, `respond_by`, `issues` (how many) and `actions` (their numbers)
    are those of the version that was issued last; days of responses stay when a new version asks anew.
    """

    id: UUID
    reference: str
    visit: UUID
    school: SchoolId
    author: UUID
    kind: VisitKind
    purpose: Purpose
    visited_on: date
    needs_presentation: bool
    status: RecordStatus = RecordStatus.DRAFT
    version: int = 0
    issued_on: date | None = None
    respond_by: date | None = None
    issues: int = 0
    actions: tuple[int, ...] = ()
    completed: tuple[int, ...] = ()
    headteacher: Answered = Answered.AWAITED
    headteacher_responded_on: date | None = None
    chair: Answered = Answered.AWAITED
    chair_responded_on: date | None = None
    presented_on: date | None = None

    @property
    def open_actions(self) -> int:
        """How many agreed actions are not completed."""
        return len(set(self.actions) - set(self.completed))


class AgreedAction(Row):
    """An action of the version that was issued last."""

    record: UUID
    number: int
    school: SchoolId
    text: str
    owner: UUID | None
    owner_side: Side
    due: date
    purpose: Purpose
    completed_on: date | None = None


records = ViewTable(
    "records_of_visit",
    RecordRow,
    key=("id",),
    indexes=[("reference",), ("school", "visited_on"), ("visit",), ("respond_by", "reference")],
)
actions = ViewTable(
    "agreed_actions",
    AgreedAction,
    key=("record", "number"),
    indexes=[("school",), ("completed_on", "due")],
)


def issued_by(connection: sa.Connection, author: UUID) -> int:
    """How many records of an author have been issued."""
    columns = records.table.c
    query = sa.select(sa.func.count()).where(columns.author == author, columns.version > 0)
    return int(connection.execute(query).scalar_one())


IssuedVersion = RecordOfVisit.Issued | RecordOfVisit.Reissued


@records.on(RecordOfVisit.Started)
def record_started(_: RecordRow | None, event: RecordOfVisit.Started) -> RecordRow:
    return RecordRow(
        id=event.meta.stream,
        reference=event.reference,
        visit=event.visit,
        school=event.school,
        author=event.author,
        kind=event.kind,
        purpose=cast("Purpose", event.meta.purpose),  # no record begins without one
        visited_on=event.visited_on,
        needs_presentation=event.kind is VisitKind.CORE,
    )


@records.on(RecordOfVisit.SubmittedForAssurance)
def record_submitted(row: RecordRow | None, _: RecordOfVisit.SubmittedForAssurance) -> RecordRow | None:
    return row and replace(row, status=RecordStatus.SUBMITTED)


@records.on(RecordOfVisit.Returned)
def record_returned(row: RecordRow | None, _: RecordOfVisit.Returned) -> RecordRow | None:
    return row and replace(row, status=RecordStatus.CORRECTING if row.version else RecordStatus.DRAFT)


@records.on(RecordOfVisit.Assured)
def record_assured(row: RecordRow | None, _: RecordOfVisit.Assured) -> RecordRow | None:
    return row and replace(row, status=RecordStatus.ASSURED)


@records.on(RecordOfVisit.Issued, RecordOfVisit.Reissued)
def record_issued(row: RecordRow | None, event: IssuedVersion) -> RecordRow | None:
    return row and replace(
        row,
        status=RecordStatus.ISSUED,
        version=event.version,
        issued_on=event.meta.occurred_on,
        respond_by=event.respond_by,
        issues=len(event.issues),
        actions=tuple(action.number for action in event.actions),
        headteacher=Answered.AWAITED if event.respond_by else Answered.NOT_ASKED,
        chair=Answered.AWAITED if event.respond_by else Answered.NOT_ASKED,
    )


@records.on(RecordOfVisit.WithheldFromSchool)
def record_withheld(row: RecordRow | None, _: RecordOfVisit.WithheldFromSchool) -> RecordRow | None:
    for respondent in Respondent:
        if row is not None and getattr(row, respondent.value) is Answered.AWAITED:
            row = _answered(row, respondent, Answered.NOT_ASKED)
    return row


@records.on(RecordOfVisit.SentToSchool)
def record_sent(row: RecordRow | None, event: RecordOfVisit.SentToSchool) -> RecordRow | None:
    for respondent in event.respondents:
        row = row and _answered(row, respondent, Answered.AWAITED)
    return row and replace(row, respond_by=event.respond_by)


@records.on(RecordOfVisit.ReopenedForCorrection)
def correction_begun(row: RecordRow | None, _: RecordOfVisit.ReopenedForCorrection) -> RecordRow | None:
    return row and replace(row, status=RecordStatus.CORRECTING)


@records.on(RecordOfVisit.CorrectionAbandoned)
def correction_abandoned(row: RecordRow | None, _: RecordOfVisit.CorrectionAbandoned) -> RecordRow | None:
    return row and replace(row, status=RecordStatus.ISSUED)


@records.on(RecordOfVisit.HeadteacherResponded)
def headteacher_responded(row: RecordRow | None, event: RecordOfVisit.HeadteacherResponded) -> RecordRow | None:
    return row and replace(row, headteacher=Answered.RESPONDED, headteacher_responded_on=event.meta.occurred_on)


@records.on(RecordOfVisit.ChairResponded)
def chair_responded(row: RecordRow | None, event: RecordOfVisit.ChairResponded) -> RecordRow | None:
    return row and replace(row, chair=Answered.RESPONDED, chair_responded_on=event.meta.occurred_on)


@records.on(RecordOfVisit.ResponseDeclined)
def response_declined(row: RecordRow | None, event: RecordOfVisit.ResponseDeclined) -> RecordRow | None:
    return row and _answered(row, event.respondent, Answered.DECLINED)


@records.on(RecordOfVisit.ResponseLapsed)
def response_lapsed(row: RecordRow | None, event: RecordOfVisit.ResponseLapsed) -> RecordRow | None:
    return row and _answered(row, event.respondent, Answered.LAPSED)


def _answered(row: RecordRow, respondent: Respondent, answered: Answered) -> RecordRow:
    if respondent is Respondent.HEADTEACHER:
        return replace(row, headteacher=answered)
    return replace(row, chair=answered)


@records.on(RecordOfVisit.PresentedToGovernors)
def record_presented(row: RecordRow | None, event: RecordOfVisit.PresentedToGovernors) -> RecordRow | None:
    return row and replace(row, presented_on=event.meeting_on, needs_presentation=False)


@records.on(RecordOfVisit.PresentationWaived)
def presentation_waived(row: RecordRow | None, _: RecordOfVisit.PresentationWaived) -> RecordRow | None:
    return row and replace(row, needs_presentation=False)


@records.on(RecordOfVisit.ActionCompleted)
def action_of_record_completed(row: RecordRow | None, event: RecordOfVisit.ActionCompleted) -> RecordRow | None:
    return row and replace(row, completed=(*row.completed, event.number))


@records.on(RecordOfVisit.ActionReopened)
def action_of_record_reopened(row: RecordRow | None, event: RecordOfVisit.ActionReopened) -> RecordRow | None:
    return row and replace(row, completed=tuple(number for number in row.completed if number != event.number))


@records.on(RecordOfVisit.Closed)
def record_closed(row: RecordRow | None, _: RecordOfVisit.Closed) -> RecordRow | None:
    return row and replace(row, status=RecordStatus.CLOSED)


def _issued_actions(event: IssuedVersion) -> Iterable[Key]:
    withdrawn = event.withdrawn if isinstance(event, RecordOfVisit.Reissued) else ()
    return [(event.meta.stream, number) for number in (*(each.number for each in event.actions), *withdrawn)]


@actions.on_each(RecordOfVisit.Issued, RecordOfVisit.Reissued, keys=_issued_actions)
def actions_agreed(row: AgreedAction | None, event: IssuedVersion, key: Key) -> AgreedAction | None:
    record, number = key
    agreed = next((each for each in event.actions if each.number == number), None)
    if agreed is None:
        return None
    return AgreedAction(
        record=record,
        number=number,
        school=cast("UUID", event.meta.about.school),  # every record is about its school
        text=agreed.text,
        owner=agreed.owner,
        owner_side=agreed.owner_side,
        due=agreed.due,
        purpose=agreed.purpose,
        completed_on=row.completed_on if row else None,
    )


def _one_action(
    event: RecordOfVisit.ActionCompleted | RecordOfVisit.ActionReopened | RecordOfVisit.ActionHandedOver,
) -> Key:
    return event.meta.stream, event.number


@actions.on(RecordOfVisit.ActionCompleted, key=_one_action)
def action_completed(row: AgreedAction | None, event: RecordOfVisit.ActionCompleted) -> AgreedAction | None:
    return row and replace(row, completed_on=event.on)


@actions.on(RecordOfVisit.ActionReopened, key=_one_action)
def action_reopened(row: AgreedAction | None, _: RecordOfVisit.ActionReopened) -> AgreedAction | None:
    return row and replace(row, completed_on=None)


@actions.on(RecordOfVisit.ActionHandedOver, key=_one_action)
def action_handed_over(row: AgreedAction | None, event: RecordOfVisit.ActionHandedOver) -> AgreedAction | None:
    return row and replace(row, owner=event.owner, owner_side=event.side or row.owner_side, due=event.due)


def actions_of(connection: sa.Connection, of: Collection[UUID]) -> list[AgreedAction]:
    """The agreed actions of some records, the earliest due first."""
    table = actions.table
    query = table.select().where(table.c.record.in_(of)).order_by(table.c.due, table.c.record, table.c.number)
    return actions.rows(connection, query) if of else []


def listed(
    *,
    schools: Collection[UUID] | None = None,
    issued_only: bool = False,
    statuses: Collection[RecordStatus] | None = None,
    awaited: Collection[Respondent] | None = None,
    after: str | None = None,
) -> sa.Select[Any]:
    """The records, of these schools if any are named, the latest visit first; `after` is the last reference seen.

    `issued_only` leaves out what no school has been sent yet; `awaited` keeps those that one of these respondents
    has still to answer.
    """
    columns = records.table.c
    query = records.table.select().order_by(columns.visited_on.desc(), columns.reference.desc())
    if schools is not None:
        query = query.where(columns.school.in_(schools))
    if issued_only:
        query = query.where(columns.version > 0)
    if statuses is not None:
        query = query.where(columns.status.in_(statuses))
    if awaited is not None:
        query = query.where(_is_awaited(awaited))
    if after is not None:
        query = query.where(sa.tuple_(columns.visited_on, columns.reference) < _place_of(after, "visited_on"))
    return query


def awaiting_response(
    connection: sa.Connection,
    *,
    schools: Collection[UUID] | None = None,
    respondent: Respondent | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> list[RecordRow]:
    """The records that headteacher or chair, or the one asked for, has not answered, the first due first."""
    columns = records.table.c
    asked = [Respondent.HEADTEACHER, Respondent.CHAIR] if respondent is None else [respondent]
    query = (
        records.table.select().where(_is_awaited(asked)).order_by(columns.respond_by, columns.reference).limit(limit)
    )
    if schools is not None:
        query = query.where(columns.school.in_(schools))
    if after is not None:
        query = query.where(sa.tuple_(columns.respond_by, columns.reference) > _place_of(after, "respond_by"))
    return records.rows(connection, query)


def _is_awaited(respondents: Collection[Respondent]) -> sa.ColumnElement[bool]:
    columns = records.table.c
    return sa.and_(
        columns.version > 0,
        columns.status != RecordStatus.CLOSED,
        sa.or_(sa.false(), *(columns[each.value] == Answered.AWAITED for each in respondents)),
    )


def open_actions(
    connection: sa.Connection,
    *,
    schools: Collection[UUID] | None = None,
    owner: UUID | None = None,
    due_before: date | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> list[AgreedAction]:
    """Agreed actions that are not completed, the first due first; `after` is the cursor of the last one seen."""
    columns = actions.table.c
    order = (columns.due, columns.record, columns.number)
    query = actions.table.select().where(columns.completed_on.is_(None)).order_by(*order).limit(limit)
    if schools is not None:
        query = query.where(columns.school.in_(schools))
    if owner is not None:
        query = query.where(columns.owner == owner)
    if due_before is not None:
        query = query.where(columns.due < due_before)
    if after is not None:
        last = _action_at(connection, after)
        if last is None:
            return []
        types = [column.type for column in order]
        query = query.where(sa.tuple_(*order) > sa.tuple_(last.due, last.record, last.number, types=types))
    return actions.rows(connection, query)


def overdue_actions(
    connection: sa.Connection,
    *,
    today: date,
    schools: Collection[UUID] | None = None,
    owner: UUID | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> list[AgreedAction]:
    """The open actions that were due before today."""
    return open_actions(connection, schools=schools, owner=owner, due_before=today, after=after, limit=limit)


def cursor_of(action: AgreedAction) -> str:
    """Where the page after this action begins."""
    return f"{action.record}/{action.number}"


def _action_at(connection: sa.Connection, cursor: str) -> AgreedAction | None:
    record, _, number = cursor.partition("/")
    try:
        return actions.get(connection, UUID(record), int(number))
    except ValueError:
        return None


def _place_of(reference: str, day: str) -> sa.ScalarSelect[Any]:
    """Where the record of that reference stands in an order by a day; nowhere, so that nothing follows, if there
    is none."""
    seen = records.table.alias().c
    return sa.select(seen[day], seen.reference).where(seen.reference == reference).scalar_subquery()


VIEW = View("records_of_visit", records, actions)
