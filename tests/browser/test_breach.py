"""A provider's check ends before a session: they are told, renew it late, and the session is held in breach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.browser.browser_visitor import MouseVisitor
from tests.browser.conftest import BrowserServer, OpenWindow
from tests.databases import Databases
from tests.sample_authority import Clock, SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import an_office

ENDS, SESSION = date(2027, 1, 12), date(2027, 1, 20)
WORK = "/engagements/BE-2026-0001"


@pytest.fixture
def office(databases: Databases, server: BrowserServer) -> Iterator[tuple[SampleAuthority, Clock]]:
    """An authority of the test's own, in which days pass, served to the browser."""
    with an_office(databases) as (services, clock):
        server.move_in(services)
        yield SampleAuthority(services, clock), clock


def test_a_check_ends_before_a_session_which_is_held_in_breach_and_followed_up(
    office: tuple[SampleAuthority, Clock], open_window: OpenWindow
) -> None:
    sample, clock = office
    stages = BrokerageStages(sample)
    work = stages.engagement(stages.confirmed()).id
    stages.limit_clearance(stages.calder, ENDS)
    with stages.brokering():
        stages.delivery.plan_session(work, on=SESSION, days=Decimal(1))
    window = open_window(390)
    user = MouseVisitor(window)

    clock.go_to(ENDS - timedelta(days=10))
    window.sign_in(*sample.session_of(stages.calder.specialist))
    user.open("/invitations/")
    user.sees("Renew by 12 January 2027: Employer's letter of assurance. Hits session 1 on 20 Jan 2027")
    assert window.wrong_at_any_width() == []
    user.press("Your work at Ashgrove High School")
    user.sees("Waiting for renewal")

    clock.go_to(SESSION)
    window.sign_in(*sample.session_of(stages.calder.specialist))
    user.open(WORK)
    user.sees("Sessions on hold: 1")
    user.press("Record session 1")
    user.fill("What was done", "Planned two units")
    user.press("Record a session")
    user.sees("In breach")

    clock.go_to(SESSION + timedelta(days=1))
    window.sign_in(*sample.session_of(stages.broker))
    user.open("/caseload")
    user.sees("Follow up a session held in breach")
    user.open(f"{WORK}/follow-up-breach")
    user.fill("Session", "Session 1, 20 January 2027, 1 day")
    user.fill("Who was informed, and when", "The headteacher")
    user.fill("What was done", "The employer sends a new letter")
    user.press("Follow up a session held in breach")
    user.sees("Breach followed up")
    user.open("/providers/PV-2026-0001/meet-requirement?item=letter_of_assurance")
    user.fill("Who it is for", "Grace Calder")
    user.fill("Checked on", SESSION + timedelta(days=1))
    user.fill("Evidence", "Employer's letter")
    user.press("Record a check")
    user.sees("Check recorded")

    window.sign_in(*sample.session_of(stages.director))
    user.open("/in-school")
    user.sees("Session 1: Mathematics", "In breach", "Employer's letter of assurance: expired on 12 January 2027")
    assert window.wrong_at_any_width() == []
    assert window.faults == []
