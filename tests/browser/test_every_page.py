"""Every page of every noun on a desk, a tablet and a telephone: accessible, no wider than the screen, no errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from domain.vocabulary import Role
from tests.browser.conftest import SignIn
from tests.browser.looking import WIDTHS, Window
from tests.town import Town
from tests.web.test_policy import CELLS
from web.noun import Command, Noun
from web.nouns import NOUNS
from web.policy import Action

IN_TURN = (Role.DIRECTOR, Role.ADMINISTRATOR, Role.HEADTEACHER, Role.CHAIR, Role.SPECIALIST)
"""Between them these posts may do whatever anybody may."""


def who_may(town: Town, *actions: Action) -> UUID:
    """Somebody whose post lets them do all of this."""
    return next(town.people[role] for role in IN_TURN if all(CELLS[action, role] for action in actions))


def addresses(noun: Noun[Any], commands: list[Command[Any]], town: Town) -> Iterator[tuple[str, UUID]]:
    """Each page of a noun and somebody who may see it."""
    record = town.record(noun.kind, town.ours)
    for command in commands:
        if command.begins:
            yield f"/{noun.path}/{command.name}", who_may(town, command.action)
        else:
            yield noun.href(record, command.name), who_may(town, noun.read, command.action)


def look(window: Window, href: str, status: int = 200) -> list[str]:
    """What is wrong with a page at any width."""
    window.resize(WIDTHS[0])
    window.open(href, status)
    wrong: list[str] = []
    for width in WIDTHS:
        window.resize(width)
        wrong += [f"{href} at {width}: {fault}" for fault in (*window.too_wide(), *window.violations())]
        window.keep_picture(href)
    return wrong


def look_at_all(pages: list[tuple[str, UUID]], town: Town, sign_in: SignIn) -> list[str]:
    wrong: list[str] = []
    windows: dict[UUID, Window] = {}
    for href, person in pages:
        if person not in windows:
            windows[person] = sign_in(town.world, person)
        wrong += look(windows[person], href)
    return wrong


NAMED = [pytest.param(noun, id=noun.path) for noun, _ in NOUNS]


@pytest.mark.parametrize("noun", NAMED)
def test_list_and_record(noun: Noun[Any], town: Town, sign_in: SignIn, street: Any) -> None:
    person = who_may(town, noun.read)
    pages = [(noun.href(town.record(noun.kind, town.ours)), person)]
    if street.app.url_map.bind("localhost").test(f"/{noun.path}/", "GET"):
        pages.append((f"/{noun.path}/", person))

    assert look_at_all(pages, town, sign_in) == []


FORMS = [
    pytest.param(noun, command, id=f"{noun.path}-{command.name}")
    for noun, _ in NOUNS
    for command in noun.commands.values()
]


@pytest.mark.parametrize(("noun", "command"), FORMS)
def test_form(noun: Noun[Any], command: Command[Any], town: Town, sign_in: SignIn) -> None:
    assert look_at_all(list(addresses(noun, [command], town)), town, sign_in) == []


@pytest.mark.parametrize(("href", "status"), [("/caseload", 200), ("/account", 200), ("/nowhere", 404)])
def test_page_of_no_noun(href: str, status: int, town: Town, sign_in: SignIn) -> None:
    assert look(sign_in(town.world, town.director), href, status) == []


def test_the_page_for_signing_in(town: Town, sign_in: SignIn) -> None:
    window = sign_in(town.world, town.director)
    window.page.context.clear_cookies()

    assert look(window, "/sign-in") == []
