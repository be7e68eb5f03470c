"""A file imported in a real browser: chosen, looked at before anything changes, and what came of it."""

from __future__ import annotations

import pytest

from domain.vocabulary import Role
from tests.browser.conftest import BrowserServer, OpenWindow
from tests.full_authority import FullAuthority

NAME = "register_of_the_metropolitan_borough_with_a_name_in_which_nothing_invites_a_line_to_end_2026-10-01.csv"
ROWS = (
    "URN,EstablishmentName,LA (name),LA (code),EstablishmentStatus (name),Town",
    "900101,Birchwood School,Wexmoor,399,Ajar,Larkton",
    "12,Cedar School,Wexmoor,399,Open,Larkton",
)


@pytest.mark.parametrize("width", [390, 1280])
def test_an_import_is_looked_at_before_and_afterwards(
    server: BrowserServer, authority: FullAuthority, open_window: OpenWindow, width: int
) -> None:
    server.move_in(authority.sample.services)
    window = open_window(width)
    window.sign_in(*authority.sample.session_of(authority.people[Role.ADMINISTRATOR]))
    page = window.page
    window.open("/imports/begin", 200)
    page.get_by_label("Register of schools").check()
    page.locator("input[name=file]").set_input_files(
        {"name": NAME, "mimeType": "text/csv", "buffer": "\n".join((*ROWS, f"{900200 + width},,,,,")).encode()}
    )
    page.get_by_label("This is part of a list").check()
    for button, heading in (("Continue", "Check your answers"), ("Import a file", "Register of schools")):
        with page.expect_navigation():
            page.get_by_role("button", name=button).click()
        assert page.locator("h1").inner_text() == heading
        assert window.wrong_at_any_width() == []
    assert window.faults == []
