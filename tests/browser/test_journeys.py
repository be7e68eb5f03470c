"""The journeys in Chromium: by mouse on a telephone, without JavaScript on a tablet, by keyboard alone on a desk.

On the first walk every page that is built differently from those before it is looked at in all three widths.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from tests.browser.browser_visitor import KeyboardVisitor, MouseVisitor
from tests.browser.conftest import BrowserServer, OpenWindow
from tests.browser.page_checks import Window
from tests.databases import Databases
from tests.journeys import (
    Journey,
    a_reviewer_follows_an_intervention,
    an_officer_and_a_director_take_a_case_to_compliance,
)
from tests.journeys_of_brokerage import (
    a_cpd_manager_meets_a_request_for_training,
    an_officer_brokers_a_specialist_of_mathematics,
)
from tests.sample_authority import SampleAuthority
from tests.web.conftest import an_office

DESK, TABLET, TELEPHONE = 1280, 768, 390

JOURNEYS = (
    an_officer_brokers_a_specialist_of_mathematics,
    a_cpd_manager_meets_a_request_for_training,
    a_reviewer_follows_an_intervention,
    an_officer_and_a_director_take_a_case_to_compliance,
)


def all_journeys(*, first: Journey) -> Any:
    """Every journey this way: one in `make test`, so that each journey and each way is tried there, then the rest."""
    return pytest.mark.parametrize(
        "journey",
        [
            pytest.param(journey, id=journey.__name__, marks=[] if journey is first else pytest.mark.long)
            for journey in JOURNEYS
        ],
    )


@pytest.fixture
def sample(databases: Databases, server: BrowserServer) -> Iterator[SampleAuthority]:
    """An authority of the test's own, in which things happen, served to the browser."""
    with an_office(databases) as (services, clock):
        server.move_in(services)
        yield SampleAuthority(services, clock)


class Look:
    """Looks at each page that is built differently from those that were looked at before."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __call__(self, window: Window) -> list[str]:
        outline = window.outline()
        if outline in self._known:
            return window.too_wide()
        self._known.add(outline)
        return window.wrong_at_any_width(contrast_everywhere=False)


@pytest.fixture(scope="module")
def look() -> Look:
    return Look()


def walk(journey: Journey, sample: SampleAuthority, user: MouseVisitor) -> None:
    def come_in(person: UUID) -> MouseVisitor:
        user.window.sign_in(*sample.session_of(person))
        return user

    journey(sample, come_in)
    assert user.window.faults == []


@all_journeys(first=a_reviewer_follows_an_intervention)
def test_a_journey_by_mouse_on_a_telephone(
    journey: Journey, sample: SampleAuthority, open_window: OpenWindow, look: Look
) -> None:
    walk(journey, sample, MouseVisitor(open_window(TELEPHONE), look))


@all_journeys(first=an_officer_brokers_a_specialist_of_mathematics)
def test_a_journey_without_javascript_on_a_tablet(
    journey: Journey, sample: SampleAuthority, open_window: OpenWindow
) -> None:
    walk(journey, sample, MouseVisitor(open_window(TABLET, script=False), Window.too_wide))


@all_journeys(first=a_cpd_manager_meets_a_request_for_training)
def test_a_journey_by_keyboard_alone_on_a_desk(
    journey: Journey, sample: SampleAuthority, open_window: OpenWindow
) -> None:
    walk(journey, sample, KeyboardVisitor(open_window(DESK), Window.too_wide))
