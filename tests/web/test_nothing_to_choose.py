"""Where there is nothing to choose from, no page offers the form that asks to choose, and the form says why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from operator import methodcaller
from uuid import UUID

import pytest

from domain.person import Person
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser

SignIn = Callable[[UUID], Browser]

NO_SCHOOLS = "There are no open schools for which you can do this."


@pytest.mark.parametrize("path", ["/visits/plan", "/visits/record-unplanned", "/requests/raise", "/concerns/raise"])
def test_nothing_begins_where_there_is_no_school(sample: SampleAuthority, sign_in: SignIn, path: str) -> None:
    director, index = sign_in(sample.director()), path[: path.rindex("/") + 1]
    assert NO_SCHOOLS in director.get(path, status=409)
    assert f'href="{path}"' not in director.get(index)

    sample.school()
    assert NO_SCHOOLS not in director.get(path)
    assert f'href="{path}"' in director.get(index)


def test_a_head_of_a_closed_school_is_not_offered_to_ask(sample: SampleAuthority, sign_in: SignIn) -> None:
    sample.school()
    head = sign_in(sample.headteacher(sample.school("Old School", status="Closed")))

    assert NO_SCHOOLS in head.get("/requests/raise", status=409)
    assert 'href="/requests/raise"' not in head.get("/requests/")


def test_nobody_is_engaged_without_quotes_where_no_request_waits(sample: SampleAuthority, sign_in: SignIn) -> None:
    stages = BrokerageStages(sample)
    broker = sign_in(stages.broker)
    assert 'href="/engagements/propose"' not in broker.get("/engagements/")

    stages.an_approved_request()
    assert 'href="/engagements/propose"' in broker.get("/engagements/")


def test_a_request_is_given_to_a_broker_once_there_is_one(sample: SampleAuthority, sign_in: SignIn) -> None:
    stages = BrokerageStages(sample)
    stages.an_approved_request()
    director = sign_in(stages.director)
    assert 'href="/requests/SR-2026-0001/reassign"' in director.get("/requests/SR-2026-0001")

    leaving = methodcaller("leave", on=TODAY - timedelta(days=1), reason="Moved away")
    with sample.acting():
        sample.services.service.change(Person, stages.broker, leaving)
    assert "There is nobody with the role of Broker" in director.get("/requests/SR-2026-0001/reassign", status=409)
    assert 'href="/requests/SR-2026-0001/reassign"' not in director.get("/requests/SR-2026-0001")
