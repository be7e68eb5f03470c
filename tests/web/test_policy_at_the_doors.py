"""The policy as somebody meets it at the doors: every page and every command of every resource, in every post."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import Forbidden

from domain.account import TokenScopes
from domain.aggregate import Aggregate, Refusal
from domain.provider import Provider
from domain.vocabulary import About, Role
from tests.full_authority import FullAuthority, Place
from tests.request_context import sent_by
from tests.web.conftest import SharedAuthority
from tests.web.test_policy import CELLS
from web.access.context import RequestContext, User
from web.access.policy import SCHOOL, Action, Scope
from web.api.lists import commands_of, history_of
from web.commands.listing import ListEndpoint
from web.commands.resource import Command, Resource
from web.resources import LIST_ENDPOINTS, RESOURCES

ALL_NOUNS = [pytest.param(resource, id=resource.path) for resource, _ in RESOURCES]
TEAM_LEAD, BYSTANDER = "team lead", "bystander"
POSTS = [*(role.value for role in Role), TEAM_LEAD, BYSTANDER]
"""Every post; the officer is the school's own, the team lead leads its team, the bystander has no school."""


class PostHolder:
    """Somebody in a post, and what the table of the policy promises them."""

    def __init__(self, shared: SharedAuthority, post: str) -> None:
        authority = shared.authority
        others = {TEAM_LEAD: authority.team_lead, BYSTANDER: authority.bystander}
        self.post = post
        self.role = Role.OFFICER if post in others else Role(post)
        self.person: UUID = others.get(post) or authority.people[self.role]
        self.authority = authority
        self.app = shared.app
        self.client: FlaskClient = shared.browser(self.person)
        self._user: User | None = None

    def holds(self, action: Action) -> bool:
        return CELLS[action, self.role] is not None

    def reaches(self, resource: Resource[Any], action: Action, record: Aggregate) -> bool:
        """Whether the cell for this action and post reaches a record."""
        cell, about, ours = CELLS[action, self.role], self._about(resource, record), self.authority.ours
        if cell is None or cell is Scope.ALL:
            return cell is Scope.ALL
        if self.role in SCHOOL:
            return about.school == ours.school
        if self.role is Role.SPECIALIST:
            return about.provider == ours.provider or self.person in about.people
        return self._has_the_school(about, cell) or self.person in about.people

    def _has_the_school(self, about: About, cell: Scope) -> bool:
        """A team lead has the schools of the team, none of them as their own."""
        without = {BYSTANDER, TEAM_LEAD} if cell is Scope.OWN else {BYSTANDER}
        return self.role is Role.OFFICER and self.post not in without and about.school == self.authority.ours.school

    def sees(self, resource: Resource[Any], record: Aggregate) -> bool:
        return self.reaches(resource, resource.read, record) and self._is_open(resource, record)

    def refusal(self, resource: Resource[Any], record: Aggregate) -> int:
        """What is answered to what this post may not do: that it may not, or, of a record that it may not know of
        while it may know others of the kind, that there is none."""
        return 404 if self.holds(resource.read) and not self.sees(resource, record) else 403

    def refusal_to_do(self, resource: Resource[Any], command: Command[Any], record: Aggregate) -> int:
        """The same of a command: who may give it to no record is told so first."""
        return self.refusal(resource, record) if any(self.holds(action) for action in command.actions) else 403

    def may_do(self, resource: Resource[Any], command: Command[Any], record: Aggregate) -> bool:
        """Whether the policy lets this post do something to a record that it sees."""
        with self._asked() as context:
            action = command.action_on(context, record)
        return self.sees(resource, record) and self.reaches(resource, action, record)

    def has_the_say(self, command: Command[Any], record: Aggregate) -> bool:
        """Whether the command is this person's, where a record asks for the one person whose it is."""
        with self._asked() as context:
            try:
                command.whose(context, record)
            except (Refusal, Forbidden):
                return False
        return True

    def why_not(self, command: Command[Any], record: Aggregate | None) -> str:
        """Why the command would be refused now, whatever is answered."""
        with self._asked() as context:
            return command.refusal_text(context, record)

    def _about(self, resource: Resource[Any], record: Aggregate) -> About:
        with self._asked() as context:
            return resource.about(context, record)

    def _is_open(self, resource: Resource[Any], record: Aggregate) -> bool:
        with self._asked() as context, context.read() as snapshot:
            return resource.visibility.is_open(context, record, resource.concerned(snapshot, record))

    @contextmanager
    def _asked(self) -> Iterator[RequestContext]:
        """A request in which this person asks."""
        with sent_by(self.app, self._user or self.person) as context:
            self._user = context.user
            yield context


@pytest.fixture(scope="session", params=POSTS)
def holder(request: pytest.FixtureRequest, shared: SharedAuthority) -> PostHolder:
    return PostHolder(shared, request.param)


def places(authority: FullAuthority) -> Iterator[Place]:
    yield from (authority.ours, authority.theirs)


