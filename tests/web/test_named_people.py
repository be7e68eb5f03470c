"""Whoever is named in a command holds a post that goes with it, by whatever door the command comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from domain.record_of_visit import RecordOfVisit
from domain.support_request import SupportRequest
from domain.vocabulary import Role
from tests.domain.brokered import a_need
from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Program, SharedAuthority

SOON = str(TODAY + timedelta(days=20))
CASE, REQUEST = "/concerns/CC-2026-0001", "/requests/SR-2026-0001"
PROVIDER, RECORD, VISIT = "/providers/PV-2026-0001", "/records/ROV-2026-0001", "/visits/V-2026-0001"

OBJECTIVE = {"text": "A full team", "measure": "Posts filled", "due": SOON}
FINDING = {"objective": 1, "rag": "green", "commentary": "Posts are filled"}


class Door:
    """The API for one person, who names another."""

    def __init__(self, shared: SharedAuthority, by: UUID, named: UUID) -> None:
        self.api: Program = shared.program(by)
        self.named = shared.authority.sample.reference(named)

    def refuses(self, path: str, body: dict[str, Any], field: str, rule: str = "not-their-post") -> None:
        at = None if path.count("/") == 2 else self.api.get(path.rpartition("/")[0]).headers["ETag"]
        told = self.api.post(path, body, key=f"names-{path.rpartition('/')[2]}", at=at, status=422).json
        assert told["type"].endswith(f"#{rule}")
        assert list(told["errors"]["json"]) == [field]


@pytest.fixture
def specialist(shared: SharedAuthority) -> UUID:
    return shared.authority.ours.specialist


@pytest.fixture
def at_stage(sample: SampleAuthority, app: Flask) -> SharedAuthority:
    """An authority of its own, whose concern goes on."""
    return SharedAuthority(app, FullAuthority(sample))


@pytest.mark.parametrize("role", [Role.CHAIR, Role.SPECIALIST])
def test_a_request_is_answered_by_somebody_of_the_service(at_stage: SharedAuthority, role: Role) -> None:
    authority = at_stage.authority
    authority._add(lambda: SupportRequest.raise_("SR-2026-0900", **a_need(school=authority.ours.school)))
    door = Door(at_stage, authority.people[Role.BROKER], authority.people[role])
    door.refuses("/requests/SR-2026-0900/acknowledge", {"officer": door.named, "answer_by": SOON}, "officer")


@pytest.mark.parametrize("role", [Role.CHAIR, Role.HEADTEACHER, Role.REVIEWER])
def test_a_need_is_met_in_house_by_the_service_or_a_specialist(shared: SharedAuthority, role: Role) -> None:
    door = Door(shared, shared.authority.people[Role.BROKER], shared.authority.people[role])
    met = {"met_by": "lead_teacher", "person": door.named, "note": "Two days a week"}
    door.refuses(f"{REQUEST}/meet-in-house", met, "person")


def test_who_checked_cannot_be_chosen(shared: SharedAuthority, specialist: UUID) -> None:
    """Whoever records a check made it: nobody is named for it by the word of another."""
    door = Door(shared, shared.authority.people[Role.BROKER], shared.authority.director)
    checked = {
        "item": "letter_of_assurance",
        "person": shared.authority.sample.reference(specialist),
        "checked_on": str(TODAY),
        "evidence_seen": "document_seen",
        "checked_by": door.named,
    }
    door.refuses(f"{PROVIDER}/meet-requirement", checked, "checked_by", "unprocessable-entity")


@pytest.mark.parametrize("role", [Role.HEADTEACHER, Role.REVIEWER, Role.ADMINISTRATOR])
def test_a_visit_is_made_by_the_service_and_by_specialists(shared: SharedAuthority, role: Role) -> None:
    authority = shared.authority
    door = Door(shared, authority.director, authority.people[role])
    visitors = {"visitors": [{"person": door.named, "capacity": "officer"}]}
    told = {
        "school": str(authority.sample.urn(authority.ours.school)),
        "kind": "core",
        "purpose": "challenge",
        "focus": "Mathematics",
        **visitors,
    }
    door.refuses("/visits/plan", {**told, "on": SOON}, "visitors")
    held = {"on": str(TODAY), "minutes": 60, "attendees": "Headteacher", "reason": "The head telephoned"}
    door.refuses("/visits/record-unplanned", {**told, **held}, "visitors")
    door.refuses(f"{VISIT}/change-visitors", {**visitors, "reason": "The officer is ill"}, "visitors")


def test_an_action_is_owned_by_the_school_s_own_people_the_service_or_a_specialist(at_stage: SharedAuthority) -> None:
    authority = at_stage.authority
    authority._then(
        RecordOfVisit, authority.ours.records[RecordOfVisit.KIND], lambda it: it.reopen_for_correction("Year 8")
    )
    agreed = {"text": "Send a specialist", "owner_side": "service", "due": SOON, "purpose": "support"}
    for stranger in (authority.theirs.head, authority.people[Role.REVIEWER]):
        door = Door(at_stage, authority.director, stranger)
        door.refuses(f"{RECORD}/write", {"actions": [{**agreed, "owner": door.named}]}, "actions")
