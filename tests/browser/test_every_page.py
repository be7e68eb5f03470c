"""Every page on a desk, a tablet and a telephone: accessible, no wider than the screen, no errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from domain.concern import ConcernCase
from domain.person import Person
from domain.vocabulary import Role
from tests.browser.conftest import BrowserServer, OpenWindow
from tests.browser.page_checks import WIDTHS, Window
from tests.full_authority import FullAuthority
from tests.request_context import sent_by
from tests.web.test_policy import CELLS, OF_THEMSELVES
from web.access.policy import Action
from web.commands.resource import Command, Resource
from web.resources import RESOURCES

IN_TURN = (Role.DIRECTOR, Role.ADMINISTRATOR, Role.HEADTEACHER, Role.CHAIR, Role.SPECIALIST)
"""Between them these posts may do whatever anybody may."""


def who_may(authority: FullAuthority, *actions: Action) -> UUID:
    """Somebody whose post lets them do all of this."""
    return next(authority.people[role] for role in IN_TURN if all(CELLS[action, role] for action in actions))


Windows = Callable[[UUID], Window]


@pytest.fixture(scope="module")
def kept_windows(open_for_all: OpenWindow, authority: FullAuthority) -> Windows:
    """The window of each person, opened once: it remembers style sheets and scripts from page to page."""
    opened: dict[UUID, Window] = {}

    def of(person: UUID) -> Window:
        if person not in opened:
            opened[person] = open_for_all(WIDTHS[0])
            opened[person].sign_in(*authority.sample.session_of(person))
        return opened[person]

    return of


@pytest.fixture
def window_of(kept_windows: Windows, server: BrowserServer, authority: FullAuthority) -> Windows:
    server.move_in(authority.sample.services)
    return kept_windows


def look(window: Window, href: str, status: int = 200, *, contrast_everywhere: bool = True) -> None:
    window.faults.clear()
    window.open(href, status)

    assert window.wrong_at_any_width(contrast_everywhere=contrast_everywhere) == []
    assert window.faults == []


EMPTY_FORM = """href => {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = href;
    form.append(document.querySelector('input[name=csrf_token]').cloneNode());
    for (const [name, value] of [['version', '1'], ['command', crypto.randomUUID()]]) {
        const input = document.createElement('input');
        input.type = 'hidden', input.name = name, input.value = value;
        form.append(input);
    }
    document.body.append(form);
    form.submit();
}"""


def send_empty(window: Window, href: str) -> None:
    """Send the form of a page that shows none, as somebody does who opened it before the record changed."""
    with window.page.expect_navigation():
        window.page.evaluate(EMPTY_FORM, href)


def why_not(app: Flask, command: Command[Any], person: UUID, record: Any | None) -> str:
    with sent_by(app, person) as context:
        return command.refusal_text(context, record)


NAMED = [pytest.param(resource, id=resource.path) for resource, _ in RESOURCES]


@pytest.mark.parametrize("resource", NAMED)
def test_a_list(resource: Resource[Any], authority: FullAuthority, window_of: Windows, server: BrowserServer) -> None:
    if server.app.url_map.bind("localhost").test(f"/{resource.path}/", "GET"):
        look(window_of(who_may(authority, resource.read)), f"/{resource.path}/")


@pytest.mark.parametrize("resource", NAMED)
def test_a_record(resource: Resource[Any], authority: FullAuthority, window_of: Windows) -> None:
    look(window_of(who_may(authority, resource.read)), resource.href(authority.record(resource.kind, authority.ours)))


@pytest.mark.parametrize(
    ("resource", "command"),
    [
        pytest.param(resource, command, id=f"{resource.path}-{command.name}")
        for resource, _ in RESOURCES
        for command in resource.commands.values()
    ],
)
def test_a_form(
    resource: Resource[Any],
    command: Command[Any],
    authority: FullAuthority,
    window_of: Windows,
    server: BrowserServer,
) -> None:
    """The contrast of a form is looked at once: at every width it is built of the same parts."""
    if command.begins:
        record, person, href = None, who_may(authority, command.action), f"/{resource.path}/{command.name}"
    else:
        record = authority.record(resource.kind, authority.ours)
        person = who_may(authority, resource.read, command.action)
        if command.action in OF_THEMSELVES:
            record = authority.sample.services.service.find(Person, person)
        href = resource.href(record, command.name)

    window = window_of(person)
    refused = why_not(server.app, command, person, record)
    look(window, href, 409 if refused else 200, contrast_everywhere=False)
    if refused:
        send_empty(window, href)
        assert window.page.locator("form[novalidate]").count(), "what was sent is shown with the reason"
        assert window.wrong_at_any_width(contrast_everywhere=False) == []


@pytest.mark.parametrize(
    ("href", "status"), [("/caseload", 200), ("/account", 200), ("/audit", 200), ("/nowhere", 404)]
)
def test_a_page_of_no_resource(href: str, status: int, authority: FullAuthority, window_of: Windows) -> None:
    look(window_of(authority.director), href, status)


PAGES = [
    (Role.DIRECTOR, "/schools/{school}/file", 200),
    (Role.DIRECTOR, "/schools/?q=bartholomew", 200),
    (Role.DIRECTOR, "/schools/hand-over", 200),
    (Role.ADMINISTRATOR, "/schools/confirm-links", 200),
    (Role.DIRECTOR, "/schools/hand-over?officer={officer}", 200),
    (Role.DIRECTOR, "/visits/coverage", 200),
    (Role.DIRECTOR, "/in-school", 200),
    (Role.DIRECTOR, "/requests/gaps", 200),
    (Role.DIRECTOR, "/providers/vetting?standing=ended&standing=missing", 200),
    (Role.DIRECTOR, "/audit/{event}", 200),
    (Role.DIRECTOR, "/requests/?status=zzz&school=zzz&urgency=zzz", 422),
    (Role.ADMINISTRATOR, "/schools/successions", 200),
    (Role.ADMINISTRATOR, "/accounts", 200),
    (Role.ADMINISTRATOR, "/accounts/{head}", 200),
    (Role.ADMINISTRATOR, "/accounts/{head}/disable", 200),
    (Role.ADMINISTRATOR, "/accounts/new", 200),
    (Role.HEADTEACHER, "/account", 200),
    (Role.HEADTEACHER, "/account/tokens/new", 200),
    (Role.SPECIALIST, "/search?q=nothing", 200),
    (Role.DIRECTOR, "/privacy", 200),
]
"""Pages beside those of lists, records and forms: who sees them, their addresses and how they are answered."""


@pytest.mark.parametrize(("role", "href", "status"), PAGES, ids=[f"{role}-{href}" for role, href, _ in PAGES])
def test_a_page_beside_them(role: Role, href: str, status: int, authority: FullAuthority, window_of: Windows) -> None:
    case = authority.service.find_with_history(ConcernCase, authority.ours.records[ConcernCase.KIND])
    address = href.format(
        school=authority.sample.urn(authority.ours.school),
        officer=authority.sample.reference(authority.ours.officer),
        head=authority.ours.head,
        event=case[1][0].meta.event_id,
    )
    look(window_of(authority.people[role]), address, status, contrast_everywhere=False)


def test_the_page_for_signing_in(server: BrowserServer, open_window: OpenWindow) -> None:
    look(open_window(), "/sign-in")
