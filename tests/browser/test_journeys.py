"""The journeys in Chromium: on a desk, a tablet and a telephone; without JavaScript; and by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.browser.conftest import SignIn
from tests.browser.looking import WIDTHS, Window
from tests.browser.visiting import KeyboardVisitor, MouseVisitor
from tests.journeys import Journey, a_reviewer_follows_an_intervention
from tests.journeys_of_brokerage import (
    a_cpd_manager_meets_a_request_for_training,
    an_officer_brokers_a_specialist_of_mathematics,
)
from tests.web.conftest import an_office
from tests.world import World

JOURNEYS = [
    pytest.param(journey, id=journey.__name__)
    for journey in (
        an_officer_brokers_a_specialist_of_mathematics,
        a_cpd_manager_meets_a_request_for_training,
        a_reviewer_follows_an_intervention,
    )
]


@pytest.fixture
def living(tmp_path: Path) -> Iterator[World]:
    """An authority of the test's own, in which things happen."""
    office, clock = an_office(tmp_path)
    yield World(office, clock)
    office.close()


def look(window: Window) -> list[str]:
    window.keep_picture(window.page.url.partition("//")[2].partition("/")[2])
    return [*window.too_wide(), *window.violations()]


def walk(
    journey: Journey, world: World, sign_in: SignIn, kind: type[MouseVisitor], window: Window, **more: Any
) -> None:
    def come_in(person: UUID) -> MouseVisitor:
        return kind(sign_in(world, person, window=window), **more)

    journey(world, come_in)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("journey", JOURNEYS)
def test_a_journey_by_mouse(journey: Journey, width: int, living: World, sign_in: SignIn, open_window: Any) -> None:
    walk(journey, living, sign_in, MouseVisitor, open_window(width), look=look)


@pytest.mark.parametrize("journey", JOURNEYS)
def test_a_journey_without_javascript(journey: Journey, living: World, sign_in: SignIn, open_window: Any) -> None:
    walk(journey, living, sign_in, MouseVisitor, open_window(script=False))


@pytest.mark.parametrize("journey", JOURNEYS)
def test_a_journey_by_keyboard_alone(journey: Journey, living: World, sign_in: SignIn, open_window: Any) -> None:
    walk(journey, living, sign_in, KeyboardVisitor, open_window())
