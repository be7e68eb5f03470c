"""What can be done with a visit, declared once for pages and API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from werkzeug.exceptions import Forbidden

from domain.record_of_visit import RecordOfVisit
from domain.service import UnitOfWork
from domain.visit import Visit, VisitStatus
from domain.visit import Visitor as VisitorOf
from domain.vocabulary import Role, Side
from projections import people
from projections import visits as view
from projections.view import replace
from web.access.context import ContextRule, RequestContext, Snapshot, User
from web.access.identity import ListScope
from web.access.name_cache import reference_of
from web.access.policy import SCHOOL, Action
from web.access.restricted import hidden_from, plain_row
from web.brokerage.broker_rights import must_hold
from web.commands.assurance import asks_for_assurance
from web.commands.choices import needs_school
from web.commands.correcting import CORRECT, DONE, LEAD, TITLE, must_be_theirs_at, nothing_must_hang_on
from web.commands.linked_records import concerns_among, must_be_of_school, must_be_open_school, with_open_links
from web.commands.listing import Listing, TableQuery
from web.commands.on_behalf import confirm_by, people_to_choose
from web.commands.resource import Execution, Resource, Values, Visibility
from web.runtime.authority import settings_of
from web.runtime.terms import last_day, term_of
from web.visits import choices, schemas
from web.visits.unusual import day_of_visit


def _visits(snapshot: Snapshot, scope: ListScope, filters: Values, after: str | None) -> sa.Select[Any]:
    """The diary from a day on; where no day is named, all visits, the latest first. The concern of a visit is told
    to those alone who may open it, the kind of one that they see as a plain visit not even by the filter."""
    kept = hidden_from(snapshot)
    return view.listed(
        schools=scope.narrowed(filters.get("school")),
        apart_from=kept.plain if filters.get("kind") else (),
        officers=[snapshot.user.person] if filters.get("mine") else None,
        statuses=filters.get("status") or None,
        kinds=filters.get("kind") or None,
        first=filters.get("since"),
        last=filters.get("until"),
        latest_first=filters.get("since") is None,
        after=after,
    )


def _as_told(snapshot: Snapshot, rows: list[view.PlannedVisit]) -> list[view.PlannedVisit]:
    plain = hidden_from(snapshot).plain
    rows = [plain_row(row) if row.id in plain else row for row in rows]
    opened = concerns_among(snapshot, {row.concern for row in rows if row.concern})
    return [row if row.concern is None or row.concern in opened else replace(row, concern=None) for row in rows]


visits: Resource[Visit] = Resource(
    "visits",
    Visit,
    one="visit",
    read=Action.READ_VISIT,
    out=schemas.VisitOut,
    listing=Listing(
        view.PlannedVisit,
        TableQuery(view.visits, _visits, _as_told),
        lambda row: row.reference,
        schemas.VisitFilters,
        inside=("id", "record_reference"),
        names={"record": "record_of_visit", "visitors": "visited_by", "whose": "on_behalf_of"},
    ),
    visibility=Visibility(copy=with_open_links),
)


def _side(visit: Visit) -> Side:
    """Whose act it is follows from the post in which somebody acts."""
    return Side.SCHOOL if visit.signature.post in SCHOOL else Side.SERVICE


def _to_be_written(execution: Execution[Visit], held: date) -> tuple[date, tuple[str, ...]]:
    """By when the record of a visit held on a day is to be issued, and the settings that say so."""
    return last_day(execution.services, lambda settings: settings.writing_days, after=held)


def _visiting(snapshot: Snapshot, _: Visit | None) -> Mapping[str, Any]:
    return {schemas.VISITORS: choices.visitors(snapshot)}


def _planning(snapshot: Snapshot, _: Visit | None) -> Mapping[str, Any]:
    return {schemas.VISITORS: choices.visitors(snapshot), schemas.SCHOOLS: choices.schools_to_visit(snapshot)}


def _who_may_agree(snapshot: Snapshot, visit: Visit | None) -> Mapping[str, Any]:
    return people_to_choose(snapshot, choices.who_leads(snapshot, visit.school) if visit else [])


def _oneself(snapshot: Snapshot, user: User) -> Mapping[str, Any]:
    person = people.by_id(snapshot.connection, user.person)
    capacity = "director" if user.holds(Role.DIRECTOR) and not user.holds(Role.OFFICER) else "officer"
    return {"visitors": [{"person": person.reference, "capacity": capacity}]} if person else {}


def _must_visit(execution: Execution[Visit], values: Values, already: Iterable[VisitorOf] = ()) -> None:
    """Raises NotTheirPost unless everybody who comes to the visitors holds a post that visits."""
    known = {each.person for each in already}
    for row, visitor in enumerate(values["visitors"]):
        if visitor.person not in known:
            must_hold(
                execution,
                visitor.person,
                choices.VISITING,
                "Choose somebody who works for the service or a provider",
                field=f"visitors.{row}.person",
            )


@visits.beginning(
    "plan",
    "Plan a visit",
    Action.PLAN_VISIT,
    schemas.PlanVisit,
    done="Visit planned",
    rules=[needs_school(Action.PLAN_VISIT)],
    lookups=_planning,
    first_answers=_oneself,
    unusual=day_of_visit,
)
def plan(execution: Execution[Visit], values: Values) -> Visit:
    _must_visit(execution, values)
    must_be_open_school(execution.context, values["school"], values["on"], field="school")
    linked = {"concern": values.get("concern"), "request": values.get("request")}
    must_be_of_school(execution.service, values["school"], **linked)
    term = term_of(execution.services, values["on"])
    return execution.begin(lambda reference: Visit.plan(reference, term=term, **values))


@visits.beginning(
    "record-unplanned",
    "Record an unplanned visit",
    Action.PLAN_VISIT,
    schemas.RecordUnplanned,
    done="Visit recorded",
    rules=[needs_school(Action.PLAN_VISIT)],
    lookups=_planning,
    first_answers=_oneself,
    unusual=day_of_visit,
)
def record_unplanned(execution: Execution[Visit], values: Values) -> Visit:
    _must_visit(execution, values)
    must_be_open_school(execution.context, values["school"], values["on"], field="on")
    term = term_of(execution.services, values["on"])
    day, rules = _to_be_written(execution, values["on"])
    return execution.begin(
        lambda reference: Visit.record_unplanned(reference, term=term, write_by=day, rules=rules, **values)
    )


@visits.command(
    "confirm",
    "Confirm visit",
    Action.CONFIRM_VISIT,
    schemas.ConfirmVisit,
    done="Visit confirmed",
    lead="You agree to this day for your school.",
    method=Visit.confirm,
    initial=lambda _, visit: {
        "on": visit.on,
        "starts_at": visit.starts_at,
        "minutes": visit.minutes,
        "expected": visit.expected,
    },
    form_page="visits/about_visit.html",
    main=True,
    is_done=lambda visit: visit.status is VisitStatus.CONFIRMED and not visit.awaits_word,
)
def confirm(execution: Execution[Visit], values: Values) -> None:
    execution.change(lambda visit: visit.confirm(side=_side(visit), **values))


@visits.command(
    "record-agreement",
    "Record that the school agreed the day",
    Action.PLAN_VISIT,
    schemas.RecordDayAgreed,
    done="Recorded that the school agreed the day. The school is asked to confirm it",
    submit="Record agreement",
    lead="For a school that agreed elsewhere. Pages show that you recorded it until the school has confirmed.",
    method=Visit.record_agreement,
    lookups=_who_may_agree,
    initial=lambda snapshot, visit: {
        "came_on": snapshot.services.today(),
        "starts_at": visit.starts_at,
        "minutes": visit.minutes,
        "expected": visit.expected,
    },
    form_page="visits/about_visit.html",
    main=True,
)
def record_agreement(execution: Execution[Visit], values: Values) -> None:
    day = confirm_by(execution.services)
    execution.change(lambda visit: visit.record_agreement(**values, confirm_by=day))


visits.command(
    "disown-agreement",
    "Say that the school did not agree the day",
    Action.CONFIRM_VISIT,
    schemas.DisownDayAgreed,
    done="Recorded that the school did not agree the day. The visit is only planned",
    submit="The school did not agree this",
    warning=True,
    method=Visit.disown_agreement,
    form_page="visits/about_visit.html",
    main=True,
)


@visits.command(
    "add-agenda-item",
    "Add an agenda item",
    Action.ADD_AGENDA_ITEM,
    schemas.AddAgendaItem,
    done="Agenda item added",
    method=Visit.add_to_agenda,
    form_page="visits/about_visit.html",
)
def add_agenda_item(execution: Execution[Visit], values: Values) -> None:
    execution.change(lambda visit: visit.add_to_agenda(side=_side(visit), **values))


@visits.command(
    "withdraw-agenda-item",
    "Remove an agenda item",
    Action.ADD_AGENDA_ITEM,
    schemas.WithdrawAgendaItem,
    done="Agenda item removed",
    method=Visit.withdraw_from_agenda,
    whose=choices.must_have_items_to_withdraw,
    lookups=lambda snapshot, visit: {schemas.ITEMS: choices.items_to_withdraw(snapshot.user, visit) if visit else []},
)
def withdraw_agenda_item(execution: Execution[Visit], values: Values) -> None:
    def withdraw(visit: Visit) -> None:
        theirs = {item.number for item in visit.items if item.side is not Side.SCHOOL}
        if _side(visit) is Side.SCHOOL and values["number"] in theirs:
            raise Forbidden(choices.NOT_THE_SCHOOLS)
        visit.withdraw_from_agenda(values["number"])

    execution.change(withdraw)


@visits.command(
    "change-visitors",
    "Change visitors",
    Action.PLAN_VISIT,
    schemas.ChangeVisitors,
    done="Visitors changed",
    method=Visit.change_visitors,
    lookups=_visiting,
    initial=lambda snapshot, visit: {
        "visitors": [
            {"person": reference_of(snapshot, each.person), "capacity": each.capacity} for each in visit.visitors
        ],
        "lead": reference_of(snapshot, visit.lead),
    },
)
def change_visitors(execution: Execution[Visit], values: Values) -> None:
    _must_visit(execution, values, already=execution.record.visitors)
    execution.change(
        lambda visit: visit.change_visitors(values["visitors"], lead=values["lead"], reason=values["reason"])
    )


@visits.command(
    "reschedule",
    "Reschedule visit",
    Action.PLAN_VISIT,
    schemas.RescheduleVisit,
    done="Visit rescheduled. It needs to be confirmed",
    method=Visit.reschedule,
    initial=lambda snapshot, visit: {
        "on": visit.on if visit.on >= snapshot.services.today() else None,
        "starts_at": visit.starts_at,
    },
    unusual=day_of_visit,
)
def reschedule(execution: Execution[Visit], values: Values) -> None:
    must_be_open_school(execution.context, execution.record.school, values["on"], field="on")
    term = term_of(execution.services, values["on"])
    execution.change(lambda visit: visit.reschedule(term=term, **values))


@visits.command(
    "hold",
    "Record that the visit took place",
    Action.PLAN_VISIT,
    schemas.HoldVisit,
    done="Visit recorded as held. Now write its record",
    method=Visit.hold,
    initial=lambda snapshot, visit: {
        "on": visit.on if visit.on <= snapshot.services.today() else None,
        "minutes": visit.minutes,
        "attendees": visit.expected,
    },
    main=True,
    unusual=day_of_visit,
)
def hold(execution: Execution[Visit], values: Values) -> None:
    day, rules = _to_be_written(execution, values["on"])
    execution.change(lambda visit: visit.hold(**values, write_by=day, rules=rules))


visits.command(
    "miss",
    "Record that the visit did not take place",
    Action.PLAN_VISIT,
    schemas.MissVisit,
    done="Visit recorded as not having taken place",
    method=Visit.miss,
)

visits.command(
    "cancel",
    "Cancel visit",
    Action.PLAN_VISIT,
    schemas.CancelVisit,
    done="Visit cancelled",
    warning=True,
    method=Visit.cancel,
)


def _as_entered(snapshot: Snapshot, visit: Visit) -> Mapping[str, Any]:
    facts = ("kind", "purpose", "focus", "held_on", "minutes", "attended")
    return {
        "school": reference_of(snapshot, visit.school),
        **{name: getattr(visit, name) for name in facts},
    }


@visits.command(
    CORRECT,
    TITLE,
    Action.PLAN_VISIT,
    schemas.CorrectVisit,
    done=DONE,
    method=Visit.correct,
    lookups=_planning,
    initial=_as_entered,
    lead=LEAD,
    submit="Correct",
)
def correct(execution: Execution[Visit], values: Values) -> None:
    context, visit = execution.context, execution.record
    school, held = values.get("school") or visit.school, values.get("held_on") or visit.held_on
    if school != visit.school:
        must_be_theirs_at(context, Action.PLAN_VISIT, school)
        must_be_open_school(context, school, held or visit.on, field="school")
        must_be_of_school(execution.service, school, concern=visit.concern, request=visit.request)
        nothing_must_hang_on(context, visit)
    day, rules = _to_be_written(execution, held) if held else (None, ())
    term = term_of(execution.services, held) if held else None
    execution.change(lambda visit: visit.correct(term=term, write_by=day, rules=rules, **values))


@visits.command(
    "start-record",
    "Start the record of visit",
    Action.WRITE_RECORD,
    schemas.StartRecord,
    done="Record started",
    submit="Start record",
    method=Visit.start_record,
    goes_to=choices.page_to_write,
    main=True,
)
def start_record(execution: Execution[Visit], values: Values) -> None:
    """Start the record and link the visit to it, both or neither."""
    _, rules = settings_of(execution.services)
    reference = execution.next_reference(RecordOfVisit)
    with execution.context.read() as snapshot:
        asked = asks_for_assurance(snapshot, execution.record.school, execution.user.person)
    assured = values["needs_assurance"] or asked

    def start(work: UnitOfWork) -> None:
        visit = work.find(Visit, execution.record.id, at=execution.at)
        record = RecordOfVisit.start(
            reference,
            visit=visit.id,
            school=visit.school,
            kind=visit.kind,
            purpose=visit.purpose,
            author=execution.user.person,
            visited_on=visit.held_on or visit.on,
            write_by=visit.write_by,
            rules=(rules,),
            needs_assurance=assured,
        )
        visit.start_record(record)
        work.add(record)

    execution.service.do(start)


@ContextRule
def _record_must_be_issued(context: RequestContext, visit: Visit) -> None:
    found = context.services.service.find(RecordOfVisit, visit.written_up) if visit.written_up else None
    visit.must_be_written_up(found)


@visits.command(
    "close",
    "Close visit",
    Action.PLAN_VISIT,
    schemas.CloseVisit,
    done="Visit closed",
    lead="You cannot change a closed visit. You can still read it and its history.",
    method=Visit.close,
    rules=[_record_must_be_issued],
)
def close(execution: Execution[Visit], _: Values) -> None:
    def finish(work: UnitOfWork) -> None:
        visit = work.find(Visit, execution.record.id, at=execution.at)
        visit.close(work.find(RecordOfVisit, visit.written_up) if visit.written_up else None)

    execution.service.do(finish)
