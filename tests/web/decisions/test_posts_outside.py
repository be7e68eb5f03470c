"""A chief officer and a countersigner decide for the council, and see what they are asked and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from domain.vocabulary import Role
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.decisions.conftest import decision
from tests.web.decisions.test_approving import REQUEST, SignIn, request, triaged

__all__ = ["triaged"]

ASKED = "/decisions/DN-2026-0001"
OVER = {"ceiling": "30,000", "reason": "A year of help in three departments"}
POSTS = [Role.CHIEF_OFFICER, Role.COUNTERSIGNER]


@pytest.fixture
def chief(sample: SampleAuthority) -> UUID:
    return sample.person("Chloe Chief", Role.CHIEF_OFFICER)


@pytest.fixture
def countersigner(sample: SampleAuthority) -> UUID:
    return sample.person("Colin Counter", Role.COUNTERSIGNER)


def give(browser: Browser, sample: SampleAuthority) -> None:
    browser.send(f"{ASKED}/give", {"shown": decision(sample).question.fingerprint})


def test_two_of_them_give_what_is_above_every_limit_and_it_is_carried_out_once_both_have(
    triaged: UUID,
    sample: SampleAuthority,
    stages: BrokerageStages,
    sign_in: SignIn,
    chief: UUID,
    countersigner: UUID,
) -> None:
    broker = sign_in(stages.broker)
    broker.send(f"{REQUEST}/approve", OVER)
    both = "a director or a chief officer, and a countersigner"
    assert f"Waiting for {both}:" in broker.get(ASKED)
    assert f"Asked of {both}" in broker.get(REQUEST)
    assert "Next: a director or chief officer, and a countersigner, decide whether" in broker.get(REQUEST)
    first = sign_in(chief)
    assert first.client.get("/").headers["Location"].endswith("/decisions/")
    assert "DN-2026-0001" in first.get("/decisions/")
    assert "A year of help in three departments" in first.get(ASKED)
    assert f'href="{REQUEST}"' not in first.get(ASKED)
    first.get(REQUEST, status=403)
    give(first, sample)
    assert request(sample).ceiling is None
    assert "Chloe Chief approved" in first.get(ASKED)

    give(sign_in(countersigner), sample)
    assert request(sample).ceiling == 30000
    assert "DN-2026-0001" in first.get("/decisions/")


@pytest.mark.parametrize("role", POSTS)
def test_what_they_are_not_asked_is_not_theirs_to_see(
    triaged: UUID,
    sample: SampleAuthority,
    stages: BrokerageStages,
    sign_in: SignIn,
    program: Callable[..., Program],
    role: Role,
) -> None:
    sign_in(stages.broker).send(f"{REQUEST}/approve", {**OVER, "ceiling": "6,000"})
    person = sample.person("Oona Outside", role)
    outside = sign_in(person)
    assert "DN-2026-0001" not in outside.get("/decisions/")
    outside.get(ASKED, status=404)
    outside.send_page(f"{ASKED}/give", "", {"shown": "x"}, status=404)
    listed = program(person).get("/decisions").get_json()
    assert listed["items"] == []
    for closed in ("/caseload", "/schools/", "/requests/", "/people/", "/audit"):
        assert outside.client.get(closed, follow_redirects=True).status_code == 403, closed
    assert "Ashgrove" not in outside.get("/search?q=ashg")


def test_a_deputy_sees_what_is_asked_from_the_day_on_which_it_passes_to_them(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, chief: UUID
) -> None:
    sign_in(stages.broker).send(f"{REQUEST}/approve", {**OVER, "ceiling": "12,000"})
    sign_in(chief).get(ASKED, status=404)
    sample.clock.go_to(date(2026, 11, 6))
    later = sign_in(chief)
    assert "DN-2026-0001" in later.get("/decisions/")
    give(later, sample)
    assert request(sample).ceiling == 12000


def test_nobody_is_asked_where_the_second_of_two_people_is_missing(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, chief: UUID
) -> None:
    answer = sign_in(stages.broker).send(f"{REQUEST}/approve", OVER, status=422)
    assert "Nobody else is a countersigner, and two people decide this" in answer.text
