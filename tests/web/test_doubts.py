"""What was recorded for somebody who has not confirmed it, or has disowned it, is marked in every list, in one field
and in the same words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from domain.engagement import BrokeredEngagement
from domain.visit import Visit
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from web.commands.decided import DECIDED
from web.resources import RESOURCES

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

RECORDED = "Recorded by Bea Broker; not yet confirmed by Dora Director"
DISOWNED = "Recorded by Bea Broker; disowned by Dora Director"


@pytest.fixture
def stages(sample: SampleAuthority) -> BrokerageStages:
    return BrokerageStages(sample)


@pytest.fixture
def recorded(sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn) -> Browser:
    """The broker's browser: work is proposed, and a higher limit for its request was recorded for the director."""
    stages.proposed()
    broker = sign_in(stages.broker)
    came = {"decided_on-day": "2", "decided_on-month": "11", "decided_on-year": "2026"}
    said = {"heard": "meeting", "evidence": "Minute 4", "decider": sample.reference(stages.director)}
    broker.send("/requests/SR-2026-0001/record-approval", {"ceiling": "9,000", **said, **came})
    return broker


def test_each_list_of_records_that_take_decisions_or_agreements_has_the_field() -> None:
    kinds = {kind for kind, _ in DECIDED} | {Visit.KIND, BrokeredEngagement.KIND}
    lacking = [
        resource.path
        for resource, _ in RESOURCES
        if resource.kind.KIND in kinds
        and resource.listing is not None
        and "recorded_for_others" not in resource.listing.row.__struct_fields__
    ]
    assert lacking == [*WITHOUT]


WITHOUT = {
    "schools": "the only decision on one is its level of support, which nobody records for somebody else",
    "invitations": "providers are not told who decides",
}


def test_the_lists_of_requests_tenders_engagements_and_of_a_providers_work_say_so(
    recorded: Browser, stages: BrokerageStages, sample: SampleAuthority, program: Programs, sign_in: SignIn
) -> None:
    director = sign_in(stages.director)
    api = program(sample.reviewer())
    provider = api.get("/providers").json["items"][0]["reference"]
    lists = ("/requests", "/engagements", f"/brokered-cases?provider={provider}")
    for words, confirmation in ((RECORDED, "not_confirmed"), (DISOWNED, "disowned")):
        for address in ("/requests/", "/engagements/"):
            assert words in recorded.get(address), address
        told: list[dict[str, Any]] = [api.get(address).json["items"][0] for address in lists]
        assert [[each["confirmation"] for each in item["recorded_for_others"]] for item in told] == [
            [confirmation] for _ in lists
        ]
        if confirmation == "not_confirmed":
            director.send("/decisions/DN-2026-0001/disown", {"reason": "I said no"})
    assert DISOWNED not in sign_in(stages.head).get("/requests/")
    director.send("/decisions/DN-2026-0001/decide-afterwards", {"reason": "I decide it now"})
    assert "disowned" not in recorded.get("/requests/")
