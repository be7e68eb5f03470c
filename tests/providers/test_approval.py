"""Who wrote a term of what is asked when money is to be spent: they decide no more about it than whoever asks."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from functools import partial
from uuid import UUID, uuid4

from domain.signature import on_behalf_of
from domain.support_request import SupportRequest
from domain.tender import Tender
from providers.approval import question_of_approval, question_of_selection, question_of_variation
from tests.domain.brokered import (
    BROKER,
    CALDER,
    HARROP,
    IMRAN,
    LEAD,
    a_proposed_engagement,
    a_tender_with_two_invited,
    a_triaged_request,
    an_inviting_request,
    consent,
    terms,
)
from tests.scenario import TODAY, signed

OTHER_BROKER = uuid4()


def reassigned(request: SupportRequest) -> SupportRequest:
    with signed():
        request.reassign(broker=OTHER_BROKER, reason="On leave")
    return request


def test_whoever_brokers_a_request_or_did_wrote_what_is_asked_about_its_spending() -> None:
    asked = question_of_approval(reassigned(an_inviting_request()), Decimal(3600), school="Ashgrove High")
    assert asked.authors == (BROKER, OTHER_BROKER)


def with_quotes_of(recorder: UUID) -> Tender:
    tender = a_tender_with_two_invited()
    with signed():
        tender.quote(CALDER, terms())
    with signed(by=recorder), on_behalf_of(HARROP):
        tender.quote(HARROP, terms(specialist=IMRAN), came_on=TODAY)
    return tender


def test_and_of_a_selection_whoever_recorded_one_of_its_quotes() -> None:
    select = partial(question_of_selection, rationale="The best", names={})
    tender = with_quotes_of(LEAD)
    with signed():
        asked = select(tender, a_triaged_request(), CALDER)
    assert asked.authors == (BROKER, LEAD)


def test_and_of_a_variation_whoever_proposed_the_terms() -> None:
    engagement = a_proposed_engagement()
    asked = question_of_variation(
        engagement,
        a_triaged_request(),
        {"days": Decimal(5), "net": Decimal(3000), "ends": date(2027, 3, 26), **asdict(consent())},
        names={},
    )
    assert asked.authors == (BROKER, *engagement.authors)
    assert len(engagement.authors) == 1
