"""A real browser goes to the council's sign-in and back, which the content security policy must let it do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from domain.vocabulary import Role
from tests.browser.conftest import BrowserServer, OpenWindow
from tests.council import Council, a_council
from tests.full_authority import FullAuthority
from web.accounts import account_commands, council_commands
from web.accounts import council_accounts as known
from web.runtime.settings import CouncilSignIn


@pytest.fixture
def council(server: BrowserServer, authority: FullAuthority) -> Iterator[Council]:
    """The council's sign-in, where the reviewer is signed in by an account that is linked here."""
    services, reviewer = authority.sample.services, authority.people[Role.REVIEWER]
    server.move_in(services)
    with a_council() as council:
        with authority.sample.acting():
            account = account_commands.open_account(services, reviewer, "rita@wexmoor.example", password_hash=None)
        with authority.sample.acting():
            council_commands.link(services, account, council.issuer, "rita")
        council.signed_in = council.typing = "rita"
        before = server.app.config["SIS_SETTINGS"]
        settings = CouncilSignIn(council.issuer, "sis", "the client's secret")
        server.app.config["SIS_SETTINGS"] = replace(before, public_url=server.address, council=settings)
        yield council
        server.app.config["SIS_SETTINGS"] = before
    with services.write() as connection:
        known.remove(connection, reviewer)


def test_in_by_the_council_on_after_eight_hours_with_what_was_typed_and_the_proof(
    council: Council, authority: FullAuthority, open_window: OpenWindow
) -> None:
    clock = authority.sample.clock
    began = clock.now
    window = open_window()
    page = window.page
    window.open("/sign-in?next=/account")
    assert window.wrong_at_any_width() == []
    page.get_by_role("button", name="Sign in with your council account").click()
    page.get_by_role("heading", name="Your account").wait_for()
    assert window.wrong_at_any_width() == []

    for _ in range(31):
        clock.pass_by(minutes=15)
        assert page.request.get("/account").ok
    page.goto("/account/tokens/new")
    page.get_by_role("textbox", name="Name of the token").fill("Timetable")
    clock.pass_by(minutes=15)
    page.get_by_role("radio", name="Read only").check()
    page.get_by_role("button", name="Make the token").click()
    page.wait_for_url("**/account/tokens/new?kept=*")
    assert page.get_by_role("textbox", name="Name of the token").input_value() == "Timetable"

    page.get_by_role("button", name="Make the token").click()
    page.get_by_role("heading", name="Confirm that it is you").wait_for()
    assert window.wrong_at_any_width() == []
    page.get_by_role("button", name="Continue to your council account").click()
    page.get_by_text("Thank you. We have confirmed that it is you").wait_for()
    page.get_by_role("button", name="Make the token").click()
    page.get_by_role("heading", name="Your new token").wait_for()
    assert window.faults == []
    clock.now = began
