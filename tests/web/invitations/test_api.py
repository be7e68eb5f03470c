"""Invitations as an invited provider meets them in the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from domain.account import TokenScopes
from domain.tender import Tender
from tests.grants import for_selection
from tests.web.brokerage_stages import BrokerageStages, Firm
from tests.web.conftest import Program

INVITATION = "/invitations/TN-2026-0001"

Open = Callable[..., Program]


def a_quote(stages: BrokerageStages, firm: Firm, **changes: Any) -> dict[str, Any]:
    return {
        "specialist": stages.sample.reference(firm.specialist),
        "days": "4.5",
        "day_rate": "450.00",
        "approach": "Plan together, teach together",
        "available_from": "2026-11-09",
        "available_until": "2027-03-26",
        **changes,
    }


def test_a_provider_reads_its_invitation_and_nothing_of_others(stages: BrokerageStages, program: Open) -> None:
    stages.quote(stages.harrop)

    told = program(stages.calder.specialist).get(INVITATION).json

    assert told["brief"].startswith("Help two new teachers")
    assert told["status"] == "awaited"
    assert told["quote"] is None
    assert told["school"] == str(stages.sample.urn(stages.school))
    assert not {"invitations", "quotes", "selected", "preferred", "rationale", "single_provider"} & told.keys()


def test_the_version_of_an_invitation_does_not_tell_of_others(stages: BrokerageStages, program: Open) -> None:
    calder = program(stages.calder.specialist)
    before = calder.get(INVITATION)
    stages.quote(stages.harrop)

    after = calder.get(INVITATION)

    assert (after.headers["ETag"], after.json) == (before.headers["ETag"], before.json)
    calder.get(INVITATION, 304, **{"If-None-Match": before.headers["ETag"]})
    calder.get(INVITATION, 304, **{"If-None-Match": f"W/{before.headers['ETag']}"})


def test_a_conflict_does_not_tell_of_others(stages: BrokerageStages, program: Open) -> None:
    stages.quote(stages.harrop)

    answers = a_quote(stages, stages.calder)
    problem = program(stages.calder.specialist).post(
        f"{INVITATION}/quote", answers, key="quote-09", at='"99"', status=412
    )

    assert problem.json["detail"]
    assert not any(each.isdigit() for each in problem.json["detail"])


def test_a_choice_and_the_end_of_a_tender_change_the_version(stages: BrokerageStages, program: Open) -> None:
    calder = program(stages.calder.specialist)
    stages.quote(stages.harrop)
    stages.quote(stages.calder)
    before = calder.get(INVITATION).headers["ETag"]
    with stages.brokering():
        stages.brokerage.select(
            stages.tender, stages.harrop.id, rationale="Best", granted=for_selection(stages.tender)
        )

    after = calder.get(INVITATION, **{"If-None-Match": before})

    assert after.json["status"] == "not_selected"


def test_a_quote_is_given_and_given_again_by_the_same_key_once(stages: BrokerageStages, program: Open) -> None:
    calder = program(stages.calder.specialist)
    etag = calder.get(INVITATION).headers["ETag"]
    stages.quote(stages.harrop)

    for _ in range(2):
        quoted = calder.post(f"{INVITATION}/quote", a_quote(stages, stages.calder), key="quote-0001", at=etag).json
        assert (quoted["quote"]["net"], quoted["quote"]["gross"]) == ("2025.00", "2430.00")

    topics = [event.TOPIC for event in stages.sample.services.store.get(stages.tender)]
    assert topics.count("tender.quote-received") == 2


def test_a_quote_on_an_old_version_is_refused(stages: BrokerageStages, program: Open) -> None:
    calder = program(stages.calder.specialist)
    etag = calder.get(INVITATION).headers["ETag"]
    stages.quote(stages.calder)

    answers = a_quote(stages, stages.calder)
    assert calder.post(f"{INVITATION}/quote", answers, key="quote-0001", at=etag, status=412).json
    assert calder.post(f"{INVITATION}/quote", answers, key="quote-0002", status=428).json
    assert calder.post(f"{INVITATION}/quote", answers, key="quote-0003", at='"99"', status=412).json


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"days": "0.3"}, "days"),
        ({"days": "1e9"}, "days"),
        ({"day_rate": "-5"}, "day_rate"),
        ({"days": "400", "day_rate": "9999999"}, "day_rate"),
        ({"day_rate": "NaN"}, "day_rate"),
        ({"approach": ""}, "approach"),
        ({"specialist": "PE-2026-9999"}, "specialist"),
        ({"specialist": None}, "specialist"),
        ({"available_until": "9999-12-31"}, "available_until"),
        ({"available_until": "2026-01-01"}, "available_until"),
        ({"vat_percent": 0}, "vat_percent"),
    ],
)
def test_a_wrong_answer_is_named(stages: BrokerageStages, program: Open, changes: dict[str, Any], field: str) -> None:
    calder = program(stages.calder.specialist)
    etag = calder.get(INVITATION).headers["ETag"]

    answer = calder.post(
        f"{INVITATION}/quote", a_quote(stages, stages.calder, **changes), key="quote-0001", at=etag, status=422
    )

    assert field in answer.json["errors"]["json"]
    assert stages.tender_now().quotes == {}


def test_a_specialist_of_another_provider_is_refused_as_one_who_does_not_exist(
    stages: BrokerageStages, program: Open
) -> None:
    calder = program(stages.calder.specialist)
    etag = calder.get(INVITATION).headers["ETag"]
    theirs = a_quote(stages, stages.harrop)

    refused, unknown = (
        calder.post(f"{INVITATION}/quote", quote, key=key, at=etag, status=422).json["errors"]
        for key, quote in (("quote-0001", theirs), ("quote-0002", {**theirs, "specialist": "PE-2026-9999"}))
    )

    assert (
        refused
        == unknown
        == {"json": {"specialist": ["There is no person with that reference, or you cannot open it"]}}
    )


def test_the_list_has_a_providers_own_invitations_alone_page_by_page(stages: BrokerageStages, program: Open) -> None:
    stages.a_tender(number=2)
    calder = program(stages.calder.specialist)

    first = calder.get("/invitations?limit=1").json
    second = calder.get(f"/invitations?limit=1&after={first['next']}").json

    assert [row["reference"] for row in first["items"] + second["items"]] == ["TN-2026-0002", "TN-2026-0001"]
    assert {row["provider"] for row in first["items"] + second["items"]} == {"PV-2026-0001"}
    assert second["next"] is None
    calder.get("/invitations?after=nowhere", 400)
    program(stages.broker).get("/invitations", 403)


def told_of_answers(calder: Program, etag: str) -> tuple[Any, list[str]]:
    """What a provider is told of what it could answer, beforehand and when it answers."""
    answers = {"decline": {"why": "price", "reason": "No"}, "withdraw-quote": {"reason": "Ill"}}
    refused = [
        calder.post(f"{INVITATION}/{name}", body, key=f"{name}-{uuid4()}", at=etag, status=422).json["detail"]
        for name, body in answers.items()
    ]
    return calder.get(f"{INVITATION}/commands").json, refused


@pytest.mark.parametrize("is_selected", [True, False])
def test_a_provider_that_has_left_is_told_nothing_of_what_becomes_of_the_tender(
    stages: BrokerageStages, program: Open, *, is_selected: bool
) -> None:
    calder = program(stages.calder.specialist)
    stages.quote(stages.harrop)
    declined = calder.post(
        f"{INVITATION}/decline",
        {"why": "dates", "reason": "Away"},
        key="decline-1",
        at=calder.get(INVITATION).headers["ETag"],
    )
    etag = declined.headers["ETag"]
    before = told_of_answers(calder, etag)

    with stages.brokering():
        if is_selected:
            stages.brokerage.select(
                stages.tender, stages.harrop.id, rationale="Best", granted=for_selection(stages.tender)
            )
        else:
            stages.service.change(Tender, stages.tender, lambda it: it.close(reason="Found elsewhere"))

    assert told_of_answers(calder, etag) == before
    assert not any(each["is_open"] for each in before[0]["items"])


def test_only_the_invited_answer(stages: BrokerageStages, program: Open) -> None:
    stranger = stages.firm(3, "Third Party", "Theo Third")
    no = {"why": "price", "reason": "No"}
    for person, status in ((stranger.specialist, 404), (stages.broker, 403), (stages.head, 403)):
        asked = program(person)
        asked.get(INVITATION, status)
        asked.post(f"{INVITATION}/decline", no, key="decline-1", at='"3"', status=status)
    reader = program(stages.calder.specialist, TokenScopes.READ)
    reader.post(f"{INVITATION}/decline", {"why": "price", "reason": "No"}, key="decline-2", at='"3"', status=403)
    assert stages.service.find(Tender, stages.tender).unanswered == [stages.calder.id, stages.harrop.id]
