"""What has become of a provider that was asked, and what becomes of its work when it is suspended."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.engagement import EngagementStatus
from domain.provider import Provider
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program

Open = Callable[[UUID], Browser]
Use = Callable[..., Program]

CALDER, HARROP = "/providers/PV-2026-0001", "/providers/PV-2026-0002"


@pytest.fixture
def stages(sample: SampleAuthority) -> BrokerageStages:
    return BrokerageStages(sample)


def test_the_page_of_a_provider_tells_its_history_with_the_number_of_cases(
    stages: BrokerageStages, sign_in: Open
) -> None:
    broker = sign_in(stages.broker)
    assert "This provider has not been invited yet" in broker.get(CALDER)
    engagement = stages.confirmed()
    page = broker.get(CALDER)
    assert "Invitations and engagements" in page
    assert "Not rated" in page
    assert f"/engagements/{engagement}" in page
    assert f"/engagements/{engagement}" not in broker.get(HARROP)


def test_a_program_reads_the_history_of_a_provider_and_its_people(stages: BrokerageStages, program: Use) -> None:
    stages.confirmed()
    rows = program(stages.broker).get("/brokered-history?provider=PV-2026-0001").json["items"]
    told = [(row["name"], row["kind"], row["engaged"], row["rated"], row["mean_rating"]) for row in rows]
    assert told == [
        ("Calder Learning", "provider", 1, 0, None),
        ("Grace Calder", "specialist", 1, 0, None),
    ]
    lost = program(stages.broker).get("/brokered-history?provider=PV-2026-0002").json["items"][0]
    assert (lost["invited"], lost["times_selected"], lost["engaged"]) == (1, 0, 0)


def test_a_program_reads_the_cases_behind_the_sums(stages: BrokerageStages, program: Use) -> None:
    engagement = stages.confirmed()
    broker, own = program(stages.broker), program(stages.calder.specialist)
    path = "/brokered-cases?provider=PV-2026-0001"

    rows = broker.get(path).json["items"]

    assert {(row["kind"], row["record"], row["outcome"]) for row in rows} == {
        ("engagement", engagement, "confirmed"),
        ("invitation", "TN-2026-0001", "selected"),
    }
    assert {row["school"] for row in rows} == {str(stages.sample.urn(stages.school))}
    first = broker.get(f"{path}&limit=1").json
    second = broker.get(f"{path}&limit=1&after={first['next']}").json
    assert [*first["items"], *second["items"]] == rows
    assert own.get(path).json["items"] == rows
    own.get("/brokered-cases?provider=PV-2026-0002", 422)
    assert not {"reason", "net_cost", "request"} & rows[0].keys()


def test_a_program_reads_why_an_invitation_was_declined(stages: BrokerageStages, program: Use) -> None:
    stages.a_tender()
    specialist = program(stages.harrop.specialist)
    at = specialist.get("/invitations/TN-2026-0001").headers["ETag"]
    specialist.post(
        "/invitations/TN-2026-0001/decline", {"why": "no_capacity", "reason": "Full"}, key="declined-1", at=at
    )

    (row,) = program(stages.broker).get("/brokered-cases?provider=PV-2026-0002").json["items"]

    assert (row["outcome"], row["declined_for"]) == ("declined", "no_capacity")


def test_a_provider_reads_its_own_history_alone(stages: BrokerageStages, sign_in: Open, program: Use) -> None:
    stages.confirmed()
    assert "Invitations and engagements" in sign_in(stages.calder.specialist).get(CALDER)
    use = program(stages.calder.specialist)
    assert use.get("/brokered-history?provider=PV-2026-0001").json["items"]
    use.get("/brokered-history?provider=PV-2026-0002", 422)


@pytest.mark.parametrize(("paused", "status"), [(True, EngagementStatus.PAUSED), (False, EngagementStatus.CONFIRMED)])
def test_a_suspension_pauses_the_engagements_that_are_ticked(
    stages: BrokerageStages, sign_in: Open, paused: bool, status: EngagementStatus
) -> None:
    engagement = stages.confirmed()
    broker = sign_in(stages.broker)
    assert f"{engagement}: Mathematics at Ashgrove High School" in broker.get(f"{CALDER}/suspend")
    answers = {"reason": "A complaint", "pause": [engagement] if paused else []}
    broker.send_and_check(f"{CALDER}/suspend", answers)
    assert stages.engagement(engagement).status is status
    assert stages.service.find(Provider, stages.calder.id).suspensions


def test_a_suspension_lists_work_that_is_agreed_and_cancels_what_is_ticked(
    stages: BrokerageStages, sign_in: Open
) -> None:
    engagement = stages.proposed()
    stages.all_agree(engagement)
    broker = sign_in(stages.broker)
    assert f"{engagement}: Mathematics at Ashgrove High School" in broker.get(f"{CALDER}/suspend")
    broker.send_and_check(f"{CALDER}/suspend", {"reason": "A complaint", "cancel": [engagement]})
    assert stages.engagement(engagement).status is EngagementStatus.CANCELLED
    assert "Suspended since 2 November 2026" in broker.get(CALDER)


def test_a_suspension_leaves_the_work_of_others_alone(stages: BrokerageStages, program: Use) -> None:
    engagement = stages.confirmed()
    use = program(stages.broker)
    at = use.get(HARROP).headers["ETag"]
    body = {"reason": "A complaint", "pause": [engagement]}
    refused = use.post(f"{HARROP}/suspend", body, key="suspend-1", at=at, status=422)
    assert "another provider's engagement" in refused.text
    assert not stages.service.find(Provider, stages.harrop.id).suspensions