def record_commands(resource: Resource[Any]) -> Iterator[Command[Any]]:
    yield from (command for command in resource.commands.values() if not command.begins)


def names(shown: str, resource: Resource[Any], record: Aggregate) -> bool:
    """Whether an answer of the API names a record by its address: a reference, or the number of a school."""
    return re.search(rf"\b{re.escape(resource.address(record))}\b", shown) is not None


def offers(page: str, resource: Resource[Any], record: Aggregate, command: Command[Any]) -> bool:
    return f'href="{resource.href(record, command.name)}"' in page


def is_page(app: Flask, href: str) -> bool:
    return app.url_map.bind("localhost").test(href, "GET")


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_a_record_opens_to_whom_the_policy_says(holder: PostHolder, resource: Resource[Any]) -> None:
    for place in places(holder.authority):
        record = holder.authority.record(resource.kind, place)
        for href in (resource.href(record), f"/api/v1{resource.href(record)}"):
            answer = holder.client.get(href)
            status = 200 if holder.sees(resource, record) else holder.refusal(resource, record)
            assert answer.status_code == status, (href, answer.text[:2000])


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_a_list_opens_to_whom_the_policy_says(holder: PostHolder, resource: Resource[Any]) -> None:
    lists = [f"/api/v1/{resource.path}"] if resource.listing else []
    if is_page(holder.app, f"/{resource.path}/"):
        lists.append(f"/{resource.path}/")
    for href in lists:
        answer = holder.client.get(href)
        opens = {200, 303} if holder.holds(resource.read) else {403}
        assert answer.status_code in opens, (href, answer.text[:2000])


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_what_belongs_to_a_record_opens_to_whom_the_policy_says(holder: PostHolder, resource: Resource[Any]) -> None:
    for place in places(holder.authority):
        record = holder.authority.record(resource.kind, place)
        for list_endpoint in (history_of(resource), commands_of(resource), *resource.list_endpoints):
            assert list_endpoint.read is not None
            opens = holder.sees(resource, record) and holder.reaches(resource, list_endpoint.read, record)
            answer = holder.client.get(f"/api/v1{resource.href(record, list_endpoint.path)}")
            assert answer.status_code == (200 if opens else holder.refusal(resource, record)), (
                list_endpoint.path,
                answer.text[:2000],
            )


@pytest.mark.parametrize(
    "list_endpoint", [pytest.param(list_endpoint, id=list_endpoint.path) for list_endpoint in LIST_ENDPOINTS]
)
def test_a_list_of_its_own_opens_to_whom_the_policy_says(holder: PostHolder, list_endpoint: ListEndpoint) -> None:
    provider = holder.authority.record(Provider, holder.authority.ours)
    needed = {"clearances": {"provider"}, "brokered-history": {"provider"}, "brokered-cases": {"provider"}}
    answers = {"provider": provider.reference, "q": "school"}
    asked = {
        name: answers[name]
        for name in needed.get(list_endpoint.path, {"q"} if list_endpoint.path == "search" else ())
    }

    answer = holder.client.get(f"/api/v1/{list_endpoint.path}", query_string=asked)

    opens = list_endpoint.read is None or holder.holds(list_endpoint.read)
    assert answer.status_code == (200 if opens else 403), answer.text[:2000]


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_a_list_has_only_records_that_open(holder: PostHolder, resource: Resource[Any]) -> None:
    if resource.listing is None or not holder.holds(resource.read):
        return
    shown = holder.client.get(f"/api/v1/{resource.path}?limit=200").text
    for place in places(holder.authority):
        record = holder.authority.record(resource.kind, place)
        if names(shown, resource, record):
            assert holder.sees(resource, record), resource.address(record)


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_the_form_of_each_command_opens_to_whom_the_policy_says(holder: PostHolder, resource: Resource[Any]) -> None:
    for place in places(holder.authority):
        record = holder.authority.record(resource.kind, place)
        for command in record_commands(resource):
            allowed = holder.may_do(resource, command, record)
            answer = holder.client.get(resource.href(record, command.name))
            if answer.status_code == 403 and not holder.has_the_say(command, record):
                continue
            status = (409 if holder.why_not(command, record) else 200) if allowed else None
            status = status or holder.refusal_to_do(resource, command, record)
            assert answer.status_code == status, (resource.href(record, command.name), answer.text)


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_the_form_that_begins_a_record_opens_to_whom_the_policy_says(
    holder: PostHolder, resource: Resource[Any]
) -> None:
    for command in resource.commands.values():
        if command.begins:
            answer = holder.client.get(f"/{resource.path}/{command.name}")
            allowed = 409 if holder.holds(command.action) and holder.why_not(command, None) else 200
            assert answer.status_code == (allowed if holder.holds(command.action) else 403), command.name


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_a_page_offers_only_commands_that_open(holder: PostHolder, resource: Resource[Any]) -> None:
    for place in places(holder.authority):
        record = holder.authority.record(resource.kind, place)
        if holder.sees(resource, record):
            page = holder.client.get(resource.href(record)).text
            for command in record_commands(resource):
                if offers(page, resource, record, command):
                    assert holder.may_do(resource, command, record), command.name


