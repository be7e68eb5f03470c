"""What somebody is asked when money is to be spent on a request, on one quote, or on changed terms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from domain.decision import Question, Term
from domain.decision.parts import SUM
from domain.delegation import Act
from domain.money import in_pounds, pounds
from domain.support_request import SupportRequest
from domain.tender import Tender

APPROVE, SELECT = "approve", "select"


def question_of_approval(request: SupportRequest, ceiling: Decimal, *, school: str) -> Question:
    """Whether brokering a request may cost up to a sum, net of VAT; `school` is the name of the request's school."""
    net = pounds(ceiling)
    return Question(
        act=Act.APPROVE_SPENDING,
        kind=request.KIND,
        subject=request.id,
        subject_reference=request.reference,
        command=APPROVE,
        answers=json.dumps({"ceiling": str(net)}),
        terms=(
            Term("School", school),
            Term("Help needed", f"{request.subject} ({request.phase.label})"),
            Term("Approved before", _before(request)),
            Term(SUM, in_pounds(net)),
        ),
        net=net,
        school=request.school,
        request=request.id,
    )


def question_of_selection(
    tender: Tender,
    request: SupportRequest,
    provider: UUID,
    *,
    rationale: str,
    names: Mapping[UUID, str],
    tie: str = "",
) -> Question:
    """Whether a quote is selected: on a broker's own authority where it is the lowest and within what was approved;
    `names` are those of school, provider and specialist. Raises NoQuote."""
    act = tender.authority_for(provider, ceiling=request.ceiling or Decimal(0), tie=tie)
    quote, place = tender.quotes[provider], tender.place_of(provider)
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
            Term("Place by price", f"{place} of {len(tender.quotes)}", Decimal(place)),
            Term("Approved before", _before(request)),
            *declared,
        ),
        net=quote.net,
        school=request.school,
        request=request.id,
        provider=provider,
        authors=tuple({each.recorded_by: None for each in tender.quotes.values() if each.recorded_by}),
    )


def _before(request: SupportRequest) -> str:
    return "Nothing" if request.ceiling is None else in_pounds(request.ceiling)
