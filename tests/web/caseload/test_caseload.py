"""The caseload page and list: mine, my team's, everybody's; by officer, school, whose move and day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest

from tests.full_authority import FullAuthority
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.conftest import Browser, Program
from web.caseload.pages import LATER, NO_DATE, OVERDUE, THIS_WEEK, urgency

SignIn = Callable[[UUID], Browser]

OURS, THEIRS = "CC-2026-0001", "CC-2026-0002"
"""The concerns about the two schools: each is waiting to be assessed."""


@pytest.fixture
def authority(sample: SampleAuthority) -> FullAuthority:
    return FullAuthority(sample)


@pytest.fixture
def shown(sign_in: SignIn) -> Callable[..., set[str]]:
    """The references on somebody's caseload."""

    def look(person: UUID, query: str = "") -> set[str]:
        page = sign_in(person).get(f"/caseload{query}")
        known = (f"{prefix}-2026-000{n}" for prefix in ("CC", "V", "ROV", "SR", "TN", "BE") for n in (1, 2))
        return {reference for reference in known if f">{reference}<" in page or f"/{reference}" in page}

    return look


@pytest.mark.parametrize(
    ("due", "heading"),
    [
        (None, NO_DATE),
        (TODAY - timedelta(days=1), OVERDUE),
        (TODAY, THIS_WEEK),
        (TODAY + timedelta(days=6), THIS_WEEK),
        (TODAY + timedelta(days=7), LATER),
    ],
)
def test_what_is_due_is_put_under_how_soon(due: date | None, heading: str) -> None:
    assert urgency(due, TODAY) == heading


def test_an_officer_sees_the_own_schools_first(authority: FullAuthority, shown: Callable[..., set[str]]) -> None:
    mine = shown(authority.ours.officer)

    assert {OURS, "V-2026-0001"} <= mine
    assert not {THEIRS, "V-2026-0002"} & mine


def test_the_lead_of_a_team_sees_its_schools(authority: FullAuthority, shown: Callable[..., set[str]]) -> None:
    assert not {OURS, THEIRS} & shown(authority.team_lead)
    teams = shown(authority.team_lead, "?whose=team")

    assert OURS in teams
    assert THEIRS not in teams


def test_the_team_of_a_member_is_that_of_the_post(authority: FullAuthority, shown: Callable[..., set[str]]) -> None:
    """Without a school of their own, and without a right to plan there, they see what waits at the team's schools."""
    mine, teams = shown(authority.bystander), shown(authority.bystander, "?whose=team")

    assert not mine
    assert {"V-2026-0001", "SR-2026-0001"} <= teams
    assert not {reference for reference in teams if reference.endswith("2")}
    assert OURS not in teams, "whoever does not lead the team reads no concern there"


def test_a_directors_team_is_everybody(authority: FullAuthority, shown: Callable[..., set[str]]) -> None:
    assert shown(authority.director, "?whose=team") == shown(authority.director, "?whose=everybody")


def test_everybodys_is_there_for_the_service(authority: FullAuthority, shown: Callable[..., set[str]]) -> None:
    assert {OURS, THEIRS} <= shown(authority.director, "?whose=everybody")


def test_a_headteacher_sees_the_own_schools_moves_and_no_other_school(
    authority: FullAuthority, shown: Callable[..., set[str]]
) -> None:
    mine = shown(authority.ours.head)
    every = shown(authority.ours.head, "?whose=everybody")

    assert "ROV-2026-0001" in mine
    assert not {reference for reference in mine | every if reference.endswith("2")}
    assert OURS not in mine, "what an officer has to do is not the headteacher's work"


def test_a_broker_sees_what_waits_to_be_brokered(authority: FullAuthority, shown: Callable[..., set[str]]) -> None:
    broker = next(person for role, person in authority.people.items() if role.value == "broker")

    mine = shown(broker)

    assert "SR-2026-0001" in mine
    assert OURS not in mine


def test_a_school_is_asked_for_by_its_urn(authority: FullAuthority, shown: Callable[..., set[str]]) -> None:
    theirs = authority.sample.urn(authority.theirs.school)

    assert THEIRS in shown(authority.director, f"?school={theirs}")
    assert OURS not in shown(authority.director, f"?school={theirs}")
    assert shown(authority.ours.head, f"?school={theirs}") == set()


def test_an_officers_caseload_can_be_looked_at_by_the_service(
    authority: FullAuthority, shown: Callable[..., set[str]]
) -> None:
    found = shown(authority.director, f"?officer={authority.sample.reference(authority.theirs.officer)}")

    assert THEIRS in found
    assert OURS not in found


def test_the_list_is_narrowed_to_whose_move_it_is_and_when(
    authority: FullAuthority, shown: Callable[..., set[str]]
) -> None:
    every = "?whose=everybody"

    assert OURS not in shown(authority.director, f"{every}&waiting_for=provider")
    assert "V-2026-0001" not in shown(authority.director, f"{every}&due_before={TODAY}")
    assert "V-2026-0001" in shown(authority.director, f"{every}&due_before={TODAY + timedelta(days=2)}")


def test_what_is_overdue_is_counted_and_stands_first(authority: FullAuthority, sign_in: SignIn) -> None:
    authority.sample.clock.go_to(TODAY + timedelta(days=3))

    page = sign_in(authority.ours.officer).get("/caseload")

    assert OVERDUE in page
    assert page.index(OVERDUE) < page.index(NO_DATE)


def test_a_caseload_with_nothing_in_it_says_so(sample: SampleAuthority, sign_in: SignIn) -> None:
    assert "Nothing" in sign_in(sample.officer()).get("/caseload")


def test_a_program_gets_the_same_items(authority: FullAuthority, program: Callable[..., Program]) -> None:
    api = program(authority.ours.officer)
    concerns = [item for item in api.get("/caseload").json["items"] if item["record_kind"] == "concern"]

    assert [(item["task"], item["waiting_for"]) for item in concerns] == [("assess_the_concern", "officer")]
    api.get("/caseload?whose=nobody", status=422)


def test_a_specialist_has_no_caseload(authority: FullAuthority, sign_in: SignIn) -> None:
    sign_in(authority.ours.specialist).get("/caseload", status=403)
