"""A day to come is refused beside the question that asks for it, at every form about what has happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.concern import ConcernCase, ConcernKind, ConcernSource, Objective, Severity
from domain.references import record_id
from domain.visit import Visit
from domain.vocabulary import Purpose, Side
from tests import grants
from tests.domain.brokered import BEGINS
from tests.full_authority import FullAuthority
from tests.sample_authority import Clock, SampleAuthority
from tests.scenario import TODAY
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.test_doors import A_CONCERN

TOMORROW = TODAY + timedelta(days=1)
CASE = record_id(ConcernCase.KIND, "CC-2026-0001")

Open = Callable[[UUID], Browser]


def day(name: str, on: date) -> dict[str, str]:
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


def assert_beside(page: str, question: str) -> None:
    """The summary leads to the question, and the question carries the message."""
    assert f'<a href="#{question}-day">' in page
    assert f'id="{question}-error"' in page


@pytest.fixture
def director(sample: SampleAuthority) -> UUID:
    return sample.director()


@pytest.fixture
def browser(sign_in: Open, director: UUID) -> Browser:
    return sign_in(director)


def test_a_concern(browser: Browser, sample: SampleAuthority) -> None:
    answers = {**A_CONCERN, "school": str(sample.urn(sample.school())), **day("on", TOMORROW)}

    assert_beside(browser.send("/concerns/raise", answers, status=422).text, "on")


def test_a_review_and_a_step_of_a_concern(browser: Browser, sample: SampleAuthority, director: UUID) -> None:
    def an_intervention() -> ConcernCase:
        case = ConcernCase.raise_(
            "CC-2026-0001",
            school=school,
            kind=ConcernKind.ACHIEVEMENT,
            source=ConcernSource.DATA,
            severity=Severity.HIGH,
            detail="Results fell twice",
            purpose=Purpose.CHALLENGE,
        )
        grants.assess_as_causing_concern(case, "Weak")
        grants.start_intervention(
            case,
            plan="Weekly visits",
            objectives=[Objective(1, "A full team", "Posts filled", TOMORROW)],
            review_on=TODAY,
        )
        return case

    school = sample.school()
    with sample.acting(director, "director"):
        sample.services.service.add(an_intervention)
    review = {
        "evidence": "Met the governors",
        "findings-0-objective": "1",
        "findings-0-rag": "green",
        "findings-0-commentary": "Posts filled",
        "advice": "end",
        "reason": "It is so",
        **day("on", TOMORROW),
    }

    assert_beside(browser.send("/concerns/CC-2026-0001/hold-review", review, status=422).text, "on")


def test_a_note(sign_in: Open, sample: SampleAuthority) -> None:
    authority = FullAuthority(sample)
    answers = {
        "record": "V-2026-0001",
        "note_type": "telephone",
        "heading": "Call",
        "text": "The services called",
        "sensitivity": "ordinary",
        "visible_to": "service",
        **day("happened_on", TOMORROW),
    }

    page = sign_in(authority.ours.officer).send("/notes/write", answers, status=422).text

    assert_beside(page, "happened_on")
    assert 'id="on-error"' not in page


def test_a_vetting_check(sign_in: Open, sample: SampleAuthority) -> None:
    stages = BrokerageStages(sample)
    answers = {"item": "public_liability", "evidence_seen": "document_seen", **day("checked_on", TOMORROW)}

    page = sign_in(stages.broker).send("/providers/PV-2026-0001/meet-requirement", answers, status=422).text

    assert_beside(page, "checked_on")


def test_what_is_revoked_or_left(sign_in: Open, sample: SampleAuthority) -> None:
    stages = BrokerageStages(sample)
    broker, person = sign_in(stages.broker), sample.reference(stages.calder.specialist)
    forms: dict[str, dict[str, Any]] = {
        "revoke": {"item": "letter_of_assurance", "person": person, "reason": "Taken back"},
        "note-leaving": {"person": person, "reason": "Moved away"},
    }
    for command, answers in forms.items():
        page = broker.send(f"/providers/PV-2026-0001/{command}", answers | day("on", TOMORROW), status=422).text
        assert_beside(page, "on")


def test_a_delivered_session(sign_in: Open, sample: SampleAuthority, clock: Clock) -> None:
    stages = BrokerageStages(sample)
    work, specialist = f"/engagements/{stages.confirmed()}", sign_in(stages.calder.specialist)
    specialist.send(f"{work}/plan-session", {"days": "1", **day("on", BEGINS)})
    clock.go_to(BEGINS)
    specialist = sign_in(stages.calder.specialist)
    answers = {"number": "1", "days": "1", "note": "Planned", **day("on", BEGINS + timedelta(days=1))}

    assert_beside(specialist.send(f"{work}/deliver-session", answers, status=422).text, "on")


def test_a_visit_that_was_held_or_not_planned(sign_in: Open, sample: SampleAuthority) -> None:
    authority = FullAuthority(sample)
    visit = authority.ours.records[Visit.KIND]
    with sample.acting(authority.ours.officer, "officer"):
        sample.services.service.change(Visit, visit, lambda it: it.confirm(side=Side.SCHOOL, on=it.on))
    held = {"minutes": "60", "attendees": "Headteacher", **day("on", TOMORROW)}
    unplanned = {
        **held,
        "school": str(sample.urn(authority.ours.school)),
        "kind": "core",
        "purpose": "challenge",
        "visitors-0-person": sample.reference(authority.ours.officer),
        "visitors-0-capacity": "officer",
        "focus": "A call for help",
        "reason": "The school asked",
    }
    officer = sign_in(authority.ours.officer)

    assert_beside(officer.send("/visits/V-2026-0001/hold", held, status=422).text, "on")
    assert_beside(officer.send("/visits/record-unplanned", unplanned, status=422).text, "on")


def test_the_api_names_the_answer_too(
    program: Callable[..., Program], sample: SampleAuthority, director: UUID
) -> None:
    answers = {**A_CONCERN, "school": str(sample.urn(sample.school())), "on": TOMORROW.isoformat()}

    refused = program(director).post("/concerns/raise", answers, key="tomorrow-1", status=422).json

    assert refused["errors"] == {"json": {"on": ["The date must be today or in the past"]}}
