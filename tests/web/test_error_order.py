"""Errors at the top of a form are in the order of its questions, and each leads to its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from domain.service import rehearsing
from tests.databases import Databases
from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.web.conftest import SharedAuthority, an_app, an_office
from web.resources import RESOURCES

NAMED = re.compile(r'<(?:input|select|textarea)\b[^>]*?\bname="([^"]+)"')
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')
LED_TO = re.compile(r'<a href="#([^"]+)">')


@pytest.fixture(scope="module")
def shared(databases: Databases) -> Iterator[SharedAuthority]:
    with an_office(databases) as (services, clock):
        yield SharedAuthority(an_app(services), FullAuthority(SampleAuthority(services, clock)))


@pytest.mark.parametrize("path", [resource.path for resource, _ in RESOURCES])
def test_errors_are_in_the_order_of_the_questions(shared: SharedAuthority, path: str) -> None:
    resource = next(resource for resource, _ in RESOURCES if resource.path == path)
    seen = 0
    for command in resource.commands.values():
        record = None if command.begins else shared.authority.record(resource.kind, shared.authority.ours)
        at = f"/{path}/{command.name}" if record is None else f"/{path}/{resource.address(record)}/{command.name}"
        for person in shared.authority.people.values():
            client = shared.browser(person)
            opened = client.get(at)
            if opened.status_code != 200:
                continue
            form = opened.text[opened.text.index("<main") : opened.text.index("</main>")]
            sent = dict.fromkeys(NAMED.findall(form), "zz") | dict(HIDDEN.findall(form))
            with rehearsing(lambda *_: None):
                told = client.post(at, data=sent)
            if told.status_code == 422:
                summary, _, questions = told.text.partition("govuk-error-summary")[2].partition("</ul>")
                places = [questions.index(f'id="{control}"') for control in LED_TO.findall(summary)]
                assert places == sorted(places), (at, LED_TO.findall(summary))
                seen += len(places)
            break
    assert seen