def test_records_are_found_in_their_lists_and_commands_on_their_pages(shared: SharedAuthority) -> None:
    """Else the tests of what lists and pages must not have would look for what is written in another way."""
    listed, offered = set(), set()
    for post in (Role.DIRECTOR, Role.ADMINISTRATOR, Role.BROKER, Role.SPECIALIST):
        holder = PostHolder(shared, post.value)
        for resource, _ in RESOURCES:
            record = holder.authority.record(resource.kind, holder.authority.ours)
            if holder.sees(resource, record):
                if resource.listing and names(
                    holder.client.get(f"/api/v1/{resource.path}?limit=200").text, resource, record
                ):
                    listed.add(resource.path)
                page = holder.client.get(resource.href(record)).text
                if any(offers(page, resource, record, command) for command in record_commands(resource)):
                    offered.add(resource.path)

    assert listed == {resource.path for resource, _ in RESOURCES if resource.listing}
    assert offered == {resource.path for resource, _ in RESOURCES if any(record_commands(resource))}


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_a_form_sent_by_somebody_without_the_right_changes_nothing(
    holder: PostHolder, resource: Resource[Any]
) -> None:
    events = holder.authority.sample.services.store
    for place in places(holder.authority):
        record = holder.authority.record(resource.kind, place)
        before = len(list(events.get(record.id)))
        for command in record_commands(resource):
            if not holder.may_do(resource, command, record):
                answer = holder.client.post(
                    resource.href(record, command.name), data={"version": "1", "confirmed": "yes"}
                )
                assert answer.status_code == holder.refusal_to_do(resource, command, record), command.name
        assert len(list(events.get(record.id))) == before


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_a_record_that_is_not_there_is_not_found(shared: SharedAuthority, resource: Resource[Any]) -> None:
    """Whoever may read none of the kind is told so, whether it is there or not."""
    director = shared.browser(shared.authority.director)
    status = 404 if CELLS[resource.read, Role.DIRECTOR] else 403
    missing = "999999" if resource.path == "schools" else f"{resource.kind.prefix}-2019-0001"

    assert director.get(f"/{resource.path}/{missing}").status_code == status
    assert director.get(f"/api/v1/{resource.path}/{missing}").status_code == status


def commands_at_the_api(resource: Resource[Any], authority: FullAuthority) -> Iterator[tuple[str, dict[str, str]]]:
    """The path of each command, and the headers with which it is sent."""
    for each in resource.several:
        yield f"/api/v1/{resource.path}/{each.name}", {"Idempotency-Key": f"nothing-changes-{each.name}"}
    for number, command in enumerate(resource.commands.values()):
        headers = {"Idempotency-Key": f"nothing-changes-{number}"}
        if command.begins:
            yield f"/api/v1/{resource.path}/{command.name}", headers
        else:
            record = authority.record(resource.kind, authority.ours)
            yield f"/api/v1{resource.href(record, command.name)}", headers | {"If-Match": f'"{record.version}"'}


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_a_reviewer_changes_nothing(shared: SharedAuthority, resource: Resource[Any]) -> None:
    authority = shared.authority
    reviewer = shared.program(authority.people[Role.REVIEWER])
    pages = shared.browser(authority.people[Role.REVIEWER])
    for path, headers in commands_at_the_api(resource, authority):
        assert reviewer.client.post(path, json={}, headers={**reviewer.headers, **headers}).status_code == 403, path
        page = path.removeprefix("/api/v1")
        assert pages.post(page, data={}).status_code == 403, path


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_a_token_that_only_reads_changes_nothing(shared: SharedAuthority, resource: Resource[Any]) -> None:
    program = shared.program(shared.authority.director, TokenScopes.READ)
    for path, headers in commands_at_the_api(resource, shared.authority):
        answer = program.client.post(path, json={}, headers={**program.headers, **headers})
        assert (answer.status_code, answer.json["detail"]) == (403, "This token can only read"), path


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_nobody_is_let_in_without_signing_in(shared: SharedAuthority, resource: Resource[Any]) -> None:
    stranger = shared.app.test_client()
    record = shared.authority.record(resource.kind, shared.authority.ours)

    assert stranger.get(resource.href(record)).status_code == 303
    assert stranger.get(f"/api/v1{resource.href(record)}").status_code == 401
    for path, headers in commands_at_the_api(resource, shared.authority):
        assert stranger.post(path, json={}, headers=headers).status_code == 401, path


def test_a_session_changes_nothing_at_the_api(shared: SharedAuthority) -> None:
    director = shared.browser(shared.authority.director)
    for resource, _ in RESOURCES:
        for path, headers in commands_at_the_api(resource, shared.authority):
            assert director.post(path, json={}, headers=headers).status_code == 401, path
