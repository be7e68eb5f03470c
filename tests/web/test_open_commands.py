"""Programs are told what can be done with each record, as the pages offer it, and why not with the rest."""

from __future__ import annotations

from typing import Any

import pytest

from domain.account import TokenScopes
from domain.concern import ConcernCase
from domain.visit import Visit
from tests.web.conftest import SharedAuthority
from tests.web.test_policy_at_the_doors import ALL_NOUNS, POSTS, PostHolder, is_page, offers, places, record_commands
from web.commands.resource import Resource


@pytest.fixture(scope="session", params=POSTS)
def holder(request: pytest.FixtureRequest, shared: SharedAuthority) -> PostHolder:
    return PostHolder(shared, request.param)


def listed(holder: PostHolder, path: str) -> list[dict[str, Any]]:
    answer = holder.client.get(f"/api/v1{path}?limit=200")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json["items"]
    return items


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_the_commands_of_a_record_are_those_of_its_page(holder: PostHolder, resource: Resource[Any]) -> None:
    for place in places(holder.authority):
        record = holder.authority.record(resource.kind, place)
        if not holder.sees(resource, record):
            continue
        told = {each["name"]: each for each in listed(holder, resource.href(record, "commands"))}
        page = holder.client.get(resource.href(record)).text
        allowed = [each for each in record_commands(resource) if holder.may_do(resource, each, record)]
        assert list(told) == [each.name for each in allowed]
        for command in record_commands(resource):
            each = told.get(command.name)
            assert offers(page, resource, record, command) is (each is not None and each["is_open"]), command.name
            if each is not None:
                assert each["title"] == command.title
                assert each["href"] == f"/api/v1{resource.href(record, command.name)}"
                assert each["why_not"] == holder.why_not(command, record), command.name


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_what_begins_a_record_is_what_the_list_offers_to_begin(holder: PostHolder, resource: Resource[Any]) -> None:
    told = {each["name"]: each for each in listed(holder, f"/{resource.path}/commands")}
    assert set(told) == {
        command.name for command in resource.commands.values() if command.begins and holder.holds(command.action)
    }
    shown = holder.client.get(f"/{resource.path}/") if is_page(holder.app, f"/{resource.path}/") else None
    page = shown.text if shown is not None and shown.status_code == 200 else ""
    for name, each in told.items():
        assert each["href"] == f"/api/v1/{resource.path}/{name}"
        form = holder.client.get(f"/{resource.path}/{name}")
        assert form.status_code == (200 if each["is_open"] else 409), name
        if page:
            assert (f'href="/{resource.path}/{name}"' in page) is each["is_open"]


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_to_a_token_that_only_reads_nothing_is_open(shared: SharedAuthority, resource: Resource[Any]) -> None:
    program = shared.program(shared.authority.director, TokenScopes.READ)
    record = shared.authority.record(resource.kind, shared.authority.ours)
    beginnings = program.get(f"/{resource.path}/commands").json
    assert beginnings == {"items": [], "next": None}
    answer = program.client.get(f"/api/v1{resource.href(record, 'commands')}", headers=program.headers)
    assert answer.status_code in {403, 404} or answer.json == {"items": [], "next": None}


@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_nobody_is_told_without_signing_in(shared: SharedAuthority, resource: Resource[Any]) -> None:
    record, stranger = shared.authority.record(resource.kind, shared.authority.ours), shared.app.test_client()
    for path in (resource.href(record, "commands"), f"/{resource.path}/commands"):
        assert stranger.get(f"/api/v1{path}").status_code == 401


def test_a_command_that_is_closed_is_refused_to_a_program_with_the_same_sentence(shared: SharedAuthority) -> None:
    authority = shared.authority
    program = shared.program(authority.director)
    concern, visit = (
        authority.record(ConcernCase, authority.ours).reference,
        authority.record(Visit, authority.ours).reference,
    )
    for path, name, body in (
        (f"/concerns/{concern}", "resume", {"reason": "Term began"}),
        (f"/visits/{visit}", "close", {}),
    ):
        items = program.get(f"{path}/commands?limit=200").json["items"]
        told = next(each for each in items if each["name"] == name)
        at = program.get(path).headers["ETag"]
        refused = program.post(f"{path}/{name}", body, key=f"closed-{name}", at=at, status=422).json
        assert not told["is_open"]
        assert refused["detail"] == told["why_not"]


def test_the_list_goes_on_as_every_list_does(shared: SharedAuthority) -> None:
    authority = shared.authority
    program = shared.program(authority.director)
    path = f"/visits/{authority.record(Visit, authority.ours).reference}/commands"
    whole = program.get(f"{path}?limit=200").json["items"]

    first = program.get(f"{path}?limit=2").json
    second = program.get(f"{path}?limit=200&after={first['next']}").json

    assert [*first["items"], *second["items"]] == whole
    program.get(f"{path}?after=dance", status=400)
