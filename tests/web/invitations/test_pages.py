"""Invitations as an invited provider meets them on pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.authority import AUTHORITY, Authority, Settings
from domain.tender import InvitationStatus
from tests.domain.brokered import BEGINS, ENDS, REPLY_BY
from tests.grants import for_selection
from tests.sample_authority import Clock, SampleAuthority
from tests.scenario import TODAY
from tests.web.brokerage_stages import BrokerageStages, Firm
from tests.web.conftest import Browser
from web.history.sentences import sentence
from web.invitations.own_invitation import InvitationProgress

Of = Callable[[Firm], Browser]
SignIn = Callable[[UUID], Browser]

INVITATION = "/invitations/TN-2026-0001"


def day(name: str, on: date) -> dict[str, str]:
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


def a_quote(sample: SampleAuthority, firm: Firm, **changes: str) -> dict[str, Any]:
    return {
        "specialist": sample.reference(firm.specialist),
        "days": "4.5",
        "day_rate": "450",
        "approach": "Plan together, teach together",
        **day("available_from", BEGINS),
        **day("available_until", ENDS),
        **changes,
    }


def plain(page: str) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", re.sub(r"(?s)<(script|style).*?</\1>", " ", page))


# Reading


@pytest.mark.parametrize("status", [each for each in InvitationStatus if each in set(InvitationProgress)], ids=str)
def test_what_became_of_an_invitation_is_called_the_same_by_the_service_and_the_provider(
    status: InvitationStatus,
) -> None:
    assert InvitationProgress(status.value).label == status.label


def test_the_list_says_in_words_by_when_to_reply(stages: BrokerageStages, of: Of) -> None:
    page = of(stages.calder).get("/invitations/")

    assert 'href="/invitations/TN-2026-0001"' in page
    assert "Waiting for your reply" in page
    days_left = (REPLY_BY - TODAY).days
    assert f"13 Nov 2026, in {days_left} days" in page


def test_what_awaits_a_reply_stands_before_what_is_answered(stages: BrokerageStages, of: Of) -> None:
    stages.a_tender(number=2)
    stages.quote(stages.calder)

    page = of(stages.calder).get("/invitations/")

    assert page.index("TN-2026-0001") < page.index("TN-2026-0002")
    assert "£2,025" in page


def test_a_provider_without_invitations_is_told_so(stages: BrokerageStages, sample: SampleAuthority, of: Of) -> None:
    assert "You have no invitations" in of(stages.firm(3, "Third Party", "Theo Third")).get("/invitations/")


def test_an_invitation_shows_brief_school_phase_area_and_days(stages: BrokerageStages, of: Of) -> None:
    page = plain(of(stages.calder).get(INVITATION))

    for told in (
        "Mathematics at Ashgrove High School",
        "Help two new teachers to plan mathematics",
        "Secondary",
        "Wexmoor, WX3",
        "9 November 2026 to 26 March 2027",
        "Friday 13 November 2026",
    ):
        assert told in page
    assert "WX3 1AB" not in page


def test_a_provider_sees_nothing_of_the_other(stages: BrokerageStages, of: Of, sign_in: SignIn) -> None:
    before = of(stages.calder).get(INVITATION)
    stages.quote(stages.harrop, day_rate=Decimal("398.76"))
    with stages.sample.acting(stages.harrop.specialist, "specialist"):
        stages.service.change(
            type(stages.tender_now()), stages.tender, lambda tender: tender.ask(stages.harrop.id, "On which days?")
        )

    page = of(stages.calder).get(INVITATION)

    for hidden in ("Harrop", "Imran", "398.76", "On which days?"):
        assert hidden not in page
    assert _version(page) == _version(before)


def _version(page: str) -> str:
    """All that tells one state of a page from another, but for the hidden numbers of its forms."""
    return re.sub(r'name="(command|csrf_token)" value="[^"]*"|nonce="[^"]*"', "", page)


def test_questions_are_shared_once_they_are_answered_but_not_who_asked(stages: BrokerageStages, of: Of) -> None:
    of(stages.harrop).send(f"{INVITATION}/ask", {"question": "On which days?"})
    assert "You asked this" in of(stages.harrop).get(INVITATION)
    with stages.brokering():
        stages.service.change(
            type(stages.tender_now()), stages.tender, lambda tender: tender.answer(1, "On Tuesdays")
        )

    page = of(stages.calder).get(INVITATION)

    assert "On which days?" in page
    assert "On Tuesdays" in page
    assert "Harrop" not in page
    assert "You asked this" not in page


def test_the_reason_for_a_choice_is_not_told_to_providers(stages: BrokerageStages, of: Of) -> None:
    stages.quote(stages.calder)
    stages.quote(stages.harrop)
    with stages.brokering():
        stages.brokerage.select(
            stages.tender, stages.calder.id, rationale="Cheaper than the rest", granted=for_selection(stages.tender)
        )

    chosen, other = (of(firm).get(INVITATION) for firm in (stages.calder, stages.harrop))

    assert "Selected" in chosen
    assert "Not selected" in other
    assert "Cheaper than the rest" not in chosen + other
    assert "Calder" not in other


def test_an_answer_stays_readable_after_its_day(stages: BrokerageStages, of: Of, clock: Clock) -> None:
    stages.quote(stages.calder)
    clock.go_to(REPLY_BY + timedelta(days=10))

    page = of(stages.calder).get(INVITATION)

    assert "Plan together, teach together" in page
    assert f'href="{INVITATION}/revise-quote"' not in page


@pytest.mark.parametrize("who", ["broker", "head", "director"])
def test_only_providers_have_invitations(stages: BrokerageStages, sign_in: SignIn, who: str) -> None:
    browser = sign_in(getattr(stages, who))

    browser.get("/invitations/", 403)
    browser.get(INVITATION, 403)


def test_a_provider_that_is_not_invited_does_not_see_the_tender(stages: BrokerageStages, of: Of) -> None:
    stranger = of(stages.firm(3, "Third Party", "Theo Third"))

    for beneath in ("", "/quote", "/decline", "/ask"):
        stranger.get(INVITATION + beneath, 404)


# Asking


def test_a_question_after_its_day_is_refused_and_kept(stages: BrokerageStages, of: Of, clock: Clock) -> None:
    page = of(stages.calder).get(f"{INVITATION}/ask")
    clock.go_to(TODAY + timedelta(days=1))
    browser = of(stages.calder)

    answer = browser.send_page(f"{INVITATION}/ask", page, {"question": "How many pupils?"}, status=409)

    assert "The deadline for questions has passed" in answer.text
    assert "How many pupils?" in answer.text
    assert f'href="{INVITATION}/ask"' not in browser.get(INVITATION)


# Quoting


def test_a_quote_is_checked_with_its_vat_and_sent(stages: BrokerageStages, of: Of) -> None:
    browser = of(stages.calder)

    check = browser.send(f"{INVITATION}/quote", a_quote(stages.sample, stages.calder), status=200)
    for told in ("£2,025", "£405 at 20%", "£2,430"):
        assert told in plain(check.text)
    browser.send_page(
        f"{INVITATION}/quote", check.text, {**a_quote(stages.sample, stages.calder), "confirmed": "yes"}
    )

    quote = stages.tender_now().quotes[stages.calder.id]
    assert (quote.net, quote.vat) == (Decimal(2025), Decimal(405))
    assert "£2,430" in browser.get(INVITATION)


def test_the_form_of_a_quote_begins_with_the_known_rate_and_the_only_person(stages: BrokerageStages, of: Of) -> None:
    page = of(stages.calder).get(f"{INVITATION}/quote")

    assert 'value="450.00"' in page
    assert re.search(rf'<option value="{stages.sample.reference(stages.calder.specialist)}" selected', page)
    assert "Imran" not in page


def test_vat_is_charged_at_the_rate_that_the_authority_has_set(stages: BrokerageStages, of: Of) -> None:
    with stages.sample.acting():
        stages.service.change(
            Authority,
            AUTHORITY,
            lambda one: one.change_settings(Settings(vat_percent=Decimal("17.50")), from_=TODAY, reason="A new rate"),
        )
    browser, answers = of(stages.calder), a_quote(stages.sample, stages.calder)

    check = browser.send(f"{INVITATION}/quote", answers, status=200)
    assert "£354.38 at 17.5%" in plain(check.text)
    browser.send_page(f"{INVITATION}/quote", check.text, {**answers, "confirmed": "yes"})
    browser.send_and_check(f"{INVITATION}/revise-quote", {**answers, "days": "4", "reason": "One session fewer"})

    assert stages.tender_now().quotes[stages.calder.id].vat == Decimal(315)
    received, revised = list(stages.sample.services.store.get(stages.tender))[-2:]
    assert received.meta.rules == revised.meta.rules == ("settings-1",)


def test_no_vat_is_added_for_whoever_is_not_registered(stages: BrokerageStages, of: Of) -> None:
    small = stages.firm(3, "Small Steps", "Sue Small", vat_registered=False)
    stages.a_tender(small, stages.harrop, number=2)

    of(small).send_and_check("/invitations/TN-2026-0002/quote", a_quote(stages.sample, small))

    assert stages.tender_now().quotes[small.id].vat == 0


@pytest.mark.parametrize(
    ("vat_registered", "vat", "gross", "said"),
    [
        (True, "£405", "£2,430", "quoted £2,025 excluding VAT (4.5 days at £450) for somebody, with £405 VAT"),
        (False, "£0", "£2,025", "quoted £2,025 excluding VAT (4.5 days at £450) for somebody, with £0 VAT"),
        (
            None,
            "VAT not known",
            "£2,025 excluding VAT",
            "quoted £2,025 excluding VAT (4.5 days at £450) for somebody, with unknown VAT",
        ),
    ],
)
def test_where_nobody_has_told_of_vat_a_quote_says_that_it_is_not_known(
    stages: BrokerageStages, of: Of, sign_in: SignIn, vat_registered: bool | None, vat: str, gross: str, said: str
) -> None:
    small = stages.firm(3, "Small Steps", "Sue Small", vat_registered=vat_registered)
    stages.a_tender(small, stages.harrop, number=2)
    browser, answers, own = of(small), a_quote(stages.sample, small), "/invitations/TN-2026-0002"

    check = plain(browser.send(f"{own}/quote", answers, status=200).text)
    browser.send_and_check(f"{own}/quote", answers)

    broker = sign_in(stages.broker)
    for page in (check, plain(browser.get(own)), plain(broker.get("/tenders/TN-2026-0002"))):
        assert vat in page
        assert gross in page
        assert ("£0" in page) is (vat_registered is False)
    event = list(stages.sample.services.store.get(stages.tender))[-1]
    assert said in sentence(event, {})


def test_a_quote_is_sent_once_however_often_the_button_is_pressed(stages: BrokerageStages, of: Of) -> None:
    browser = of(stages.calder)
    answers = {**a_quote(stages.sample, stages.calder), "confirmed": "yes"}
    page = browser.get(f"{INVITATION}/quote")

    for _ in range(2):
        browser.send_page(f"{INVITATION}/quote", page, answers)

    events = stages.sample.services.store.get(stages.tender)
    assert [event.TOPIC for event in events].count("tender.quote-received") == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"days": "2.3"}, "Enter days in halves"),
        ({"days": ""}, "Enter"),
        ({"day_rate": "-1"}, "between 0 and"),
        ({"days": "400", "day_rate": "9999999"}, "The total price must be no more than £9,999,999.99"),
        ({"approach": " "}, "Enter how the work would be done"),
        ({"available_until-year": "2025"}, "The last day must be the same as or after the first day"),
        ({"specialist": "PE-2026-9999"}, "Select who would do the work"),
    ],
)
def test_a_quote_with_a_mistake_is_shown_again_with_all_that_was_typed(
    stages: BrokerageStages, of: Of, changes: dict[str, str], told: str
) -> None:
    answers = {**a_quote(stages.sample, stages.calder, day_rate="451"), **changes}

    page = of(stages.calder).send(f"{INVITATION}/quote", answers, status=422).text

    assert told in page
    if "approach" not in changes:
        assert "Plan together, teach together" in page
    assert stages.tender_now().quotes == {}


def test_nobody_quotes_with_a_specialist_of_another_provider(stages: BrokerageStages, of: Of) -> None:
    answers = a_quote(stages.sample, stages.harrop)

    page = of(stages.calder).send(f"{INVITATION}/quote", answers, status=422).text

    assert "Select who would do the work" in page
    assert stages.tender_now().quotes == {}


def test_a_quote_after_the_reply_date_is_refused(stages: BrokerageStages, of: Of, clock: Clock) -> None:
    page = of(stages.calder).get(f"{INVITATION}/quote")
    clock.go_to(REPLY_BY + timedelta(days=1))
    browser = of(stages.calder)

    answers = {**a_quote(stages.sample, stages.calder), "confirmed": "yes"}
    answer = browser.send_page(f"{INVITATION}/quote", page, answers, status=409)

    assert "The deadline for replies has passed" in answer.text
    assert "No reply by the deadline" in browser.get(INVITATION)


def test_what_another_provider_does_is_no_conflict(stages: BrokerageStages, of: Of) -> None:
    browser = of(stages.calder)
    page = browser.get(f"{INVITATION}/quote")
    stages.quote(stages.harrop)

    answers = {**a_quote(stages.sample, stages.calder), "confirmed": "yes"}
    browser.send_page(f"{INVITATION}/quote", page, answers)

    assert stages.calder.id in stages.tender_now().quotes


def test_a_colleague_who_quoted_meanwhile_is_told_of(stages: BrokerageStages, of: Of, sign_in: SignIn) -> None:
    colleague = stages.sample.specialist(stages.calder.id, "Cora Colleague")
    browser = sign_in(colleague)
    page = browser.get(f"{INVITATION}/quote")
    stages.quote(stages.calder)

    answers = {**a_quote(stages.sample, stages.calder, approach="Another way"), "confirmed": "yes"}
    stale = browser.send_page(f"{INVITATION}/quote", page, answers, status=409)

    assert "This provider has quoted. Revise the quote instead" in stale.text
    assert "Another way" in stale.text


def test_a_quote_is_revised_with_a_reason(stages: BrokerageStages, of: Of) -> None:
    stages.quote(stages.calder)
    browser = of(stages.calder)
    assert "Plan together, teach together, look at what was learnt" in browser.get(f"{INVITATION}/revise-quote")

    answers = a_quote(stages.sample, stages.calder, days="4")
    browser.send(f"{INVITATION}/revise-quote", answers, status=422)
    browser.send_and_check(f"{INVITATION}/revise-quote", {**answers, "reason": "One session fewer"})

    assert stages.tender_now().quotes[stages.calder.id].net == Decimal(1800)
    assert "One session fewer" in browser.get(INVITATION)


def test_a_quote_is_withdrawn_with_a_reason(stages: BrokerageStages, of: Of) -> None:
    stages.quote(stages.calder)
    browser = of(stages.calder)

    browser.send_and_check(f"{INVITATION}/withdraw-quote", {"reason": "Our teacher is ill"})

    assert stages.tender_now().invitations[stages.calder.id].status is InvitationStatus.WITHDRAWN
    page = browser.get(INVITATION)
    assert "You withdrew your quote" in page
    assert f'href="{INVITATION}/quote"' not in page


# Declining


def test_an_invitation_is_declined_with_a_reason_of_the_list(stages: BrokerageStages, of: Of) -> None:
    browser = of(stages.calder)
    answers = {
        "why": "no_capacity",
        "reason": "All our teachers are placed",
        **day("unavailable_until", date(2027, 1, 4)),
    }

    assert "The provider can read it" not in browser.get(f"{INVITATION}/decline")
    browser.send(f"{INVITATION}/decline", {**answers, "reason": ""}, status=422)
    browser.send_and_check(f"{INVITATION}/decline", answers)

    declined = stages.tender_now().invitations[stages.calder.id]
    assert (declined.status, declined.unavailable_until) == (InvitationStatus.DECLINED, date(2027, 1, 4))
    assert "You are not available until 4 January 2027" in browser.get(INVITATION)
    assert stages.tender_now().invitations[stages.harrop.id].status is InvitationStatus.INVITED


# What cannot be done now


def refusals(browser: Browser, expected: dict[str, str]) -> None:
    """Each command is refused with its reason when its form is opened, and is not offered."""
    page = browser.get(INVITATION)
    for command, why in expected.items():
        assert why in browser.get(f"{INVITATION}/{command}", status=409), command
        assert f'href="{INVITATION}/{command}"' not in page


NO_QUOTE = "This provider has no current quote."
NO_INVITATION = "This provider has no open invitation. Only the service can invite providers."
SELECTED = "A provider has been selected. Only the service can withdraw the selection."
EVERYTHING = ("quote", "revise-quote", "withdraw-quote", "ask", "decline")


def test_an_invitation_is_answered_as_it_stands(stages: BrokerageStages, of: Of, clock: Clock) -> None:
    browser = of(stages.calder)
    refusals(browser, dict.fromkeys(("revise-quote", "withdraw-quote"), NO_QUOTE))

    stages.quote(stages.calder)
    refusals(browser, {"quote": "This provider has quoted. Revise the quote instead."})

    clock.go_to(REPLY_BY + timedelta(days=1))
    late = of(stages.calder)
    refusals(
        late,
        {"revise-quote": "The deadline for replies has passed.", "ask": "The deadline for questions has passed."},
    )
    late.send_and_check(f"{INVITATION}/decline", {"why": "dates", "reason": "Other work"})
    answering = dict.fromkeys(("quote", "decline"), NO_INVITATION)
    refusals(late, answering | dict.fromkeys(("revise-quote", "withdraw-quote"), NO_QUOTE))


def test_nothing_is_answered_once_somebody_is_selected(stages: BrokerageStages, of: Of) -> None:
    stages.quote(stages.calder)
    stages.quote(stages.harrop)
    with stages.brokering():
        stages.brokerage.select(
            stages.tender, stages.calder.id, rationale="Knows the school", granted=for_selection(stages.tender)
        )

    for firm in (stages.calder, stages.harrop):
        refusals(of(firm), dict.fromkeys(EVERYTHING, SELECTED))
