"""A visit: planned, confirmed, held, written up, issued, answered, seen by governors and closed; 17 events."""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import partial
from uuid import UUID

from bench.workload.diary import Story, When, working_day
from bench.workload.world import SchoolKnown, World
from domain.calendar import TermDates, default_terms, working_days_after
from domain.record_of_visit import (
    AgreedAction,
    Content,
    ExtentOfAgreement,
    Issue,
    IssueAnswer,
    Judgement,
    Priority,
    RecordOfVisit,
    Respondent,
    Section,
)
from domain.service import UnitOfWork
from domain.visit import CancelledBy, Visit, Visitor
from domain.vocabulary import Purpose, Role, Side, VisitKind
from web.demonstration.phrases import FOCUS, JUDGEMENTS, SampleFinding
from web.runtime.terms import bank_holidays

AHEAD, RESPONSE_DAYS = timedelta(days=21), 10
HEAD_ANSWERS, CHAIR_ANSWERS = 0.95, 0.8


def year_of_visits(world: World, school: SchoolKnown, academic_year: int) -> list[Story]:
    """The visits of a school year: the core ones in turn in each term, those by need at any time."""
    terms = default_terms(academic_year, bank_holidays())
    core = [(terms[number % len(terms)], VisitKind.CORE) for number in range(world.model.visits.core)]
    more = world.about(world.model.visits.by_need)
    by_need = [(world.dice.choice(terms), VisitKind.FOLLOW_UP) for _ in range(more)]
    return [visit(world, school, term, kind) for term, kind in (*core, *by_need)]


def visit(world: World, school: SchoolKnown, term: TermDates, kind: VisitKind) -> Story:
    """One visit and its record."""
    length = (term.ends - term.begins).days
    on = working_day(term.begins + timedelta(days=world.dice.randrange(7, length - 7)))
    yield When(max(term.begins, on - AHEAD), school.officer, Role.OFFICER, 13)
    id = world.add(_planned(world, school, term, kind, on)).id
    if world.chance(world.model.visits.cancelled):
        yield When(on - timedelta(days=1), school.officer, Role.OFFICER)
        world.service.change(Visit, id, _cancel)
        world.service.forget(id)
        return
    yield When(on - timedelta(days=world.dice.randint(2, 9)), school.head, Role.HEADTEACHER, 10)
    world.service.change(Visit, id, lambda it: it.confirm(side=Side.SCHOOL, on=on, expected="Head and chair"))
    yield When(on, school.officer, Role.OFFICER, 16)
    world.service.change(Visit, id, lambda it: it.hold(on=on, minutes=120, attendees="Headteacher and deputy"))
    yield from _record(world, school, id, kind, on)


def _planned(world: World, school: SchoolKnown, term: TermDates, kind: VisitKind, on: date) -> Visit:
    core = kind is VisitKind.CORE
    return Visit.plan(
        world.reference(Visit),
        school=school.id,
        kind=kind,
        purpose=world.dice.choice((Purpose.CHALLENGE, Purpose.MONITORING)) if core else Purpose.SUPPORT,
        on=on,
        term=term,
        visitors=[Visitor(school.officer, "officer")],
        lead=school.officer,
        focus=FOCUS[term.term] if core else "How the actions agreed at the last visit are coming on",
        starts_at=time(9, 30),
        minutes=120,
    )


def _cancel(visit: Visit) -> None:
    visit.cancel(cause=CancelledBy.SCHOOL, reason="The school has an inspection that week")


