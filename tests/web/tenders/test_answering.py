"""What came from providers by phone, letter or email is written down by the broker on their behalf."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.tender import DeclineReason, InvitationStatus, Tender
from domain.vocabulary import Side
from tests.domain.brokered import BEGINS, ENDS, REPLY_BY
from tests.sample_authority import SampleAuthority
from tests.scenario import TODAY
from tests.web.brokerage_stages import BrokerageStages, Firm
from tests.web.conftest import Browser, Program

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

TENDER, INVITATION = "/tenders/TN-2026-0001", "/invitations/TN-2026-0001"
CALDER, HARROP = "PV-2026-0001", "PV-2026-0002"
AFTER_REPLIES = date(2026, 11, 16)


@pytest.fixture(autouse=True)
def invited(stages: BrokerageStages) -> UUID:
    return stages.a_tender()


def day(name: str, on: date) -> dict[str, str]:
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def a_quote(stages: BrokerageStages, firm: Firm, **changes: Any) -> dict[str, Any]:
    return {
        "provider": CALDER if firm == stages.calder else HARROP,
        "specialist": stages.sample.reference(firm.specialist),
        "days": "4.5",
        "day_rate": "450.00",
        "approach": "Plan together, teach together",
        "available_from": BEGINS.isoformat(),
        "available_until": ENDS.isoformat(),
        "came_on": TODAY.isoformat(),
        "reason": "Mrs Calder on the telephone",
        **changes,
    }


def on_a_form(answers: dict[str, Any]) -> dict[str, Any]:
    days = ("available_from", "available_until", "came_on")
    told = {name: value for name, value in answers.items() if name not in days}
    return told | {name: part for each in days for name, part in day(each, date.fromisoformat(answers[each])).items()}


def test_a_quote_that_came_by_telephone_is_checked_with_its_vat_and_recorded(
    stages: BrokerageStages, sign_in: SignIn
) -> None:
    broker, answers = sign_in(stages.broker), on_a_form(a_quote(stages, stages.calder))
    assert f'href="{TENDER}/record-quote"' in broker.get(TENDER)
    assert "Grace Calder, Calder Learning" in broker.get(f"{TENDER}/record-quote")

    check = broker.send(f"{TENDER}/record-quote", answers, status=200).text
    assert "£405 at 20%" in plain(check)
    broker.send_page(f"{TENDER}/record-quote", check, {**answers, "confirmed": "yes"})

    assert stages.tender_now().quotes[stages.calder.id].gross == Decimal(2430)
    page = plain(broker.get(TENDER))
    assert "Mrs Calder on the telephone" in page
    assert "Bea Broker, on behalf of Calder Learning" in page
    assert "Mrs Calder on the telephone" in sign_in(stages.calder.specialist).get(INVITATION)
    assert "Mrs Calder" not in sign_in(stages.harrop.specialist).get(INVITATION)


def test_a_quote_with_a_mistake_is_shown_again_with_what_was_typed(stages: BrokerageStages, sign_in: SignIn) -> None:
    answers = on_a_form(a_quote(stages, stages.calder, days="400", day_rate="9999999"))

    page = sign_in(stages.broker).send(f"{TENDER}/record-quote", answers, status=422).text

    assert "The total price must be no more than £9,999,999.99" in page
    assert "Mrs Calder on the telephone" in page


def test_a_program_records_a_quote_on_the_day_on_which_it_came(
    stages: BrokerageStages, sample: SampleAuthority, program: Programs
) -> None:
    sample.clock.go_to(AFTER_REPLIES)
    broker = program(stages.broker)

    def send(key: str, at: str, **changes: Any) -> Any:
        status = changes.pop("status", 200)
        body = a_quote(stages, stages.calder, **changes)
        return broker.post(f"{TENDER}/record-quote", body, key=key, at=at, status=status).json

    at = broker.get(TENDER).headers["ETag"]
    late = send("too-late-1", at, came_on="2026-11-14", status=422)
    assert "The deadline for replies has passed" in late["detail"]
    stranger = send("stranger-1", at, specialist=sample.reference(stages.harrop.specialist), status=422)
    assert "Choose someone who works for Calder Learning" in stranger["detail"]
    assert "reason" in send("no-reason-1", at, reason="", status=422)["errors"]["json"]
    for _ in range(2):
        told = send("in-time-1", at, came_on=REPLY_BY.isoformat())

    quote = next(each["quote"] for each in told["invitations"] if each["provider"] == CALDER)
    assert (quote["received_on"], quote["vat"]) == ("2026-11-13", "405.00")
    event = list(stages.sample.services.store.get(stages.tender))[-1]
    assert (event.meta.signature.actor, event.meta.signature.on_behalf_of) == (stages.broker, stages.calder.id)
    assert event.meta.rules == ("settings-0",)


def test_a_refusal_that_came_by_letter_is_recorded(stages: BrokerageStages, sign_in: SignIn) -> None:
    answers = {
        "provider": HARROP,
        "why": "no_capacity",
        "reason": "A letter: booked until Easter",
        **day("came_on", TODAY),
        **day("unavailable_until", date(2027, 3, 28)),
    }

    sign_in(stages.broker).send_and_check(f"{TENDER}/record-refusal", answers)

    declined = stages.tender_now().invitations[stages.harrop.id]
    assert (declined.status, declined.declined_by) == (InvitationStatus.DECLINED, Side.PROVIDER)
    assert declined.unavailable_until == date(2027, 3, 28)
    event = list(stages.sample.services.store.get(stages.tender))[-1]
    assert (event.meta.signature.on_behalf_of, event.meta.about.provider) == (stages.harrop.id, stages.harrop.id)
    assert "booked until Easter" in sign_in(stages.broker).get(TENDER)


def test_nobody_answers_for_a_provider_that_has_declined(stages: BrokerageStages, sign_in: SignIn) -> None:
    for firm in (stages.calder, stages.harrop):
        with stages.brokering():
            stages.service.change(
                Tender,
                stages.tender,
                lambda tender, firm=firm: tender.decline(firm.id, why=DeclineReason.DATES, reason="Away"),
            )

    page = sign_in(stages.broker).get(TENDER)

    assert "/record-quote" not in page
    assert "/record-refusal" not in page


@pytest.mark.parametrize("who", ["head", "specialist", "officer", "cpd_manager", "reviewer"])
def test_only_those_who_broker_the_need_answer_for_providers(
    stages: BrokerageStages, sample: SampleAuthority, program: Programs, who: str
) -> None:
    people = {"head": stages.head, "specialist": stages.calder.specialist}
    person = people.get(who) or getattr(sample, who)()
    refusal = {"provider": HARROP, "why": "price", "reason": "By telephone", "came_on": TODAY.isoformat()}

    for command, body in (("record-quote", a_quote(stages, stages.calder)), ("record-refusal", refusal)):
        program(person).post(f"{TENDER}/{command}", body, key="not-mine-1", at='"3"', status=403)
