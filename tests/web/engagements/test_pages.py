"""Engagements on pages: from proposed terms to the evaluation, by school, provider and service."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from domain.authority import Settings
from domain.decision import Basis, Decision
from domain.engagement import Attainment, BrokeredEngagement, EngagementStatus, SessionStatus
from domain.on_behalf import Heard
from domain.provider import Provider, ProviderKind
from domain.references import record_id
from domain.support_request import RequestStatus, SupportRequest
from domain.vocabulary import Side
from projections.tables import NUMBERS
from tests.domain.brokered import BEGINS, ENDS
from tests.sample_authority import Clock, SampleAuthority
from tests.scenario import TODAY
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser

SignIn = Callable[[UUID], Browser]

WORK = "/engagements/BE-2026-0001"
LONG_DAY = {"unusual": "more_than_a_day", "why_unusual": "It went on until the evening"}
FIRST, LATER = BEGINS + timedelta(days=1), BEGINS + timedelta(days=8)


def day(name: str, on: date) -> dict[str, str]:
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def now(stages: BrokerageStages) -> BrokeredEngagement:
    return stages.engagement("BE-2026-0001")


def delivered(number: int = 1, on: date = FIRST, **changes: str) -> dict[str, Any]:
    return {
        "number": str(number),
        "days": "1",
        "note": "Planned two units",
        "attended": "3",
        **day("on", on),
        **changes,
    }


def decisions_of(stages: BrokerageStages) -> list[Decision]:
    """The decision that is asked first."""
    return [stages.service.find(Decision, record_id(Decision.KIND, f"DN-{TODAY.year}-0001"))]


@pytest.fixture
def broker(stages: BrokerageStages, sign_in: SignIn) -> Browser:
    return sign_in(stages.broker)


@pytest.fixture
def started(stages: BrokerageStages, sign_in: SignIn, clock: Clock) -> BrokerageStages:
    """Confirmed work with two sessions planned, the first of them on the day before today."""
    stages.confirmed()
    browser = sign_in(stages.calder.specialist)
    for on in (FIRST, LATER):
        browser.send(f"{WORK}/plan-session", {"days": "1", "place": "The library", **day("on", on)})
    clock.go_to(FIRST + timedelta(days=1))
    return stages


# Agreeing


def test_each_side_sees_the_terms_and_agrees_for_itself(stages: BrokerageStages, sign_in: SignIn) -> None:
    stages.proposed()
    people = {"school": stages.head, "provider": stages.calder.specialist, "service": stages.broker}

    for side, person in people.items():
        browser = sign_in(person)
        form = plain(browser.get(f"{WORK}/agree-for-{side}"))
        for told in ("Planning with two new teachers", "Both teachers plan alone", "4.5 days", "£2,430"):
            assert told in form
        browser.send(f"{WORK}/agree-for-{side}", {})

    assert now(stages).status is EngagementStatus.AGREED
    page = plain(sign_in(stages.head).get(WORK))
    assert "Agreed by Hana Head on 2 November 2026" in page
    assert "Agreed by Grace Calder on 2 November 2026" in page


def test_an_agreement_that_came_by_letter_stands_on_the_page_with_who_wrote_it_down(
    stages: BrokerageStages, broker: Browser
) -> None:
    stages.proposed()
    assert f'href="{WORK}/record-agreement-of-provider"' in broker.get(WORK)
    form = plain(broker.get(f"{WORK}/record-agreement-of-provider"))
    assert "£2,430" in form

    grace = stages.sample.reference(stages.calder.specialist)
    answers = {"heard": "letter", "on_behalf_of": grace, "evidence": "Their letter", **day("came_on", TODAY)}
    broker.send(f"{WORK}/record-agreement-of-provider", answers)

    page = plain(broker.get(WORK))
    stands = "ecorded by Bea Broker; not yet confirmed by Grace Calder"
    assert f"Agreed on 2 November 2026, r{stands}. Letter, 2 November 2026. Evidence: Their letter" in page
    assert "Bea Broker, on behalf of Grace Calder" in page
    assert f"R{stands}" in plain(broker.get("/engagements/"))
    assert f'href="{WORK}/record-agreement-of-provider"' not in broker.get(WORK)


def test_a_provider_disowns_what_was_recorded_for_it_and_nothing_more_is_planned_until_it_agrees(
    stages: BrokerageStages, sign_in: SignIn, broker: Browser
) -> None:
    stages.proposed()
    others = [partial(_agree, side=side) for side in (Side.SCHOOL, Side.SERVICE)]
    for act in (_recorded_for_the_provider, *others):
        with stages.sample.acting(stages.broker, "broker"):
            stages.sample.services.service.change(BrokeredEngagement, now(stages).id, act)
    with stages.sample.acting(stages.broker, "broker"):
        stages.delivery.confirm(now(stages).id)
    grace = sign_in(stages.calder.specialist)
    broker.get(f"{WORK}/disown-agreement-of-provider", 403)
    grace.send(f"{WORK}/disown-agreement-of-provider", {"reason": "Nobody asked us"})

    page = plain(broker.get(WORK))
    assert "Not agreed, recorded by Bea Broker; disowned by Grace Calder: Nobody asked us" in page
    refused = plain(grace.get(f"{WORK}/plan-session", 409))
    assert "The provider says that it did not agree to the terms: Nobody asked us." in refused
    assert "Settle what somebody has disowned" in plain(sign_in(stages.sample.director()).get("/caseload"))

    grace.send(f"{WORK}/agree-for-provider", {})
    assert "disowned" not in plain(broker.get(WORK)).partition("History")[0]
    grace.get(f"{WORK}/plan-session")


def _recorded_for_the_provider(engagement: BrokeredEngagement) -> None:
    engagement.record_agreement(Side.PROVIDER, heard=Heard.LETTER, came_on=TODAY, evidence="Their letter")


def _agree(engagement: BrokeredEngagement, side: Side) -> None:
    engagement.agree(side)


@pytest.mark.parametrize(("side", "other"), [("school", "calder"), ("provider", "head"), ("service", "head")])
def test_nobody_agrees_for_another_side(stages: BrokerageStages, sign_in: SignIn, side: str, other: str) -> None:
    stages.proposed()
    person = stages.head if other == "head" else stages.calder.specialist

    sign_in(person).get(f"{WORK}/agree-for-{side}", 403)

    assert now(stages).agreed_by == frozenset()


def test_agreeing_twice_is_refused_in_words(stages: BrokerageStages, sign_in: SignIn) -> None:
    stages.proposed()
    browser = sign_in(stages.head)
    browser.send(f"{WORK}/agree-for-school", {})

    assert "The school has already agreed" in browser.get(f"{WORK}/agree-for-school", status=409)


def test_confirming_looks_at_clearance_once_more(sample: SampleAuthority, sign_in: SignIn) -> None:
    stages = BrokerageStages(sample)
    stages.proposed()
    stages.all_agree()
    stages.lose_clearance(stages.calder, TODAY)
    browser = sign_in(stages.broker)

    assert "is not cleared" in browser.get(f"{WORK}/confirm")
    refused = browser.send(f"{WORK}/confirm", {}, status=422)

    assert "Grace Calder of Calder Learning is not cleared on these dates" in refused.text
    assert now(stages).status is EngagementStatus.AGREED


def test_the_page_says_since_when_the_provider_is_suspended(stages: BrokerageStages, broker: Browser) -> None:
    stages.proposed()
    stages.all_agree()
    stages.suspend(stages.calder)

    for page in (broker.get(WORK), broker.get(f"{WORK}/confirm")):
        assert "The provider has been suspended since 2 November 2026" in page
    refused = broker.send(f"{WORK}/confirm", {}, status=422)

    assert "Calder Learning is suspended (since 2 November 2026)" in refused.text
    assert now(stages).status is EngagementStatus.AGREED


def test_the_page_says_by_which_policy_the_work_was_cleared(stages: BrokerageStages, broker: Browser) -> None:
    stages.confirmed()

    page = plain(broker.get(WORK))

    assert "Technical details Vetting policy used vetting-2" in page
    assert now(stages).status is EngagementStatus.CONFIRMED


def test_a_clearance_that_ends_before_the_work_does_is_warned_of(stages: BrokerageStages, broker: Browser) -> None:
    stages.confirmed()
    assert "clearance expires" not in broker.get(WORK)

    stages.limit_clearance(stages.calder, date(2027, 2, 28))

    assert "clearance expires on 28 February 2027, before the engagement ends on 26 March 2027" in broker.get(WORK)


# Sessions


def test_days_agreed_used_planned_and_left_stand_on_the_page_in_halves(
    started: BrokerageStages, sign_in: SignIn
) -> None:
    sign_in(started.calder.specialist).send(f"{WORK}/deliver-session", delivered(days="1.5", **LONG_DAY))

    page = plain(sign_in(started.head).get(WORK))

    for told in (
        "Days agreed 4.5 days",
        "Days used 1.5 days",
        "Days planned 1 day",
        "Days left to plan 2 days",
        "£675 of £2,025",
        "Planned two units (3 took part)",
    ):
        assert told in page


def test_the_form_of_a_session_begins_with_the_one_that_was_chosen(started: BrokerageStages, sign_in: SignIn) -> None:
    browser = sign_in(started.calder.specialist)
    assert f'href="{WORK}/deliver-session?number=2"' in browser.get(WORK)

    before = browser.get(f"{WORK}/deliver-session?number=2")
    started.sample.clock.go_to(LATER)
    browser = sign_in(started.calder.specialist)
    pages = [before, browser.get(f"{WORK}/deliver-session?number=2")]

    assert all(re.search(r'value="2" checked', page) for page in pages)
    assert [f'value="{LATER.day}"' in page for page in pages] == [False, True]
    browser.get(f"{WORK}/deliver-session?number=nonsense")


def test_a_session_that_is_recorded_twice_counts_once(started: BrokerageStages, sign_in: SignIn) -> None:
    browser = sign_in(started.calder.specialist)
    page = browser.get(f"{WORK}/deliver-session")

    for _ in range(2):
        browser.send_page(f"{WORK}/deliver-session", page, delivered())

    assert now(started).used_days == 1
    topics = [event.TOPIC for event in started.sample.services.store.get(now(started).id)]
    assert topics.count("engagement.session-delivered") == 1


def test_of_two_who_record_a_session_at_once_one_sees_what_the_other_did(
    started: BrokerageStages, sign_in: SignIn
) -> None:
    specialist, broker = sign_in(started.calder.specialist), sign_in(started.broker)
    pages = [each.get(f"{WORK}/deliver-session") for each in (specialist, broker)]
    specialist.send_page(f"{WORK}/deliver-session", pages[0], delivered(note="Planned two units"))

    stale = broker.send_page(f"{WORK}/deliver-session", pages[1], delivered(note="What I typed"), status=409)

    assert "This record changed while you were writing" in stale.text
    assert "Planned two units" in stale.text
    assert "What I typed" in stale.text
    assert now(started).used_days == 1


def test_a_session_of_more_days_than_are_left_is_refused(started: BrokerageStages, sign_in: SignIn) -> None:
    answer = sign_in(started.calder.specialist).send(f"{WORK}/deliver-session", delivered(days="4"), status=422)

    assert "Only 3.5 agreed days are left. Agree a variation first" in answer.text
    assert "Planned two units" in answer.text


def test_a_session_on_a_day_without_clearance_is_held_in_breach_until_somebody_follows_it_up(
    started: BrokerageStages, sign_in: SignIn
) -> None:
    started.lose_clearance(started.calder, FIRST)
    broker, director = sign_in(started.broker), sign_in(started.director)

    sign_in(started.calder.specialist).send(f"{WORK}/deliver-session", delivered())

    session = now(started).sessions[1]
    assert session.status is SessionStatus.DELIVERED
    assert "letter of assurance: revoked" in session.missing[0]
    page = broker.get(WORK)
    assert ">In breach<" in page
    assert "Not followed up yet" in page
    for browser in (broker, director):
        assert "Follow up a session held in breach" in browser.get("/caseload")
    provider = started.service.find(Provider, started.calder.id).reference
    assert "held in breach" in broker.get(f"/providers/{provider}")

    broker.send(
        f"{WORK}/follow-up-breach", {"number": "1", "told": "The headteacher", "followed": "A new letter was seen"}
    )

    for browser in (broker, director):
        assert "Follow up a session held in breach" not in browser.get("/caseload")
    assert "A new letter was seen" in broker.get(WORK)
    assert ">In breach<" in broker.get(WORK)

    assert "Close a breach" in broker.get("/caseload")
    broker.send(
        f"{WORK}/close-breach", {"number": "1", "breach_answer": "evidence_found", "reason": "The letter was in post"}
    )
    decision = next(iter(decisions_of(started)))
    asked = director.get(f"/decisions/{decision.reference}/give")
    for said in ("letter of assurance: revoked", "The headteacher", "Evidence found", "Grace Calder"):
        assert said in asked
    answers = {"shown": decision.question.fingerprint, "version": str(decision.version), "command": str(uuid4())}
    director.send_page(f"/decisions/{decision.reference}/give", "", answers)
    assert "Closed as: evidence found" in plain(broker.get(WORK))
    assert "Dora Director closed the breach in session 1 as evidence found" in plain(broker.get(WORK))
    assert "Close a breach" not in broker.get("/caseload")
    school = started.sample.urn(started.school)
    assert "Sessions held in breach at this school" in broker.get(f"/schools/{school}")


def test_a_check_revoked_from_an_earlier_day_and_a_report_that_was_wrong_are_facts_of_the_session(
    started: BrokerageStages, sign_in: SignIn
) -> None:
    sign_in(started.calder.specialist).send(f"{WORK}/deliver-session", delivered())
    broker, director = sign_in(started.broker), sign_in(started.director)
    provider = f"/providers/{started.service.find(Provider, started.calder.id).reference}"
    choices = re.findall(r'<option value="(PE-[^"]+)"[^>]*>\s*Grace Calder', broker.get(f"{provider}/revoke"))

    broker.send(
        f"{provider}/revoke",
        {"item": "letter_of_assurance", "person": choices[0], "reason": "It was forged", **day("on", BEGINS)},
    )

    page = plain(broker.get(WORK))
    assert "Found on 11 November 2026 to have been held in breach, which was not known then" in page
    assert "letter of assurance: revoked on 9 November 2026" in page
    for browser in (broker, director):
        assert "Follow up a session held in breach" in browser.get("/caseload")
    assert "1 session held in breach" in plain(broker.get(provider))
    trail = plain(director.get("/audit?about=breaches"))
    assert "was held in breach, which was not known then" in trail
    assert "planned session" not in trail

    broker.send_and_check(f"{WORK}/withdraw-report", {"number": "1", "reason": "The head says nobody came"})

    page = plain(broker.get(WORK))
    assert "Reported, and did not take place: The head says nobody came" in page
    assert "£0 of" in page
    for browser in (broker, director):
        assert "Follow up a session held in breach" not in browser.get("/caseload")
    assert "held in breach" not in plain(broker.get(provider)).partition("Work history")[2]
    assert (now(started).used_days, now(started).status) == (Decimal(0), EngagementStatus.CONFIRMED)
    assert "did not take place" in plain(director.get("/audit?about=breaches"))


def test_a_session_recorded_with_a_wrong_length_is_put_right_with_its_cost_and_says_so(
    started: BrokerageStages, sign_in: SignIn, clock: Clock
) -> None:
    clock.go_to(LATER)
    specialist, broker = sign_in(started.calder.specialist), sign_in(started.broker)
    specialist.send(f"{WORK}/deliver-session", delivered())
    before = now(started)

    specialist.get(f"{WORK}/correct-session", status=403)
    broker.send(f"{WORK}/correct-session", {"number": "1", "reason": "Nothing"}, status=422)
    broker.send(f"{WORK}/correct-session", {"number": "1", "days": "0.5", "reason": "It was a morning"})

    after, page = now(started), plain(broker.get(WORK))
    assert (before.used_days, after.used_days) == (before.sessions[1].days, Decimal("0.5"))
    assert after.cost == before.cost * after.used_days / before.used_days
    assert "Restated on 17 Nov 2026" in page
    assert "corrected what was entered of session 1: days: 0.5 days (entered as 1 day), cost" in page
    assert "It was a morning" in page
    assert "Restated on" in plain(broker.get("/engagements/"))


def test_a_session_under_a_suspension_is_not_planned_and_one_held_is_in_breach(
    started: BrokerageStages, sign_in: SignIn, clock: Clock
) -> None:
    started.suspend(started.calder)
    clock.go_to(LATER)
    browser = sign_in(started.calder.specialist)

    answer = browser.send(f"{WORK}/plan-session", {"days": "1", "place": "", **day("on", ENDS)}, status=422)
    assert "Calder Learning is suspended (since 11 November 2026)" in answer.text
    browser.send(f"{WORK}/deliver-session", delivered(2, LATER))
    assert now(started).sessions[2].missing == ("The provider was suspended",)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"days": "1.2"}, "Enter days in halves"),
        ({"number": "7"}, "Select a session"),
        ({"on-month": "12"}, "The date must be today or in the past"),
        ({"attended": "0"}, "took part"),
        ({"note": ""}, "Enter what was done"),
    ],
)
def test_a_mistake_is_told_beside_its_field(
    started: BrokerageStages, sign_in: SignIn, changes: dict[str, str], told: str
) -> None:
    answer = sign_in(started.calder.specialist).send(f"{WORK}/deliver-session", delivered() | changes, status=422)

    assert told in answer.text
    assert now(started).used_days == 0


def test_a_session_is_cancelled_for_a_side_with_a_reason(started: BrokerageStages, sign_in: SignIn) -> None:
    browser = sign_in(started.calder.specialist)

    browser.send(f"{WORK}/cancel-session", {"number": "2", "side": "provider", "reason": "Our teacher is ill"})

    assert now(started).sessions[2].status is SessionStatus.CANCELLED
    assert "For the provider: Our teacher is ill" in plain(browser.get(WORK))


def test_only_the_service_decides_that_a_cancelled_session_is_charged(
    started: BrokerageStages, sign_in: SignIn
) -> None:
    answers = {"number": "2", "side": "school", "reason": "The hall was locked", "chargeable": "yes"}

    refused = sign_in(started.calder.specialist).send(f"{WORK}/cancel-session", answers, status=422)
    assert "Only the service can charge for a cancelled session" in refused.text

    sign_in(started.broker).send(f"{WORK}/cancel-session", answers)
    assert now(started).cost == Decimal(450)


def test_a_school_does_not_report_sessions(started: BrokerageStages, sign_in: SignIn) -> None:
    head = sign_in(started.head)

    head.get(f"{WORK}/deliver-session", 403)
    assert "deliver-session" not in head.get(WORK)


# Changing


def test_a_variation_begins_with_the_present_terms_and_is_checked(started: BrokerageStages, sign_in: SignIn) -> None:
    browser = sign_in(started.broker)
    page = browser.get(f"{WORK}/agree-variation")
    assert 'value="4.5"' in page
    assert 'value="2025.00"' in page

    answers = variation(started, days="5.5", net="2475", reason="One more teacher")
    check = browser.send(f"{WORK}/agree-variation", answers, status=200)
    assert "£495" in check.text
    browser.send_page(f"{WORK}/agree-variation", check.text, {**answers, "confirmed": "yes"})

    assert (now(started).work.days, now(started).work.gross) == (Decimal("5.5"), Decimal(2970))
    page = plain(browser.get(WORK))
    assert "One more teacher" in page
    assert "Recorded as agreed by Hana Head for the school on 2 November 2026, Grace Calder for the provider" in page
    assert "£495 VAT, until 26 March 2027, naming Hana Head as having agreed for the school on 2 November" in page


@pytest.mark.parametrize("unsaid", ["school_by", "school_on-day", "provider_by", "provider_on-day"])
def test_nothing_is_varied_before_both_sides_have_agreed(
    started: BrokerageStages, sign_in: SignIn, unsaid: str
) -> None:
    answers = {**variation(started), unsaid: "", "confirmed": "yes"}

    sign_in(started.broker).send(f"{WORK}/agree-variation", answers, status=422)

    assert now(started).variations == ()


def variation(stages: BrokerageStages, **changes: str) -> dict[str, str]:
    return {
        "days": "9",
        "net": "4050",
        "school_by": stages.sample.reference(stages.head),
        "provider_by": stages.sample.reference(stages.calder.specialist),
        **day("school_on", TODAY),
        **day("provider_on", FIRST),
        **day("ends", ENDS),
        "reason": "More to do",
        **changes,
    }


def give(browser: Browser, stages: BrokerageStages, *, status: int = 303) -> str:
    asked = stages.service.find(Decision, record_id(Decision.KIND, "DN-2026-0001"))
    answers = {"shown": asked.question.fingerprint, "version": str(asked.version), "command": str(uuid4())}
    return browser.send_page("/decisions/DN-2026-0001/give", "", answers, status=status).text


def test_a_variation_above_what_was_approved_is_asked_on_the_new_total_and_giving_it_raises_the_limit(
    started: BrokerageStages, sign_in: SignIn
) -> None:
    broker, director = sign_in(started.broker), sign_in(started.director)
    broker.send(f"{WORK}/agree-variation", {**variation(started), "confirmed": "yes"})
    assert now(started).variations == ()
    page = plain(director.get("/decisions/DN-2026-0001/give"))
    for told in ("£4,050", "£2,025", "4.5 before, 9 now", "£2,500", "Hana Head, 2 November 2026", "More to do"):
        assert told in page, told

    give(director, started)
    assert (now(started).work.net, now(started).work.vat) == (Decimal(4050), Decimal(810))
    request = started.service.find(SupportRequest, started.request)
    assert (request.status, request.ceiling) == (RequestStatus.PLACED, 4050)
    varied = list(started.sample.services.store.get(now(started).id))[-1]
    assert (varied.meta.signature.actor, varied.meta.decision is not None) == (started.director, True)


@pytest.mark.parametrize(("net", "row"), [("4050", "S2"), ("10000", "S2"), ("10100", "S3"), ("25000", "S3")])
def test_who_decides_on_a_variation_follows_from_the_price_in_all(
    started: BrokerageStages, sign_in: SignIn, net: str, row: str
) -> None:
    answers = {**variation(started, net=net), "confirmed": "yes"}
    sign_in(started.broker).send(f"{WORK}/agree-variation", answers)
    assert started.service.find(Decision, record_id(Decision.KIND, "DN-2026-0001")).route.row == row


def test_a_colleague_who_is_cleared_takes_the_work_on(started: BrokerageStages, sign_in: SignIn) -> None:
    cleared = started.sample.specialist(started.calder.id, "Cora Colleague")
    started.staff(started.calder.id, cleared)
    unchecked = started.sample.specialist(started.calder.id, "Una Unchecked")
    started.staff(started.calder.id, unchecked, vetted=False)
    browser = sign_in(started.broker)
    assert "Imran" not in browser.get(f"{WORK}/substitute")

    refused = browser.send(
        f"{WORK}/substitute", {"specialist": started.sample.reference(unchecked), "reason": "Ill"}, status=422
    )
    assert "is not cleared on these dates" in refused.text
    browser.send(f"{WORK}/substitute", {"specialist": started.sample.reference(cleared), "reason": "Ill"})

    assert now(started).work.specialist == cleared
    assert "Cora Colleague" in browser.get(WORK)


def test_work_is_paused_and_resumed_with_a_reason(started: BrokerageStages, sign_in: SignIn) -> None:
    browser = sign_in(started.broker)

    browser.send(f"{WORK}/pause", {"reason": ""}, status=422)
    browser.send(f"{WORK}/pause", {"reason": "The school is inspected"})
    assert "Paused: The school is inspected" in browser.get(WORK)
    browser.send(f"{WORK}/resume", {"reason": "The inspection is over"})

    assert now(started).status is EngagementStatus.CONFIRMED


# Ending


def test_work_ends_early_after_a_check(started: BrokerageStages, sign_in: SignIn) -> None:
    browser = sign_in(started.broker)

    browser.send_and_check(f"{WORK}/end-early", {"side": "school", "reason": "The school merges"})

    assert now(started).status is EngagementStatus.ENDED_EARLY
    page = plain(browser.get(WORK))
    assert "Ended early on 11 November 2026 for the school: The school merges" in page
    assert "Cancelled when the work ended" in page


def test_work_that_is_given_up_before_it_starts_sets_the_request_free(
    stages: BrokerageStages, broker: Browser
) -> None:
    stages.proposed()

    broker.send_and_check(f"{WORK}/cancel", {"side": "provider", "reason": "The teacher left"})

    assert now(stages).status is EngagementStatus.CANCELLED
    assert stages.service.find(SupportRequest, stages.request).status is RequestStatus.INVITING
    assert "Cancelled on 2 November 2026 for the provider: The teacher left" in plain(broker.get(WORK))


@pytest.fixture
def completed(started: BrokerageStages, sign_in: SignIn) -> BrokerageStages:
    specialist = sign_in(started.calder.specialist)
    specialist.send(f"{WORK}/deliver-session", delivered())
    specialist.send(f"{WORK}/cancel-session", {"number": "2", "side": "school", "reason": "Snow"})
    sign_in(started.broker).send(f"{WORK}/complete", {})
    return started


EVALUATION = {
    "quality": "5",
    "impact": "4",
    "objective_1": "met",
    "objective_2": "partly_met",
    "comment": "Grace listened first",
}


def test_a_school_evaluates_each_objective_and_the_engagement_is_closed(
    completed: BrokerageStages, sign_in: SignIn
) -> None:
    head, broker = sign_in(completed.head), sign_in(completed.broker)
    assert "The school has not evaluated the work yet" in head.get(WORK)
    assert "Schemes of work are in use" in head.get(f"{WORK}/evaluate")

    head.send_and_check(f"{WORK}/evaluate", EVALUATION)

    found = now(completed).evaluation
    assert found is not None
    assert [(each.objective, each.attainment) for each in found.outcomes] == [
        ("Schemes of work are in use", Attainment.MET),
        ("Both teachers plan alone", Attainment.PARTLY_MET),
    ]
    assert (found.evaluator, found.comment.person) == (completed.head, completed.calder.specialist)
    assert "5 out of 5" in head.get(WORK)
    broker.send_and_check(f"{WORK}/close", {"outcome": "Planning holds"})
    assert now(completed).status is EngagementStatus.CLOSED
    assert completed.service.find(SupportRequest, completed.request).status is RequestStatus.CLOSED


@pytest.mark.parametrize("missing", ["quality", "impact", "objective_2", "comment"])
def test_an_evaluation_says_something_of_everything(
    completed: BrokerageStages, sign_in: SignIn, missing: str
) -> None:
    answers = {**EVALUATION, missing: ""}

    sign_in(completed.head).send(f"{WORK}/evaluate", answers, status=422)

    assert now(completed).evaluation is None


def test_without_an_evaluation_work_is_closed_only_when_that_is_waived(
    completed: BrokerageStages, sign_in: SignIn
) -> None:
    browser = sign_in(completed.broker)
    closing = {"outcome": "Planning holds", "confirmed": "yes"}

    assert "The school has not evaluated the work" in browser.get(f"{WORK}/close", status=409)
    browser.send(f"{WORK}/waive-evaluation", {"reason": "The head has left"})
    assert "No evaluation: The head has left" in browser.get(WORK)
    browser.send(f"{WORK}/close", closing)

    assert now(completed).status is EngagementStatus.CLOSED


def test_the_evaluation_of_a_larger_job_is_waived_by_others_and_of_a_small_one_by_the_broker_and_counted(
    completed: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    def decision(number: int) -> Decision:
        return sample.services.service.find(Decision, record_id(Decision.KIND, f"DN-2026-{number:04d}"))

    sample.put_in_force(Settings(approval_ceiling=Decimal(1)))
    browser = sign_in(completed.broker)
    sent = browser.send(f"{WORK}/waive-evaluation", {"reason": "The head has left"})
    asked = sent.headers["Location"]
    assert now(completed).evaluation is None
    assert "The school has not evaluated the work" in browser.get(f"{WORK}/close", status=409)
    browser.get(f"{asked}/give", status=403)
    sign_in(completed.director).send(f"{asked}/refuse", {"reason": "Ask the deputy"})
    sample.put_in_force(Settings(approval_ceiling=Decimal(5000)))
    browser.send(f"{WORK}/waive-evaluation", {"reason": "The head has left"})
    assert "No evaluation: The head has left" in browser.get(WORK)
    own = decision(int(asked[-4:]) + 1)
    assert (own.basis, own.route.row) == (Basis.OWN_AUTHORITY, "S22")


@pytest.mark.parametrize("who", ["broker", "calder"])
def test_only_the_school_evaluates(completed: BrokerageStages, sign_in: SignIn, who: str) -> None:
    person = completed.broker if who == "broker" else completed.calder.specialist

    sign_in(person).get(f"{WORK}/evaluate", 403)


# What cannot be done now


def refusals(browser: Browser, expected: dict[str, str]) -> None:
    """Each command is refused with its reason when its form is opened, and is not offered."""
    page = browser.get(WORK)
    for command, why in expected.items():
        told = plain(browser.get(f"{WORK}/{command}", status=409))
        assert f"{why.removesuffix('.')}. Nothing was changed" in told, command
        assert f'href="{WORK}/{command}"' not in page


AT_ANOTHER_STAGE = "You cannot do this while the status of the engagement is “{}”"


def test_work_that_is_only_proposed_says_what_has_to_come_first(stages: BrokerageStages, sign_in: SignIn) -> None:
    stages.proposed()
    why = AT_ANOTHER_STAGE.format("Proposed")

    refusals(sign_in(stages.head), {"evaluate": why})
    refusals(
        sign_in(stages.broker),
        {
            "confirm": "Still waiting for agreement to the terms from: school, provider, service",
            **dict.fromkeys(("plan-session", "deliver-session", "cancel-session", "substitute"), why),
            **dict.fromkeys(("pause", "resume", "complete", "end-early", "waive-evaluation", "close"), why),
        },
    )


def test_sessions_are_neither_planned_nor_recorded_where_none_can_be(
    stages: BrokerageStages, broker: Browser
) -> None:
    stages.confirmed()
    refusals(
        broker,
        {
            **dict.fromkeys(("deliver-session", "cancel-session"), "No session is planned"),
            "complete": "No sessions were delivered. End the work early, or cancel it.",
        },
    )

    broker.send(f"{WORK}/plan-session", {"days": "4.5", "place": "", **day("on", FIRST), **LONG_DAY})

    refusals(
        broker,
        {
            "plan-session": "All the agreed days are already used or planned. Agree a variation first",
            "complete": "Record or cancel the sessions that are still planned first",
        },
    )


def test_work_is_evaluated_and_closed_once(completed: BrokerageStages, sign_in: SignIn) -> None:
    head, broker = sign_in(completed.head), sign_in(completed.broker)
    refusals(broker, {"cancel": "Some days are already used. End the work early instead."})
    head.send_and_check(f"{WORK}/evaluate", EVALUATION)
    refusals(head, {"evaluate": AT_ANOTHER_STAGE.format("Evaluated")})
    refusals(broker, {"waive-evaluation": AT_ANOTHER_STAGE.format("Evaluated")})

    broker.send_and_check(f"{WORK}/close", {"outcome": "Planning holds"})

    refusals(broker, {"close": AT_ANOTHER_STAGE.format("Closed")})


def test_work_whose_evaluation_was_waived_is_not_evaluated(completed: BrokerageStages, sign_in: SignIn) -> None:
    broker = sign_in(completed.broker)
    broker.send(f"{WORK}/waive-evaluation", {"reason": "The head has left"})

    refusals(broker, {"waive-evaluation": "You have already recorded that there will be no evaluation"})
    refusals(sign_in(completed.head), {"evaluate": "You have already recorded that there will be no evaluation"})


# Proposing without quotes


def direct(stages: BrokerageStages, **changes: str) -> dict[str, Any]:
    return {
        "request": "SR-2026-0001",
        "provider": "PV-2026-0001",
        "specialist": stages.sample.reference(stages.calder.specialist),
        "scope": "Planning with two new teachers",
        "work_objectives": "Schemes of work are in use\nBoth teachers plan alone",
        "days": "3",
        "net": "900",
        "vat": "0",
        "reason": "The authority's own service",
        **day("begins", BEGINS),
        **day("ends", ENDS),
        **changes,
    }


def test_a_service_of_the_authority_is_engaged_without_quotes(stages: BrokerageStages, broker: Browser) -> None:
    stages.an_approved_request()
    page = broker.get("/engagements/propose?request=SR-2026-0001")
    assert re.search(r'<option value="SR-2026-0001" selected', page)

    answer = broker.send_and_check("/engagements/propose", direct(stages))

    assert answer.headers["Location"] == WORK
    assert now(stages).work.objectives == ("Schemes of work are in use", "Both teachers plan alone")
    assert stages.service.find(SupportRequest, stages.request).status is RequestStatus.PLACED


def test_what_is_refused_is_refused_before_the_answers_are_checked(stages: BrokerageStages, broker: Browser) -> None:
    stages.an_approved_request()
    backwards = direct(stages, **day("ends", BEGINS - timedelta(days=1)))

    refused = broker.send("/engagements/propose", backwards, status=422)
    broker.send("/engagements/propose", direct(stages), status=200)

    assert "The last day must be the same as or after the first day" in refused.text
    with stages.sample.services.read_present() as connection:
        drawn = connection.execute(sa.select(NUMBERS.c.last).where(NUMBERS.c.prefix == "BE")).all()
    assert drawn == []


def test_nothing_is_proposed_where_no_request_waits_for_somebody(stages: BrokerageStages, broker: Browser) -> None:
    told = "There are no approved requests that still need a provider."
    refused = broker.get("/engagements/propose", status=409)
    assert told in refused
    assert "Go to the list of engagements" in refused
    assert "Go to the record" not in refused

    stages.an_approved_request()
    assert told not in broker.get("/engagements/propose")


def test_nobody_takes_over_where_nobody_else_works_there(stages: BrokerageStages, broker: Browser) -> None:
    stages.confirmed()

    assert "No other specialist works for this provider at the moment." in broker.get(
        f"{WORK}/substitute", status=409
    )


def test_a_provider_from_outside_is_not_offered_without_quotes(stages: BrokerageStages, broker: Browser) -> None:
    stages.an_approved_request()
    stages.firm(3, "Private Practice", "Pia Private", kind=ProviderKind.PRIVATE)

    assert "Private Practice" not in broker.get("/engagements/propose")
    refused = broker.send("/engagements/propose", direct(stages, provider="PV-2026-0003"), status=422)

    assert "Select" in refused.text


def test_a_cpd_manager_does_not_engage_a_subject_specialist(stages: BrokerageStages, sign_in: SignIn) -> None:
    stages.an_approved_request()

    cpd_manager = sign_in(stages.sample.cpd_manager())

    cpd_manager.send("/engagements/propose", {**direct(stages), "confirmed": "yes"}, status=403)


# The list


def test_everybody_sees_the_engagements_that_are_theirs(stages: BrokerageStages, sign_in: SignIn) -> None:
    stages.proposed()
    other_head = stages.sample.headteacher(stages.sample.school("Beech Lane School"), "Hugo Head")

    for person in (stages.broker, stages.head, stages.calder.specialist, stages.sample.reviewer()):
        page = sign_in(person).get("/engagements/")
        assert "BE-2026-0001" in page
        assert "Waiting for school, provider, service" in page
    for person in (stages.harrop.specialist, other_head):
        assert "No engagements" in sign_in(person).get("/engagements/")
        sign_in(person).get(WORK, 404)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=proposed", True),
        ("status=closed", False),
        ("provider=PV-2026-0001", True),
        ("provider=PV-2026-0002", False),
        ("kind=training", False),
        ("subject=math", True),
        ("subject=French", False),
        ("awaiting=school", True),
        ("evaluation_due=true", False),
        ("school=900001", True),
    ],
)
def test_the_list_is_filtered(stages: BrokerageStages, broker: Browser, query: str, found: bool) -> None:
    stages.proposed()

    assert ("BE-2026-0001" in broker.get(f"/engagements/?{query}")) is found


def test_an_engagement_reads_for_the_reviewer_and_offers_nothing(stages: BrokerageStages, sign_in: SignIn) -> None:
    stages.confirmed()

    page = sign_in(stages.sample.reviewer()).get(WORK)

    assert "app-actions" not in page
