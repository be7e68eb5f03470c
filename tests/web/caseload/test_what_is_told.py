"""The caseload and a school's file name no concern to those whom the policy keeps it from."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.concern import ConcernCase, ConcernKind, ConcernSource, Severity
from domain.references import record_id
from domain.vocabulary import Purpose, Team
from tests import grants
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser

SignIn = Callable[[UUID], Browser]

SECRET = "Governors have not met since the spring"


def a_concern(sample: SampleAuthority, school: UUID, reference: str, source: ConcernSource) -> None:
    sample.services.service.add(
        lambda: ConcernCase.raise_(
            reference,
            school=school,
            kind=ConcernKind.LEADERSHIP,
            source=source,
            severity=Severity.HIGH,
            detail=SECRET,
            purpose=Purpose.CHALLENGE,
        )
    )


@pytest.fixture
def school(sample: SampleAuthority) -> UUID:
    school = sample.school()
    with sample.acting(sample.director("Dan Director"), "director"):
        a_concern(sample, school, "CC-2026-0001", ConcernSource.OFFICER)
    return school


def told(sample: SampleAuthority, browser: Browser, school: UUID) -> list[bool]:
    urn = sample.urn(school)
    return [
        SECRET in browser.get(f"/schools/{urn}/file"),
        "CC-2026-0001" in browser.get(f"/schools/{urn}"),
        "CC-2026-0001" in browser.get("/caseload?whose=everybody"),
    ]


def test_whoever_decides_on_concerns_is_told(sample: SampleAuthority, sign_in: SignIn, school: UUID) -> None:
    assert told(sample, sign_in(sample.director()), school) == [True, True, True]
    assert told(sample, sign_in(sample.reviewer()), school) == [True, True, True]


def test_a_broker_and_another_teams_officer_are_not(sample: SampleAuthority, sign_in: SignIn, school: UUID) -> None:
    assert told(sample, sign_in(sample.broker()), school) == [False, False, False]
    assert told(sample, sign_in(sample.cpd_manager()), school) == [False, False, False]
    assert told(sample, sign_in(sample.officer(team=Team.PRIMARY)), school) == [False, False, False]


def test_a_restricted_concern_is_not_told_to_the_school(sample: SampleAuthority, sign_in: SignIn) -> None:
    school = sample.school("Elm High School")
    for number, source in enumerate((ConcernSource.OFFICER, ConcernSource.WHISTLEBLOWING), 1):
        with sample.acting(sample.director(f"Director {number}"), "director"):
            a_concern(sample, school, f"CC-2026-000{number}", source)
    with sample.acting(sample.director(), "director"):
        shared = record_id(ConcernCase.KIND, "CC-2026-0001")
        sample.services.service.change(ConcernCase, shared, grants.assess_and_share)
    head, director = sign_in(sample.headteacher(school)), sign_in(sample.director())

    assert "CC-2026-0001" in head.get("/concerns/")
    assert "CC-2026-0002" not in head.get("/concerns/")
    head.get("/concerns/CC-2026-0001")
    head.get("/concerns/CC-2026-0002", status=404)
    assert "CC-2026-0002" in director.get("/concerns/")
    director.get("/concerns/CC-2026-0002")
