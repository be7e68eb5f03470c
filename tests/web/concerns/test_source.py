"""Who told the service of a concern in confidence is known to directors and the school's own officers alone: two
authorities in which the names are others give everybody else the same answers, at every door."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask

from domain.concern import ConcernCase, ConcernSource
from domain.school import School
from domain.vocabulary import Role
from tests.canaries.concerns import ConcernWords
from tests.databases import Databases
from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.web.conftest import a_program, an_app, an_office
from tests.web.test_with_and_without import BY_CHANCE

CASE = "CC-2026-0901"
NAMES = ("Rosa Blum", "Ferdinand Holunderstrauch")
KNOWN_TO = {Role.DIRECTOR.value, Role.OFFICER.value}
TOLD_OF_IT = {*KNOWN_TO, Role.REVIEWER.value, "team lead"}
ADDRESSES = (
    *(f"/concerns/{CASE}", f"/concerns/{CASE}/name-source", f"/concerns/{CASE}/reword", "/concerns/"),
    *(f"/api/v1/concerns/{CASE}", f"/api/v1/concerns/{CASE}/history", "/api/v1/concerns"),
    *(f"/audit/{CASE}/{number}" for number in (1, 2, 3)),
    *("/audit", "/audit.csv", f"/audit?record={CASE}", f"/api/v1/audit?record={CASE}"),
    *("/caseload?whose=everybody", f"/search?q={CASE}", f"/search?q={NAMES[0].replace(' ', '+')}"),
)


@dataclass
class Told:
    """An authority in which somebody told of a concern; the name was put right once."""

    app: Flask
    sample: SampleAuthority
    authority: FullAuthority

    def answers(self, person: UUID) -> dict[str, str]:
        """What somebody is given wherever the concern could be told of, without what is made anew each time."""
        client = self.app.test_client(use_cookies=False)
        name, value = self.sample.session_of(person)
        cookie, token = {"Cookie": f"{name}={value}"}, a_program(self.app, self.sample, person).headers
        given = {}
        for address in ADDRESSES:
            answer = client.get(address, headers=token if address.startswith("/api/") else cookie)
            assert answer.status_code < 500, address
            nonce = re.search(r"nonce-([^']+)", answer.headers["Content-Security-Policy"])
            text = answer.text.replace(nonce[1], "") if nonce else answer.text
            given[address] = BY_CHANCE.sub("", f"{answer.status}\n{text}")
        return given


@pytest.fixture(scope="module")
def both(databases: Databases) -> Iterator[list[Told]]:
    with ExitStack() as stack:
        yield [told_by(name, databases, stack) for name in NAMES]


def told_by(name: str, databases: Databases, stack: ExitStack) -> Told:
    services, clock = stack.enter_context(an_office(databases))
    sample = SampleAuthority(services, clock)
    authority = FullAuthority(sample)
    raised = {**ConcernWords.RAISED, "source": ConcernSource.WHISTLEBLOWING, "detail": "Marks were changed"}
    case = authority._add(lambda: ConcernCase.raise_(CASE, school=authority.ours.school, **raised))
    authority._then(ConcernCase, case, lambda it: it.name_source(source_name=f"{name[::-1]}"))
    authority._then(ConcernCase, case, lambda it: it.name_source(source_name=name))
    return Told(an_app(services), sample, authority)


def people(told: Told) -> dict[str, UUID]:
    named = {role.value: person for role, person in told.authority.people.items()}
    return {**named, "team lead": told.authority.team_lead, "bystander": told.authority.bystander}


@pytest.mark.parametrize("reader", [*(role.value for role in Role), "team lead", "bystander"])
def test_nobody_else_is_given_an_answer_in_which_the_name_makes_a_difference(both: list[Told], reader: str) -> None:
    one, other = (told.answers(people(told)[reader]) for told in both)
    differing = {address for address in ADDRESSES if one[address] != other[address]}

    if reader in KNOWN_TO:
        assert {f"/concerns/{CASE}", f"/api/v1/concerns/{CASE}"} <= differing
        assert NAMES[0] in one[f"/concerns/{CASE}"]
    else:
        assert differing == set()
    is_told_of_it = any("in confidence, who told the service" in text for text in one.values())
    assert is_told_of_it is (reader in TOLD_OF_IT), (
        "that somebody did is no secret to those who read what is restricted"
    )


def test_whoever_raises_a_concern_names_their_source_and_does_not_read_it_back(both: list[Told]) -> None:
    told = both[0]
    urn = told.authority.service.find(School, told.authority.ours.school).urn
    said = {"kind": "achievement", "source": "whistleblowing", "severity": "high", "purpose": "challenge"}
    broker = a_program(told.app, told.sample, told.authority.people[Role.BROKER])

    answer = broker.post(
        "/concerns/raise",
        {"school": str(urn), "detail": "Marks were changed again", "source_name": "Anton Distel", **said},
        key="told-in-confidence",
        status=201,
    )

    assert "Anton Distel" not in answer.text
    director = a_program(told.app, told.sample, told.authority.director)
    raised = [each["reference"] for each in director.get("/concerns").json["items"]]
    names = [director.get(f"/concerns/{reference}").json["source_name"] for reference in raised]
    assert "Anton Distel" in names
