"""The broker keeps a tender: invites, answers, compares, selects one quote, and proposes the engagement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.engagement import BrokeredEngagement, EngagementStatus
from domain.references import record_id
from domain.support_request import RequestStatus, SupportRequest
from domain.tender import DeclineReason, InvitationStatus, Tender, TenderStatus
from tests.grants import for_selection
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

TENDER = "/tenders/TN-2026-0001"
CALDER, HARROP = "PV-2026-0001", "PV-2026-0002"
AFTER_REPLIES = date(2026, 11, 16)


@pytest.fixture
def quoted(stages: BrokerageStages) -> UUID:
    """A tender with two quotes, the second above the ceiling."""
    tender = stages.a_tender()
    stages.quote(stages.calder)
    stages.quote(stages.harrop, day_rate=Decimal(600))
    return tender


def found(sample: SampleAuthority) -> Tender:
    return sample.services.service.find(Tender, record_id(Tender.KIND, "TN-2026-0001"))


def request_now(sample: SampleAuthority) -> SupportRequest:
    return sample.services.service.find(SupportRequest, record_id(SupportRequest.KIND, "SR-2026-0001"))


def choice(**changes: str) -> dict[str, str]:
    return {
        "provider": CALDER,
        "rationale": "Knows the school and costs less",
        **changes,
    }


def test_quotes_are_compared_side_by_side(quoted: UUID, stages: BrokerageStages, sign_in: SignIn) -> None:
    page = sign_in(stages.broker).get(TENDER)

    for told in (
        "Grace Calder",
        "4.5 days",
        "£450",
        "£2,025",
        "£405",
        "£2,430",
        "Not rated yet (no case)",
    ):
        assert told in page, told
    assert page.index("Calder Learning") < page.index("Harrop Associates")
    assert "£2,700" in page
    assert "£2,500 excluding VAT" in page


def test_a_selection_is_looked_at_again_and_leads_to_the_engagement(
    quoted: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)

    answer = broker.send_and_check(f"{TENDER}/select", choice())

    assert answer.headers["Location"] == f"{TENDER}/propose"
    tender = found(sample)
    assert (tender.status, tender.selected, tender.rationale) == (
        TenderStatus.SELECTED,
        stages.calder.id,
        "Knows the school and costs less",
    )
    proposed = broker.send(
        f"{TENDER}/propose",
        {
            "scope": "Planning with two new teachers",
            "work_objectives": "Schemes of work are in use\nBoth teachers plan alone",
            "begins-day": "9",
            "begins-month": "11",
            "begins-year": "2026",
            "ends-day": "26",
            "ends-month": "3",
            "ends-year": "2027",
        },
    )
    assert proposed.headers["Location"] == "/engagements/BE-2026-0001"
    engagement = sample.services.service.find(BrokeredEngagement, request_now(sample).engagement or quoted)
    assert (engagement.status, engagement.work.net) == (EngagementStatus.PROPOSED, Decimal("2025.00"))
    assert engagement.work.objectives == ("Schemes of work are in use", "Both teachers plan alone")
    assert request_now(sample).status is RequestStatus.PLACED
    assert "Open the engagement" in broker.get("/requests/SR-2026-0001")


def test_two_brokers_select_at_once_and_the_second_is_told_why_it_is_too_late(
    quoted: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    first, second = sign_in(stages.broker), sign_in(sample.broker("Bob Broker"))
    check = {browser: browser.send(f"{TENDER}/select", choice(), status=200) for browser in (first, second)}
    confirmed = {**choice(), "confirmed": "yes"}
    other = {**choice(provider=HARROP, rationale="Closer by"), "confirmed": "yes"}

    first.send_page(f"{TENDER}/select", check[first].text, confirmed)
    answer = second.send_page(f"{TENDER}/select", check[second].text, other, status=409)

    assert "A provider has been selected. Only the service can withdraw the selection" in answer.text
    assert "Closer by" in answer.text
    assert found(sample).selected == stages.calder.id


def test_two_programs_select_at_once_and_one_is_told_that_it_is_stale(
    quoted: UUID, sample: SampleAuthority, stages: BrokerageStages, program: Programs
) -> None:
    first, second = program(stages.broker), program(sample.broker("Bob Broker"))
    at = first.get(TENDER).headers["ETag"]
    assert second.get(TENDER).headers["ETag"] == at

    first.post(f"{TENDER}/select", choice(), key="first-broker", at=at)
    second.post(f"{TENDER}/select", choice(provider=HARROP), key="second-broker", at=at, status=412)

    assert found(sample).selected == stages.calder.id


def test_a_selection_sent_twice_is_made_once(
    quoted: UUID, sample: SampleAuthority, stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker = sign_in(stages.broker)
    check = broker.send(f"{TENDER}/select", choice(), status=200).text
    before = found(sample).version
    for _ in range(2):
        broker.send_page(f"{TENDER}/select", check, {**choice(), "confirmed": "yes"})

    assert found(sample).version == before + 1


def test_a_selection_waits_for_those_who_have_time_to_reply(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    stages.a_tender()
    stages.quote(stages.calder)
    broker = sign_in(stages.broker)

    assert "Other invited providers still have time to reply" in broker.get(f"{TENDER}/select", status=409)


def test_a_selection_is_withdrawn_until_work_is_proposed(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, program: Programs
) -> None:
    stages.a_selection()
    sign_in(stages.broker).send(f"{TENDER}/withdraw-selection", {"reason": "Grace Calder fell ill"})
    assert (found(sample).status, found(sample).selected) == (TenderStatus.OPEN, None)

    with stages.brokering():
        granted = for_selection(stages.tender)
        stages.brokerage.select(stages.tender, stages.calder.id, rationale="Well again", granted=granted)
    terms = {
        "scope": "Planning",
        "work_objectives": ["Plans hold"],
        "begins": "2026-11-09",
        "ends": "2027-03-26",
    }
    broker = program(stages.broker)
    broker.post(f"{TENDER}/propose", terms, key="propose-1", at=f'"{found(sample).version}"')
    refused = broker.post(
        f"{TENDER}/withdraw-selection",
        {"reason": "Too late"},
        key="withdraw-1",
        at=f'"{found(sample).version}"',
        status=422,
    )
    assert "Cancel the engagement instead" in refused.json["detail"]
    assert found(sample).selected == stages.calder.id


def test_nobody_not_cleared_is_engaged(stages: BrokerageStages, sample: SampleAuthority, program: Programs) -> None:
    stages.a_selection()
    stages.lose_clearance(stages.calder, sample.services.today())
    terms = {"scope": "Planning", "work_objectives": ["Plans hold"], "begins": "2026-11-09", "ends": "2027-03-26"}

    refused = program(stages.broker).post(
        f"{TENDER}/propose", terms, key="not-cleared", at=f'"{found(sample).version}"', status=422
    )

    assert "Calder Learning is not cleared on these dates" in refused.json["detail"]
    assert request_now(sample).status is RequestStatus.INVITING


def test_more_of_the_shortlist_are_invited_and_refused_by_name(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    stages.a_tender()
    broker = sign_in(stages.broker)
    with stages.sample.acting(stages.harrop.specialist, "specialist"):
        stages.service.change(
            Tender, stages.tender, lambda it: it.decline(stages.harrop.id, why=DeclineReason.DATES, reason="Away")
        )
    form = broker.get(f"{TENDER}/invite")
    assert HARROP in form
    assert CALDER not in form

    stages.lose_clearance(stages.harrop, sample.services.today())
    refused = broker.send(f"{TENDER}/invite", {"invite": HARROP}, status=422)

    assert "Harrop Associates is not cleared on these dates" in refused.text
    assert found(sample).invitations[stages.harrop.id].status is InvitationStatus.DECLINED


def test_a_question_is_answered_to_all(stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn) -> None:
    stages.a_tender()
    with sample.acting(stages.calder.specialist, "specialist"):
        stages.service.change(Tender, stages.tender, lambda it: it.ask(stages.calder.id, "On which days?"))
    broker = sign_in(stages.broker)
    assert "On which days?" in broker.get(f"{TENDER}/answer-question")

    broker.send(f"{TENDER}/answer-question", {"number": "1", "answer": "On Mondays"})

    assert [each.answer for each in found(sample).questions] == ["On Mondays"]
    assert "On Mondays" in broker.get(TENDER)
    assert "/answer-question" not in broker.get(TENDER)


def test_everybody_gets_longer_or_their_invitation_lapses(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    stages.a_tender()
    stages.quote(stages.calder)
    assert "/lapse" not in sign_in(stages.broker).get(TENDER)
    longer = {"reply_by-day": "14", "reply_by-month": "11", "reply_by-year": "2026", "reason": "Half term"}
    sign_in(stages.broker).send(f"{TENDER}/extend", longer)
    assert found(sample).reply_by == date(2026, 11, 14)

    sample.clock.go_to(AFTER_REPLIES)
    broker = sign_in(stages.broker)
    assert "1 of 2 invited providers did not reply" in broker.get(TENDER)
    broker.send(f"{TENDER}/lapse", {})

    assert found(sample).invitations[stages.harrop.id].status is InvitationStatus.LAPSED
    assert found(sample).invitations[stages.calder.id].status is InvitationStatus.QUOTED


def test_what_the_school_said_on_the_telephone_is_recorded(
    quoted: UUID, stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    sign_in(stages.broker).send(
        f"{TENDER}/record-preference", {"provider": HARROP, "preference": "Imran was here before"}
    )

    assert found(sample).preferred == stages.harrop.id


def test_the_invitations_end_without_a_choice(
    quoted: UUID, stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    sign_in(stages.broker).send_and_check(f"{TENDER}/close", {"reason": "All too dear"})

    assert found(sample).status is TenderStatus.CLOSED
    assert request_now(sample).status is RequestStatus.SHORTLISTED


def test_a_closed_tender_waits_for_no_reply(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    stages.a_tender(stages.harrop)
    sample.clock.go_to(AFTER_REPLIES)
    broker = sign_in(stages.broker)
    assert "1 of 1 invited provider did not reply" in broker.get(TENDER)

    broker.send_and_check(f"{TENDER}/close", {"reason": "Nobody replied"})

    assert "The deadline for replies has passed" not in broker.get(TENDER)
    told = sign_in(stages.harrop.specialist).get("/invitations/TN-2026-0001")
    assert "The tender closed before you replied." in told
    assert "You have not replied yet" not in told


def refusals(browser: Browser, expected: dict[str, str]) -> None:
    """Each command is refused with its reason when its form is opened, and is not offered."""
    page = browser.get(TENDER)
    for command, why in expected.items():
        assert why in browser.get(f"{TENDER}/{command}", status=409), command
        assert f'href="{TENDER}/{command}"' not in page


def test_a_tender_says_what_has_to_come_before_a_choice(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    stages.a_tender()
    broker = sign_in(stages.broker)
    assert "All providers on the shortlist are already invited." in broker.get(f"{TENDER}/invite", status=409)
    refusals(
        broker,
        {
            **dict.fromkeys(("select", "record-preference"), "There are no current quotes."),
            **dict.fromkeys(("propose", "withdraw-selection"), "No provider is selected."),
            "lapse": "Providers still have time to reply.",
            "answer-question": "There are no questions to answer.",
        },
    )

    stages.quote(stages.calder)
    refusals(broker, {"select": "Other invited providers still have time to reply."})

    stages.quote(stages.harrop)
    sample.clock.go_to(AFTER_REPLIES)
    passed = "The deadline for replies has passed. Only the service can extend it, for all providers."
    refusals(sign_in(stages.broker), {"lapse": "All invited providers have replied.", "invite": passed})


def test_a_tender_for_one_provider_is_for_that_one_alone(stages: BrokerageStages, sign_in: SignIn) -> None:
    stages.a_tender(stages.calder)

    refusals(sign_in(stages.broker), {"invite": "This tender is for one provider only."})


def test_once_somebody_is_selected_the_selection_is_withdrawn_before_anything_else(
    stages: BrokerageStages, sign_in: SignIn
) -> None:
    stages.a_selection()

    decided = "A provider has been selected. Only the service can withdraw the selection."
    everything = ("invite", "answer-question", "extend", "lapse", "record-preference", "select", "close")
    refusals(sign_in(stages.broker), dict.fromkeys((*everything, "record-quote", "record-refusal"), decided))


def test_a_selection_from_which_work_was_proposed_stays(stages: BrokerageStages, sign_in: SignIn) -> None:
    stages.proposed()

    proposed = "An engagement has been proposed from this selection. Cancel the engagement instead."
    refusals(sign_in(stages.broker), dict.fromkeys(("propose", "withdraw-selection"), proposed))


@pytest.mark.parametrize("who", ["head", "specialist", "officer"])
def test_those_who_do_not_broker_open_no_tender(
    quoted: UUID, stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, program: Programs, who: str
) -> None:
    person = {"head": stages.head, "specialist": stages.calder.specialist, "officer": sample.officer()}[who]

    unknown = 404 if who == "specialist" else 403
    sign_in(person).get(TENDER, status=unknown)
    sign_in(person).get(f"{TENDER}/select", status=403)
    program(person).get(TENDER, status=unknown)


def test_a_cpd_manager_reads_a_specialist_s_tender_and_selects_nobody(
    quoted: UUID, stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, program: Programs
) -> None:
    manager = sample.cpd_manager()

    page = sign_in(manager).get(TENDER)

    assert "/select" not in page
    at = f'"{found(sample).version}"'
    program(manager).post(f"{TENDER}/select", choice(), key="not-a-broker", at=at, status=403)


@pytest.mark.parametrize(
    "change",
    [
        {"provider": "PV-2026-9999"},
        {"provider": ["PV-2026-0001"]},
        {"rationale": ""},
        {"rationale": "x" * 2001},
        {"approver": "P-2026-0001"},
        {"approved_above_ceiling_by": "P-2026-0001"},
        {"tie": "x" * 501},
        {"unheard_of": 1},
    ],
)
def test_a_program_that_sends_nonsense_is_told_so(
    quoted: UUID, stages: BrokerageStages, sample: SampleAuthority, program: Programs, change: dict[str, Any]
) -> None:
    at = f'"{found(sample).version}"'

    refused = program(stages.broker).post(
        f"{TENDER}/select", {**choice(), **change}, key="nonsense-1", at=at, status=422
    )

    assert next(iter(change)) in refused.json["errors"]["json"]


def test_tenders_are_listed_newest_first(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, program: Programs
) -> None:
    stages.a_tender()

    assert "TN-2026-0001" in sign_in(stages.broker).get("/tenders/?status=open")
    assert "No tenders" in sign_in(stages.broker).get("/tenders/?status=closed")
    assert [row["reference"] for row in program(stages.broker).get("/tenders").json["items"]] == ["TN-2026-0001"]
    assert "No tenders" in sign_in(stages.calder.specialist).get("/tenders/")
    shown = program(stages.broker).get(TENDER).json
    assert [each["provider"] for each in shown["invitations"]] == [CALDER, HARROP]
