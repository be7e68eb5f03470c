"""A year of visits: planned, confirmed, held or missed, written up, issued, answered and seen by governors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import partial
from uuid import UUID

from domain.calendar import TermDates, academic_year_of
from domain.on_behalf import Heard
from domain.record_of_visit import (
    AgreedAction,
    Content,
    ExtentOfAgreement,
    GoodPractice,
    Issue,
    IssueAnswer,
    Judgement,
    Priority,
    RecordOfVisit,
    Respondent,
    Section,
)
from domain.service import UnitOfWork
from domain.visit import AgendaKind, CancelledBy, Visit, Visitor
from domain.vocabulary import Purpose, Role, Side, Team, VisitKind
from web.commands.on_behalf import confirm_by
from web.demonstration.calendar import Diary, working_day
from web.demonstration.phrases import FOCUS, GOOD_PRACTICE, JUDGEMENTS, SCHOOL_ITEMS
from web.demonstration.sample_authority import SampleAuthority, terms_of
from web.runtime.authority import settings_of
from web.runtime.terms import days_from, last_day

HIGHEST, HIGH, ONE = 100, 95, 1


@dataclass(frozen=True)
class Booking:
    """A core visit as it is planned."""

    urn: int
    officer: UUID
    on: date
    term: TermDates
    kind: VisitKind
    purpose: Purpose


def visit_all(sample: SampleAuthority, diary: Diary, began: date) -> None:
    """Write the core visits of every term into the diary, a term later in secondary schools (paragraph 6)."""
    years = range(academic_year_of(began), academic_year_of(sample.on) + 1)
    terms = [term for year in years for term in terms_of(year)]
    for urn in sample.school_ids:
        for place, term in enumerate(terms):
            diary.write(
                term.begins, None, Role.OFFICER, partial(_plan_term, sample, diary, urn, term, place), hour=13
            )


def _plan_term(sample: SampleAuthority, diary: Diary, urn: int, term: TermDates, place: int) -> None:
    """Choose the day of a school's core visit in a term, and have it planned three weeks before."""
    length = (term.ends - term.begins).days
    on = working_day(term.begins + timedelta(days=sample.dice.randrange(8, max(length - 12, 9))))
    first_of_secondary = place == 0 and sample.teams[urn] is Team.SECONDARY
    booking = Booking(
        urn,
        sample.link_officers[urn],
        on,
        term,
        VisitKind.TARGET_SETTING if first_of_secondary else VisitKind.CORE,
        Purpose.CHALLENGE if sample.dice.random() < 0.7 else Purpose.MONITORING,
    )
    planned = max(term.begins, working_day(on - timedelta(days=23)))
    diary.write(planned, booking.officer, Role.OFFICER, partial(_plan, sample, diary, booking), hour=14)


def _plan(sample: SampleAuthority, diary: Diary, booking: Booking) -> None:
    visit = sample.begin(
        Visit,
        lambda reference: Visit.plan(
            reference,
            school=sample.school_ids[booking.urn],
            kind=booking.kind,
            purpose=booking.purpose,
            on=booking.on,
            term=booking.term,
            visitors=[Visitor(booking.officer, "officer")],
            lead=booking.officer,
            focus=FOCUS[booking.term.term],
            starts_at=time(9, 30),
            minutes=120,
        ),
    )
    dice = sample.dice.randrange(HIGHEST)
    head = sample.head(booking.urn)
    if dice % 3 == 0:
        item = sample.dice.choice(SCHOOL_ITEMS)
        diary.write(booking.on - timedelta(days=9), head, Role.HEADTEACHER, partial(_ask_for, sample, visit.id, item))
    if dice >= HIGH:
        cancelled = booking.on - timedelta(days=1)
        diary.write(cancelled, booking.officer, Role.OFFICER, partial(_cancel, sample, visit.id))
        return
    confirmed = booking.on - timedelta(days=8 if dice % 7 else 1)
    if dice % 5 == 1:
        diary.write(confirmed, booking.officer, Role.OFFICER, partial(_record_agreement, sample, visit.id), hour=9)
    if dice % 10 != 1:
        diary.write(confirmed, head, Role.HEADTEACHER, partial(_confirm, sample, visit.id, booking.on), hour=10)
    if dice <= ONE:
        diary.write(booking.on, booking.officer, Role.OFFICER, partial(_miss, sample, visit.id), hour=16)
        return
    diary.write(booking.on, booking.officer, Role.OFFICER, partial(_hold, sample, diary, booking, visit.id), hour=15)


