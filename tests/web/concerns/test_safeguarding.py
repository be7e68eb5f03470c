"""A safeguarding concern: whom to call comes first, nothing is asked but the referral, and one is seen to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from domain.authority import AUTHORITY, Authority, Settings
from domain.vocabulary import Sensitivity
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY, signed
from tests.web.concerns.test_concerns import CASE, case, on
from tests.web.conftest import Browser, Program
from tests.web.test_doors import A_CONCERN

SignIn = Callable[[UUID], Browser]
FORM = "/concerns/raise-safeguarding"


@pytest.fixture
def school(sample: SampleAuthority) -> UUID:
    return sample.school()


@pytest.fixture
def officer(sample: SampleAuthority, school: UUID) -> UUID:
    return sample.link_officer(school)


def test_whom_to_call_stands_before_the_form_which_asks_for_no_account(
    sample: SampleAuthority, sign_in: SignIn, school: UUID
) -> None:
    numbers = replace(Settings(), designated_officer="Dana Lado, 020 7946 0001")
    with signed():
        sample.services.service.change(
            Authority, AUTHORITY, lambda it: it.change_settings(numbers, from_=TODAY, reason="Agreed")
        )
    page = sign_in(sample.broker()).get(FORM)

    before, _, asked = page.partition("<form method")
    for words in ("not a referral", "Dana Lado, 020 7946 0001", "Children&#39;s social care", "999", "Not set here"):
        assert words in before
    assert "<textarea" not in asked
    assert "raise-safeguarding" in sign_in(sample.broker()).get(f"/schools/{sample.urn(school)}")


def test_one_that_is_not_referred_is_the_work_of_officer_and_director_until_it_is(
    sample: SampleAuthority, sign_in: SignIn, program: Callable[..., Program], school: UUID, officer: UUID
) -> None:
    director, head = sign_in(sample.director()), sign_in(sample.headteacher(school))
    raised = sign_in(sample.broker()).send(FORM, {"school": str(sample.urn(school)), "is_referred": "no"})
    assert raised.headers["Location"] == "/caseload"

    link = sign_in(officer)
    assert case(sample).sensitivity is Sensitivity.SAFEGUARDING
    head.get(CASE, status=404)
    for each in (link, director):
        assert "Record the referral" in each.get("/caseload")
    assert "No referral is recorded" in link.get(CASE)
    waits = program(sample.director()).get("/caseload").json["items"]
    assert ("record_the_referral", str(TODAY + timedelta(days=1))) in [(each["task"], each["due"]) for each in waits]

    told = {"to": "social_care", **on("on", TODAY), "reference": "Sam Smith"}
    assert "Enter only the reference" in link.send(f"{CASE}/record-safeguarding-referral", told, status=422).text
    link.send(f"{CASE}/record-safeguarding-referral", {**told, "reference": "MASH/2041"})
    assert "MASH/2041" in link.get(CASE)
    for each in (link, director):
        assert "Record the referral" not in each.get("/caseload")


def test_one_that_is_referred_says_to_whom_and_when(
    sample: SampleAuthority, sign_in: SignIn, program: Callable[..., Program], school: UUID, officer: UUID
) -> None:
    urn = str(sample.urn(school))
    missing = sign_in(officer).send(FORM, {"school": urn, "is_referred": "yes"}, status=422).text
    assert "Enter who it was referred to" in missing

    told = {"to": "police", "on": TODAY.isoformat(), "reference": "CAD 7/2041"}
    api = program(officer)
    made = api.post(FORM, {"school": urn, "is_referred": True, **told}, key="safeguard-1", status=201).json
    assert [(each["to"], each["on"], each["reference"]) for each in made["safeguarding_referrals"]] == [
        ("police", TODAY.isoformat(), "CAD 7/2041")
    ]
    assert "Record the referral" not in sign_in(officer).get("/caseload")
    ordinary = {**A_CONCERN, "school": urn, "kind": "safeguarding"}
    refused = api.post("/concerns/raise", ordinary, key="not-so-ordinary", status=422)
    assert "whom to call now" in refused.text
