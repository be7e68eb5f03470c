"""The policy as somebody meets it at the doors: every page and every command of every noun, in every post."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from domain.account import TokenScopes
from domain.aggregate import Aggregate
from domain.provider import Provider
from domain.vocabulary import About, Role
from tests.town import Place, Town
from tests.web.conftest import Standing
from tests.web.test_policy import CELLS
from web.history import history_of
from web.identity import Visitor, visitor
from web.noun import Command, Noun, Shelf
from web.nouns import NOUNS, SHELVES
from web.policy import SCHOOL, Action, Scope

ALL_NOUNS = [pytest.param(noun, id=noun.path) for noun, _ in NOUNS]
TEAM_LEAD, BYSTANDER = "team lead", "bystander"
POSTS = [*(role.value for role in Role), TEAM_LEAD, BYSTANDER]
"""Every post; the officer is the school's own, the team lead leads its team, the bystander has no school."""


class Asking:
    """Somebody in a post, and what the table of the policy promises them."""

    def __init__(self, standing: Standing, post: str) -> None:
        town = standing.town
        others = {TEAM_LEAD: town.team_lead, BYSTANDER: town.bystander}
        self.post = post
        self.role = Role.OFFICER if post in others else Role(post)
        self.person: UUID = others.get(post) or town.people[self.role]
        self.town = town
        self.app = standing.app
        self.client: FlaskClient = standing.browser(self.person)
        self._visitor: Visitor | None = None

    def holds(self, action: Action) -> bool:
        return CELLS[action, self.role] is not None

    def reaches(self, noun: Noun[Any], action: Action, record: Aggregate) -> bool:
        """Whether the cell for this action and post reaches a record."""
        cell, about, ours = CELLS[action, self.role], self._about(noun, record), self.town.ours
        if cell is None or cell is Scope.ALL:
            return cell is Scope.ALL
        if self.role in SCHOOL:
            return about.school == ours.school
        if self.role is Role.SPECIALIST:
            return about.provider == ours.provider or self.person in about.people
        return self._has_the_school(about) or self.person in about.people

    def _has_the_school(self, about: About) -> bool:
        return self.role is Role.OFFICER and self.post != BYSTANDER and about.school == self.town.ours.school

    def sees(self, noun: Noun[Any], record: Aggregate) -> bool:
        return self.reaches(noun, noun.read, record) and self._is_open(noun, record)

    def refusal(self, noun: Noun[Any], record: Aggregate) -> int:
        """What is answered to what this post may not do: that it may not, or, of a record that it may not know of
        while it may know others of the kind, that there is none."""
        return 404 if self.holds(noun.read) and not self.sees(noun, record) else 403

    def refusal_to_do(self, noun: Noun[Any], command: Command[Any], record: Aggregate) -> int:
        """The same of a command: who may give it to no record is told so first."""
        return self.refusal(noun, record) if any(self.holds(action) for action in command.actions) else 403

    def may_do(self, noun: Noun[Any], command: Command[Any], record: Aggregate) -> bool:
        """Whether the policy lets this post do something to a record that it sees."""
        with self._asked():
            action = command.action_on(record)
        return self.sees(noun, record) and self.reaches(noun, action, record)

    def has_the_say(self, command: Command[Any], record: Aggregate) -> bool:
        """Whether the command is this person's, where a record asks for the one person whose it is."""
        with self._asked() as asking:
            return command.whose(asking, record)

    def _about(self, noun: Noun[Any], record: Aggregate) -> About:
        with self._asked() as asking:
            return noun.about(asking, record)

    def _is_open(self, noun: Noun[Any], record: Aggregate) -> bool:
        with self._asked() as asking, self.town.world.office.read() as connection:
            return noun.sight.is_open(asking, record, noun.concerned(connection, record))

    @contextmanager
    def _asked(self) -> Iterator[Visitor]:
        """A request in which this person asks."""
        with self.app.test_request_context():
            if self._visitor is None:
                g.token, g.session_person = None, self.person
                self._visitor = visitor()
                assert self._visitor is not None
            g.visitor = self._visitor
            yield self._visitor


@pytest.fixture(scope="session", params=POSTS)
def asking(request: pytest.FixtureRequest, standing: Standing) -> Asking:
    return Asking(standing, request.param)


def places(town: Town) -> Iterator[Place]:
    yield from (town.ours, town.theirs)


def record_commands(noun: Noun[Any]) -> Iterator[Command[Any]]:
    yield from (command for command in noun.commands.values() if not command.begins)


def names(shown: str, noun: Noun[Any], record: Aggregate) -> bool:
    """Whether an answer of the API names a record by its address: a reference, or the number of a school."""
    return re.search(rf"\b{re.escape(noun.address(record))}\b", shown) is not None


def offers(page: str, noun: Noun[Any], record: Aggregate, command: Command[Any]) -> bool:
    return f'href="{noun.href(record, command.name)}"' in page


