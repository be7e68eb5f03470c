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
    with an_office(databases) as (office, clock):
        street.move_in(office)
        yield LongWorld(office, clock)


@pytest.fixture
def director(world: World) -> UUID:
    person = world.director()
    with world.acting():
        hashed = cheap_passwords().hash(PASSWORD)
        account_commands.open_account(world.office, person, f"dora@{world.mail}", password_hash=hashed)
    return person


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def visitor(open_window: OpenWindow, request: pytest.FixtureRequest) -> MouseVisitor:
    return MouseVisitor(open_window(script=bool(request.param)), Window.too_wide)


def look(window: Window) -> None:
    """At all widths, where there are scripts by which to look."""
    if window.page.locator("body.js-enabled").count():
        assert window.wrong_at_any_width(contrast_everywhere=False) == []
    assert window.faults == []


def begin_a_concern(visitor: MouseVisitor, world: World, person: UUID) -> None:
    visitor.window.sign_in(*world.session_of(person))
    visitor.open(f"/concerns/raise?school={world.urn(world.school())}")
    visitor.fill("What it is about", "Achievement")
    visitor.fill("How it came to us", "Data")
    visitor.fill("Severity", "High")
    visitor.fill("What the concern is", DETAIL)
    visitor.fill("Purpose", "Challenge")


def test_going_back_and_sending_once_more_asks_before_there_are_two(
    world: World, director: UUID, visitor: MouseVisitor
) -> None:
    begin_a_concern(visitor, world, director)
    visitor.press("Save")
    visitor.sees("The concern is raised")
    visitor.page.go_back()
    visitor.press("Save")

    visitor.sees("You have just saved CC-2026-0001")
    look(visitor.window)
    visitor.press("Save another one like it")
    visitor.sees("The concern is raised", "CC-2026-0002")


def test_what_was_typed_before_the_session_ended_is_there_after_signing_in(
    world: World, director: UUID, visitor: MouseVisitor
) -> None:
    begin_a_concern(visitor, world, director)
    world.clock.pass_by(minutes=31)
    visitor.press("Save")

    visitor.sees("Sign in", "What you typed is kept")
    look(visitor.window)
    visitor.fill("Email address", f"dora@{world.mail}")
    visitor.fill("Password", PASSWORD)
    visitor.press("Sign in")
    visitor.sees("You were signed out before this was sent")
    look(visitor.window)
    assert visitor.page.locator("#detail").input_value() == DETAIL
    visitor.press("Save")
    visitor.sees("The concern is raised")
