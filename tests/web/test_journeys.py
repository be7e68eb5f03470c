"""The journeys by plain HTTP, with the forms' tokens required as in service."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from tests.journeys import (
    Journey,
    a_reviewer_follows_an_intervention,
    an_officer_and_a_director_take_a_case_to_compliance,
)
from tests.journeys_of_brokerage import (
    a_cpd_manager_meets_a_request_for_training,
    an_officer_brokers_a_specialist_of_mathematics,
)
from tests.sample_authority import SampleAuthority
from tests.web.html_visitor import HttpVisitor


@pytest.mark.parametrize(
    "journey",
    [
        an_officer_brokers_a_specialist_of_mathematics,
        a_cpd_manager_meets_a_request_for_training,
        a_reviewer_follows_an_intervention,
        an_officer_and_a_director_take_a_case_to_compliance,
    ],
)
def test_a_journey(journey: Journey, app: Flask, sample: SampleAuthority) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    def come_in(person: UUID) -> HttpVisitor:
        client = app.test_client()
        client.set_cookie(*sample.session_of(person))
        return HttpVisitor(client)

    journey(sample, come_in)
