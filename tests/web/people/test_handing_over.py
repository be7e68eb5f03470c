"""A broker whose requests were given to another may leave: what belongs to the requests went with them."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest

from domain.person import Person
from domain.support_request import SupportRequest
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser
from tests.web.schools.school_changes import day

SignIn = Callable[[UUID], Browser]


@pytest.mark.parametrize(
    ("stage", "held"),
    [
        (BrokerageStages.a_tender, "get quotes or close the invitations (TN-2026-0001)"),
        (BrokerageStages.proposed, "get everyone's agreement"),
    ],
)
def test_what_a_broker_holds_is_shown_where_they_leave_and_goes_to_whom_it_is_reassigned(
    sample: SampleAuthority, sign_in: SignIn, stage: Callable[[BrokerageStages], object], held: str
) -> None:
    stages = BrokerageStages(sample)
    stage(stages)
    colleague, administrator = sample.broker("Cora Colleague"), sign_in(sample.administrator())
    leaving = f"/people/{sample.reference(stages.broker)}/leave"
    answers = {**day("on", TODAY), "reason": "Moved to another authority"}

    assert held in unescape(administrator.get(leaving))
    sign_in(stages.director).send(
        "/requests/SR-2026-0001/reassign", {"broker": sample.reference(colleague), "reason": "Bea leaves"}
    )
    administrator.send(leaving, answers)

    assert sample.services.service.find(Person, stages.broker).left_on == TODAY
    assert sample.services.service.find(SupportRequest, stages.request).broker == colleague
    taken = f"/people/{sample.reference(colleague)}/leave"
    assert held in unescape(administrator.get(taken))