def _ask_for(sample: SampleAuthority, visit: UUID, item: str) -> None:
    sample.services.service.change(
        Visit, visit, lambda it: it.add_to_agenda(kind=AgendaKind.SCHOOL, text=item, side=Side.SCHOOL)
    )


def _confirm(sample: SampleAuthority, visit: UUID, on: date) -> None:
    sample.services.service.change(
        Visit, visit, lambda it: it.confirm(side=Side.SCHOOL, on=on, expected="Headteacher and chair of governors")
    )


def _record_agreement(sample: SampleAuthority, visit: UUID) -> None:
    """The school agreed on the telephone: the officer records it, and the school is asked to confirm it."""
    services = sample.services
    services.service.change(
        Visit,
        visit,
        lambda it: it.record_agreement(
            heard=Heard.TELEPHONE,
            came_on=services.today(),
            evidence="The school office rang, recorded in the visits diary",
            expected="Headteacher and chair of governors",
            confirm_by=confirm_by(services),
        ),
    )


def _cancel(sample: SampleAuthority, visit: UUID) -> None:
    sample.services.service.change(
        Visit, visit, lambda it: it.cancel(cause=CancelledBy.SCHOOL, reason="The school has an inspection that week")
    )


def _miss(sample: SampleAuthority, visit: UUID) -> None:
    sample.services.service.change(
        Visit, visit, lambda it: it.miss(reason="The headteacher had been called away to an emergency")
    )


def _hold(sample: SampleAuthority, diary: Diary, booking: Booking, visit: UUID) -> None:
    day, rules = last_day(sample.services, lambda settings: settings.writing_days, after=booking.on)
    sample.services.service.change(
        Visit,
        visit,
        lambda it: it.hold(
            on=booking.on, minutes=120, attendees="Headteacher, deputy headteacher", write_by=day, rules=rules
        ),
    )
    begun = working_day(booking.on + timedelta(days=1))
    writes = partial(_begin_record, sample, diary, booking, visit)
    if sample.dice.random() < _diligence(sample, booking.on, 0.93):
        diary.write(begun, booking.officer, Role.OFFICER, writes, hour=11)


def _begin_record(sample: SampleAuthority, diary: Diary, booking: Booking, visit: UUID) -> None:
    number = sample.services.next_reference(RecordOfVisit)

    def begin(work: UnitOfWork) -> RecordOfVisit:
        held = work.find(Visit, visit)
        record = work.add(
            RecordOfVisit.start(
                number,
                visit=visit,
                school=sample.school_ids[booking.urn],
                kind=booking.kind,
                purpose=booking.purpose,
                author=booking.officer,
                visited_on=booking.on,
                write_by=held.write_by,
            )
        )
        record.write(_content(sample, booking))
        held.start_record(record)
        return record

    record = sample.services.service.do(begin).id
    issued = working_day(booking.on + timedelta(days=sample.dice.randrange(3, 8)))
    diary.write(issued, booking.officer, Role.OFFICER, partial(_issue, sample, diary, booking, record), hour=12)


def _diligence(sample: SampleAuthority, day: date, of_late: float) -> float:
    """How likely something was done by now: what is old has nearly always been done in the end."""
    return of_late if (sample.on - day).days < 90 else 0.995


def _content(sample: SampleAuthority, booking: Booking) -> Content:
    dice = sample.dice
    judged = dice.sample(JUDGEMENTS, 2)
    due = working_day(booking.on + timedelta(days=dice.randrange(25, 80)))
    return Content(
        sections=(
            Section(heading="Summary", text=judged[0].summary),
            Section(heading="Evidence", text=judged[1].seen),
        ),
        judgements=tuple(
            Judgement(
                area=each.area,
                judgement=each.judgement,
                evidence=each.seen,
                purpose=booking.purpose,
                school_view=ExtentOfAgreement.AGREES if dice.random() < 0.8 else ExtentOfAgreement.IN_PART,
            )
            for each in judged
        ),
        issues=tuple(
            Issue(number=0, text=each.issue, priority=dice.choice(list(Priority)), purpose=booking.purpose)
            for each in judged[: dice.randrange(1, 3)]
        ),
        actions=(
            AgreedAction(
                number=0,
                text=judged[0].action,
                owner_side=Side.SCHOOL,
                owner=sample.head(booking.urn),
                due=due,
                purpose=Purpose.MONITORING,
            ),
            AgreedAction(
                number=0,
                text="Send examples from other schools",
                owner_side=Side.SERVICE,
                owner=booking.officer,
                due=working_day(booking.on + timedelta(days=21)),
                purpose=Purpose.SUPPORT,
            ),
        ),
        good_practice=(GoodPractice(text=dice.choice(GOOD_PRACTICE), shareable=dice.random() < 0.6),),
    )


