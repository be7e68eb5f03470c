"""No page, list or command asks the database more than a few questions, whatever the number of rows; and no list
weighs more than a slow line carries in a second."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from domain.concern import ConcernCase
from domain.vocabulary import Role
from tests.databases import Databases
from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.web.conftest import HIDDEN, SharedAuthority, an_app, an_office
from tests.web.statements import Heard, Statements
from web.layout import waiting_decisions
from web.resources import RESOURCES

MOST = 18
"""Statements of one page or list, with finding out who asks and what is kept from them; where a decision is asked
about a record, its page names those who may make it, by three: what is asked, the team of the school, the posts; a
history names the decisions behind what was done, by one."""

MOST_OF_FORM = 12
"""Statements of one command of a page: it is looked up first, with whether the same was begun just now; whether the
decision that it rests on was disowned, and what is asked about the record, which may be left with nothing to decide,
are looked up too; who is given something is held to the version in which they still have their post."""

MOST_OF_PROGRAM = 14
"""Statements of one command of a program: its Idempotency-Key is looked up before, the answer about a request says
what is asked about it, and a process that has not read the settings yet reads them once."""

TO_DRAW = 2
"""Statements more by which a command that begins a record draws its number, and sees that the log has none such."""

MOST_OF_VIEWS = 10
"""Statements by which a command of one record keeps the views in step: at most one to read and one to write for each
table that its events touch."""

FULL = 50
"""Rows of a list page."""

HEAVIEST = 66 * 1024
"""Bytes of a list page of FULL rows, uncompressed."""

OF_EVERY_TABLE = {"/readyz", "/service-status"}
"""Where a row of each table is read, to see that it can be."""

TEAM_LEAD = "team lead"
POSTS = [*(role.value for role in Role), TEAM_LEAD]


@dataclass(frozen=True)
class Crowded:
    """An authority whose lists are full, and an ear at its database."""

    shared: SharedAuthority
    statements: Statements

    @property
    def authority(self) -> FullAuthority:
        return self.shared.authority

    def person(self, post: str) -> UUID:
        return self.authority.team_lead if post == TEAM_LEAD else self.authority.people[Role(post)]

    def get(self, href: str, post: str) -> tuple[TestResponse, Heard]:
        with self.statements.heard() as said:
            answer = self.shared.browser(self.person(post)).get(href)
            answer.close()
        return answer, said

    def addresses(self) -> Iterator[str]:
        """Every address that can be read: of records, one of each kind."""
        resources = {resource.path: resource for resource, _ in RESOURCES}
        for rule in self.shared.app.url_map.iter_rules():
            path = re.sub(r"<address\(.*?\):ref>", "<ref>", rule.rule)
            if "GET" not in (rule.methods or ()) or path.startswith("/static/"):
                continue
            resource = resources.get(path.removeprefix("/api/v1").split("/")[1])
            if "<ref>" in path and resource is not None:
                record = self.authority.record(resource.kind, self.authority.ours)
                path = path.replace("<ref>", resource.address(record)).replace("<int:number>", "1")
            head = self.authority.sample.reference(self.authority.ours.head)
            path = path.replace("<code>", str(self._an_event())).replace("<record>/<int:number>", f"{head}/1")
            path = path.replace("<person>", head)
            if "<" not in path:
                yield path
        provider = self.authority.record(resources["providers"].kind, self.authority.ours)
        yield from (
            f"/api/v1/brokered-history?provider={resources['providers'].address(provider)}",
            f"/api/v1/clearances?provider={resources['providers'].address(provider)}",
            f"/api/v1/brokered-cases?provider={resources['providers'].address(provider)}",
            "/api/v1/search?q=cedar",
            "/api/v1/search?q=V-2026-0001",
            "/api/v1/schools/900001/file?limit=200",
            "/api/v1/caseload?whose=everybody&limit=200",
            *(f"/api/v1/{resource.path}?limit=200" for resource in resources.values() if resource.listing),
            "/search?q=cedar",
            "/search?q=CC-2026-0001",
            "/audit?school=900001",
            "/audit?person=Hana+Head+1&part=acted",
            "/caseload?whose=everybody",
            "/caseload?whose=team",
            "/caseload?school=900001",
            "/caseload?school=Ashgrove",
            "/schools/?q=cedar&category=1",
        )

    def _an_event(self) -> UUID:
        _, events = self.authority.service.find_with_history(
            ConcernCase, self.authority.ours.records[ConcernCase.KIND]
        )
        return events[0].meta.event_id


@pytest.fixture(scope="module")
def crowded(sqlite_databases: Databases) -> Iterator[Crowded]:
    with an_office(sqlite_databases) as (services, clock):
        authority = FullAuthority(SampleAuthority(services, clock))
        authority.grow(FULL + 2)
        yield Crowded(SharedAuthority(an_app(services), authority), Statements(services))


@pytest.mark.parametrize("post", POSTS)
def test_a_page_asks_few_questions_whatever_the_number_of_rows(crowded: Crowded, post: str) -> None:
    too_many = []
    for href in crowded.addresses():
        answer, said = crowded.get(href, post)
        assert answer.status_code < 500, href
        if href in OF_EVERY_TABLE:
            continue
        following = re.search(r'href="([^"]+)" rel="next"', answer.text) if answer.mimetype == "text/html" else None
        found = [(href, said)]
        if following is not None:
            behind = following[1].replace("&amp;", "&")
            found.append((behind, crowded.get(behind, post)[1]))
        too_many += [f"{where}: {len(said.asked)}\n{said}" for where, said in found if len(said.asked) > MOST]
    assert not too_many, f"asked by the {post}:\n" + "\n".join(too_many)


LISTS = [
    "/caseload?whose=everybody",
    "/schools/",
    "/visits/",
    "/records/",
    "/requests/",
    "/tenders/",
    "/engagements/",
    "/concerns/",
    "/providers/",
    "/people/",
    "/notes/",
    "/files/",
    "/audit",
    "/schools/900002/file",
]


@pytest.mark.parametrize("href", LISTS)
def test_a_full_list_is_light(crowded: Crowded, href: str) -> None:
    answer, _ = crowded.get(href, Role.DIRECTOR.value)

    rows = answer.text.count('role="rowheader"') + answer.text.count('class="app-timeline__item"')
    assert rows == FULL + (waiting_decisions.MOST if href.startswith("/caseload") else 0)
    assert len(answer.data) <= HEAVIEST, f"{len(answer.data):,} bytes"


def test_the_invitations_of_a_provider_are_light(crowded: Crowded) -> None:
    answer, _ = crowded.get("/invitations/", Role.SPECIALIST.value)

    assert answer.status_code == 200
    assert len(answer.data) <= HEAVIEST


# Commands. What keeps the views in step is counted by itself: it follows from the tables that an event touches.

A_CONCERN = {
    "school": "900002",
    "kind": "achievement",
    "source": "data",
    "severity": "high",
    "detail": "Results in mathematics fell twice",
    "purpose": "challenge",
}
A_NOTE = {
    "record": "V-2026-0004",
    "note_type": "telephone",
    "heading": "Call with the office",
    "text": "The visit moves to the afternoon.",
    "visible_to": "school",
    "sensitivity": "ordinary",
}
A_PAUSE = {"reason": "The school is closed for a week"}

AGREED = {
    "whose": "",
    "heard": "email",
    "evidence": "Email of today",
    "came_on-day": "2",
    "came_on-month": "11",
    "came_on-year": "2026",
}

COMMANDS: list[tuple[str, dict[str, str]]] = [
    ("/concerns/raise", A_CONCERN),
    ("/concerns/CC-2026-0003/pause", A_PAUSE),
    ("/visits/V-2026-0003/record-agreement", AGREED),
    ("/notes/write", A_NOTE),
    ("/requests/SR-2026-0003/ask-for-information", {"question": "Which year groups?"}),
]


@pytest.mark.parametrize(("href", "answers"), COMMANDS, ids=[href for href, _ in COMMANDS])
def test_a_command_runs_few_statements(crowded: Crowded, href: str, answers: dict[str, str]) -> None:
    browser = crowded.shared.browser(crowded.authority.director)
    hidden = dict(HIDDEN.findall(browser.get(href).text))

    with crowded.statements.heard() as said:
        answer = browser.post(href, data={**hidden, **answers})

    assert answer.status_code == 303, answer.text[:3000]
    assert said.has_saved
    assert len(said.asked) <= MOST_OF_FORM + besides(said), f"{len(said.asked)}\n{said}"
    assert len(of_views(said)) <= MOST_OF_VIEWS, said.of_views


@pytest.mark.parametrize(
    ("path", "answers", "status"),
    [
        ("/concerns/raise", A_CONCERN, 201),
        ("/concerns/CC-2026-0004/pause", A_PAUSE, 200),
        ("/requests/SR-2026-0004/ask-for-information", {"question": "Which year groups?"}, 200),
    ],
)
def test_a_command_of_a_program_runs_few_statements(
    crowded: Crowded, path: str, answers: dict[str, str], status: int
) -> None:
    program = crowded.shared.program(crowded.authority.director)
    program.get("/concerns")
    at = None if status == 201 else program.get(path.rpartition("/")[0]).headers["ETag"]

    with crowded.statements.heard() as said:
        program.post(path, answers, key=f"few-statements-{status}-{len(path)}", at=at, status=status)

    assert said.has_saved
    assert len(said.asked) <= MOST_OF_PROGRAM + besides(said), f"{len(said.asked)}\n{said}"
    assert len(of_views(said)) <= MOST_OF_VIEWS, said.of_views


def besides(said: Heard) -> int:
    """Statements more of a command that begins a record, for which a number is drawn."""
    return any(each.startswith("INSERT INTO reference_numbers") for each in said.asked) * TO_DRAW


def of_views(said: Heard) -> list[str]:
    """The statements that keep views in step, without those that keep the key of the command in the same
    transaction: one, and once an hour a second one that sweeps old keys away."""
    keys = [each for each in said.of_views if "idempotency_keys" in each or "kept_forms" in each]
    assert 1 <= len(keys) <= 2, keys
    return [each for each in said.of_views if each not in keys]
