"""What somebody is asked when money is to be spent on a request, on one quote, or on changed terms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from domain.decision import Question, Term
from domain.decision.parts import SUM
from domain.delegation import Act
from domain.engagement import BrokeredEngagement
from domain.money import in_pounds, pounds
from domain.support_request import SupportRequest
from domain.tender import Tender
from domain.text import day_in_words

APPROVE, SELECT, VARY = "approve", "select", "agree-variation"
OPEN, ENGAGE = "open-tender", "propose"


@dataclass(frozen=True, slots=True)
class SpentBefore:
    """What the council committed in twelve months, in pounds net of VAT: for the same school and need, and to the
    same provider, where one is known."""

    school_and_need: Decimal
    provider: Decimal | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The same as the decider is shown it."""
        return tuple(
            Term(f"The same {of} in the last 12 months", in_pounds(net) if net else "Nothing", net)
            for of, net in (("school and need", self.school_and_need), ("provider", self.provider))
            if net is not None
        )

    def with_(self, net: Decimal | None) -> Decimal | None:
        """A sum together with the larger of the two; None where nothing was spent."""
        before = max(self.school_and_need, self.provider or Decimal(0))
        return net + before if net and before else None


def question_of_approval(
    request: SupportRequest,
    ceiling: Decimal,
    *,
    school: str,
    before: SpentBefore | None = None,
    prices_known: bool = False,
) -> Question:
    """Whether brokering a request may cost up to a sum, net of VAT; `school` is the name of the request's school.

    Once prices are known, nobody raises what they approved themselves: a quote above it would be asked of others too.
    """
    net = pounds(ceiling)
    raises = prices_known and request.ceiling is not None and net > request.ceiling
    return Question(
        act=Act.RAISE_LIMIT if raises else Act.APPROVE_SPENDING,
        kind=request.KIND,
        subject=request.id,
        subject_reference=request.reference,
        command=APPROVE,
        answers=json.dumps({"ceiling": str(net)}),
        terms=(
            Term("School", school),
            Term("Help needed", f"{request.subject} ({request.phase.label})"),
            Term("Who pays", payer_in_words(request)),
            Term("Approved before", _before(request)),
            Term(SUM, in_pounds(net)),
            *(before.terms if before else ()),
        ),
        net=net,
        school=request.school,
        request=request.id,
        authors=request.brokers,
        together=before.with_(net) if before else None,
    )


def question_of_selection(
    tender: Tender,
    request: SupportRequest,
    provider: UUID,
    *,
    rationale: str,
    names: Mapping[UUID, str],
    tie: str = "",
    before: SpentBefore | None = None,
) -> Question:
    """Whether a quote is selected: on a broker's own authority where it is the lowest and within what was approved;
    `names` are those of school, provider and specialist. Raises NoQuote, SchoolHasNotAgreed."""
    place = tender.place_of(provider)
    quote = tender.quotes[provider]
    counted = request.paid.council_pays(quote.net)
    act = tender.authority_for(provider, ceiling=request.ceiling or Decimal(0), tie=tie, counted=counted)
    request.must_be_paid_for(quote.net, field="provider")
    declared = (Term("Connection declared", tie),) if tie else ()
    return Question(
        act=act,
        kind=tender.KIND,
        subject=tender.id,
        subject_reference=tender.reference,
        command=SELECT,
        answers=json.dumps({"provider": str(provider), "rationale": rationale, "tie": tie}),
        terms=(
            Term("School", names.get(request.school, "")),
            Term("Help needed", f"{request.subject} ({request.phase.label})"),
            Term("Provider", names.get(provider, "")),
            Term("Specialist", names.get(quote.specialist, "")),
            Term(SUM, in_pounds(quote.net), quote.net),
            Term("VAT", in_pounds(quote.vat) if quote.vat_is_known else "Not known", quote.vat),
            Term("Total with VAT", in_pounds(quote.gross), quote.gross),
            *_payment(request, quote.net),
            Term("Place by price", f"{place} of {len(tender.quotes)}", Decimal(place)),
            Term("Approved before", _before(request)),
            *declared,
            *(before.terms if before else ()),
        ),
        net=counted or None,
        school=request.school,
        request=request.id,
        provider=provider,
        together=before.with_(counted) if before else None,
        authors=_authors(request, *(quote.recorded_by for quote in tender.quotes.values())),
    )


