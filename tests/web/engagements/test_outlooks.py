"""Checks that end before planned sessions: whoever can renew them is told in time, and what is on hold is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest

from domain.provider import Evidence, Provider, Requirement
from tests.domain.brokered import BEGINS
from tests.sample_authority import Clock
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.engagements.test_pages import WORK, day, plain

SignIn = Callable[[UUID], Browser]
Programs = Callable[[UUID], Program]

ENDS, LATER = date(2027, 1, 12), date(2027, 1, 20)


@pytest.fixture
def planned(stages: BrokerageStages, sign_in: SignIn) -> BrokerageStages:
    """Work with a session on its first day, and one after the letter of assurance ends."""
    stages.confirmed()
    stages.limit_clearance(stages.calder, ENDS)
    browser = sign_in(stages.calder.specialist)
    for on in (BEGINS, LATER):
        browser.send(f"{WORK}/plan-session", {"days": "1", **day("on", on)})
    return stages


def renew(stages: BrokerageStages) -> None:
    with stages.sample.acting():
        stages.service.change(
            Provider,
            stages.calder.id,
            partial(
                Provider.meet,
                item=Requirement.LETTER_OF_ASSURANCE,
                person=stages.calder.specialist,
                checked_on=stages.sample.services.today(),
                evidence=Evidence.EMPLOYERS_LETTER,
            ),
        )


def test_a_check_that_ends_before_a_session_is_work_in_time_to_renew_it_and_holds_the_session_up_when_it_ended(
    planned: BrokerageStages, sign_in: SignIn, program: Programs, clock: Clock
) -> None:
    provider = f"/providers/{planned.service.find(Provider, planned.calder.id).reference}"

    def outlooks() -> list[str]:
        found = program(planned.broker)
        [row] = found.get("/engagements").json["items"]
        sessions = found.get("/engagements/BE-2026-0001").json["sessions"]
        assert {each["number"]: each["outlook"] for each in row["held_up"]} == {
            each["number"]: each["outlook"] for each in sessions if each["outlook"] != "ready"
        }
        return [each["outlook"] for each in sessions]

    clock.go_to(ENDS - timedelta(days=31))
    assert "Renew a check" not in sign_in(planned.broker).get("/caseload")

    clock.go_to(ENDS - timedelta(days=30))
    page = plain(sign_in(planned.broker).get("/caseload"))
    assert "Renew by 12 January 2027: Employer&#39;s letter of assurance. Hits session 2 on 20 Jan 2027" in page
    assert "Plan and deliver sessions" in page
    assert "Renew a check" not in sign_in(planned.head).get("/caseload")
    broker, specialist = sign_in(planned.broker), sign_in(planned.calder.specialist)
    own = plain(specialist.get("/invitations/"))
    assert "Renew by 12 January 2027: Employer&#39;s letter of assurance. Hits session 2 on 20 Jan 2027" in own
    assert f'href="{WORK}"' in specialist.get("/invitations/")
    assert "to renew before" not in sign_in(planned.harrop.specialist).get("/invitations/")
    for browser in (broker, specialist):
        for address in (WORK, provider):
            assert "Waiting for renewal" in browser.get(address)
        assert "Next session 9 Nov 2026; 1 waiting for renewal" in browser.get("/engagements/")
    assert "renew a check" in plain(broker.get("/requests/SR-2026-0001"))
    [item] = [
        each for each in program(planned.broker).get("/caseload").json["items"] if each["task"] == "renew_a_check"
    ]
    assert item["due"] == str(ENDS)
    assert outlooks() == ["ready", "waiting_for_renewal"]

    clock.go_to(ENDS + timedelta(days=1))
    page = plain(sign_in(planned.broker).get("/caseload"))
    assert "Get the specialist cleared" in page
    assert "Plan and deliver sessions" not in page
    assert "On hold: session 2 on 20 Jan 2027" in plain(sign_in(planned.calder.specialist).get("/invitations/"))
    assert "Sessions on hold: 2" in plain(sign_in(planned.head).get(WORK))
    broker = sign_in(planned.broker)
    assert "On hold" in broker.get(provider)
    assert "plan and deliver sessions" not in plain(broker.get("/requests/SR-2026-0001"))
    assert outlooks() == ["ready", "on_hold"]

    renew(planned)
    assert "to renew before" not in sign_in(planned.calder.specialist).get("/invitations/")
    page = plain(broker.get("/caseload"))
    assert "Get the specialist cleared" not in page
    assert "Plan and deliver sessions" in page
    assert outlooks() == ["ready", "ready"]
