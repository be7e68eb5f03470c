"""Coming back to a form in a real browser: by its Back button, and after the session has ended."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.browser.browser_visitor import MouseVisitor
from tests.browser.conftest import BrowserServer, LongWorld, OpenWindow
from tests.browser.page_checks import Window
from tests.databases import Databases
from tests.sample_authority import SampleAuthority
from tests.web.conftest import an_office
from web.accounts import account_commands
from web.accounts.passwords import cheap_passwords

PASSWORD = "correct horse battery"

DETAIL = "Results in mathematics fell twice"


@pytest.fixture
def sample(databases: Databases, server: BrowserServer) -> Iterator[SampleAuthority]:
    with an_office(databases) as (services, clock):
        server.move_in(services)
        yield LongWorld(services, clock)


@pytest.fixture
def director(sample: SampleAuthority) -> UUID:
    person = sample.director()
    with sample.acting():
        hashed = cheap_passwords().hash(PASSWORD)
        account_commands.open_account(sample.services, person, f"dora@{sample.mail}", password_hash=hashed)
    return person


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def user(open_window: OpenWindow, request: pytest.FixtureRequest) -> MouseVisitor:
    return MouseVisitor(open_window(script=bool(request.param)), Window.too_wide)


def look(window: Window) -> None:
    """At all widths, where there are scripts by which to look."""
    if window.page.locator("body.js-enabled").count():
        assert window.wrong_at_any_width(contrast_everywhere=False) == []
    assert window.faults == []


def begin_a_concern(user: MouseVisitor, sample: SampleAuthority, person: UUID) -> None:
    user.window.sign_in(*sample.session_of(person))
    user.open(f"/concerns/raise?school={sample.urn(sample.school())}")
    user.fill("What it is about", "Achievement")
    user.fill("How we found out", "Data")
    user.fill("Severity", "High")
    user.fill("What the concern is", DETAIL)
    user.fill("Purpose", "Challenge")


def test_going_back_and_sending_once_more_asks_before_there_are_two(
    sample: SampleAuthority, director: UUID, user: MouseVisitor
) -> None:
    begin_a_concern(user, sample, director)
    user.press("Raise a concern")
    user.sees("Concern raised")
    user.page.go_back()
    user.press("Raise a concern")

    user.sees("You have just saved CC-2026-0001")
    look(user.window)
    user.press("Save another one")
    user.sees("Concern raised", "CC-2026-0002")


def test_what_was_typed_before_the_session_ended_is_there_after_signing_in(
    sample: SampleAuthority, director: UUID, user: MouseVisitor
) -> None:
    begin_a_concern(user, sample, director)
    sample.clock.pass_by(minutes=31)
    user.press("Raise a concern")

    user.sees("Sign in", "We have kept what you typed")
    look(user.window)
    user.fill("Email address", f"dora@{sample.mail}")
    user.fill("Password", PASSWORD)
    user.press("Sign in")
    user.sees("You were signed out before this was sent")
    look(user.window)
    assert user.page.locator("#detail").input_value() == DETAIL
    user.press("Raise a concern")
    user.sees("Concern raised")