def _record(world: World, school: SchoolKnown, visit: UUID, kind: VisitKind, on: date) -> Story:
    yield When(working_day(on + timedelta(days=1)), school.officer, Role.OFFICER, 11)
    record = world.service.do(lambda work: _begin(work, world, school, visit))
    yield When(world.later(2, 6), school.officer, Role.OFFICER, 12)
    respond_by = working_days_after(world.today, RESPONSE_DAYS, bank_holidays())
    recipients = [school.head, school.chair]
    world.service.change(
        RecordOfVisit,
        record,
        lambda it: it.issue(recipients=recipients, respond_by=respond_by, rules=("settings-0",)),
    )
    yield from _responses(world, school, record, respond_by)
    if kind is VisitKind.CORE:
        yield When(world.later(15, 50), school.chair, Role.CHAIR, 19)
        meeting, minute = world.today, f"GB/{world.today:%Y/%m}/{world.dice.randint(3, 12)}"
        world.service.change(RecordOfVisit, record, lambda it: it.present(meeting_on=meeting, minute=minute))
    yield When(world.later(5, 40), school.head, Role.HEADTEACHER, 16)
    done = world.today
    world.service.change(RecordOfVisit, record, lambda it: it.complete_action(1, on=done))
    yield When(world.later(1, 10), school.officer, Role.OFFICER, 15)
    world.service.do(lambda work: _close(work, visit, record))
    world.service.forget(visit, record)


def _begin(work: UnitOfWork, world: World, school: SchoolKnown, visit: UUID) -> UUID:
    held = work.find(Visit, visit)
    purpose, on = held.purpose, held.on
    record = work.add(
        RecordOfVisit.start(
            world.reference(RecordOfVisit),
            visit=visit,
            school=school.id,
            kind=held.kind,
            purpose=purpose,
            author=school.officer,
            visited_on=on,
        )
    )
    record.write(_content(world, school, purpose, on, world.dice.choice(JUDGEMENTS)))
    held.start_record(record)
    return record.id


def _content(world: World, school: SchoolKnown, purpose: Purpose, on: date, found: SampleFinding) -> Content:
    dice = world.dice
    view = ExtentOfAgreement.AGREES if dice.random() < 0.8 else ExtentOfAgreement.IN_PART
    judged = Judgement(
        area=found.area, judgement=found.judgement, evidence=found.seen, purpose=purpose, school_view=view
    )
    action = AgreedAction(
        text=found.action,
        owner_side=Side.SCHOOL,
        owner=school.head,
        due=working_day(on + timedelta(days=dice.randint(25, 80))),
        purpose=Purpose.MONITORING,
    )
    return Content(
        sections=(
            Section(heading="Summary", text=f"{found.summary} {found.judgement}."),
            Section(heading="Evidence", text=found.seen),
        ),
        judgements=(judged,),
        issues=(Issue(text=found.issue, purpose=purpose, priority=dice.choice(list(Priority))),),
        actions=(action,),
    )


def _responses(world: World, school: SchoolKnown, record: UUID, respond_by: date) -> Story:
    """Both respond, or their time is declared over, whichever of the two comes first."""
    told = [
        (Respondent.HEADTEACHER, school.head, Role.HEADTEACHER, world.chance(HEAD_ANSWERS), world.later(2, 12)),
        (Respondent.CHAIR, school.chair, Role.CHAIR, world.chance(CHAIR_ANSWERS), world.later(2, 13)),
    ]
    lapses = working_day(respond_by + timedelta(days=14))
    for respondent, person, role, answers, on in sorted(told, key=lambda each: each[4] if each[3] else lapses):
        if answers:
            yield When(on, person, role, 17)
            world.service.change(RecordOfVisit, record, partial(_respond, respondent=respondent))
        else:
            yield When(lapses, school.officer, Role.OFFICER, 9)
            world.service.change(RecordOfVisit, record, partial(RecordOfVisit.lapse_response, respondent=respondent))


def _respond(record: RecordOfVisit, respondent: Respondent) -> None:
    answers = [
        IssueAnswer(issue.number, "We have put this in the development plan.")
        for issue in record.current.content.issues
    ]
    record.respond(
        respondent, agrees=ExtentOfAgreement.AGREES, overall="A fair account of the visit.", answers=answers
    )


def _close(work: UnitOfWork, visit: UUID, record: UUID) -> None:
    written = work.find(RecordOfVisit, record)
    written.close()
    work.find(Visit, visit).close(written)
