"""A closed school takes nothing that begins after it closed, by whatever door and in whatever record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.school import School, Source
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program
from tests.web.test_doors import A_CONCERN

SignIn = Callable[[UUID], Browser]
Use = Callable[..., Program]

SOON, LATER = str(TODAY + timedelta(days=30)), str(TODAY + timedelta(days=90))
CLOSED_ON = date(2026, 7, 17)


@pytest.fixture
def closed(sample: SampleAuthority) -> str:
    """The URN of a school that closed in the summer, beside one that is open."""
    sample.school("Heath End School")
    return str(sample.urn(sample.school("Gorse Hill School", status="Closed", closed=str(CLOSED_ON))))


def test_a_closed_school_takes_only_late_facts(
    sample: SampleAuthority, program: Use, sign_in: SignIn, closed: str
) -> None:
    director = sample.director()
    api, about = program(director), {**A_CONCERN, "school": closed}
    visit = {
        "school": closed,
        "kind": "core",
        "purpose": "challenge",
        "visitors": [{"person": sample.reference(director), "capacity": "director"}],
        "focus": "Mathematics",
    }
    unplanned = {**visit, "minutes": 60, "attendees": "Headteacher", "reason": "The head telephoned"}
    need = {
        "school": closed,
        "kind": "specialist",
        "subject": "Mathematics",
        "phase": "secondary",
        "need": "Planning",
        "outcome_wanted": "Planning that holds",
        "needed_from": str(TODAY),
        "needed_by": LATER,
    }
    too_late = str(CLOSED_ON + timedelta(days=1))

    def refuses(path: str, body: dict[str, Any], field: str) -> None:
        told = api.post(path, body, key=f"late-at-{len(str(body))}", status=422).json
        assert told["type"].endswith("#school-is-closed")
        assert list(told["errors"]["json"]) == [field]

    refuses("/requests/raise", need, "school")
    refuses("/visits/plan", {**visit, "on": SOON}, "school")
    refuses("/visits/record-unplanned", {**unplanned, "on": too_late}, "on")
    refuses("/concerns/raise", about, "school")
    refuses("/concerns/raise", {**about, "on": too_late}, "on")
    refused = sign_in(director).send("/concerns/raise", about, status=422).text
    assert "This school is closed. You can only record what happened before it closed" in refused
    assert f"Gorse Hill School, Wexmoor ({closed}), closed" in refused

    api.post("/concerns/raise", {**about, "on": str(CLOSED_ON)}, key="a-late-concern", status=201)
    api.post("/visits/record-unplanned", {**unplanned, "on": str(CLOSED_ON)}, key="a-late-visit", status=201)


def test_a_school_of_which_nobody_knows_when_it_closed_takes_nothing(sample: SampleAuthority, program: Use) -> None:
    closed = str(sample.urn(sample.school("Gorse Hill School", status="Closed")))
    told = {**A_CONCERN, "school": closed, "on": "2024-09-01"}

    refused = program(sample.director()).post("/concerns/raise", told, key="nobody-knows", status=422).json

    assert refused["type"].endswith("#school-is-closed")


def test_nothing_begins_at_a_school_of_another_authority(
    sample: SampleAuthority, program: Use, sign_in: SignIn
) -> None:
    other = sample.school("Lever Edge", la_code="350", la_name="Bolton")
    theirs, ours = str(sample.urn(other)), sample.school("Gorse Hill School")
    director, officer = sample.director(), sample.officer()
    me = sample.reference(director)
    visit = {
        "school": theirs,
        "kind": "core",
        "purpose": "challenge",
        "visitors": [{"person": me, "capacity": "director"}],
        "focus": "Mathematics",
    }
    need = {
        "kind": "specialist",
        "subject": "Mathematics",
        "phase": "secondary",
        "need": "Planning",
        "outcome_wanted": "Planning that holds",
        "needed_from": str(TODAY),
        "needed_by": LATER,
    }
    today, giving = {"from": str(TODAY)}, {"officer": sample.reference(officer), "reason": "Balance"}
    rating = {"category": "C", "review_due": LATER, "rationale": "Results"}
    unplanned = {
        **visit,
        "on": str(TODAY),
        "minutes": 60,
        "attendees": "Headteacher",
        "reason": "The head telephoned",
    }
    api = program(director)

    for path, body in (
        ("/visits/plan", {**visit, "on": SOON}),
        ("/visits/record-unplanned", unplanned),
        ("/requests/raise", {**need, "school": theirs}),
        ("/concerns/raise", {**A_CONCERN, "school": theirs}),
        (f"/schools/{theirs}/assign-officer", {**today, **giving}),
        (f"/schools/{theirs}/set-need-category", {**today, **rating}),
    ):
        at = api.get(f"/schools/{theirs}").headers["ETag"] if "/schools/" in path else None
        refused = api.post(path, body, key=f"elsewhere{path.replace('/', '-')}", at=at, status=422).json
        assert refused["type"].endswith("#school-is-elsewhere"), path
        assert "This school belongs to another authority: Bolton. You cannot start anything new there" in str(
            refused
        ), path
    refused_form = sign_in(director).get(f"/schools/{theirs}/assign-officer", status=409)
    assert "This school belongs to another authority: Bolton" in refused_form

    planned = api.post(
        "/visits/plan", {**visit, "school": str(sample.urn(ours)), "on": SOON}, key="ours-plan", status=201
    )
    with sample.acting():
        bolton = Source("register_2026-10.csv", TODAY)
        sample.services.service.change(
            School, ours, lambda each: each.move_to(la_name="Bolton", la_code="350", source=bolton)
        )
    moved = {"on": LATER, "side": "service", "reason": "A clash"}
    path = f"/visits/{planned.json['reference']}/reschedule"
    refused = api.post(path, moved, key="moved-to-another-day", at=planned.headers["ETag"], status=422).json
    assert refused["type"].endswith("#school-is-elsewhere")
