"""Coming back to a form in a real browser: by its Back button, and after the session has ended."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.browser.conftest import LongWorld, OpenWindow, Street
from tests.browser.looking import Window
from tests.browser.visiting import MouseVisitor
from tests.databases import Databases
from tests.web.conftest import an_office
from tests.world import World
from web.accounts import account_commands
from web.accounts.passwords import cheap_passwords

PASSWORD = "correct horse battery"

DETAIL = "Results in mathematics fell twice"


@pytest.fixture
def world(databases: Databases, street: Street) -> Iterator[World]:
    with an_office(databases) as (services, clock):
        street.move_in(services)
        yield LongWorld(services, clock)


@pytest.fixture
def director(world: World) -> UUID:
    person = world.director()
    with world.acting():
        hashed = cheap_passwords().hash(PASSWORD)
        account_commands.open_account(world.services, person, f"dora@{world.mail}", password_hash=hashed)
    return person


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def user(open_window: OpenWindow, request: pytest.FixtureRequest) -> MouseVisitor:
    return MouseVisitor(open_window(script=bool(request.param)), Window.too_wide)


def look(window: Window) -> None:
    """At all widths, where there are scripts by which to look."""
    if window.page.locator("body.js-enabled").count():
        assert window.wrong_at_any_width(contrast_everywhere=False) == []
    assert window.faults == []


def begin_a_concern(user: MouseVisitor, world: World, person: UUID) -> None:
    user.window.sign_in(*world.session_of(person))
    user.open(f"/concerns/raise?school={world.urn(world.school())}")
    user.fill("What it is about", "Achievement")
    user.fill("How we found out", "Data")
    user.fill("Severity", "High")
    user.fill("What the concern is", DETAIL)
    user.fill("Purpose", "Challenge")


def test_going_back_and_sending_once_more_asks_before_there_are_two(
    world: World, director: UUID, user: MouseVisitor
) -> None:
    begin_a_concern(user, world, director)
    user.press("Raise a concern")
    user.sees("Concern raised")
    user.page.go_back()
    user.press("Raise a concern")

    user.sees("You have just saved CC-2026-0001")
    look(user.window)
    user.press("Save another one")
    user.sees("Concern raised", "CC-2026-0002")


def test_what_was_typed_before_the_session_ended_is_there_after_signing_in(
    world: World, director: UUID, user: MouseVisitor
) -> None:
    begin_a_concern(user, world, director)
    world.clock.pass_by(minutes=31)
    user.press("Raise a concern")

    user.sees("Sign in", "We have kept what you typed")
    look(user.window)
    user.fill("Email address", f"dora@{world.mail}")
    user.fill("Password", PASSWORD)
    user.press("Sign in")
    user.sees("You were signed out before this was sent")
    look(user.window)
    assert user.page.locator("#detail").input_value() == DETAIL
    user.press("Raise a concern")
    user.sees("Concern raised")
