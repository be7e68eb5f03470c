"""Spending is approved by those who may: by the broker within an own limit, else by whoever is asked, who acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from domain.authority import Settings
from domain.decision import DecisionStatus
from domain.references import record_id
from domain.support_request import RequestStatus, Route, SupportLevel, SupportRequest
from domain.vocabulary import Team
from projections import audit_trail
from projections import decisions as view
from tests.domain.brokered import a_need
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program
from tests.web.decisions.conftest import decision

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

REQUEST = "/requests/SR-2026-0001"
ASKED = "/decisions/DN-2026-0001"
MUCH = {"ceiling": "6,000", "reason": "Two terms of help in one department"}


@pytest.fixture
def triaged(sample: SampleAuthority, stages: BrokerageStages) -> UUID:
    """A request that is to be brokered, of which no spending is approved yet."""

    def raise_() -> SupportRequest:
        request = SupportRequest.raise_("SR-2026-0001", **a_need(school=stages.school))
        request.triage(broker=stages.broker, level=SupportLevel.TARGETED, route=Route.BROKERED)
        return request

    with stages.brokering():
        return sample.services.service.add(raise_).id


def request(sample: SampleAuthority) -> SupportRequest:
    return sample.services.service.find(SupportRequest, record_id(SupportRequest.KIND, "SR-2026-0001"))


def give(browser: Browser, sample: SampleAuthority, *, status: int = 303, **answers: str) -> str:
    shown = {"shown": decision(sample).question.fingerprint, "version": str(decision(sample).version)}
    command = {"command": str(uuid4())}
    return browser.send_page(f"{ASKED}/give", "", {**shown, **command, **answers}, status=status).text


def test_within_an_own_limit_the_broker_decides_and_the_trail_says_that_they_did(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    broker.send(f"{REQUEST}/approve", {"ceiling": "5,000"})
    assert request(sample).ceiling == 5000
    assert (decision(sample).asker, decision(sample).decider) == (stages.broker, stages.broker)
    approved = list(sample.services.store.get(triaged))[-1]
    assert (approved.meta.signature.actor, approved.meta.decision) == (stages.broker, decision(sample).id)
    assert approved.meta.rules == ("settings-0",)
    assert "Bea Broker approved spending of up to £5,000" in broker.get(REQUEST)


def test_beyond_it_the_broker_asks_and_nothing_is_approved_until_a_director_acts(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    assert broker.send(f"{REQUEST}/approve", MUCH).headers["Location"].endswith(ASKED)
    assert "Nothing more is approved yet" in broker.get(ASKED)
    assert request(sample).status is RequestStatus.TRIAGED
    assert "Waiting for a senior officer or a director: Dora Director" in broker.get(ASKED)

    director = sign_in(stages.director)
    assert "£6,000" in director.get(f"{ASKED}/give")
    give(director, sample)

    assert request(sample).ceiling == 6000
    approved = list(sample.services.store.get(triaged))[-1]
    assert approved.meta.signature.actor == stages.director
    assert "Dora Director approved spending of up to £6,000" in director.get(REQUEST)
    with sample.services.read() as connection:
        by_director = audit_trail.TrailFilter(person=stages.director, acted=True, kinds=["support-request"])
        assert len(audit_trail.entries(connection, by_director, None, 10)) == 1


def test_nobody_gives_what_they_asked_for_whatever_posts_they_hold(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    sample.director("Dario Director")
    sign_in(stages.director).send(f"{REQUEST}/approve", MUCH)
    assert "You asked for this, so somebody else decides" in sign_in(stages.director).get(f"{ASKED}/give", status=409)
    give(sign_in(stages.director), sample, status=409)
    assert request(sample).ceiling is None


def test_nobody_is_asked_where_nobody_else_may_decide(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    answer = sign_in(stages.director).send(f"{REQUEST}/approve", MUCH, status=422)
    assert "Nobody else is a senior officer or a director" in answer.text


def test_an_approver_can_be_chosen_nowhere(
    triaged: UUID, stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, program: Programs
) -> None:
    assert "approver" not in sign_in(stages.broker).get(f"{REQUEST}/approve")
    answer = program(stages.broker).post(
        f"{REQUEST}/approve",
        {"ceiling": "9000", "approver": sample.reference(stages.director)},
        key="approving-1",
        at='"2"',
        status=422,
    )
    assert "approver" in answer.text
    assert request(sample).ceiling is None


def test_the_lead_of_another_team_and_others_may_not_decide(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    sign_in(stages.broker).send(f"{REQUEST}/approve", MUCH)
    other_lead = sample.officer("Otto Other", team=Team.PRIMARY, leads=True)
    for person, status in ((other_lead, 403), (sample.broker("Bob Broker"), 403), (stages.head, 403)):
        give(sign_in(person), sample, status=status)
    lead = sample.officer("Lea Lead", team=Team.SECONDARY, leads=True)
    give(sign_in(lead), sample)
    assert request(sample).ceiling == 6000


def test_a_refusal_says_why_and_the_broker_asks_again_for_less(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker, director = sign_in(stages.broker), sign_in(stages.director)
    broker.send(f"{REQUEST}/approve", MUCH)
    again = broker.send(f"{REQUEST}/approve", {**MUCH, "ceiling": "7,000"}, status=422).text
    assert "DN-2026-0001 already asks this of a senior officer or a director" in again
    director.send(f"{ASKED}/refuse", {"reason": "Ask for one term"})
    assert "Ask for one term" in broker.get(ASKED)
    broker.send(f"{REQUEST}/approve", {**MUCH, "ceiling": "5,500"})
    assert decision(sample, 2).status is DecisionStatus.ASKED
    assert request(sample).ceiling is None


def test_less_is_given_with_a_condition_that_becomes_work(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    sign_in(stages.broker).send(f"{REQUEST}/approve", MUCH)
    condition = {
        "lower_limit": "5,500",
        "condition": "Governors are told of the sum",
        "owner": sample.reference(stages.broker),
        "due-day": "1",
        "due-month": "12",
        "due-year": "2026",
    }
    give(sign_in(stages.director), sample, **condition)
    assert request(sample).ceiling == Decimal(5500)
    broker = sign_in(stages.broker)
    assert "Governors are told of the sum" in broker.get("/caseload")
    broker.send(f"{ASKED}/meet-condition", {"note": "Told at their meeting"})
    assert "Governors are told of the sum" not in broker.get("/caseload")


def test_what_was_asked_lapses_without_an_answer(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    sign_in(stages.broker).send(f"{REQUEST}/approve", MUCH)
    sample.clock.go_to(date(2026, 11, 17))
    director = sign_in(stages.director)
    assert "Not decided in time" in director.get(ASKED)
    assert "Nobody decided this in time" in give(director, sample, status=409)
    assert request(sample).ceiling is None
    with sample.services.read() as connection:
        assert [view.as_of(row, date(2026, 11, 17)).status for row in view.about(connection, triaged)] == [
            DecisionStatus.LAPSED
        ]


def test_where_the_terms_have_changed_it_has_to_be_asked_again(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    broker.send(f"{REQUEST}/approve", MUCH)
    broker.send(f"{REQUEST}/approve", {"ceiling": "4,000"})
    answer = give(sign_in(stages.director), sample, status=422)
    assert "Approved before: Nothing was shown, and it is now £4,000" in answer
    assert decision(sample).status is DecisionStatus.OVERTAKEN
    assert request(sample).ceiling == 4000


def test_a_decision_made_elsewhere_is_recorded_for_its_maker_who_confirms_or_disowns_it(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker, director = sign_in(stages.broker), sign_in(stages.director)
    recorded = {
        "ceiling": "6,000",
        "decider": sample.reference(stages.director),
        "heard": "email",
        "decided_on-day": "2",
        "decided_on-month": "11",
        "decided_on-year": "2026",
    }
    broker.send(f"{REQUEST}/record-approval", recorded, status=422)
    broker.send(f"{REQUEST}/record-approval", {**recorded, "evidence": "Email of 2 November"})
    assert request(sample).ceiling == 6000
    assert "Recorded by Bea Broker; not yet confirmed by Dora Director" in director.get(ASKED)
    assert "Asked by" not in director.get(ASKED), "nobody was asked"
    assert "Bea Broker recorded that Dora Director agreed" in director.get(ASKED)
    with sample.services.read() as connection:
        acted = audit_trail.TrailFilter(person=stages.director, acted=True)
        assert [entry.kind for entry in audit_trail.entries(connection, acted, None, 10)] == []
    broker.get(f"{ASKED}/confirm", status=409)
    assert "Confirm your decision" in director.get("/caseload?whose=mine")
    broker.get(f"{REQUEST}/shortlist")
    director.send(f"{ASKED}/disown", {"reason": "I said £4,000"})
    assert "Recorded by Bea Broker; disowned by Dora Director: I said £4,000" in broker.get(ASKED)

    refused = broker.get(f"{REQUEST}/shortlist", status=409)
    assert "DN-2026-0001 was recorded as the decision to approve spending of up to £6,000 excluding VAT" in refused
    assert "Dora Director has disowned it. A director has to decide on it again first" in refused
    assert request(sample).ceiling == 6000, "nothing is undone by itself"
    assert "Settle what somebody has disowned" in director.get("/caseload?whose=everybody")
    broker.get(f"{ASKED}/decide-afterwards", status=403)
    director.send(f"{ASKED}/decide-afterwards", {"reason": "The work is needed all the same"})
    anew = decision(sample, 2)
    assert (anew.status, anew.decider, anew.decided_on) == (DecisionStatus.GIVEN, stages.director, TODAY)
    assert "Settle what somebody has disowned" not in director.get("/caseload?whose=everybody")
    assert decision(sample).status is DecisionStatus.DISOWNED
    broker.get(f"{REQUEST}/shortlist")


def test_the_api_shows_a_decision_and_takes_the_answer(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, program: Programs
) -> None:
    broker, director = program(stages.broker), program(stages.director)
    broker.post(
        f"{REQUEST}/approve", {"ceiling": "6000.00", "reason": "Two terms"}, key="approving-1", at='"2"', status=202
    )
    shown = director.get(ASKED).json
    assert shown["status"] == "asked"
    assert shown["asked_of"] == ["senior_officer", "director"]
    given = director.post(f"{ASKED}/give", {"shown": shown["fingerprint"]}, key="approving-2", at='"1"')
    assert given.json["status"] == "given"
    assert request(sample).ceiling == 6000
    listed = director.get("/decisions?status=given").json
    assert [each["reference"] for each in listed["items"]] == ["DN-2026-0001"]


RECORDED = {
    "ceiling": "6,000",
    "heard": "telephone",
    "decided_on-day": "2",
    "decided_on-month": "11",
    "decided_on-year": "2026",
    "evidence": "She said so",
}


def test_what_somebody_asked_for_is_not_recorded_as_their_decision_after_it_was_refused(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    other = sample.director("Dario Director")
    broker, recorded = sign_in(stages.broker), {**RECORDED, "decider": sample.reference(stages.director)}
    sign_in(stages.director).send(f"{REQUEST}/approve", MUCH)
    assert "already asks this" in broker.send(f"{REQUEST}/record-approval", recorded, status=422).text
    sign_in(other).send(f"{ASKED}/refuse", {"reason": "Too much"})
    answer = sign_in(stages.broker).send(f"{REQUEST}/record-approval", recorded, status=422)
    assert "They asked for this themselves" in answer.text
    assert request(sample).ceiling is None


def test_a_decision_is_recorded_for_a_day_on_which_it_could_be_made(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    recorded = {**RECORDED, "decider": sample.reference(stages.director), "decided_on-day": "1"}
    answer = sign_in(stages.broker).send(f"{REQUEST}/record-approval", recorded, status=422)
    assert "2 November 2026 or a later date" in answer.text


def test_a_condition_is_for_somebody_of_the_service(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    sign_in(stages.broker).send(f"{REQUEST}/approve", MUCH)
    shown = program(stages.director).get(ASKED).json
    condition = {"condition": "Tell governors", "owner": sample.reference(stages.head), "due": "2026-12-01"}
    refused = program(stages.director).post(
        f"{ASKED}/give", {"shown": shown["fingerprint"], **condition}, key="condition-1", at='"1"', status=422
    )
    assert "owner" in refused.text
    assert request(sample).ceiling is None


def test_less_is_never_less_than_what_is_approved_already(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    broker.send(f"{REQUEST}/approve", {"ceiling": "5,000"})
    broker.send(f"{REQUEST}/change-ceiling", {**MUCH, "ceiling": "9,000"})
    shown = {"shown": decision(sample, 2).question.fingerprint, "lower_limit": "3,000"}
    answer = sign_in(stages.director).send("/decisions/DN-2026-0002/give", shown, status=422)
    assert "more than the £5,000 approved before" in answer.text
    assert (request(sample).ceiling, decision(sample, 2).status) == (5000, DecisionStatus.ASKED)


def test_where_the_scheme_has_changed_others_are_asked_again(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    sign_in(stages.broker).send(f"{REQUEST}/approve", MUCH)
    lead = sample.officer("Lea Lead", team=Team.SECONDARY, leads=True)
    raised = replace(Settings(), approval_ceiling=Decimal(12000))
    sample.put_in_force(raised)
    assert "others decide this now" in give(sign_in(lead), sample, status=422)
    assert (request(sample).ceiling, decision(sample).status) == (None, DecisionStatus.OVERTAKEN)


def test_what_is_written_on_the_request_meanwhile_disturbs_nothing(
    triaged: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    broker.send(f"{REQUEST}/approve", MUCH)
    note = {"note_type": "general", "heading": "A call", "text": "The head telephoned", "sensitivity": "ordinary"}
    broker.send("/notes/write", {**note, "record": "SR-2026-0001", "visible_to": "service"})
    broker.send(f"{REQUEST}/ask-for-information", {"question": "Which year groups?"})
    give(sign_in(stages.director), sample)
    assert request(sample).ceiling == 6000
