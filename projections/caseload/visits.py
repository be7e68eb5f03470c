"""What waits about visits and their records."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from domain.record_of_visit import RecordOfVisit, Respondent
from domain.visit import Visit
from domain.vocabulary import Side, VisitKind
from projections.caseload.item import Item, Task, WaitingFor, done, item, items, key_of, main
from projections.caseload.on_behalf import CONFIRMING, UNCONFIRMED, of_both, to_be_confirmed
from projections.view import Key, replace

UNTOLD = timedelta(days=10)
"""How long after a visit its record is expected where the event, of earlier days, does not say."""

HEAD, CHAIR, GOVERNORS = "headteacher", "chair", "governors"


@items.on(Visit.Planned, key=main)
def visit_planned(_: Item | None, event: Visit.Planned) -> Item:
    return item(
        event, Task.GET_DAY_AGREED, WaitingFor.OFFICER, due=event.on, person=event.lead, detail=event.kind.label
    )


_of_day = of_both(key_of)


@items.on_each(Visit.Planned, Visit.Rescheduled, Visit.AgreementDisowned, keys=_of_day)
def day_not_agreed(
    row: Item | None, event: Visit.Planned | Visit.Rescheduled | Visit.AgreementDisowned, key: Key
) -> Item | None:
    """The school is asked to agree the day."""
    if key[-1] == UNCONFIRMED:
        return None
    detail = event.kind.label if isinstance(event, Visit.Planned) else row.detail if row else ""
    return item(event, Task.CONFIRM_VISIT, WaitingFor.SCHOOL, part=CONFIRMING, due=event.on, detail=detail)


@items.on_each(Visit.AgreementRecorded, keys=_of_day)
def day_recorded_as_agreed(row: Item | None, event: Visit.AgreementRecorded, key: Key) -> Item | None:
    detail = row.detail if row else ""
    return to_be_confirmed(
        event, key, Task.CONFIRM_VISIT, WaitingFor.SCHOOL, confirm_by=event.confirm_by, detail=detail
    )


@items.on_each(Visit.Confirmed, keys=_of_day)
def day_agreed(row: Item | None, event: Visit.Confirmed, _: Key) -> Item | None:
    """An officer, who could confirm a visit in earlier days, agreed nothing for the school."""
    return None if event.side is Side.SCHOOL else row


@items.on_each(Visit.AgreementConfirmed, Visit.Cancelled, Visit.NotMade, Visit.Held, Visit.Closed, keys=_of_day)
def nothing_to_agree(*_: object) -> None:
    """The school has said that it is so, or there is no visit ahead."""


@items.on(Visit.HeldUnplanned, key=main)
def visit_held_unplanned(_: Item | None, event: Visit.HeldUnplanned) -> Item:
    return item(
        event,
        Task.WRITE_RECORD,
        WaitingFor.OFFICER,
        due=event.write_by or event.on + UNTOLD,
        person=event.lead,
        detail=event.kind.label,
    )


@items.on(Visit.Confirmed, Visit.AgreementRecorded, key=main)
def visit_confirmed(row: Item | None, event: Visit.Confirmed | Visit.AgreementRecorded) -> Item | None:
    if isinstance(event, Visit.Confirmed) and event.side is not Side.SCHOOL:
        return row
    return row and replace(row, task=Task.HOLD_VISIT, waiting_for=WaitingFor.OFFICER, due=event.on)


@items.on(Visit.Rescheduled, Visit.AgreementDisowned, key=main)
def visit_rescheduled(row: Item | None, event: Visit.Rescheduled | Visit.AgreementDisowned) -> Item | None:
    return row and replace(row, task=Task.GET_DAY_AGREED, due=event.on)


@items.on_each(Visit.Corrected, keys=lambda event: [main(event), *_of_day(event)])
def visit_corrected(row: Item | None, event: Visit.Corrected, key: Key) -> Item | None:
    """Another school is asked to agree the day of a visit that is ahead."""
    if event.to_agree is not None and key != main(event):
        is_asked = key[-1] == CONFIRMING
        day, detail = event.to_agree, row.detail if row else ""
        asked = item(event, Task.CONFIRM_VISIT, WaitingFor.SCHOOL, part=CONFIRMING, due=day, detail=detail)
        row = asked if is_asked else None
    elif event.to_agree is not None and row is not None:
        row = replace(row, task=Task.GET_DAY_AGREED)
    return row and replace(
        row,
        school=event.meta.about.school,
        detail=event.kind.label if event.kind else row.detail,
        purpose=event.for_purpose or row.purpose,
        due=event.write_by or row.due if event.held_on else row.due,
        since=event.held_on or row.since,
    )


@items.on(Visit.VisitorsChanged, key=main)
def visitors_changed(row: Item | None, event: Visit.VisitorsChanged) -> Item | None:
    return row and replace(row, person=event.lead)


@items.on(Visit.Held, key=main)
def visit_held(row: Item | None, event: Visit.Held) -> Item | None:
    due = event.write_by or event.on + UNTOLD
    return row and replace(row, task=Task.WRITE_RECORD, due=due, since=event.on, purpose=event.meta.purpose)


@items.on(Visit.Cancelled, Visit.NotMade, Visit.RecordStarted, Visit.Closed, key=main)
def visit_needs_nothing(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on(RecordOfVisit.Started, key=main)
def record_started(_: Item | None, event: RecordOfVisit.Started) -> Item:
    begun = item(
        event,
        Task.ISSUE_RECORD,
        WaitingFor.OFFICER,
        due=event.write_by or event.visited_on + UNTOLD,
        person=event.author,
        detail=event.kind.label,
    )
    return replace(begun, author=event.author)


@items.on(RecordOfVisit.SubmittedForAssurance, key=main)
def record_submitted(row: Item | None, _: object) -> Item | None:
    return row and replace(row, task=Task.ASSURE_RECORD, waiting_for=WaitingFor.TEAM_LEAD, person=None)


@items.on(RecordOfVisit.Returned, RecordOfVisit.Assured, RecordOfVisit.ReopenedForCorrection, key=main)
def record_with_its_author(
    row: Item | None,
    event: RecordOfVisit.Returned | RecordOfVisit.Assured | RecordOfVisit.ReopenedForCorrection,
) -> Item | None:
    return row and replace(
        row,
        task=Task.ISSUE_RECORD,
        waiting_for=WaitingFor.OFFICER,
        person=row.author,
        since=event.meta.occurred_on,
    )


@items.on(
    RecordOfVisit.Issued,
    RecordOfVisit.Reissued,
    RecordOfVisit.CorrectionAbandoned,
    RecordOfVisit.Closed,
    key=main,
)
def record_needs_nothing(row: Item | None, _: object) -> Item | None:
    return done(row)


Asked = RecordOfVisit.Issued | RecordOfVisit.Reissued | RecordOfVisit.SentToSchool
"""What asks the school to respond."""


def _answers(event: RecordOfVisit.Issued | RecordOfVisit.Reissued) -> Iterable[Key]:
    return [key_of(event, HEAD), key_of(event, CHAIR)]


@items.on_each(RecordOfVisit.Issued, RecordOfVisit.Reissued, keys=_answers)
@items.on_each(
    RecordOfVisit.SentToSchool, keys=lambda event: [key_of(event, _part_of(each)) for each in event.respondents]
)
def response_awaited(row: Item | None, event: Asked, key: Key) -> Item | None:
    part = key[-1]
    if event.respond_by is None:
        return done(row)
    return item(event, Task.RESPOND, WaitingFor(part), part=part, due=event.respond_by)


def _part_of(respondent: Respondent) -> str:
    return HEAD if respondent is Respondent.HEADTEACHER else CHAIR


@items.on(
    RecordOfVisit.ResponseDeclined,
    RecordOfVisit.ResponseLapsed,
    key=lambda event: key_of(event, _part_of(event.respondent)),
)
def response_not_coming(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on(RecordOfVisit.HeadteacherResponded, key=lambda event: key_of(event, HEAD))
def headteacher_responded(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on(RecordOfVisit.ChairResponded, key=lambda event: key_of(event, CHAIR))
def chair_responded(row: Item | None, _: object) -> Item | None:
    return done(row)


def _governors(event: RecordOfVisit.Started) -> Iterable[Key]:
    return [key_of(event, GOVERNORS)] if event.kind is VisitKind.CORE else []


@items.on_each(RecordOfVisit.Started, keys=_governors)
def presentation_ahead(_: Item | None, event: RecordOfVisit.Started, __: Key) -> Item:
    return item(event, None, None, part=GOVERNORS)


@items.on(RecordOfVisit.Issued, RecordOfVisit.SentToSchool, key=lambda event: key_of(event, GOVERNORS))
def presentation_awaited(row: Item | None, event: RecordOfVisit.Issued | RecordOfVisit.SentToSchool) -> Item | None:
    is_asked = event.present_by is not None if isinstance(event, RecordOfVisit.SentToSchool) else event.respond_by
    if not is_asked:
        return row
    return row and replace(
        row,
        task=Task.PRESENT,
        waiting_for=WaitingFor.SCHOOL,
        due=event.present_by,
        since=event.meta.occurred_on,
    )


@items.on(
    RecordOfVisit.PresentedToGovernors,
    RecordOfVisit.PresentationWaived,
    key=lambda event: key_of(event, GOVERNORS),
)
def presented(row: Item | None, _: object) -> Item | None:
    return done(row)


@items.on_each(
    RecordOfVisit.WithheldFromSchool, keys=lambda event: [key_of(event, part) for part in (HEAD, CHAIR, GOVERNORS)]
)
def nothing_asked_of_the_school(row: Item | None, _: object, __: Key) -> Item | None:
    return done(row)


def action_part(number: int) -> str:
    """The part of a record's item that an agreed action is."""
    return f"action-{number}"


