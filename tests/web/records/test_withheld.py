"""A record of visit that its head may not read asks nothing of her: no deadline runs, and nobody waits for her."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from domain.authority import Settings
from domain.calendar import default_term_on
from domain.concern import ConcernCase, ConcernKind, ConcernSource, Severity
from domain.record_of_visit import Answered, Respondent
from domain.visit import Visit, Visitor
from domain.vocabulary import Purpose, Sensitivity, VisitKind
from projections import caseload
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.records.conftest import HREF, Stage

LATER = TODAY + timedelta(days=60)


@pytest.fixture
def director(sample: SampleAuthority) -> UUID:
    return sample.director()


@pytest.fixture
def concern(sample: SampleAuthority, stage: Stage) -> UUID:
    """Open, in an authority whose settings ask nobody to read its records before they are issued."""
    sample.put_in_force(Settings(assured_cases=False))
    with sample.acting():
        return sample.services.service.add(
            lambda: ConcernCase.raise_(
                "CC-2026-0001",
                school=stage.school,
                kind=ConcernKind.ACHIEVEMENT,
                source=ConcernSource.DATA,
                severity=Severity.HIGH,
                detail="Results fell twice",
                purpose=Purpose.CHALLENGE,
            )
        ).id


@pytest.fixture
def keep(stage: Stage, director: UUID) -> Callable[[Sensitivity], None]:
    """Restrict the concern, or open it."""

    def change(sensitivity: Sensitivity) -> None:
        answers = {"sensitivity": sensitivity.value, "reason": "As it is"}
        stage.browser(director).send_and_check("/concerns/CC-2026-0001/change-sensitivity", answers)

    return change


def waits_for_school(sample: SampleAuthority) -> set[str]:
    with sample.services.read() as connection:
        found = caseload.waiting(connection, limit=100)
    return {item.part for item in found if item.kind == "record-of-visit" and not item.part.startswith("action")}


def begin(stage: Stage, concern: UUID) -> None:
    """The record of a core visit that was made because of the concern."""
    with stage.sample.acting(stage.officer, "officer"):
        stage.sample.services.service.add(
            lambda: Visit.record_unplanned(
                "V-2026-0001",
                school=stage.school,
                kind=VisitKind.CORE,
                purpose=Purpose.CHALLENGE,
                on=TODAY,
                term=default_term_on(TODAY),
                visitors=(Visitor(stage.officer, "officer"),),
                lead=stage.officer,
                focus="Mathematics",
                minutes=120,
                attendees="Headteacher",
                reason="A parent telephoned",
                concern=concern,
            )
        )
    stage.by_officer.send("/visits/V-2026-0001/start-record", {})
    stage.written()


def issue(stage: Stage, concern: UUID) -> None:
    begin(stage, concern)
    page = stage.by_officer.get(f"{HREF}/issue")
    stage.by_officer.send_page(f"{HREF}/issue", page, {})


def test_its_issue_starts_no_deadline_and_nobody_waits_for_the_school(
    sample: SampleAuthority, stage: Stage, concern: UUID, keep: Callable[[Sensitivity], None]
) -> None:
    keep(Sensitivity.RESTRICTED)
    issue(stage, concern)

    record = stage.record
    assert (record.current.respond_by, record.current.recipients) == (None, ())
    assert record.awaited == []
    assert waits_for_school(sample) == set()
    stage.by_head.get(HREF, 404)
    page = stage.by_officer.get(HREF)
    assert "is not asked to respond, because it belongs to a restricted concern" in page
    assert "Respond by" not in page
    stage.go_to(LATER)
    assert "overdue" not in stage.by_officer.get("/records/")


def test_the_form_says_before_that_the_school_is_asked_nothing(
    stage: Stage, concern: UUID, keep: Callable[[Sensitivity], None]
) -> None:
    keep(Sensitivity.RESTRICTED)
    begin(stage, concern)

    page = stage.by_officer.get(f"{HREF}/issue")

    assert "no response is asked for" in page
    assert "Respond by" not in page


def test_the_school_is_asked_when_the_concern_is_opened(
    sample: SampleAuthority, stage: Stage, concern: UUID, keep: Callable[[Sensitivity], None]
) -> None:
    keep(Sensitivity.RESTRICTED)
    issue(stage, concern)
    stage.go_to(LATER)
    keep(Sensitivity.ORDINARY)

    record = stage.record
    assert record.current.respond_by is not None
    assert record.current.respond_by > LATER
    assert set(record.current.recipients) == {stage.head, stage.chair}
    assert waits_for_school(sample) == {"headteacher", "chair", "governors"}
    assert "We have asked the headteacher and the chair" in re.sub(r"\s+", " ", stage.by_head.get(HREF))
    stage.by_head.get(f"{HREF}/respond-as-headteacher")


def test_a_deadline_that_runs_stops_when_the_concern_is_restricted(
    sample: SampleAuthority, stage: Stage, concern: UUID, keep: Callable[[Sensitivity], None]
) -> None:
    issue(stage, concern)
    assert waits_for_school(sample) == {"headteacher", "chair", "governors"}
    keep(Sensitivity.RESTRICTED)

    assert waits_for_school(sample) == set()
    assert stage.record.answered == dict.fromkeys(Respondent, Answered.NOT_ASKED)
    assert "withheld" not in stage.by_head.client.get("/visits/").text
    keep(Sensitivity.ORDINARY)
    assert waits_for_school(sample) == {"headteacher", "chair", "governors"}
    assert "restricted" not in stage.by_head.get(HREF)


def test_a_record_that_came_of_no_concern_asks_as_ever(sample: SampleAuthority, stage: Stage) -> None:
    stage.issued()
    assert waits_for_school(sample) == {"headteacher", "chair", "governors"}