def _issue(sample: SampleAuthority, diary: Diary, booking: Booking, record: UUID) -> None:
    head, chair = sample.head(booking.urn), sample.chair(booking.urn)
    today = sample.services.today()
    settings, version = settings_of(sample.services)
    days = days_from(settings, today)
    sample.services.service.change(
        RecordOfVisit,
        record,
        lambda it: it.issue(
            recipients=[head, chair],
            rules=(version,),
            respond_by=days["respond_by"],
            present_by=days["present_by"],
        ),
    )
    dice = sample.dice
    disputes = dice.random() < 0.06
    for respondent, person, role, likely in (
        (Respondent.HEADTEACHER, head, Role.HEADTEACHER, 0.9),
        (Respondent.CHAIR, chair, Role.CHAIR, 0.78),
    ):
        answered = working_day(today + timedelta(days=dice.randrange(2, 13)))
        if dice.random() < likely:
            answers = partial(_respond, sample, record, respondent, disputes and respondent is Respondent.HEADTEACHER)
            diary.write(answered, person, role, answers, hour=17)
        else:
            lapsed = days["respond_by"] + timedelta(days=21)
            diary.write(lapsed, booking.officer, Role.OFFICER, partial(_lapse, sample, record, respondent))
    if booking.kind is VisitKind.CORE and dice.random() < _diligence(sample, today, 0.88):
        meeting = working_day(today + timedelta(days=dice.randrange(25, 60)))
        diary.write(meeting, chair, Role.CHAIR, partial(_present, sample, record, meeting), hour=19)
    for number, side in ((1, Side.SCHOOL), (2, Side.SERVICE)):
        done = working_day(today + timedelta(days=dice.randrange(14, 70)))
        who, role = (head, Role.HEADTEACHER) if side is Side.SCHOOL else (booking.officer, Role.OFFICER)
        if dice.random() < _diligence(sample, today, 0.8):
            diary.write(done, who, role, partial(_complete, sample, record, number, done), hour=16)


def _respond(sample: SampleAuthority, record: UUID, respondent: Respondent, disputes: bool) -> None:
    def respond(it: RecordOfVisit) -> None:
        issues = [issue.number for issue in it.current.content.issues]
        if disputes:
            answers = [IssueAnswer(issues[0], "The figures are last year's. This year's are four points higher.")]
            overall = "We do not agree with the judgement on progress and ask for it to be looked at again."
            it.respond(respondent, agrees=ExtentOfAgreement.DISAGREES, overall=overall, answers=answers)
            return
        answers = [IssueAnswer(number, "We have put this in the development plan.") for number in issues]
        it.respond(
            respondent, agrees=ExtentOfAgreement.AGREES, overall="A fair account of the visit.", answers=answers
        )

    sample.services.service.change(RecordOfVisit, record, respond)


def _lapse(sample: SampleAuthority, record: UUID, respondent: Respondent) -> None:
    sample.services.service.change(RecordOfVisit, record, lambda it: it.lapse_response(respondent))


def _present(sample: SampleAuthority, record: UUID, meeting: date) -> None:
    minute = f"GB/{meeting:%Y}/{meeting:%m}/{sample.dice.randrange(3, 12)}"
    sample.services.service.change(RecordOfVisit, record, lambda it: it.present(meeting_on=meeting, minute=minute))


def _complete(sample: SampleAuthority, record: UUID, number: int, on: date) -> None:
    sample.services.service.change(RecordOfVisit, record, lambda it: it.complete_action(number, on=on))
