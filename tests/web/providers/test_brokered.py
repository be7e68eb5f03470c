"""What has become of a provider that was asked, and what becomes of its work when it is suspended."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.engagement import EngagementStatus
from domain.provider import Provider
from tests.web.conftest import Browser, Program
from tests.web.market import Market
from tests.world import World

Open = Callable[[UUID], Browser]
Use = Callable[..., Program]

CALDER, HARROP = "/providers/PV-2026-0001", "/providers/PV-2026-0002"


@pytest.fixture
def market(world: World) -> Market:
    return Market(world)


def test_the_page_of_a_provider_tells_its_history_with_the_number_of_cases(market: Market, sign_in: Open) -> None:
    broker = sign_in(market.broker)
    assert "This provider has not been invited yet" in broker.get(CALDER)
    engagement = market.confirmed()
    page = broker.get(CALDER)
    assert "Invitations and engagements" in page
    assert "Not rated" in page
    assert f"/engagements/{engagement}" in page
    assert f"/engagements/{engagement}" not in broker.get(HARROP)


def test_a_program_reads_the_history_of_a_provider_and_its_people(market: Market, program: Use) -> None:
    market.confirmed()
    rows = program(market.broker).get("/brokered-history?provider=PV-2026-0001").json["items"]
    told = [(row["name"], row["kind"], row["engaged"], row["rated"], row["mean_rating"]) for row in rows]
    assert told == [
        ("Calder Learning", "provider", 1, 0, None),
        ("Grace Calder", "specialist", 1, 0, None),
    ]
    lost = program(market.broker).get("/brokered-history?provider=PV-2026-0002").json["items"][0]
    assert (lost["invited"], lost["times_selected"], lost["engaged"]) == (1, 0, 0)


def test_a_program_reads_the_cases_behind_the_sums(market: Market, program: Use) -> None:
    engagement = market.confirmed()
    broker, own = program(market.broker), program(market.calder.specialist)
    path = "/brokered-cases?provider=PV-2026-0001"

    rows = broker.get(path).json["items"]

    assert {(row["kind"], row["record"], row["outcome"]) for row in rows} == {
        ("engagement", engagement, "confirmed"),
        ("invitation", "TN-2026-0001", "selected"),
    }
    assert {row["school"] for row in rows} == {str(market.world.urn(market.school))}
    first = broker.get(f"{path}&limit=1").json
    second = broker.get(f"{path}&limit=1&after={first['next']}").json
    assert [*first["items"], *second["items"]] == rows
    assert own.get(path).json["items"] == rows
    own.get("/brokered-cases?provider=PV-2026-0002", 422)
    assert not {"reason", "net_cost", "request"} & rows[0].keys()


def test_a_program_reads_why_an_invitation_was_declined(market: Market, program: Use) -> None:
    market.a_tender()
    specialist = program(market.harrop.specialist)
    at = specialist.get("/invitations/TN-2026-0001").headers["ETag"]
    specialist.post(
        "/invitations/TN-2026-0001/decline", {"why": "no_capacity", "reason": "Full"}, key="declined-1", at=at
    )

    (row,) = program(market.broker).get("/brokered-cases?provider=PV-2026-0002").json["items"]

    assert (row["outcome"], row["declined_for"]) == ("declined", "no_capacity")


def test_a_provider_reads_its_own_history_alone(market: Market, sign_in: Open, program: Use) -> None:
    market.confirmed()
    assert "Invitations and engagements" in sign_in(market.calder.specialist).get(CALDER)
    use = program(market.calder.specialist)
    assert use.get("/brokered-history?provider=PV-2026-0001").json["items"]
    use.get("/brokered-history?provider=PV-2026-0002", 422)


@pytest.mark.parametrize(("paused", "status"), [(True, EngagementStatus.PAUSED), (False, EngagementStatus.CONFIRMED)])
def test_a_suspension_pauses_the_engagements_that_are_ticked(
    market: Market, sign_in: Open, paused: bool, status: EngagementStatus
) -> None:
    engagement = market.confirmed()
    broker = sign_in(market.broker)
    assert f"{engagement}: Mathematics at Ashgrove High School" in broker.get(f"{CALDER}/suspend")
    answers = {"reason": "A complaint", "pause": [engagement] if paused else []}
    broker.send_and_check(f"{CALDER}/suspend", answers)
    assert market.engagement(engagement).status is status
    assert market.service.find(Provider, market.calder.id).suspensions


def test_a_suspension_lists_work_that_is_agreed_and_cancels_what_is_ticked(market: Market, sign_in: Open) -> None:
    engagement = market.proposed()
    market.all_agree(engagement)
    broker = sign_in(market.broker)
    assert f"{engagement}: Mathematics at Ashgrove High School" in broker.get(f"{CALDER}/suspend")
    broker.send_and_check(f"{CALDER}/suspend", {"reason": "A complaint", "cancel": [engagement]})
    assert market.engagement(engagement).status is EngagementStatus.CANCELLED
    assert "Suspended since 2 November 2026" in broker.get(CALDER)


def test_a_suspension_leaves_the_work_of_others_alone(market: Market, program: Use) -> None:
    engagement = market.confirmed()
    use = program(market.broker)
    at = use.get(HARROP).headers["ETag"]
    body = {"reason": "A complaint", "pause": [engagement]}
    refused = use.post(f"{HARROP}/suspend", body, key="suspend-1", at=at, status=422)
    assert "another provider's engagement" in refused.text
    assert not market.service.find(Provider, market.harrop.id).suspensions
