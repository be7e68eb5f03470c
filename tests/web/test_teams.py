"""Which team answers for a school: its list and the school's own page give the same answer, whatever its phase."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.vocabulary import Phase, Team
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser
from tests.web.schools.test_served import rate, tell


@pytest.mark.parametrize("phase", [*Phase, None])
def test_the_lead_of_one_team_finds_the_school_in_their_list_and_may_plan_there(
    sample: SampleAuthority, sign_in: Callable[..., Browser], phase: Phase | None
) -> None:
    school = sample.school("Ashgrove", phase=phase.value if phase else "primary")
    if phase is None:
        tell(sample, school, phase=None)
    rate(sample, school)
    found = {}
    for team in (Team.PRIMARY, Team.SECONDARY):
        lead = sign_in(sample.officer(f"Lead {team}", team=team, leads=True))
        in_list = "Ashgrove" in lead.get("/caseload?whose=team")
        on_page = "/visits/plan" in lead.get(f"/schools/{sample.urn(school)}")
        assert in_list == on_page, f"{team}: in the list {in_list}, on the page {on_page}"
        found[team] = in_list
    assert sorted(found.values()) == [False, True]
