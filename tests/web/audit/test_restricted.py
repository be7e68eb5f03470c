"""The audit trail keeps from administrators what every other page keeps from them of restricted concerns."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.references import record_id
from domain.support_request import SupportRequest
from domain.vocabulary import Role, Sensitivity
from tests.hanging import CANARY, Hanging
from tests.web.conftest import Browser
from tests.world import World

SignIn = Callable[[UUID], Browser]


@pytest.mark.parametrize(("role", "status"), [(Role.ADMINISTRATOR, 404), (Role.REVIEWER, 200), (Role.DIRECTOR, 200)])
def test_what_hangs_on_a_restricted_concern_is_in_the_trail_of_those_who_may_read_it(
    world: World, sign_in: SignIn, role: Role, status: int
) -> None:
    hanging = Hanging(world)
    hanging.keep(Sensitivity.RESTRICTED)
    asking = sign_in(hanging.town.people[role])
    request, *_ = hanging.town.service.find_with_history(
        SupportRequest, record_id("support-request", "SR-2026-0909")
    )[1]

    entry = asking.get(f"/audit/{request.meta.event_id}", status)
    trail = asking.get("/audit") + asking.get("/audit.csv")

    assert (CANARY in entry) is (status == 200)
    assert ("SR-2026-0909" in trail) is (status == 200)
