"""Neither school nor provider is asked about what a restricted concern keeps from them: they could not answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.references import record_id
from domain.support_request import Ranked, Route, SupportLevel, SupportRequest
from domain.tender import Tender
from domain.vocabulary import Sensitivity
from tests.domain.brokered import REPLY_BY
from tests.full_authority import RULES
from tests.grants import approve
from tests.restricted_concern import RestrictedConcern
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.audit.test_pages import text_of
from tests.web.conftest import Browser, Program

SignIn = Callable[[UUID], Browser]
Use = Callable[..., Program]

REQUEST = record_id(SupportRequest.KIND, "SR-2026-0909")

TENDER = {
    "brief": "Help with planning",
    "reply_by": str(TODAY + timedelta(days=20)),
    "question_deadline": str(TODAY + timedelta(days=10)),
    "invite": ["PV-2026-0001"],
    "reason": "Nobody else offers this",
}
ANEW = "Raise a request that says only what a provider needs to know"
ASKING: dict[str, tuple[dict[str, Any], str]] = {
    "/requests/SR-2026-0909/ask-for-information": (
        {"question": "How many teachers are new?"},
        "Speak with the school",
    ),
    "/requests/SR-2026-0909/open-tender": (TENDER, ANEW),
    "/tenders/TN-2026-0909/extend": (
        {"reply_by": str(TODAY + timedelta(days=40)), "reason": "They asked for more time"},
        ANEW,
    ),
    "/tenders/TN-2026-0909/invite": ({"invite": ["PV-2026-0002"]}, ANEW),
}


@pytest.mark.parametrize("path", ASKING)
def test_whoever_could_not_read_it_is_not_asked_and_the_way_on_is_told(
    sample: SampleAuthority, program: Use, sign_in: SignIn, path: str
) -> None:
    restricted = shortlisted(sample)
    restricted.keep(Sensitivity.RESTRICTED)
    api = program(restricted.authority.director)
    tag = api.get(path.rpartition("/")[0]).headers["ETag"]

    body, way_on = ASKING[path]
    answer = api.post(path, body, key="ask-somebody-1", at=tag, status=422)

    assert "belongs to a restricted concern, so they could not read it" in answer.json["detail"]
    assert way_on in answer.json["detail"]
    assert way_on in sign_in(restricted.authority.director).get(path, status=409)
    assert api.get(path.rpartition("/")[0]).headers["ETag"] == tag


def test_the_same_is_asked_where_the_concern_is_open(sample: SampleAuthority, program: Use) -> None:
    restricted = RestrictedConcern(sample)
    path = "/requests/SR-2026-0909/ask-for-information"
    api = program(restricted.authority.director)
    tag = api.get("/requests/SR-2026-0909").headers["ETag"]
    api.post(path, ASKING[path][0], key="ask-somebody-1", at=tag)


def test_nothing_waits_for_whoever_may_not_read_it_any_more(
    sample: SampleAuthority, program: Use, sign_in: SignIn
) -> None:
    """A provider was to agree, and a school sent a record of visit, before the concern was restricted: no day runs
    against them and nobody is overdue, in anybody's list and count."""
    restricted = RestrictedConcern(sample)
    authority, api = restricted.authority, program(restricted.authority.director)
    restricted.authority.sample.clock.go_to(TODAY + timedelta(days=60))
    page = "/caseload?whose=everybody"

    def waiting() -> set[tuple[str, str]]:
        found = api.get("/caseload?whose=everybody&limit=200").json["items"]
        outside = [each for each in found if each["waiting_for"] in {"school", "headteacher", "chair", "provider"}]
        return {(each["record"], each["waiting_for"]) for each in outside if each["record"].endswith("-0909")}

    def overdue() -> int:
        [number] = re.findall(r"(\d+) (?:is|are) overdue|(\d+) overdue", sign_in(authority.director).get(page))[:1]
        return int("".join(number))

    before, counted = waiting(), overdue()
    restricted.keep(Sensitivity.RESTRICTED)
    assert {record for record, _ in before} == {"ROV-2026-0909", "BE-2026-0909", "V-2026-0909"}
    assert waiting() == {("V-2026-0909", "school")}, "of a visit they know that somebody comes"
    assert overdue() < counted
    restricted.keep(Sensitivity.ORDINARY)
    assert waiting() == before


def shortlisted(sample: SampleAuthority) -> RestrictedConcern:
    """A request with a shortlist of one provider."""
    restricted = RestrictedConcern(sample)
    restricted.authority._then(
        SupportRequest,
        REQUEST,
        lambda it: it.acknowledge(officer=restricted.authority.director, answer_by=REPLY_BY),
        lambda it: it.triage(
            broker=restricted.people["broker"], level=SupportLevel.TARGETED, route=Route.BROKERED, note="Clear"
        ),
        lambda it: approve(it, 2500),
        lambda it: it.shortlist_providers(
            (Ranked(restricted.place.provider, 80, ("Offers",)),), chosen=(restricted.place.provider,), rules=RULES
        ),
    )
    return restricted


def test_the_next_step_of_a_request_that_providers_cannot_read_is_none_that_is_refused(
    sample: SampleAuthority, sign_in: SignIn
) -> None:
    restricted = shortlisted(sample)
    browser = sign_in(restricted.authority.director)
    assert "invite providers to quote" in text_of(browser.get("/requests/SR-2026-0909"))

    restricted.keep(Sensitivity.RESTRICTED)

    assert (
        "“Invite providers to quote” is not possible: this belongs to a restricted concern, so they could not read "
        "it. Raise a request that says only what a provider needs to know, without the concern"
    ) in text_of(browser.get("/requests/SR-2026-0909"))


def inviting(sample: SampleAuthority) -> RestrictedConcern:
    """A tender to which one provider has not replied, and its request."""
    restricted, tender = shortlisted(sample), record_id(Tender.KIND, "TN-2026-0909")
    restricted.authority._then(SupportRequest, REQUEST, lambda it: it.open_tender(tender))
    return restricted


def test_providers_who_cannot_read_a_tender_any_more_are_not_waited_for(
    sample: SampleAuthority, program: Use, sign_in: SignIn
) -> None:
    restricted = inviting(sample)
    api, browser = program(restricted.authority.director), sign_in(restricted.authority.director)

    def waited_for(whom: str) -> bool:
        listed = api.get(f"/requests?waiting_for={whom}&limit=200").json["items"]
        return "SR-2026-0909" in {each["reference"] for each in listed}

    before = text_of(browser.get("/requests/SR-2026-0909"))
    assert "Waiting for Providers" in before
    assert (waited_for("providers"), waited_for("service")) == (True, False)
    assert "did not reply and no longer can" not in text_of(browser.get("/tenders/TN-2026-0909"))

    restricted.keep(Sensitivity.RESTRICTED)
    assert "Waiting for Service" in text_of(browser.get("/requests/SR-2026-0909"))
    assert (waited_for("providers"), waited_for("service")) == (False, True)
    assert "1 of 1 invited provider did not reply and no longer can" in text_of(browser.get("/tenders/TN-2026-0909"))
    sample.clock.go_to(TODAY + timedelta(days=90))
    assert "The deadline for replies has passed, and" not in text_of(
        sign_in(restricted.authority.director).get("/tenders/TN-2026-0909")
    )
