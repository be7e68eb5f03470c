"""The audit trail keeps from administrators what every other page keeps from them of restricted concerns."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.references import record_id
from domain.support_request import SupportRequest
from domain.vocabulary import Role, Sensitivity
from tests.restricted_concern import CANARY, RestrictedConcern
from tests.sample_authority import SampleAuthority
from tests.web.conftest import Browser

SignIn = Callable[[UUID], Browser]


@pytest.mark.parametrize(("role", "status"), [(Role.ADMINISTRATOR, 404), (Role.REVIEWER, 200), (Role.DIRECTOR, 200)])
def test_what_hangs_on_a_restricted_concern_is_in_the_trail_of_those_who_may_read_it(
    sample: SampleAuthority, sign_in: SignIn, role: Role, status: int
) -> None:
    restricted = RestrictedConcern(sample)
    restricted.keep(Sensitivity.RESTRICTED)
    asking = sign_in(restricted.authority.people[role])
    request, *_ = restricted.authority.service.find_with_history(
        SupportRequest, record_id("support-request", "SR-2026-0909")
    )[1]

    entry = asking.get(f"/audit/{request.meta.event_id}", status)
    trail = asking.get("/audit") + asking.get("/audit.csv")

    assert (CANARY in entry) is (status == 200)
    assert ("SR-2026-0909" in trail) is (status == 200)
