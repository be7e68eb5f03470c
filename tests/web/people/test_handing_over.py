"""A broker whose requests were given to another may leave: what belongs to the requests went with them."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest

from domain.person import Person
from domain.support_request import SupportRequest
from tests.scenario import TODAY
from tests.web.conftest import Browser
from tests.web.market import Market
from tests.web.schools.acting import day
from tests.world import World

SignIn = Callable[[UUID], Browser]


@pytest.mark.parametrize(
    ("stage", "held"),
    [
        (Market.a_tender, "get quotes or close the invitations (TN-2026-0001)"),
        (Market.proposed, "get everyone's agreement"),
    ],
)
def test_reassigned_then_the_former_broker_may_leave(
    world: World, sign_in: SignIn, stage: Callable[[Market], object], held: str
) -> None:
    market = Market(world)
    stage(market)
    colleague, administrator = world.broker("Cora Colleague"), sign_in(world.administrator())
    leaving = f"/people/{world.reference(market.broker)}/leave"
    answers = {**day("on", TODAY), "reason": "Moved to another authority"}

    assert held in unescape(administrator.send(leaving, answers, status=422).text)
    sign_in(market.director).send(
        "/requests/SR-2026-0001/reassign", {"broker": world.reference(colleague), "reason": "Bea leaves"}
    )
    administrator.send(leaving, answers)

    assert world.services.service.find(Person, market.broker).left_on == TODAY
    assert world.services.service.find(SupportRequest, market.request).broker == colleague
    taken = f"/people/{world.reference(colleague)}/leave"
    assert held in unescape(administrator.send(taken, answers, status=422).text)