def is_page(app: Flask, href: str) -> bool:
    return app.url_map.bind("localhost").test(href, "GET")


@pytest.mark.parametrize("noun", ALL_NOUNS)
def test_a_record_opens_to_whom_the_policy_says(asking: Asking, noun: Noun[Any]) -> None:
    for place in places(asking.town):
        record = asking.town.record(noun.kind, place)
        for href in (noun.href(record), f"/api/v1{noun.href(record)}"):
            answer = asking.client.get(href)
            status = 200 if asking.sees(noun, record) else asking.refusal(noun, record)
            assert answer.status_code == status, (href, answer.text[:2000])


@pytest.mark.parametrize("noun", ALL_NOUNS)
def test_a_list_opens_to_whom_the_policy_says(asking: Asking, noun: Noun[Any]) -> None:
    lists = [f"/api/v1/{noun.path}"] if noun.listing else []
    if is_page(asking.app, f"/{noun.path}/"):
        lists.append(f"/{noun.path}/")
    for href in lists:
        answer = asking.client.get(href)
        opens = {200, 303} if asking.holds(noun.read) else {403}
        assert answer.status_code in opens, (href, answer.text[:2000])


@pytest.mark.parametrize("noun", ALL_NOUNS)
def test_what_belongs_to_a_record_opens_to_whom_the_policy_says(asking: Asking, noun: Noun[Any]) -> None:
    for place in places(asking.town):
        record = asking.town.record(noun.kind, place)
        for shelf in (history_of(noun), *noun.shelves):
            assert shelf.read is not None
            opens = asking.sees(noun, record) and asking.reaches(noun, shelf.read, record)
            answer = asking.client.get(f"/api/v1{noun.href(record, shelf.path)}")
            assert answer.status_code == (200 if opens else asking.refusal(noun, record)), (
                shelf.path,
                answer.text[:2000],
            )


@pytest.mark.parametrize("shelf", [pytest.param(shelf, id=shelf.path) for shelf in SHELVES])
def test_a_list_of_its_own_opens_to_whom_the_policy_says(asking: Asking, shelf: Shelf) -> None:
    provider = asking.town.record(Provider, asking.town.ours)
    needed = {"clearances": {"provider"}, "brokered-history": {"provider"}, "brokered-cases": {"provider"}}
    answers = {"provider": provider.reference, "q": "school"}
    asked = {name: answers[name] for name in needed.get(shelf.path, {"q"} if shelf.path == "search" else ())}

    answer = asking.client.get(f"/api/v1/{shelf.path}", query_string=asked)

    opens = shelf.read is None or asking.holds(shelf.read)
    assert answer.status_code == (200 if opens else 403), answer.text[:2000]


@pytest.mark.parametrize("noun", ALL_NOUNS)
def test_a_list_has_only_records_that_open(asking: Asking, noun: Noun[Any]) -> None:
    if noun.listing is None or not asking.holds(noun.read):
        return
    shown = asking.client.get(f"/api/v1/{noun.path}?limit=200").text
    for place in places(asking.town):
        record = asking.town.record(noun.kind, place)
        if names(shown, noun, record):
            assert asking.sees(noun, record), noun.address(record)


@pytest.mark.parametrize("noun", ALL_NOUNS)
def test_the_form_of_each_command_opens_to_whom_the_policy_says(asking: Asking, noun: Noun[Any]) -> None:
    for place in places(asking.town):
        record = asking.town.record(noun.kind, place)
        for command in record_commands(noun):
            allowed = asking.may_do(noun, command, record)
            answer = asking.client.get(noun.href(record, command.name))
            if answer.status_code == 403 and not asking.has_the_say(command, record):
                continue
            is_closed = bool(command.closed) and not command.offered(record)
            status = (409 if is_closed else 200) if allowed else asking.refusal_to_do(noun, command, record)
            assert answer.status_code == status, (noun.href(record, command.name), answer.text)


@pytest.mark.parametrize("noun", ALL_NOUNS)
def test_the_form_that_begins_a_record_opens_to_whom_the_policy_says(asking: Asking, noun: Noun[Any]) -> None:
    for command in noun.commands.values():
        if command.begins:
            answer = asking.client.get(f"/{noun.path}/{command.name}")
            assert answer.status_code == (200 if asking.holds(command.action) else 403), command.name


@pytest.mark.parametrize("noun", ALL_NOUNS)
def test_a_page_offers_only_commands_that_open(asking: Asking, noun: Noun[Any]) -> None:
    for place in places(asking.town):
        record = asking.town.record(noun.kind, place)
        if asking.sees(noun, record):
            page = asking.client.get(noun.href(record)).text
            for command in record_commands(noun):
                if offers(page, noun, record, command):
                    assert asking.may_do(noun, command, record), command.name