def question_of_one_alone(
    request: SupportRequest,
    provider: UUID,
    answers: Mapping[str, Any],
    *,
    command: str,
    net: Decimal,
    names: Mapping[UUID, str],
    before: SpentBefore | None = None,
) -> Question:
    """Whether one provider alone is asked, or engaged without quotes, where the council pays up to a net sum; `names`
    are those of school and provider."""
    alternatives = answers.get("alternatives", "")
    return Question(
        act=Act.ASK_ONE_ALONE,
        kind=request.KIND,
        subject=request.id,
        subject_reference=request.reference,
        command=command,
        answers=msgspec.json.encode(dict(answers)).decode(),
        terms=(
            Term("School", names.get(request.school, "")),
            Term("Help needed", f"{request.subject} ({request.phase.label})"),
            Term("Provider", names.get(provider, "")),
            Term("How", "Asked for a quote" if command == OPEN else "Engaged without a quote"),
            Term(SUM, in_pounds(net), net),
            Term("Who pays", payer_in_words(request)),
            *((Term("Alternatives considered", alternatives),) if alternatives else ()),
            *(before.terms if before else ()),
        ),
        net=net,
        school=request.school,
        request=request.id,
        provider=provider,
        together=before.with_(net) if before else None,
        authors=request.brokers,
    )


def question_of_variation(
    engagement: BrokeredEngagement,
    request: SupportRequest,
    answers: Mapping[str, Any],
    *,
    names: Mapping[UUID, str],
    before: SpentBefore | None = None,
    act: Act = Act.VARY_ABOVE_LIMIT,
) -> Question:
    """Whether work may cost more in all than was approved; `answers` are those of the variation, `names` those of
    school, provider and the two who agreed."""
    work = engagement.work
    price = work.price_at(pounds(answers["net"]))
    counted = request.paid.council_pays(price.net)
    agreed = [
        Term(
            f"Agreed for the {side}", f"{names.get(answers[f'{side}_by'], '')}, {day_in_words(answers[f'{side}_on'])}"
        )
        for side in ("school", "provider")
    ]
    return Question(
        act=act,
        kind=engagement.KIND,
        subject=engagement.id,
        subject_reference=engagement.reference,
        command=VARY,
        answers=json.dumps(dict(answers), default=str),
        terms=(
            Term("School", names.get(work.school, "")),
            Term("Provider", names.get(work.provider, "")),
            Term("Price before", in_pounds(work.net)),
            Term(SUM, in_pounds(price.net), price.net),
            Term("Total with VAT", in_pounds(price.gross), price.gross),
            *_payment(request, price.net),
            Term("Days", f"{work.days.normalize():f} before, {answers['days'].normalize():f} now"),
            Term("Last day of work", day_in_words(answers["ends"])),
            *agreed,
            Term("Approved before", _before(request)),
            *(before.terms if before else ()),
        ),
        net=counted or None,
        school=work.school,
        request=request.id,
        provider=work.provider,
        together=before.with_(counted) if before else None,
        authors=_authors(request, *engagement.authors),
    )


def _authors(request: SupportRequest, *others: UUID | None) -> tuple[UUID, ...]:
    """Those who wrote a term of what is asked: who broker the request, or did, and others."""
    return tuple(dict.fromkeys((*request.brokers, *(each for each in others if each is not None))))


def payer_in_words(request: SupportRequest) -> str:
    """Who pays, and whether anybody has said so."""
    return str(request.paid) if request.payment else "The council (nobody has said who pays)"


def _payment(request: SupportRequest, net: Decimal) -> tuple[Term, ...]:
    """Who pays a sum; the limits count the council's part."""
    part = request.paid.council_pays(net)
    shared = (Term("The council pays", in_pounds(part), part),) if request.paid.council_part is not None else ()
    return Term("Who pays", payer_in_words(request)), *shared


def _before(request: SupportRequest) -> str:
    return "Nothing" if request.ceiling is None else in_pounds(request.ceiling)
