"""The broker finds somebody: an explained ranking, a shortlist, invitations; and the gaps where nobody is found."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.authority import Settings, Weight
from domain.provider import Provider, ProviderKind
from domain.references import record_id
from domain.support_request import RequestStatus, SupportRequest, UnmetCause
from domain.tender import Tender
from domain.vocabulary import Phase
from tests.domain.brokered import a_need
from tests.sample_authority import SampleAuthority
from tests.web.brokerage_stages import BrokerageStages
from tests.web.conftest import Browser, Program

SignIn = Callable[[UUID], Browser]
Programs = Callable[..., Program]

REQUEST = "/requests/SR-2026-0001"
REPLY_BY = {"reply_by-day": "13", "reply_by-month": "11", "reply_by-year": "2026"}
CALDER, HARROP = "PV-2026-0001", "PV-2026-0002"


def found(sample: SampleAuthority) -> SupportRequest:
    return sample.services.service.find(SupportRequest, record_id(SupportRequest.KIND, "SR-2026-0001"))


def test_the_ranking_says_who_fits_and_who_was_left_out_and_why(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    stages.an_approved_request()
    stages.firm(3, "Lakeside Learning", "Lara Lakes", kind=ProviderKind.PRIVATE)
    with sample.acting():
        sample.services.service.add(
            lambda: Provider.register("PV-2026-0004", trading_as="Wexmoor Music", kind=ProviderKind.INTERNAL)
        )

    page = sign_in(stages.broker).get(f"{REQUEST}/shortlist")

    assert "Calder Learning: 65 of 100" in page
    assert "Offers specialist support in Mathematics. Where it works is not known." in page
    assert "Not rated yet (no case)" in page
    assert "Enhanced DBS check with barred list: not checked" in page
    assert "1 other provider does not offer the subject" in page


def test_the_ranking_is_made_again_for_a_number_of_days(stages: BrokerageStages, sign_in: SignIn) -> None:
    stages.an_approved_request()
    broker = sign_in(stages.broker)
    page = broker.get(f"{REQUEST}/shortlist")

    dear = broker.send_page(f"{REQUEST}/shortlist", page, {"days": "6", "change": "days"}, status=200).text
    fits = broker.send_page(f"{REQUEST}/shortlist", page, {"days": "4", "change": "days"}, status=200).text

    assert "would cost £2,700, the ceiling is £2,500" in dear
    assert "No provider on the list matches" in dear
    assert "Would cost £1,800 of £2,500" in fits


@pytest.mark.parametrize("days", ["many", "0", "-1", "1e9", "NaN", "2.25", "9" * 40])
def test_days_that_are_none_are_said_to_be_wrong(stages: BrokerageStages, sign_in: SignIn, days: str) -> None:
    stages.an_approved_request()

    sign_in(stages.broker).send(f"{REQUEST}/shortlist", {"days": days, "chosen": CALDER}, status=422)


def test_a_shortlist_is_kept_with_the_ranking_as_seen(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    stages.an_approved_request()
    stages.firm(3, "Lakeside Learning", "Lara Lakes", kind=ProviderKind.PRIVATE)
    broker = sign_in(stages.broker)

    broker.send(f"{REQUEST}/shortlist", {"chosen": [HARROP, CALDER], "days": "4"})

    request = found(sample)
    assert set(request.shortlist) == {stages.calder.id, stages.harrop.id}
    assert len(request.ranking) == 3
    page = broker.get(REQUEST)
    assert "Ranking used for the shortlist" in page
    assert "Would cost £1,800 of £2,500" in page
    assert "Enhanced DBS check with barred list: not checked" in page


def test_nobody_left_out_is_shortlisted(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, program: Programs
) -> None:
    stages.an_approved_request()
    stages.firm(3, "Lakeside Learning", "Lara Lakes", kind=ProviderKind.PRIVATE)
    at = f'"{found(sample).version}"'
    broker = program(stages.broker)

    refused = broker.post(REQUEST + "/shortlist", {"chosen": ["PV-2026-0003"]}, key="left-out-1", at=at, status=422)
    nobody = broker.post(REQUEST + "/shortlist", {"chosen": []}, key="nobody-01", at=at, status=422)
    unknown = broker.post(REQUEST + "/shortlist", {"chosen": ["PV-2026-9999"]}, key="unknown-1", at=at, status=422)

    assert refused.json["errors"]["json"]["chosen"] == ["Choose only providers that the ranking did not exclude"]
    assert nobody.json["errors"]["json"]["chosen"] == ["Choose at least one provider"]
    assert "There is no provider with that reference" in str(unknown.json["errors"])
    assert found(sample).status is RequestStatus.APPROVED


def test_the_authority_s_own_weights_count(stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn) -> None:
    stages.an_approved_request()
    weights = (Weight("ratings", 0), Weight("service", 100))
    sample.put_in_force(Settings(matching_weights=weights))

    page = sign_in(stages.broker).get(f"{REQUEST}/shortlist")

    assert "Calder Learning: 87 of 100" in page
    assert "Not rated yet" not in page


@pytest.fixture
def shortlisted(stages: BrokerageStages, sign_in: SignIn) -> Browser:
    stages.an_approved_request()
    broker = sign_in(stages.broker)
    broker.send(f"{REQUEST}/shortlist", {"chosen": [CALDER, HARROP]})
    return broker


def test_one_is_taken_off_the_shortlist_with_a_reason(
    shortlisted: Browser, stages: BrokerageStages, sample: SampleAuthority
) -> None:
    shortlisted.send(f"{REQUEST}/remove-from-shortlist", {"provider": HARROP, "reason": "Too far"})

    assert found(sample).shortlist == (stages.calder.id,)


def test_providers_are_invited_after_a_look_at_the_answers(
    shortlisted: Browser, stages: BrokerageStages, sample: SampleAuthority
) -> None:
    assert "Wanted: Planning that holds for the whole key stage" in shortlisted.get(f"{REQUEST}/open-tender")

    answer = shortlisted.send_and_check(
        f"{REQUEST}/open-tender", {"brief": "Plan with two teachers", "invite": [CALDER, HARROP], **REPLY_BY}
    )

    assert answer.headers["Location"] == "/tenders/TN-2026-0001"
    tender = sample.services.service.find(Tender, found(sample).tender or stages.school)
    assert set(tender.invitations) == {stages.calder.id, stages.harrop.id}
    assert "2 providers reply by 13 November 2026" in shortlisted.get(REQUEST)
    assert "Open the tender" in shortlisted.get(REQUEST)


def test_inviting_one_alone_needs_a_reason(shortlisted: Browser) -> None:
    answers = {"brief": "Plan with two teachers", "invite": CALDER, **REPLY_BY}

    refused = shortlisted.send(f"{REQUEST}/open-tender", answers, status=422)

    assert "Enter why only one provider is asked" in refused.text
    shortlisted.send_and_check(f"{REQUEST}/open-tender", {**answers, "reason": "Nobody else is free"})


def test_whoever_is_no_longer_cleared_is_refused_by_name(
    shortlisted: Browser, stages: BrokerageStages, sample: SampleAuthority
) -> None:
    with sample.acting():
        sample.services.service.change(Provider, stages.harrop.id, lambda one: one.suspend(reason="A complaint"))
    answers = {"brief": "Plan with two teachers", "invite": [CALDER, HARROP], **REPLY_BY}

    refused = shortlisted.send(f"{REQUEST}/open-tender", answers, status=422)

    assert "Harrop Associates is suspended" in refused.text
    assert found(sample).status is RequestStatus.SHORTLISTED


TERMS = ("£2,025", "£450", "£2,250", "£500", "4.5 days", "Our secret method")
"""Of the quotes of both providers, what each asks and how it would work."""


def test_a_school_sees_who_has_quoted_once_all_replies_are_in_and_none_of_the_terms(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    stages.a_tender()
    stages.quote(stages.calder, approach="Our secret method", day_rate=Decimal(500))
    head = sign_in(stages.head)
    waiting = head.get(REQUEST)
    assert "You can see the quotes here once all providers have replied" in waiting
    assert "Grace Calder" not in waiting

    stages.quote(stages.harrop)
    pages = [sign_in(person).get(REQUEST) for person in (stages.head, sample.officer("Otto Officer"))]
    pages.append(head.get(f"{REQUEST}/prefer"))

    for page in pages:
        assert page.index("Calder Learning") < page.index("Harrop Associates"), "not the lowest price first"
        assert "Grace Calder" in page
        assert not [terms for terms in TERMS if terms in page]
    assert "Not rated yet (no case)" in pages[0]
    told = sign_in(stages.broker).get(REQUEST)
    assert [terms for terms in TERMS if terms in told] == list(TERMS)


def test_a_provider_sees_nothing_of_anothers_quote(
    stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    stages.a_tender()
    stages.quote(stages.calder, approach="Our secret method", day_rate=Decimal(500))
    rival = stages.harrop.specialist

    for path in ("/invitations/TN-2026-0001", "/invitations/"):
        page = sign_in(rival).get(path)
        assert "Calder" not in page
        assert "Our secret method" not in page
    assert "Calder" not in program(rival).get("/invitations/TN-2026-0001/history").text
    sign_in(rival).get("/tenders/TN-2026-0001", 404)
    sign_in(rival).get(REQUEST, 403)


def test_a_school_reads_how_the_one_selected_would_work(stages: BrokerageStages, sign_in: SignIn) -> None:
    stages.a_selection()

    page = sign_in(stages.head).get(REQUEST)

    assert page.count("Plan together, teach together") == 1


def test_a_school_says_which_quote_it_prefers(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    tender = stages.a_tender()
    stages.quote(stages.calder)
    head = sign_in(stages.head)
    assert "/prefer" not in head.get(REQUEST)
    assert "You can see the quotes once all providers have replied." in head.get(f"{REQUEST}/prefer", status=409)
    stages.quote(stages.harrop)

    head.send(f"{REQUEST}/prefer", {"provider": CALDER, "preference": "She knows us"})

    assert sample.services.service.find(Tender, tender).preferred == stages.calder.id
    assert "school&#39;s preference" in sign_in(stages.broker).get(REQUEST)
    sign_in(stages.broker).get(f"{REQUEST}/prefer", status=403)


def test_a_school_is_not_told_whom_the_service_considered_nor_its_ceiling(
    stages: BrokerageStages, sign_in: SignIn, program: Programs
) -> None:
    stages.a_tender()

    page = sign_in(stages.head).get(REQUEST)
    shown = program(stages.head).get(REQUEST).json
    inside = program(stages.broker).get(REQUEST).json

    assert "Approved limit" not in page
    assert "Shortlist" not in page
    assert "TN-2026-0001" not in page
    assert (shown["ceiling"], shown["ranking"], shown["shortlist"]) == (None, [], [])
    assert (inside["ceiling"], inside["shortlist"], inside["tender"]) == ("2500.00", [CALDER, HARROP], "TN-2026-0001")


def test_another_school_and_a_provider_see_nothing_of_it(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    stages.a_tender()
    other = sample.headteacher(sample.school("Beech Lane High School"), "Hugo Head")

    sign_in(other).get(REQUEST, status=404)
    assert "SR-2026-0001" not in sign_in(other).get("/requests/")
    sign_in(stages.calder.specialist).get(REQUEST, status=403)
    sign_in(stages.calder.specialist).get("/requests/", status=403)


def ask(sample: SampleAuthority, stages: BrokerageStages, number: int, **changes: Any) -> UUID:
    with sample.acting(stages.head, "headteacher"):
        return sample.services.service.add(
            lambda: SupportRequest.raise_(f"SR-2026-{number:04d}", **a_need(**{"school": stages.school, **changes}))
        ).id


def unmet(sample: SampleAuthority, stages: BrokerageStages, number: int, **changes: Any) -> None:
    request = ask(sample, stages, number, **changes)
    with stages.brokering():
        sample.services.service.change(
            SupportRequest,
            request,
            lambda it: it.record_unmet(cause=UnmetCause.NOBODY_OFFERS, reason="Nobody is near"),
        )


def test_the_list_is_narrowed_by_what_is_asked(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn
) -> None:
    stages.an_approved_request()
    ask(sample, stages, 2, subject="French")
    unmet(sample, stages, 3, subject="Latin")
    broker = sign_in(stages.broker)

    def listed(query: str) -> set[str]:
        page = broker.get(f"/requests/?{query}")
        return {f"SR-2026-000{number}" for number in (1, 2, 3) if f"/requests/SR-2026-000{number}" in page}

    assert listed("") == {"SR-2026-0001", "SR-2026-0002", "SR-2026-0003"}
    assert listed("open=true") == {"SR-2026-0001", "SR-2026-0002"}
    assert listed("open=false") == listed("status=unmet") == listed("waiting_for=nobody") == {"SR-2026-0003"}
    assert listed("subject=french") == {"SR-2026-0002"}
    assert listed(f"broker={sample.reference(stages.broker)}") == {"SR-2026-0001"}
    assert listed("phase=primary") == listed("kind=training") == listed("urgency=urgent") == set()
    assert listed(f"school={sample.urn(stages.school)}&open=true") == {"SR-2026-0001", "SR-2026-0002"}
    assert "No requests" in broker.get("/requests/?waiting_for=school")
    assert f"/requests/?open=true&amp;broker={sample.reference(stages.broker)}" in broker.get("/requests/")
    assert "My open requests" not in sign_in(stages.head).get("/requests/")


def test_the_gaps_are_counted_by_subject_and_phase(
    stages: BrokerageStages, sample: SampleAuthority, sign_in: SignIn, program: Programs
) -> None:
    unmet(sample, stages, 1, subject="Mandarin")
    unmet(sample, stages, 2, subject="mandarin", phase=Phase.PRIMARY)
    unmet(sample, stages, 3, subject="Latin")
    elsewhere = sample.school("Beech Lane High School")
    unmet(sample, stages, 4, subject="Greek", school=elsewhere)

    page = sign_in(stages.broker).get("/requests/gaps")
    listed = program(stages.broker).get("/gaps?limit=2").json
    rest = program(stages.broker).get(f"/gaps?limit=2&after={listed['next']}").json

    assert "requests we could not meet, most often in mandarin" in page.casefold()
    assert len(listed["items"]) == len(rest["items"]) == 2
    assert rest["next"] is None
    subjects = sorted(each["subject"].casefold() for each in (*listed["items"], *rest["items"]))
    assert subjects == ["greek", "latin", "mandarin", "mandarin"]
    assert 'href="/requests/?status=unmet&amp;subject=Latin&amp;phase=secondary"' in page
    own = sign_in(stages.head).get("/requests/gaps")
    assert "Latin" in own
    assert "Greek" not in own
    assert "There are no requests we could not meet in that period" in sign_in(stages.broker).get(
        "/requests/gaps?until=2020-01-01"
    )
    sign_in(stages.calder.specialist).get("/requests/gaps", status=403)
