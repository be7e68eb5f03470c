"""A broker's ask for more than they may approve alone, as it waits for the director."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.decision import Decision
from domain.references import record_id
from domain.support_request import Route, SupportLevel, SupportRequest
from tests.domain.brokered import a_need
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser

SignIn = Callable[[UUID], Browser]

REQUEST = "/requests/SR-2026-0001"
MUCH = {"ceiling": "6,000", "reason": "Two terms of help in one department"}


@pytest.fixture
def stages(sample: SampleAuthority) -> BrokerageStages:
    return BrokerageStages(sample)


@pytest.fixture
def asked(sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn) -> Browser:
    """The browser of the broker who asked for £6,000."""
    a_request(sample, stages)
    broker = sign_in(stages.broker)
    broker.send(f"{REQUEST}/approve", MUCH)
    return broker


def a_request(sample: SampleAuthority, stages: BrokerageStages) -> None:
    """A brokered request, for which nothing is approved yet."""

    def raise_() -> SupportRequest:
        request = SupportRequest.raise_("SR-2026-0001", **a_need(school=stages.school))
        request.triage(broker=stages.broker, level=SupportLevel.TARGETED, route=Route.BROKERED)
        return request

    with stages.brokering():
        sample.services.service.add(raise_)


def decision(sample: SampleAuthority, number: int = 1) -> Decision:
    return sample.services.service.find(Decision, record_id(Decision.KIND, f"DN-2026-{number:04d}"))
