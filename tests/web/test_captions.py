"""Every form and check page of a record says which record it is about, in its heading and in its title."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest

from domain.person import Person
from domain.vocabulary import Role
from tests.web.conftest import SharedAuthority
from tests.web.test_policy import CELLS
from web.access.context import current_context
from web.access.policy import Action, Scope
from web.command_forms import CommandForm
from web.commands.dispatch import load_for_user
from web.commands.resource import Command, Resource
from web.resources import RESOURCES

IN_TURN = (Role.DIRECTOR, Role.ADMINISTRATOR, Role.HEADTEACHER, Role.CHAIR, Role.SPECIALIST)

ASHGROVE = "Ashgrove High School"

CALLED = {
    "schools": f"900002, {ASHGROVE}",
    "visits": f"V-2026-0001, {ASHGROVE}",
    "records": f"ROV-2026-0001, {ASHGROVE}",
    "requests": f"SR-2026-0001, {ASHGROVE}",
    "tenders": f"TN-2026-0001, {ASHGROVE}",
    "concerns": f"CC-2026-0001, {ASHGROVE}",
    "invitations": f"TN-2026-0001, {ASHGROVE}",
    "engagements": f"BE-2026-0001, {ASHGROVE}",
    "decisions": f"DN-2026-0001, {ASHGROVE}",
    "providers": "PV-2026-0001, Calder Learning 1",
    "people": "Hana Head 1",
    "notes": f"N-2026-0001, {ASHGROVE}",
    "files": f"F-2026-0001, {ASHGROVE}",
    "settings": "Wexmoor Council",
}

A_PRICE = {"days": Decimal(4), "day_rate": Decimal(450), "net": Decimal(1800)}
"""What the check pages of quotes and variations reckon with, beside the provider."""

COMMANDS = [
    pytest.param(resource, command, id=f"{resource.path}-{command.name}")
    for resource, _ in RESOURCES
    for command in resource.commands.values()
    if not command.begins
]


def page_of(shared: SharedAuthority, resource: Resource[Any], command: Command[Any], *, check: bool) -> str:
    authority = shared.authority
    roles = [role for role in IN_TURN if all(CELLS[action, role] for action in (resource.read, command.action))]
    role = next((role for role in roles if CELLS[command.action, role] is Scope.ALL), roles[0])
    record = authority.record(resource.kind, authority.ours)
    if command.action is Action.NAME_DEPUTY:  # for themselves alone
        record = authority.sample.services.service.find(Person, authority.people[role])
    href = resource.href(record, command.name)
    browser = shared.browser(authority.people[role])
    if not check:
        answer = browser.get(href)
        assert answer.status_code in {200, 409}, "a command that would be refused now says why"
        return answer.text
    ref = href.split("/")[2]
    cookie = "; ".join(f"{each.key}={each.value}" for each in browser._cookies.values())
    with shared.app.test_request_context(href, method="POST", headers={"Cookie": cookie}):
        shared.app.preprocess_request()
        context = current_context()
        asked = CommandForm(context, resource, command, load_for_user(context, resource, ref), ref)
        asked.form.values = A_PRICE | {"provider": authority.ours.provider}
        page, status = asked.show(template=command.check_page)
        assert status == 200
        return str(page)


@pytest.mark.parametrize("check", [False, True], ids=["form", "check"])
@pytest.mark.parametrize(("resource", "command"), COMMANDS)
def test_a_form_and_its_check_page_name_their_record(
    shared: SharedAuthority, resource: Resource[Any], command: Command[Any], check: bool
) -> None:
    page = page_of(shared, resource, command, check=check)

    captions = re.findall(r'<span class="govuk-caption-l">([^<]+)</span>\s*<h1', page)
    assert len(captions) == 1, captions
    called = "Dora Director" if command.action is Action.NAME_DEPUTY else CALLED[resource.path]
    assert captions[0].endswith(called), captions
    title = unescape(" ".join(re.findall(r"<title\s*>(.*?)</title>", page, re.DOTALL)[0].split()))
    assert f"{command.title} - {captions[0]}" in title


@pytest.mark.parametrize("check", [False, True], ids=["form", "check"])
@pytest.mark.parametrize(("resource", "command"), COMMANDS)
def test_a_button_says_what_happens_when_it_is_pressed(
    shared: SharedAuthority, resource: Resource[Any], command: Command[Any], check: bool
) -> None:
    page = page_of(shared, resource, command, check=check)

    buttons = {unescape(each).strip() for each in re.findall(r"<button[^>]*>([^<]+)</button>", page)}
    does = command.submit or command.title
    assert ("Continue" if command.check and not check else does) in buttons or "novalidate" not in page
    assert "Save" not in buttons


BY_REFERENCE_ALONE = re.compile(
    r'(?:<a [^>]*|<li class="govuk-breadcrumbs[^>]*|<dd class="govuk-summary-list__value[^>]*)>\s*'
    r"[A-Z]+-\d{4}-\d{4}\s*<"
)


@pytest.mark.parametrize("resource", [pytest.param(each, id=each.path) for each, _ in RESOURCES])
def test_no_record_is_called_by_its_reference_alone_where_a_page_leads_to_it(
    shared: SharedAuthority, resource: Resource[Any]
) -> None:
    authority = shared.authority
    role = next(role for role in IN_TURN if CELLS[resource.read, role])
    answer = shared.browser(authority.people[role]).get(
        resource.href(authority.record(resource.kind, authority.ours))
    )

    assert answer.status_code == 200
    assert BY_REFERENCE_ALONE.findall(answer.text) == []
