"""How the API shows a request, what its list is narrowed by, and what of it is for the service alone."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from domain.support_request import Payer, RequestStatus, Route, SupportLevel, SupportRequest, Urgency
from domain.vocabulary import Phase, Side, SupportKind
from projections.open_requests import RequestWaitsFor
from web.access.context import RequestContext, User
from web.access.disclosure import INSIDE
from web.access.policy import RecordScope
from web.commands.correcting import CorrectedOut
from web.commands.fields import RecordField, SchoolField, line_field, person_field, provider_field
from web.commands.linked_records import with_open_links
from web.commands.resource import Values
from web.commands.unsettled import UnsettledDecision, UnsettledDecisionOut, unsettled_decisions
from web.layout.filter_fields import school_filter


class RequestToday(SupportRequest, part=True):
    """A request as it stands today, with the decisions about it that are not settled."""

    decisions: list[UnsettledDecision]

    @classmethod
    def of(cls, request: SupportRequest, decisions: list[UnsettledDecision]) -> RequestToday:
        seen = cls(request.id)
        vars(seen).update(vars(request))
        seen.decisions = decisions
        return seen


def copy_for(context: RequestContext, request: SupportRequest, where: RecordScope) -> SupportRequest:
    """A school is not told whom the service considered, nor how much it may spend at most; nobody is told of a visit
    or concern that is not open to them."""
    told = with_open_links(context, request, where)
    with context.read() as snapshot:
        seen = RequestToday.of(told, unsettled_decisions(snapshot, request, where))
    if context.user.holds(*INSIDE):
        return seen
    seen.ranking = seen.shortlist = ()
    seen.ceiling = None
    return seen


def columns_withheld(user: User) -> Values:
    """The same of a list: what stands in place of what a school is not told."""
    return {} if user.holds(*INSIDE) else {"ceiling": None, "shortlist": [], "unanswered": [], "asked_until": None}


class RankedOut(Schema):
    provider = provider_field()
    score = fields.Integer()
    reasons = fields.List(fields.String())
    excluded_because = fields.String(allow_none=True)


def _record(kind: str, prefix: str, **options: Any) -> RecordField:
    return RecordField(kind, prefix, allow_none=True, **options)


class RequestOut(CorrectedOut):
    """A support request as the API shows it. Sums in pounds without VAT; `waited` are days on which the clock stood
    still. A school sees no ceiling, ranking and shortlist."""

    reference = fields.String()
    version = fields.Integer()
    status = fields.Enum(RequestStatus, by_value=True)
    school = SchoolField()
    raised_by_side = fields.Enum(Side, by_value=True, attribute="raised_by")
    raised_on = fields.Date()
    kind = fields.Enum(SupportKind, by_value=True)
    subject = fields.String()
    phase = fields.Enum(Phase, by_value=True)
    area = fields.String()
    need = fields.String()
    outcome_wanted = fields.String()
    needed_from = fields.Date()
    needed_by = fields.Date()
    urgency = fields.Enum(Urgency, by_value=True)
    budget = fields.Decimal(as_string=True, places=2, allow_none=True)
    fund = fields.String()
    payer = fields.Enum(
        Payer,
        by_value=True,
        allow_none=True,
        metadata={"description": "Whose money it is; null where nobody has said so, which counts as the council."},
    )
    council_part = fields.Decimal(
        as_string=True,
        places=2,
        allow_none=True,
        metadata={"description": "The most that the council pays where both pay. Limits count the council's part."},
    )
    school_agreed = fields.Decimal(
        as_string=True,
        places=2,
        allow_none=True,
        metadata={"description": "What the school has agreed to pay from its own budget, at most."},
    )
    delegates = fields.Integer(allow_none=True)
    visit = _record("visit", "V")
    concern = _record("concern", "CC")
    broker = person_field(allow_none=True)
    level = fields.Enum(SupportLevel, by_value=True, allow_none=True)
    route = fields.Enum(Route, by_value=True, allow_none=True)
    answer_by = fields.Date(allow_none=True)
    waiting_since = fields.Date(allow_none=True)
    waited = fields.Integer()
    ceiling = fields.Decimal(as_string=True, places=2, allow_none=True)
    ranking = fields.List(fields.Nested(RankedOut))
    shortlist = fields.List(provider_field())
    tender = _record("tender", "TN")
    engagement = _record("engagement", "BE")
    merged_into = _record("support-request", "SR")
    decisions = fields.List(
        fields.Nested(UnsettledDecisionOut),
        metadata={
            "description": "What is asked about it, and what somebody has not confirmed who is said to have decided."
        },
    )


class RequestFilters(Schema):
    status = fields.List(fields.Enum(RequestStatus, by_value=True), metadata={"label": "Status"})
    kind = fields.Enum(SupportKind, by_value=True, metadata={"label": "What is needed"})
    subject = line_field(required=False, longest=100, label="Subject")
    phase = fields.Enum(Phase, by_value=True)
    urgency = fields.Enum(Urgency, by_value=True)
    waiting_for = fields.Enum(RequestWaitsFor, by_value=True, metadata={"label": "Waiting for"})
    school = school_filter()
    broker = person_field(metadata={"label": "Broker"})
    open = fields.Boolean(metadata={"label": "Open or ended"})
