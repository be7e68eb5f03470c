"""Who was in school: visits and sessions of a period, for whom, and what cleared them on the day, then and now."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from io import StringIO
from operator import methodcaller
from typing import Any
from uuid import UUID

import pytest

from domain.calendar import default_term_on
from domain.engagement import BrokeredEngagement
from domain.provider import Evidence, Provider, Requirement
from domain.reading import Door
from domain.references import record_id
from domain.visit import Visit, Visitor
from domain.visit.parts import CancelledBy
from domain.vocabulary import Purpose, Sensitivity, Side, VisitKind
from projections import readings
from tests.domain.brokered import BEGINS
from tests.full_authority import RULES, TOMORROW, FullAuthority
from tests.restricted_concern import RestrictedConcern
from tests.sample_authority import Clock, SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.engagements.test_pages import WORK, day, delivered, plain
from tests.web.statements import Statements

SignIn = Callable[[UUID], Browser]
Programs = Callable[[UUID], Program]

FIRST, SECOND, THIRD = BEGINS, BEGINS + timedelta(days=7), BEGINS + timedelta(days=14)


@pytest.fixture
def stages(sample: SampleAuthority) -> BrokerageStages:
    return BrokerageStages(sample)


@pytest.fixture
def sessions(stages: BrokerageStages, sign_in: SignIn, clock: Clock) -> BrokerageStages:
    """Three planned sessions, the first of them held, on the day after the third."""
    stages.confirmed()
    specialist = sign_in(stages.calder.specialist)
    for on in (FIRST, SECOND, THIRD):
        specialist.send(f"{WORK}/plan-session", {"days": "1", **day("on", on)})
    clock.go_to(FIRST)
    sign_in(stages.calder.specialist).send(f"{WORK}/deliver-session", delivered(1, FIRST))
    clock.go_to(THIRD + timedelta(days=1))
    return stages


def told(program: Program, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = program.get(f"/in-school{query}").json["items"]
    return found


def an_unplanned_visit(sample: SampleAuthority, number: int, school: UUID, on: date, officer: UUID) -> UUID:
    held = partial(
        Visit.record_unplanned,
        f"V-2026-{number:04d}",
        school=school,
        kind=VisitKind.CORE,
        purpose=Purpose.CHALLENGE,
        on=on,
        term=default_term_on(on),
        visitors=(Visitor(officer, "officer"),),
        lead=officer,
        focus="Progress",
        minutes=60,
        attendees="Headteacher",
        reason="The head asked",
    )
    with sample.acting(officer, "officer"):
        return sample.services.service.add(held).id


def a_visit(sample: SampleAuthority, number: int, school: UUID, on: date, *visitors: UUID) -> UUID:
    planned = partial(
        Visit.plan,
        f"V-2026-{number:04d}",
        school=school,
        kind=VisitKind.CORE,
        purpose=Purpose.CHALLENGE,
        on=on,
        term=default_term_on(on),
        visitors=tuple(Visitor(each, "officer") for each in visitors),
        lead=visitors[0],
        focus="Progress",
    )
    with sample.acting(visitors[0], "officer"):
        return sample.services.service.add(planned).id


def test_each_session_says_how_it_is_known_and_what_cleared_whoever_came_by_item(
    sessions: BrokerageStages, program: Programs, sign_in: SignIn
) -> None:
    sign_in(sessions.broker).send(f"{WORK}/deliver-session", delivered(2, SECOND))

    unreported, second, first = told(program(sessions.director))

    assert (unreported["number"], unreported["certainty"], unreported["in_breach"]) == (3, "not_reported", False)
    assert (second["certainty"], second["recorder"]) == ("reported", sessions.sample.reference(sessions.broker))
    assert (first["certainty"], first["recorder"]) == ("held", sessions.sample.reference(sessions.calder.specialist))
    assert (first["record"], first["person"]) == (
        "BE-2026-0001",
        sessions.sample.reference(sessions.calder.specialist),
    )
    assert (first["clearance_now"], first["clearance_then"], first["days_late"]) == ("cleared", "cleared", 0)
    checks = {each["item"]: (each["status"], each["evidence_seen"], each["checked_on"]) for each in first["checks"]}
    assert checks["letter_of_assurance"] == ("holds", "employers_letter", "2026-09-01")
    assert checks["safeguarding_training"] == ("holds", "certificate_seen", "2026-09-01")
    assert second["days_late"] == 8

    page = plain(sign_in(sessions.director).get("/in-school"))
    assert "Session 3: Mathematics" in page
    assert "Planned, not reported" in page
    assert "Recorded 8 days later" in page
    assert "Valid. Employer&#39;s letter of assurance: Employer&#39;s letter, checked on 1 September 2026" in page


def test_what_was_revoked_back_to_then_is_missing_as_known_now_and_was_cleared_as_known_then(
    sessions: BrokerageStages, program: Programs, sign_in: SignIn
) -> None:
    sign_in(sessions.calder.specialist).send(f"{WORK}/deliver-session", delivered(2, SECOND))
    provider = f"/providers/{sessions.service.find(Provider, sessions.calder.id).reference}"
    person = sessions.sample.reference(sessions.calder.specialist)
    sign_in(sessions.broker).send(
        f"{provider}/revoke",
        {"item": "letter_of_assurance", "person": person, "reason": "It was forged", **day("on", SECOND)},
    )

    rows = told(program(sessions.director))

    assert [(each["number"], each["in_breach"]) for each in rows] == [(2, True), (3, False), (1, False)]
    breach, unreported, first = rows
    assert (breach["clearance_now"], breach["clearance_then"]) == ("revoked", "cleared")
    assert breach["missing"] == breach["found_missing"]
    assert breach["missing_then"] == []
    assert breach["found_later_on"] == str(THIRD + timedelta(days=1))
    assert (unreported["clearance_now"], first["clearance_now"]) == ("revoked", "cleared")
    page = plain(sign_in(sessions.director).get(f"/in-school?on={SECOND}"))
    assert "In breach Employer&#39;s letter of assurance: revoked on 16 November 2026" in page
    assert "Known on the day as: cleared; now as: not cleared: revoked" in page


def test_a_renewal_that_is_recorded_late_clears_by_what_is_known_now_and_the_breach_stays(
    sessions: BrokerageStages, program: Programs, sign_in: SignIn
) -> None:
    sessions.lose_clearance(sessions.calder, SECOND)
    sign_in(sessions.calder.specialist).send(f"{WORK}/deliver-session", delivered(2, SECOND))
    with sessions.sample.acting():
        sessions.service.change(
            Provider,
            sessions.calder.id,
            partial(
                Provider.meet,
                item=Requirement.LETTER_OF_ASSURANCE,
                person=sessions.calder.specialist,
                checked_on=SECOND - timedelta(days=1),
                evidence=Evidence.EMPLOYERS_LETTER,
            ),
        )

    [breach] = told(program(sessions.director), f"?on={SECOND}")

    assert (breach["in_breach"], breach["clearance_now"], breach["missing"]) == (True, "cleared", [])
    assert breach["found_missing"]
    sheet = list(csv.DictReader(StringIO(sign_in(sessions.director).get(f"/in-school.csv?on={SECOND}"))))
    assert [(row["In breach"], row["Cleared on that day, as known now"]) for row in sheet] == [("Yes", "Cleared")]
    assert "revoked on 16 November 2026" in sheet[0]["Recorded as missing"]


def test_a_session_that_was_not_held_a_late_report_and_a_leaver_of_then_are_said_where_each_is_read(
    sessions: BrokerageStages, program: Programs, sign_in: SignIn
) -> None:
    specialist, broker, director = map(sign_in, (sessions.calder.specialist, sessions.broker, sessions.director))
    specialist.send(f"{WORK}/miss-session", {"number": "2", "side": "school", "reason": "The school was closed"})
    specialist.send(f"{WORK}/deliver-session", delivered(3, THIRD))

    page = plain(broker.get(WORK))
    assert "Not held, because of the school: The school was closed" in page
    assert "Recorded 1 day later" in page
    assert "recorded that session 2 on 16 November 2026 was not held, because of the school, without charge" in page
    assert "on 23 November 2026, recorded 1 day later" in page
    assert "was not held" in plain(director.get("/audit?about=breaches"))
    reported = program(sessions.broker).get("/engagements/BE-2026-0001").json["sessions"]
    assert [(each["status"], each["reported_on"]) for each in reported] == [
        ("delivered", str(FIRST)),
        ("not_held", str(THIRD + timedelta(days=1))),
        ("delivered", str(THIRD + timedelta(days=1))),
    ]
    assert {each["number"]: each["certainty"] for each in told(program(sessions.director))} == {
        1: "held",
        2: "not_held",
        3: "held",
    }

    provider = f"/providers/{sessions.service.find(Provider, sessions.calder.id).reference}"
    person = sessions.sample.reference(sessions.calder.specialist)
    broker.send(f"{provider}/note-leaving", {"person": person, "reason": "Moved away", **day("on", SECOND)})

    [breach, *others] = told(program(sessions.director))
    assert (breach["number"], breach["in_breach"], breach["clearance_then"]) == (3, True, "cleared")
    assert breach["found_missing"] == ["The specialist did not work for the provider"]
    assert not any(each["in_breach"] for each in others)
    assert "Follow up a session held in breach" in director.get("/caseload")


def test_a_school_reads_who_came_and_whether_they_were_cleared_and_a_broker_what_they_broker(
    sessions: BrokerageStages, program: Programs, sign_in: SignIn
) -> None:
    sample = sessions.sample
    officer = sample.link_officer(sessions.school)
    an_unplanned_visit(sample, 77, sessions.school, THIRD, officer)
    elsewhere = sample.school("Beech Lane Primary School", phase="primary")
    an_unplanned_visit(sample, 78, elsewhere, THIRD, officer)
    sessions.lose_clearance(sessions.calder, SECOND)
    sign_in(sessions.broker).send(f"{WORK}/deliver-session", delivered(2, SECOND))

    of_school = told(program(sessions.head))

    assert [each["record"] for each in of_school] == ["BE-2026-0001"] * 2 + ["V-2026-0077", "BE-2026-0001"]
    breach = of_school[0]
    assert (breach["in_breach"], breach["clearance_now"]) == (True, "not_cleared")
    assert not any(breach[kept] for kept in ("missing", "missing_then", "found_missing", "checks"))
    assert "letter of assurance" not in sign_in(sessions.head).get("/in-school")
    assert 'href="/in-school"' in sign_in(sessions.head).get("/caseload")
    of_broker = told(program(sessions.broker))
    assert {each["record"] for each in of_broker} == {"BE-2026-0001"}
    assert of_broker[0]["missing"]
    assert told(program(sample.broker("Ben Broker"))) == []
    assert len(told(program(sample.reviewer()))) == 5
    for query, number in ((f"?school={sample.urn(elsewhere)}", 1), ("?provider=PV-2026-0001", 3)):
        assert len(told(program(sessions.director), query)) == number
    assert len(told(program(sessions.director), f"?person={sample.reference(officer)}")) == 2
    before = f"?since={BEGINS - timedelta(days=9)}&until={BEGINS - timedelta(days=1)}"
    assert told(program(sessions.director), before) == []
    for person in (officer, sessions.calder.specialist):
        program(person).get("/in-school", 403)
        for page in ("/in-school", "/in-school.csv"):
            sign_in(person).get(page, 403)
    program(sessions.director).get(f"/in-school?since={THIRD}&until={SECOND}", 422)


def test_visits_name_everybody_who_made_them_and_say_what_was_called_off_late_or_never_made(
    sample: SampleAuthority, program: Programs, clock: Clock
) -> None:
    service, school = sample.services.service, sample.school()
    lead, other, gone = sample.officer("Lena Lead"), sample.officer("Otto Other"), sample.officer("Gus Gone")
    days = [BEGINS + timedelta(days=each) for each in range(6)]
    visits = [a_visit(sample, 60 + each, school, on, lead, gone) for each, on in enumerate(days)]

    def then(visit: UUID, step: Callable[[Visit], object]) -> None:
        with sample.acting(lead, "officer"):
            service.change(Visit, visit, step)

    then(
        visits[0],
        lambda visit: visit.change_visitors(
            (Visitor(lead, "officer"), Visitor(other, "consultant")), lead=lead, reason="Gus is ill"
        ),
    )
    then(visits[1], lambda visit: visit.cancel(cause=CancelledBy.SCHOOL, reason="Trip"))
    clock.go_to(days[5])
    then(visits[0], lambda visit: visit.hold(on=days[0], minutes=60, attendees="Headteacher"))
    then(visits[2], lambda visit: visit.cancel(cause=CancelledBy.SCHOOL, reason="Snow"))
    then(visits[3], lambda visit: visit.miss(reason="Nobody was there"))

    rows = told(program(sample.director()), f"?since={days[0]}")

    names = {sample.reference(lead): "lead", sample.reference(other): "other", sample.reference(gone): "gone"}
    assert {(each["on"], names[each["person"]], each["certainty"]) for each in rows} == {
        (str(days[0]), "lead", "held"),
        (str(days[0]), "other", "reported"),
        *((str(days[2]), each, "cancelled_late") for each in ("lead", "gone")),
        *((str(days[3]), each, "not_held") for each in ("lead", "gone")),
        *((str(days[4]), each, "not_reported") for each in ("lead", "gone")),
        *((str(days[5]), each, "expected") for each in ("lead", "gone")),
    }
    assert {each["clearance_now"] for each in rows} == {None}
    assert [each["certainty"] for each in rows[:2]] == ["not_reported"] * 2


def test_whoever_took_over_came_and_the_work_that_ended_before_a_session_brought_nobody(
    sessions: BrokerageStages, program: Programs, sign_in: SignIn
) -> None:
    sample, service = sessions.sample, sessions.service
    newcomer = sample.specialist(sessions.calder.id, "Nora New")
    sessions.staff(sessions.calder.id, newcomer)
    with sessions.brokering():
        sessions.delivery.substitute(sessions.engagement("BE-2026-0001").id, newcomer, reason="Grace is ill")
    sign_in(sessions.broker).send(f"{WORK}/deliver-session", delivered(2, SECOND))

    rows = {each["number"]: each["person"] for each in told(program(sessions.director))}

    new, old = sample.reference(newcomer), sample.reference(sessions.calder.specialist)
    assert rows == {1: old, 2: new, 3: new}
    with sessions.brokering():
        service.change(
            BrokeredEngagement,
            record_id(BrokeredEngagement.KIND, "BE-2026-0001"),
            lambda work: work.end_early(side=Side.SCHOOL, reason="No longer needed"),
        )
    assert {each["number"] for each in told(program(sessions.director))} == {1, 2, 3}


def test_a_restricted_concern_keeps_its_work_back_and_its_visits_say_no_more_than_that_somebody_came(
    sample: SampleAuthority, program: Programs, clock: Clock
) -> None:
    around = RestrictedConcern(sample)
    around.keep(Sensitivity.RESTRICTED)
    clock.pass_by(days=1)
    head, director = program(around.place.head), program(around.authority.director)

    of_head = {each["record"]: each for each in told(head)}
    of_director = {each["record"]: each for each in told(director)}

    assert (of_director["V-2026-0909"]["visit_kind"], of_head["V-2026-0909"]["visit_kind"]) == (
        "concern_review",
        None,
    )
    assert (of_head["V-2026-0909"]["purpose"], of_head["V-2026-0909"]["request"]) == (None, None)
    with sample.services.read() as connection:
        read = readings.of_record(connection, record_id(Visit.KIND, "V-2026-0909"), 10)
    assert [(each.reader, each.door) for each in read] == [(around.authority.director, Door.PROGRAM)]


def test_a_year_is_asked_for_by_as_few_statements_however_much_happened(
    sample: SampleAuthority, sign_in: SignIn, clock: Clock
) -> None:
    authority = FullAuthority(sample)
    authority.grow(8)
    for number in (1, *range(3, 11)):
        plan = partial(BrokeredEngagement.plan_session, on=TOMORROW, days=Decimal(1), cleared=True, rules=RULES)
        confirm = partial(BrokeredEngagement.confirm_clearance, cleared=True, valid_to=None, rules=RULES)
        agree = [methodcaller("agree", side) for side in Side]
        work = record_id(BrokeredEngagement.KIND, f"BE-2026-{number:04d}")
        authority._then(BrokeredEngagement, work, *agree, confirm, BrokeredEngagement.confirm, plan)
    clock.go_to(TOMORROW)
    director, statements = sign_in(authority.director), Statements(sample.services)
    year = f"/in-school?since={TOMORROW - timedelta(days=365)}&until={TOMORROW}"

    def asked(address: str) -> tuple[int, str]:
        with statements.heard() as heard:
            page = director.get(address)
        return len(heard.asked), page

    of_one, one = asked(f"{year}&provider=PV-2026-0001")
    of_all, every = asked(year)

    assert (one.count("Session 1:"), every.count("Session 1:"), every.count("Core visit")) == (1, 9, 10)
    assert of_all <= of_one <= 17