def test_records_are_found_in_their_lists_and_commands_on_their_pages(standing: Standing) -> None:
    """Else the tests of what lists and pages must not have would look for what is written in another way."""
    listed, offered = set(), set()
    for post in (Role.DIRECTOR, Role.ADMINISTRATOR, Role.BROKER, Role.SPECIALIST):
        asking = Asking(standing, post.value)
        for noun, _ in NOUNS:
            record = asking.town.record(noun.kind, asking.town.ours)
            if asking.sees(noun, record):
                if noun.listing and names(asking.client.get(f"/api/v1/{noun.path}?limit=200").text, noun, record):
                    listed.add(noun.path)
                page = asking.client.get(noun.href(record)).text
                if any(offers(page, noun, record, command) for command in record_commands(noun)):
                    offered.add(noun.path)

    assert listed == {noun.path for noun, _ in NOUNS if noun.listing}
    assert offered == {noun.path for noun, _ in NOUNS if any(record_commands(noun))}


@pytest.mark.parametrize("noun", ALL_NOUNS)
def test_a_form_sent_by_somebody_without_the_right_changes_nothing(asking: Asking, noun: Noun[Any]) -> None:
    events = asking.town.world.office.store
    for place in places(asking.town):
        record = asking.town.record(noun.kind, place)
        before = len(list(events.get(record.id)))
        for command in record_commands(noun):
            if not asking.may_do(noun, command, record):
                answer = asking.client.post(
                    noun.href(record, command.name), data={"version": "1", "confirmed": "yes"}
                )
                assert answer.status_code == asking.refusal_to_do(noun, command, record), command.name
        assert len(list(events.get(record.id))) == before


@pytest.mark.parametrize("noun", ALL_NOUNS)
def test_a_record_that_is_not_there_is_not_found(standing: Standing, noun: Noun[Any]) -> None:
    """Whoever may read none of the kind is told so, whether it is there or not."""
    director = standing.browser(standing.town.director)
    status = 404 if CELLS[noun.read, Role.DIRECTOR] else 403
    missing = "999999" if noun.path == "schools" else f"{noun.kind.prefix}-2019-0001"

    assert director.get(f"/{noun.path}/{missing}").status_code == status
    assert director.get(f"/api/v1/{noun.path}/{missing}").status_code == status


def commands_at_the_api(noun: Noun[Any], town: Town) -> Iterator[tuple[str, dict[str, str]]]:
    """The path of each command, and the headers with which it is sent."""
    for each in noun.several:
        yield f"/api/v1/{noun.path}/{each.name}", {"Idempotency-Key": f"nothing-changes-{each.name}"}
    for number, command in enumerate(noun.commands.values()):
        headers = {"Idempotency-Key": f"nothing-changes-{number}"}
        if command.begins:
            yield f"/api/v1/{noun.path}/{command.name}", headers
        else:
            record = town.record(noun.kind, town.ours)
            yield f"/api/v1{noun.href(record, command.name)}", headers | {"If-Match": f'"{record.version}"'}


@pytest.mark.parametrize("noun", ALL_NOUNS)
def test_a_reviewer_changes_nothing(standing: Standing, noun: Noun[Any]) -> None:
    town = standing.town
    reviewer = standing.program(town.people[Role.REVIEWER])
    pages = standing.browser(town.people[Role.REVIEWER])
    for path, headers in commands_at_the_api(noun, town):
        assert reviewer.client.post(path, json={}, headers={**reviewer.headers, **headers}).status_code == 403, path
        page = path.removeprefix("/api/v1")
        assert pages.post(page, data={}).status_code == 403, path


@pytest.mark.parametrize("noun", ALL_NOUNS)
def test_a_token_that_only_reads_changes_nothing(standing: Standing, noun: Noun[Any]) -> None:
    program = standing.program(standing.town.director, TokenScopes.READ)
    for path, headers in commands_at_the_api(noun, standing.town):
        answer = program.client.post(path, json={}, headers={**program.headers, **headers})
        assert (answer.status_code, answer.json["detail"]) == (403, "This token may only read"), path


@pytest.mark.parametrize("noun", ALL_NOUNS)
def test_nobody_is_let_in_without_signing_in(standing: Standing, noun: Noun[Any]) -> None:
    stranger = standing.app.test_client()
    record = standing.town.record(noun.kind, standing.town.ours)

    assert stranger.get(noun.href(record)).status_code == 303
    assert stranger.get(f"/api/v1{noun.href(record)}").status_code == 401
    for path, headers in commands_at_the_api(noun, standing.town):
        assert stranger.post(path, json={}, headers=headers).status_code == 401, path


def test_a_session_changes_nothing_at_the_api(standing: Standing) -> None:
    director = standing.browser(standing.town.director)
    for noun, _ in NOUNS:
        for path, headers in commands_at_the_api(noun, standing.town):
            assert director.post(path, json={}, headers=headers).status_code == 401, path
