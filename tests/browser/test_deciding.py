"""A broker asks, a director refuses on a telephone, and gives on a condition what is asked again for less."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from domain.support_request import Route, SupportLevel, SupportRequest
from tests.browser.browser_visitor import MouseVisitor
from tests.browser.conftest import BrowserServer, OpenWindow
from tests.databases import Databases
from tests.domain.brokered import a_need
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import an_office

REQUEST = "/requests/SR-2026-0001"


@pytest.fixture
def sample(databases: Databases, server: BrowserServer) -> Iterator[SampleAuthority]:
    """An authority of the test's own, in which things happen, served to the browser."""
    with an_office(databases) as (services, clock):
        server.move_in(services)
        yield SampleAuthority(services, clock)


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.long)])
def test_a_director_refuses_and_the_broker_asks_again_for_less(
    sample: SampleAuthority, open_window: OpenWindow, width: int
) -> None:
    stages = BrokerageStages(sample)

    def raise_() -> SupportRequest:
        request = SupportRequest.raise_("SR-2026-0001", **a_need(school=stages.school))
        request.triage(broker=stages.broker, level=SupportLevel.TARGETED, route=Route.BROKERED)
        return request

    with stages.brokering():
        sample.services.service.add(raise_)
    window = open_window(width)
    user = MouseVisitor(window)

    def ask(much: str) -> None:
        window.sign_in(*sample.session_of(stages.broker))
        user.open(f"{REQUEST}/approve")
        user.fill("Approved limit", much)
        user.fill("Why this is needed", "Two terms of help in one department")
        user.press("Approve spending")
        user.sees("Nothing more is approved yet")

    def decide(much: str, button: str) -> None:
        window.sign_in(*sample.session_of(stages.director))
        user.open("/caseload")
        user.sees("Waiting for your decision: 1", f"of up to £{much} excluding VAT", "Ashgrove High School")
        user.sees("Two terms of help in one department", "Bea Broker")
        assert window.wrong_at_any_width() == []
        user.press(f"Approve spending of up to £{much} excluding VAT")
        user.press(button)
        user.sees(f"£{much}")

    ask("6,000")
    decide("6,000", "Refuse")
    user.fill("Why you refuse", "Ask for one term")
    user.press("Refuse")
    ask("5,500")
    user.open(REQUEST)
    user.sees("Asked of a senior officer or a director", "Dora Director")
    assert window.wrong_at_any_width() == []
    decide("5,500", "Approve")
    user.fill("Condition", "Governors are told of the sum")
    user.fill("Who has to do it", "Bea Broker")
    user.fill("Date it is due", date(2026, 12, 1))
    user.press("Approve")
    user.sees("Governors are told of the sum")
    assert window.faults == []
