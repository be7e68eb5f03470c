"""A second factor is set up and used in a real browser, on a phone as at a desk."""

from __future__ import annotations

import re

import pyotp

from domain.vocabulary import Role
from tests.browser.conftest import BrowserServer, OpenWindow
from tests.browser.test_every_page import look
from tests.full_authority import FullAuthority
from web.accounts import account_commands
from web.accounts.passwords import passwords

PASSWORD = "correct horse battery"


def test_a_second_factor_from_the_account_page_to_the_next_sign_in(
    authority: FullAuthority, server: BrowserServer, open_window: OpenWindow
) -> None:
    services, broker = authority.sample.services, authority.people[Role.BROKER]
    server.move_in(services)
    with server.app.app_context(), authority.sample.acting():
        hashed = passwords().hash(PASSWORD)
        account_commands.open_account(services, broker, "bo@wexmoor.example", password_hash=hashed)

    window = open_window()
    window.sign_in(*authority.sample.session_of(broker))
    window.open("/account")
    window.page.get_by_role("link", name="Second factor").click()
    assert window.wrong_at_any_width() == []
    key = re.sub(r"\s", "", window.page.locator("ol code").inner_text())
    assert window.page.get_by_role("img", name="QR code").evaluate("image => image.naturalWidth") > 100
    codes = pyotp.TOTP(key)
    window.page.get_by_role("textbox", name="Code").fill(codes.at(services.now()))
    window.page.get_by_role("button", name="Set up").click()
    window.page.get_by_role("heading", name="Your recovery codes").wait_for()
    assert window.wrong_at_any_width() == []

    look(window, "/account/second-factor")
    administrator = open_window()
    administrator.sign_in(*authority.sample.session_of(authority.people[Role.ADMINISTRATOR]))
    look(administrator, f"/accounts/{broker}")
    look(administrator, f"/accounts/{broker}/second-factor")

    later = open_window()
    later.open("/sign-in?next=/account")
    later.page.get_by_role("textbox", name="Email address").fill("bo@wexmoor.example")
    later.page.get_by_role("textbox", name="Password").fill(PASSWORD)
    later.page.get_by_role("button", name="Sign in").click()
    later.page.get_by_role("heading", name="Enter your code").wait_for()
    assert later.wrong_at_any_width() == []
    authority.sample.clock.pass_by(seconds=30)
    later.page.get_by_role("textbox", name="Code").fill(codes.at(services.now()))
    later.page.get_by_role("button", name="Sign in").click()
    later.page.get_by_role("heading", name="Your account").wait_for()
    assert [*window.faults, *administrator.faults, *later.faults] == []