_WAITS_FOR = {
    Side.SCHOOL: WaitingFor.SCHOOL,
    Side.SERVICE: WaitingFor.OFFICER,
    Side.PROVIDER: WaitingFor.PROVIDER,
}


def _actions(event: RecordOfVisit.Issued | RecordOfVisit.Reissued) -> Iterable[Key]:
    withdrawn: tuple[int, ...] = getattr(event, "withdrawn", ())
    numbers = dict.fromkeys([*(action.number for action in event.actions), *withdrawn])
    return [key_of(event, action_part(number)) for number in numbers]


@items.on_each(RecordOfVisit.Issued, RecordOfVisit.Reissued, keys=_actions)
def action_agreed(row: Item | None, event: RecordOfVisit.Issued | RecordOfVisit.Reissued, key: Key) -> Item | None:
    part = key[-1]
    agreed = next((action for action in event.actions if action_part(action.number) == part), None)
    if agreed is None:
        return done(row)
    if row is not None and row.task is None:
        return replace(row, due=agreed.due, detail=agreed.text, person=agreed.owner)
    return item(
        event,
        Task.COMPLETE_ACTION,
        _WAITS_FOR[agreed.owner_side],
        part=part,
        due=agreed.due,
        person=agreed.owner,
        detail=agreed.text,
    )


def _of_action(
    event: RecordOfVisit.ActionCompleted | RecordOfVisit.ActionReopened | RecordOfVisit.ActionHandedOver,
) -> Key:
    return key_of(event, action_part(event.number))


@items.on(RecordOfVisit.ActionCompleted, key=_of_action)
def action_completed(row: Item | None, _: object) -> Item | None:
    return row and replace(row, task=None)


@items.on(RecordOfVisit.ActionReopened, key=_of_action)
def action_reopened(row: Item | None, event: RecordOfVisit.ActionReopened) -> Item | None:
    return row and replace(row, task=Task.COMPLETE_ACTION, since=event.meta.occurred_on)


@items.on(RecordOfVisit.ActionHandedOver, key=_of_action)
def action_handed_over(row: Item | None, event: RecordOfVisit.ActionHandedOver) -> Item | None:
    if row is None:
        return None
    waiting_for = _WAITS_FOR[event.side] if event.side else row.waiting_for
    return replace(row, person=event.owner, waiting_for=waiting_for, due=event.due, since=event.meta.occurred_on)
