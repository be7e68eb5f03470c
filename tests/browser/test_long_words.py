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
from tests.browser.conftest import OpenWindow, Street
from tests.browser.looking import Window
from tests.databases import Databases
from tests.town import Town
from tests.web.conftest import an_office
from tests.world import World

WORD = "Wilhelmshavener_Mehrzweckunterstand" * 5
FILE_NAME = WORD[:190] + ".pdf"


@pytest.fixture(scope="module")
def wordy(databases: Databases) -> Iterator[Town]:
    with an_office(databases) as (services, clock):
        town = Town(World(services, clock))
        _fill(town)
        yield town


def _fill(town: Town) -> None:
    on = {"on_kind": SupportRequest.KIND, "on_record": town.ours.records[SupportRequest.KIND]}
    with town.world.acting(town.director, "director"):
        town.service.add(lambda: a_file(town, **on))
    with town.world.acting(town.director, "director"):
        town.service.add(lambda: a_note(town, **on))
    with town.world.acting(town.director, "director"):
        town.service.change(Provider, town.ours.provider, lambda one: one.rename(trading_as=WORD))


def a_file(town: Town, **on: Any) -> Attachment:
    return Attachment.add(
        "F-2026-0009",
        **on,
        school=town.ours.school,
        file_name=FILE_NAME,
        size=20_000,
        sha256="ab" * 32,
        visible_to=Audience.SCHOOL,
    )


def a_note(town: Town, **on: Any) -> Note:
    return Note.write(
        "N-2026-0009",
        **on,
        school=town.ours.school,
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
def test_a_page_stays_within_the_screen(href: str, wordy: Town, street: Street, open_window: OpenWindow) -> None:
    street.move_in(wordy.world.services)
    window: Window = open_window()
    window.sign_in(*wordy.world.session_of(wordy.director))
    window.open(href.format(urn=wordy.world.urn(wordy.ours.school)))

    assert window.wrong_at_any_width(contrast_everywhere=False) == []
