"""The service takes a request in hand: acknowledges, triages, asks back, approves, and ends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from operator import methodcaller
from typing import Any
from uuid import UUID

import pytest

from domain.engagement import BrokeredEngagement, EngagementStatus
from domain.references import record_id
from domain.support_request import InHouse, RequestStatus, SupportRequest
from domain.tender import DeclineReason, Tender, TenderStatus
from domain.vocabulary import Side, SupportKind
from tests.domain.brokered import a_need
from tests.grants import waive_evaluation
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

REQUEST = "/requests/SR-2026-0001"
ANSWER_BY = {"answer_by-day": "9", "answer_by-month": "11", "answer_by-year": "2026"}


@pytest.fixture
def ask(sample: SampleAuthority, stages: BrokerageStages) -> Callable[..., None]:
    """Let the school ask, for a specialist of mathematics unless told otherwise."""

    def raise_(number: int = 1, **changes: Any) -> None:
        with sample.acting(stages.head, "headteacher"):
            sample.services.service.add(
                lambda: SupportRequest.raise_(
                    f"SR-2026-{number:04d}", **a_need(school=stages.school, area="", **changes)
                )
            )

    return raise_


@pytest.fixture
def asked(ask: Callable[..., None]) -> None:
    ask()


def found(sample: SampleAuthority, number: int = 1) -> SupportRequest:
    return sample.services.service.find(SupportRequest, record_id(SupportRequest.KIND, f"SR-2026-{number:04d}"))


def test_a_broker_acknowledges_triages_and_has_brokering_approved(
    asked: None, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    page = broker.get(REQUEST)
    assert 'href="/requests/SR-2026-0001/acknowledge"' in page
    assert 'href="/requests/SR-2026-0001/shortlist"' not in page

    broker.send(f"{REQUEST}/acknowledge", {"officer": sample.reference(stages.broker), **ANSWER_BY})
    assert "9 November 2026" in broker.get(REQUEST)
    triage = {
        "broker": sample.reference(stages.broker),
        "level": "targeted",
        "route": "brokered",
        "note": "A clear need",
    }
    broker.send(f"{REQUEST}/triage", triage)
    broker.send(f"{REQUEST}/approve", {"ceiling": "2,500"})

    request = found(sample)
    assert (request.status, request.broker, request.ceiling) == (RequestStatus.APPROVED, stages.broker, 2500)
    assert "Next: search and shortlist providers." in broker.get(REQUEST)


def test_who_meets_a_need_in_house_stands_on_the_request_and_in_its_history(
    asked: None, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    anne = sample.officer("Anne Webb")
    met = {"met_by": "in_house_adviser", "person": sample.reference(anne), "note": "Two days a week"}

    broker.send_and_check(f"{REQUEST}/meet-in-house", met)

    page = broker.get(REQUEST)
    assert "In-house adviser, Anne Webb" in page
    assert "recorded that the need was met in-house (in-house adviser, Anne Webb). Two days a week" in page
    broker.send(f"{REQUEST}/reopen", {"reason": "The need came back"})
    assert "Met in-house by" not in broker.get(REQUEST)


def test_a_training_request_is_the_cpd_manager_s(
    ask: Callable[..., None], sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    ask(kind=SupportKind.TRAINING, delegates=12)
    manager = sample.cpd_manager()

    sign_in(stages.broker).get(f"{REQUEST}/triage", status=403)
    assert "/triage" not in sign_in(stages.broker).get(REQUEST)
    triage = {"broker": sample.reference(manager), "level": "universal", "route": "brokered"}
    sign_in(manager).send(f"{REQUEST}/triage", triage)

    assert found(sample).broker == manager


def test_a_request_for_a_specialist_is_the_broker_s(
    asked: None, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    manager = sample.cpd_manager()

    sign_in(manager).get(f"{REQUEST}/acknowledge", status=403)
    body = {"broker": sample.reference(manager), "level": "targeted", "route": "brokered"}
    program(manager).post("/requests/SR-2026-0001/triage", body, key="not-mine-1", at='"1"', status=403)
    refused = program(stages.broker).post(
        "/requests/SR-2026-0001/triage", body, key="not-hers-1", at='"1"', status=422
    )

    assert refused.json["errors"]["json"] == {"broker": ["Choose somebody with the role of Broker"]}


def test_a_program_is_refused_what_the_page_would_refuse_beforehand(
    asked: None, sample: SampleAuthority, stages: BrokerageStages, program: Programs
) -> None:
    broker, address = program(stages.broker), "/requests/SR-2026-0001"
    body = {"broker": sample.reference(stages.broker), "level": "targeted", "route": "brokered"}
    early = broker.post(f"{address}/triage-again", body, key="too-early", at='"1"', status=422)
    first = broker.post(f"{address}/triage", body, key="triage-001", at='"1"')
    again = broker.post(f"{address}/triage", body, key="triage-001", at='"1"')
    assert again.json == first.json
    twice = broker.post(f"{address}/triage", body, key="triage-002", at=first.headers["ETag"], status=422)
    assert {early.json["type"], twice.json["type"]} == {"/api/v1/problems#not-at-this-stage"}
    broker.post(f"{address}/triage-again", body, key="triage-003", at=first.headers["ETag"])


def test_the_clock_stands_still_while_the_school_is_asked(
    asked: None, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    sign_in(stages.broker).send(f"{REQUEST}/ask-for-information", {"question": "Which year groups?"})
    sample.clock.go_to(date(2026, 11, 7))

    head = sign_in(stages.head)
    page = head.get(REQUEST)
    assert "0 days, stopped since 2 November 2026" in page
    assert "Which year groups?" in page
    assert "Which year groups?" in head.get(f"{REQUEST}/give-information")
    head.send(f"{REQUEST}/give-information", {"answer": "Years 7 and 8"})
    sample.clock.go_to(date(2026, 11, 9))

    assert found(sample).waited == 5
    assert "2 days, plus 5 waiting for the school" in sign_in(stages.head).get(REQUEST)


def test_another_broker_takes_over(
    asked: None, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker, other = sign_in(stages.broker), sample.broker("Bob Broker")
    triage = {"broker": sample.reference(stages.broker), "level": "targeted", "route": "brokered"}
    broker.send(f"{REQUEST}/triage", triage)

    broker.send(f"{REQUEST}/reassign", {"broker": sample.reference(other), "reason": "Leave"})

    assert found(sample).broker == other


def test_the_subject_is_changed_and_what_was_approved_for_another_no_longer_counts(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, program: Programs
) -> None:
    stages.an_approved_request()
    broker, path = sign_in(stages.broker), "/requests/SR-2026-0001"

    asked = broker.send(f"{path}/change-subject", {"other_subject": "Sciense", "reason": "Meant so"}, status=422)
    broker.send(f"{path}/change-subject", {"other_subject": "SCIENCE", "reason": "Meant so"})

    assert "“Sciense” is not on the list of subjects, which has Science" in asked.text
    request = found(sample)
    assert (request.subject, request.status, request.ceiling) == ("Science", RequestStatus.TRIAGED, None)
    page = broker.get(path)
    assert "changed the subject from Mathematics to Science. What was approved for the former" in page
    assert "Next: approve spending." in page
    (listed,) = program(stages.broker).get("/requests?subject=general%20science").json["items"]
    assert (listed["status"], listed["ceiling"], listed["shortlist"]) == ("triaged", None, [])


def test_nobody_is_said_to_offer_what_somebody_offers_and_a_gap_keeps_its_cause(
    ask: Callable[..., None], sample: SampleAuthority, stages: BrokerageStages, program: Programs
) -> None:
    stages.an_approved_request()
    broker, path = program(stages.broker), "/requests/SR-2026-0001"

    def unmet(cause: str, status: int = 200) -> Any:
        version = f'"{found(sample).version}"'
        body = {"cause": cause, "reason": "We asked everybody"}
        return broker.post(f"{path}/record-unmet", body, key=f"unmet-{cause}", at=version, status=status).json

    refused = unmet("nobody_offers", status=422)
    assert "offer Mathematics. Choose another cause" in refused["detail"]
    unmet("price")

    (gap,) = broker.get("/gaps").json["items"]
    assert (gap["subject"], gap["on_list"], gap["causes"]) == (
        "Mathematics",
        True,
        [{"cause": "price", "request_count": 1}],
    )


@pytest.mark.parametrize(
    ("command", "answers", "status"),
    [
        ("decline", {"reason": "Out of scope"}, RequestStatus.DECLINED),
        ("signpost", {"signposted_to": "The maths hub", "reason": "It is free"}, RequestStatus.SIGNPOSTED),
        ("meet-in-house", {"met_by": "lead_teacher", "note": "Two days a week"}, RequestStatus.MET_IN_HOUSE),
        ("record-unmet", {"cause": "none_free", "reason": "Nobody within reach"}, RequestStatus.UNMET),
        ("merge", {"into": "SR-2026-0002", "reason": "Asked twice"}, RequestStatus.MERGED),
        ("withdraw", {"reason": "Met otherwise"}, RequestStatus.WITHDRAWN),
    ],
)
def test_a_request_ends_after_a_look_at_the_answers(
    ask: Callable[..., None],
    sample: SampleAuthority,
    stages: BrokerageStages,
    sign_in: SignIn,
    command: str,
    answers: dict[str, str],
    status: RequestStatus,
) -> None:
    ask()
    ask(2)
    broker = sign_in(stages.broker)

    broker.send_and_check(f"{REQUEST}/{command}", answers)

    assert found(sample).status is status
    assert found(sample, 2).status is RequestStatus.RAISED
    page = broker.get(REQUEST)
    assert "Reopen request" in page
    assert "Next:" not in page
    broker.send(f"{REQUEST}/reopen", {"reason": "The need came back"})
    assert found(sample).status is RequestStatus.ACKNOWLEDGED


def test_the_need_is_met_by_each_kind_of_help_from_within(
    ask: Callable[..., None], sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    ask()
    page = sign_in(stages.broker).get(f"{REQUEST}/meet-in-house")

    assert [kind for kind in InHouse if f'value="{kind.value}"' in page] == list(InHouse)


def test_a_selected_provider_waits_for_the_broker_to_propose_the_engagement(
    sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    stages.a_selection()
    broker = sign_in(stages.broker)

    assert "Next: propose engagement." in broker.get(REQUEST)
    for page in (
        "/caseload",
        f"/schools/{sample.urn(stages.school)}",
        f"/caseload?school={sample.urn(stages.school)}",
    ):
        assert "Propose engagement" in broker.get(page)


def test_a_request_says_that_nobody_is_engaged_while_the_engagement_is_only_proposed(
    stages: BrokerageStages, sign_in: SignIn
) -> None:
    stages.proposed()
    broker = sign_in(stages.broker)

    for address in (REQUEST, "/requests/"):
        page = broker.get(address)
        assert "Provider found" in page
        assert "engaged" not in page
    assert "proposed an engagement with Calder Learning" in broker.get(REQUEST)


def test_a_tender_without_a_quote_does_not_ask_the_broker_to_compare_any(
    sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    tender = stages.a_tender()
    for firm in (stages.calder, stages.harrop):
        refuse = methodcaller("decline", firm.id, why=DeclineReason.DATES, reason="Full")
        with stages.brokering():
            stages.service.change(Tender, tender, refuse)
    broker = sign_in(stages.broker)

    assert "Next: get quotes or close the invitations." in broker.get(REQUEST)
    assert "Get quotes or close the invitations" in broker.get("/caseload")


def test_a_school_withdraws_its_own_request_and_the_invitations_end(
    sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    tender = stages.a_tender()

    sign_in(stages.head).send_and_check(f"{REQUEST}/withdraw", {"reason": "Somebody was appointed"})

    assert found(sample).status is RequestStatus.WITHDRAWN
    assert sample.services.service.find(Tender, tender).status is TenderStatus.CLOSED
    events = [
        event for event in sample.services.store.get(found(sample).id) if isinstance(event, SupportRequest.Withdrawn)
    ]
    assert [event.side for event in events] == [Side.SCHOOL]


@pytest.mark.parametrize(
    "command", ["decline", "signpost", "meet-in-house", "record-unmet", "merge", "triage", "approve"]
)
def test_a_school_does_nothing_that_is_the_service_s(
    asked: None, stages: BrokerageStages, sign_in: SignIn, command: str
) -> None:
    sign_in(stages.head).get(f"{REQUEST}/{command}", status=403)


def test_a_request_is_merged_only_into_an_open_one_of_the_school(
    ask: Callable[..., None], sample: SampleAuthority, stages: BrokerageStages, program: Programs
) -> None:
    ask()
    ask(2)
    other = sample.school("Beech Lane High School")
    ask(3)
    with sample.acting(stages.head, "headteacher"):
        sample.services.service.add(lambda: SupportRequest.raise_("SR-2026-0004", **a_need(school=other)))
    broker = program(stages.broker)

    def merge(into: str, key: str) -> Any:
        body = {"into": into, "reason": "Asked twice"}
        return broker.post("/requests/SR-2026-0001/merge", body, key=key, at='"1"', status=422).json

    assert merge("SR-2026-0004", "elsewhere-1")["detail"] == "Choose a request of the same school"
    assert merge("SR-2026-0001", "itself-0001")["detail"] == "Choose another request"
    broker.post("/requests/SR-2026-0002/withdraw", {"reason": "Twice"}, key="withdraw-2", at='"1"')
    assert merge("SR-2026-0002", "ended-00001")["detail"] == "Choose a request that is open"


def refusals(browser: Browser, expected: dict[str, str]) -> None:
    """Each command is refused with its reason when its form is opened, and is not offered."""
    page = browser.get(REQUEST)
    for command, why in expected.items():
        assert why in browser.get(f"{REQUEST}/{command}", status=409), command
        assert f'href="{REQUEST}/{command}"' not in page


AT_ANOTHER_STAGE = "You cannot do this while the status of the request is “{}”."
LEAVING = ("withdraw", "decline", "signpost", "meet-in-house", "record-unmet", "merge")


def test_a_request_says_what_has_to_come_first(asked: None, stages: BrokerageStages, sign_in: SignIn) -> None:
    raised = AT_ANOTHER_STAGE.format("Raised")
    later = ("reassign", "approve", "change-ceiling", "shortlist", "remove-from-shortlist", "open-tender")

    refusals(
        sign_in(stages.broker),
        {
            **dict.fromkeys((*later, "close", "reopen"), raised),
            "triage-again": "The request has not been triaged yet.",
        },
    )
    refusals(sign_in(stages.head), {"prefer": raised, "give-information": "Nobody has asked for more information."})


def test_a_request_is_triaged_approved_and_put_out_to_tender_once(
    asked: None, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    at_hand = {"broker": sample.reference(stages.broker), "level": "targeted"}

    broker.send(f"{REQUEST}/triage", {**at_hand, "route": "in_house"})
    refusals(
        broker,
        {
            "acknowledge": AT_ANOTHER_STAGE.format("Triaged"),
            "triage": "The request is already triaged. Triage it again instead.",
            "approve": "The request was not triaged for brokering. Triage it again first.",
        },
    )
    broker.send(f"{REQUEST}/triage-again", {**at_hand, "route": "brokered"})
    refusals(broker, {"change-ceiling": "Spending has not been approved yet."})

    broker.send(f"{REQUEST}/approve", {"ceiling": "2500"})
    refusals(
        broker,
        {
            "approve": "Spending is already approved. Change the approved limit instead.",
            **dict.fromkeys(("triage", "triage-again"), AT_ANOTHER_STAGE.format("Spending approved")),
        },
    )


def test_no_second_tender_is_opened_beside_the_first(stages: BrokerageStages, sign_in: SignIn) -> None:
    stages.a_tender()

    inviting = AT_ANOTHER_STAGE.format("Inviting quotes")
    refusals(sign_in(stages.broker), dict.fromkeys(("shortlist", "remove-from-shortlist", "open-tender"), inviting))


def test_the_school_is_asked_one_thing_after_another(asked: None, stages: BrokerageStages, sign_in: SignIn) -> None:
    broker = sign_in(stages.broker)
    broker.send(f"{REQUEST}/ask-for-information", {"question": "Which year groups?"})

    refusals(broker, {"ask-for-information": "The school has not answered the last question yet."})


def test_a_request_is_not_merged_where_there_is_no_other(
    asked: None, stages: BrokerageStages, sign_in: SignIn
) -> None:
    told = "The school has no other open requests."

    assert told in sign_in(stages.broker).get(f"{REQUEST}/merge", status=409)


def test_nothing_is_done_to_a_request_that_came_to_its_end(
    asked: None, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    broker.send_and_check(f"{REQUEST}/withdraw", {"reason": "Somebody was appointed"})

    ended = AT_ANOTHER_STAGE.format("Withdrawn")
    refusals(broker, dict.fromkeys((*LEAVING, "acknowledge", "triage", "triage-again", "close"), ended))


def test_a_request_is_closed_with_its_evaluated_engagement(
    sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    work = stages.engagement(stages.confirmed()).id
    broker, outcome = sign_in(stages.broker), {"outcome": "Both teachers plan alone"}
    refusals(broker, {"close": "You cannot do this while the status of the engagement is “Confirmed”."})

    for act in (
        lambda one: one.end_early(side=Side.SCHOOL, reason="The teachers left"),
        lambda one: waive_evaluation(one, reason="Hardly begun"),
    ):
        with stages.brokering():
            sample.services.service.change(BrokeredEngagement, work, act)
    broker.send_and_check(f"{REQUEST}/close", outcome)

    assert found(sample).status is RequestStatus.CLOSED
    assert sample.services.service.find(BrokeredEngagement, work).status is EngagementStatus.CLOSED


def test_a_stale_page_shows_what_changed_and_keeps_what_was_typed(
    asked: None, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker, other = sign_in(stages.broker), sign_in(sample.broker("Bob Broker"))
    href = f"{REQUEST}/acknowledge"
    page = broker.get(href)
    other.send(f"{REQUEST}/ask-for-information", {"question": "Which year groups?"})

    answer = broker.send_page(href, page, {"officer": sample.reference(stages.broker), **ANSWER_BY}, status=409)

    asked_by = "Bob Broker asked the school for information by 16 November 2026: Which year groups?"
    assert asked_by in answer.text
    assert 'value="9"' in answer.text
    assert found(sample).status is RequestStatus.RAISED


def test_a_form_sent_twice_is_carried_out_once(
    asked: None, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    href = f"{REQUEST}/ask-for-information"
    page = broker.get(href)
    for _ in range(2):
        broker.send_page(href, page, {"question": "Which year groups?"})

    assert found(sample).version == 2
