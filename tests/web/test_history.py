"""The history of each record in the API: the same as on its page, for the same people."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from domain.note import Note
from domain.references import record_id
from domain.vocabulary import Role
from tests.full_authority import Place
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program, SharedAuthority
from tests.web.notes.test_notes import answers
from web.commands.resource import Resource
from web.resources import RESOURCES

ALL_NOUNS = [pytest.param(resource, id=resource.path) for resource, _ in RESOURCES]
SENTENCE = re.compile(r'<p class="app-timeline__sentence">(.*?)</p>', re.S)


def on_page(page: str) -> list[str]:
    return [html.unescape(" ".join(each.split())) for each in SENTENCE.findall(page)]


def told(rows: list[dict[str, Any]]) -> list[str]:
    return [" ".join(row["sentence"].split()) for row in rows]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("resource", ALL_NOUNS)
def test_programs_are_told_what_stands_on_the_page(
    shared: SharedAuthority, resource: Resource[Any], role: Role
) -> None:
    browser = shared.browser(shared.authority.people[role])
    places: tuple[Place, ...] = (shared.authority.ours, shared.authority.theirs)
    for place in places:
        href = resource.href(shared.authority.record(resource.kind, place))
        page, answer = browser.get(href), browser.get(f"/api/v1{href}/history?limit=200")

        assert answer.status_code == page.status_code, href
        if page.status_code == 200:
            assert told(answer.json["items"]) == on_page(page.text), href


def test_an_officer_reads_what_happened_to_a_record_without_the_audit_trail(
    sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    stages = BrokerageStages(sample)
    engagement = stages.confirmed()
    officer = program(sample.officer())

    rows = officer.get(f"/engagements/{engagement}/history").json["items"]

    officer.get("/audit", 403)
    assert [row["topic"] for row in rows][-1] == "engagement.proposed"
    assert rows[0]["topic"] == "engagement.confirmed"
    assert {row["record"] for row in rows} == {engagement}
    assert {row["school"] for row in rows} == {str(sample.urn(stages.school))}
    assert not {"position", "channel"} & rows[0].keys()


def test_a_history_goes_on_page_by_page(sample: SampleAuthority, program: Callable[..., Program]) -> None:
    stages = BrokerageStages(sample)
    path = f"/engagements/{stages.confirmed()}/history"
    api = program(stages.broker)
    whole = api.get(path).json["items"]

    seen: list[dict[str, Any]] = []
    after = ""
    while True:
        page = api.get(f"{path}?limit=2{after}")
        seen += page.json["items"]
        if page.json["next"] is None:
            break
        assert "/history?" in page.headers["Link"]
        after = f"&after={page.json['next']}"

    assert len(whole) > 4
    assert seen == whole
    api.get(f"{path}?after=zzz", 400)
    api.get(f"{path}?after=4af56faf-404f-5224-b8fe-5fd562520e7f", 400)


def test_the_history_of_an_invitation_tells_nothing_of_others(
    sample: SampleAuthority, program: Callable[..., Program]
) -> None:
    stages = BrokerageStages(sample)
    stages.a_tender()
    calder = program(stages.calder.specialist)
    before = calder.get("/invitations/TN-2026-0001/history?limit=1").json

    stages.quote(stages.harrop)

    assert calder.get("/invitations/TN-2026-0001/history?limit=1").json == before
    assert "Harrop" not in calder.get("/invitations/TN-2026-0001/history").text


def test_the_page_of_a_long_history_shows_its_latest_entries_and_leads_to_all_others(
    sample: SampleAuthority, sign_in: Callable[[UUID], Browser], program: Callable[..., Program]
) -> None:
    director = sample.director()
    browser = sign_in(director)
    browser.send("/notes/write", answers(str(sample.urn(sample.school("Ashgrove")))))
    note = record_id(Note.KIND, "N-2026-0001")
    for turn in range(120):
        with sample.acting(director, "director"):
            sample.services.service.change(
                Note,
                note,
                lambda found, turn=turn: found.revise(heading="A", text=f"Turn {turn}", reason="So"),
            )

    seen: list[str] = []
    href = "/notes/N-2026-0001"
    while href:
        page = browser.get(href)
        assert len(on_page(page)) <= 50
        seen += on_page(page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        href = html.unescape(following[1]).removesuffix("#history") if following else ""

    assert len(seen) == 121
    assert seen == told(program(director).get("/notes/N-2026-0001/history?limit=200").json["items"])
    assert "Earlier entries" in browser.get("/notes/N-2026-0001")
    browser.get("/notes/N-2026-0001?after=zzz", 400)
