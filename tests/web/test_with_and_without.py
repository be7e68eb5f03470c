"""Authorities made alike but for a restricted concern and what hangs on it: whoever may not read the concern is given
the same answers by all of them, headers and all, but for the visit, of which they are told on purpose.

One has nothing of it, the second the concern and a visit because of it, the third all that may come of both. Between
the last two nothing may differ at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from uuid import UUID

import pytest
from flask import Flask

from domain.aggregate import Event
from domain.concern import ConcernCase, ConcernKind, ConcernSource, Severity
from domain.note import Note, NoteType
from domain.vocabulary import Audience, Purpose, Role, Sensitivity, Team
from tests.databases import Databases
from tests.full_authority import FullAuthority
from tests.request_context import sent_by
from tests.restricted_concern import CANARY, VISIT, RestrictedConcern, a_visit
from tests.sample_authority import SampleAuthority
from tests.web.conftest import a_program, an_app, an_office
from tests.web.read_routes import addresses, references
from web.access.identity import list_scope
from web.access.name_cache import references_of
from web.resources import RESOURCES

MADE_ANEW = {"X-Request-ID", "Content-Security-Policy", "Set-Cookie", "Date", "Content-Length"}

BY_CHANCE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<=/audit/)[0-9a-f]{16}|(?<=after=~)[\w-]{22}|sis_[0-9a-f]{8}"
    r"|(?<=csrf_token. value=.)[^\"]+"
)
"""Ids of events, commands and requests, the beginnings of tokens, and what guards a form."""

OF_THE_WALK = {"/accounts/security", "/readyz", "/account"}
"""What tells of the walk itself, and of the machine."""

TOLD = re.compile(
    rf"/(api/v1/)?(visits(/(\?sort=[a-z-]+)?|\?limit=200|/{VISIT}(/[a-z-]+)?)?|schools/\d+(/file)?|people/PE-[0-9-]+|caseload(\?.*)?|search\?q={VISIT})"
)
"""Where somebody is told on purpose that somebody comes."""

SORTED = re.compile(r'href="(/[^"?]*\?sort=[a-z-]+)"')
"""Where a list is found in another order."""


def _concern(authority: FullAuthority) -> UUID:
    return authority._add(
        lambda: ConcernCase.raise_(
            "CC-2026-0909",
            school=authority.ours.school,
            kind=ConcernKind.ACHIEVEMENT,
            source=ConcernSource.WHISTLEBLOWING,
            severity=Severity.HIGH,
            detail=CANARY,
            purpose=Purpose.CHALLENGE,
            sensitivity=Sensitivity.RESTRICTED,
        )
    )


def _afterwards(authority: FullAuthority) -> None:
    """What happens in each, so that nothing tells how much came before it."""
    for number, place in ((81, authority.ours), (82, authority.theirs)):
        where = {"on_kind": "school", "on_record": place.school, "school": place.school}
        said = {"note_type": NoteType.MEETING, "heading": "Hall", "text": "The hall is free"}
        authority._add(partial(Note.write, f"N-2026-{number:04d}", **where, **said, visible_to=Audience.SCHOOL))


@dataclass
class Authority:
    """One of the three, at its doors."""

    app: Flask
    sample: SampleAuthority
    authority: FullAuthority
    other_lead: UUID
    signed_in: dict[UUID, dict[str, str]] = field(default_factory=dict)
    given: dict[tuple[UUID, str], str] = field(default_factory=dict)

    def answer(self, person: UUID, address: str) -> str:
        """Status, headers and body, without what is made anew for each answer."""
        if (person, address) not in self.given:
            self.given[person, address] = self._answer(person, address)
        return self.given[person, address]

    def events(self) -> list[Event]:
        with self.sample.services.read() as connection:
            return list(self.sample.services.store.everything(connection))

    def _answer(self, person: UUID, address: str) -> str:
        answer = self.app.test_client(use_cookies=False).get(address, headers=self._headers(person, address))
        assert answer.status_code < 500, address
        headers = [f"{name}: {value}" for name, value in answer.headers if name not in MADE_ANEW]
        nonce = re.search(r"nonce-([^']+)", answer.headers["Content-Security-Policy"])
        assert nonce
        return BY_CHANCE.sub("", "\n".join((answer.status, *headers, answer.text)).replace(nonce.group(1), ""))

    def _headers(self, person: UUID, address: str) -> dict[str, str]:
        if person not in self.signed_in:
            name, value = self.sample.session_of(person)
            self.signed_in[person] = {"Cookie": f"{name}={value}", **a_program(self.app, self.sample, person).headers}
        left_out = "Cookie" if address.startswith("/api/") else "Authorization"
        return {name: value for name, value in self.signed_in[person].items() if name != left_out}


@dataclass
class Three:
    """The three authorities, and what there is to be asked of them."""

    nothing: Authority
    visit: Authority
    everything: Authority

    def hidden_events(self) -> list[str]:
        """The ids of the events of the records that there are in the third alone."""
        streams = {event.meta.stream for event in self.visit.events()}
        return [str(event.meta.event_id) for event in self.everything.events() if event.meta.stream not in streams]

    def differing(self, one: Authority, other: Authority, person: UUID) -> set[str]:
        """The addresses at which somebody is not given the same answers by two of them."""
        known = references(self.everything.sample)
        there = dict.fromkeys(addresses(self.everything.app, known, []))
        asked = [address for address in there if address not in OF_THE_WALK]
        in_order = [each for address in asked for each in SORTED.findall(one.answer(person, address))]
        return {each for each in [*asked, *in_order] if one.answer(person, each) != other.answer(person, each)}


@pytest.fixture(scope="module")
def three(databases: Databases) -> Iterator[Three]:
    with ExitStack() as stack:
        made = []
        for more in ("nothing", "a visit", "everything"):
            services, clock = stack.enter_context(an_office(databases))
            sample = SampleAuthority(services, clock)
            authority = FullAuthority(sample)
            other_lead = sample.officer("Petra Primary", team=Team.PRIMARY, leads=True)
            if more == "a visit":
                a_visit(authority, VISIT, concern=_concern(authority))
            elif more == "everything":
                RestrictedConcern(sample, authority, concern=_concern(authority)).go_on()
            _afterwards(authority)
            made.append(Authority(an_app(services), sample, authority, other_lead))
        yield Three(*made)


READERS = [
    *(role.value for role in Role if role not in {Role.OFFICER, Role.DIRECTOR, Role.REVIEWER}),
    "rival",
    "bystander",
    "other lead",
]
"""Whoever may not read the concern."""


@pytest.fixture
def person(three: Three, request: pytest.FixtureRequest) -> UUID:
    authority = three.everything.authority
    people = {role.value: person for role, person in authority.people.items()}
    others = {
        "rival": authority.theirs.specialist,
        "bystander": authority.bystander,
        "other lead": three.everything.other_lead,
    }
    return {**people, **others}[request.param]


@pytest.mark.parametrize("person", READERS, indirect=True)
def test_nothing_tells_what_came_of_a_restricted_concern(three: Three, person: UUID) -> None:
    assert three.differing(three.visit, three.everything, person) == set()


@pytest.mark.parametrize("person", READERS, indirect=True)
def test_what_is_counted_of_a_list_is_what_the_reader_can_page_through(three: Three, person: UUID) -> None:
    for authority, (resource, _) in product((three.visit, three.everything), RESOURCES):
        with sent_by(authority.app, person) as context, context.read() as snapshot:
            if resource.listing is None or not context.user.may(resource.read):
                continue
            seen = list_scope(snapshot, resource.read)
            every = resource.listing.page(snapshot, seen, {}, None, 200).rows
            for place in range(len(every)):
                after = resource.listing.cursor(every[place - 1]) if place else None
                page = resource.listing.counted_page(snapshot, seen, {}, after, limit=1)
                assert (page.rows, page.first, page.total) == ([every[place]], place + 1, len(every)), resource.path


@pytest.mark.parametrize("person", READERS, indirect=True)
def test_an_entry_of_what_came_of_it_is_answered_as_one_that_there_never_was(three: Three, person: UUID) -> None:
    """Whoever has the id of such an event, from a link that somebody sent them, say, learns nothing by asking."""
    hidden = three.hidden_events()
    asked = [
        address for address in addresses(three.everything.app, {}, hidden) if set(address.split("/")) & {*hidden}
    ]
    assert len(asked) >= len(hidden) > 20
    differing = {each for each in asked if three.visit.answer(person, each) != three.everything.answer(person, each)}
    assert differing == set()


def test_whoever_may_read_the_concern_is_told_of_its_entries(three: Three) -> None:
    """Else nothing would be shown by all being answered alike."""
    director = three.everything.authority.director
    assert all(
        three.everything.answer(director, f"/audit/{each}").startswith("200") for each in three.hidden_events()
    )


@pytest.mark.parametrize("person", ["bystander", "specialist"], indirect=True)
def test_the_sums_of_a_provider_are_those_of_the_cases_that_the_reader_may_know(three: Three, person: UUID) -> None:
    authority = three.everything.authority
    with sent_by(three.everything.app, authority.director) as context, context.read() as snapshot:
        numbers = references_of(snapshot, [authority.ours.provider, authority.theirs.provider])
    for number, path in product(numbers.values(), ("brokered-history", "brokered-cases")):
        address = f"/api/v1/{path}?provider={number}"
        assert three.visit.answer(person, address) == three.everything.answer(person, address)
    told = three.everything.answer(
        authority.director, f"/api/v1/brokered-history?provider={numbers[authority.ours.provider]}"
    )
    items = json.loads(told[told.index("\n{") :])["items"]
    assert [(each["invited"], each["rated"]) for each in items] == [(2, 1), (0, 1)], "the whole, to its readers"


@pytest.mark.parametrize(
    "person", ["headteacher", "specialist", "bystander", "administrator", "other lead"], indirect=True
)
def test_of_the_concern_itself_no_more_is_told_than_that_somebody_comes(three: Three, person: UUID) -> None:
    differing = three.differing(three.nothing, three.visit, person)
    assert {address for address in differing if not TOLD.fullmatch(address)} == set()
