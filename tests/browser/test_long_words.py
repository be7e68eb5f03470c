"""Words without end, in whatever may hold them, never make a page wider than the screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from domain.attachment import Attachment
from domain.note import Note, NoteType
from domain.provider import Provider
from domain.support_request import SupportRequest
from domain.vocabulary import Audience
from tests.browser.conftest import BrowserServer, OpenWindow
from tests.browser.page_checks import Window
from tests.databases import Databases
from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.web.conftest import an_office

WORD = "Wilhelmshavener_Mehrzweckunterstand" * 5
FILE_NAME = WORD[:190] + ".pdf"


@pytest.fixture(scope="module")
def wordy(databases: Databases) -> Iterator[FullAuthority]:
    with an_office(databases) as (services, clock):
        authority = FullAuthority(SampleAuthority(services, clock))
        _fill(authority)
        yield authority


def _fill(authority: FullAuthority) -> None:
    on = {"on_kind": SupportRequest.KIND, "on_record": authority.ours.records[SupportRequest.KIND]}
    with authority.sample.acting(authority.director, "director"):
        authority.service.add(lambda: a_file(authority, **on))
    with authority.sample.acting(authority.director, "director"):
        authority.service.add(lambda: a_note(authority, **on))
    with authority.sample.acting(authority.director, "director"):
        authority.service.change(Provider, authority.ours.provider, lambda one: one.rename(trading_as=WORD))


def a_file(authority: FullAuthority, **on: Any) -> Attachment:
    return Attachment.add(
        "F-2026-0009",
        **on,
        school=authority.ours.school,
        file_name=FILE_NAME,
        size=20_000,
        sha256="ab" * 32,
        visible_to=Audience.SCHOOL,
    )


def a_note(authority: FullAuthority, **on: Any) -> Note:
    return Note.write(
        "N-2026-0009",
        **on,
        school=authority.ours.school,
        note_type=NoteType.TELEPHONE,
        heading=WORD,
        text=WORD * 3,
        visible_to=Audience.SCHOOL,
    )


@pytest.mark.parametrize(
    "href",
    [
        "/requests/SR-2026-0001",
        "/files/",
        "/files/F-2026-0009",
        "/files/F-2026-0009/withdraw",
        "/notes/",
        "/notes/N-2026-0009",
        "/providers/",
        "/providers/PV-2026-0001",
        "/schools/{urn}/file",
        "/audit",
    ],
)
def test_a_page_stays_within_the_screen(
    href: str, wordy: FullAuthority, server: BrowserServer, open_window: OpenWindow
) -> None:
    server.move_in(wordy.sample.services)
    window: Window = open_window()
    window.sign_in(*wordy.sample.session_of(wordy.director))
    window.open(href.format(urn=wordy.sample.urn(wordy.ours.school)))

    assert window.wrong_at_any_width(contrast_everywhere=False) == []
