"""What happens to a support request."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Event
from domain.correction import Correction
from domain.support_request.parts import (
    InHouse,
    Ranked,
    RequestStatus,
    Route,
    SupportLevel,
    UnmetCause,
    Urgency,
)
from domain.support_request.payment import Payer, Payment, PriceAgreement
from domain.vocabulary import Phase, Purpose, SchoolId, Side, SupportKind

if TYPE_CHECKING:
    from domain.support_request.record import SupportRequest


class Raised(Event):
    TOPIC = "support-request.raised"
    purpose = Purpose.SUPPORT
    says = "{by} asked for help with {subject} ({phase}): {need}"
    reference: str
    school: SchoolId
    raised_by: Side
    kind: SupportKind
    subject: str
    phase: Phase
    area: str
    need: str
    outcome_wanted: str
    needed_from: date
    needed_by: date
    urgency: Urgency
    budget: Decimal | None
    fund: str
    delegates: int | None
    visit: UUID | None
    concern: UUID | None
    payer: Payer | None = None
    council_part: Decimal | None = None

    def apply(self, request: SupportRequest) -> None:
        request.reference = self.reference
        request.school = self.school
        request.raised_by = self.raised_by
        request.kind = self.kind
        request.subject = self.subject
        request.phase = self.phase
        request.area = self.area
        request.need = self.need
        request.outcome_wanted = self.outcome_wanted
        request.needed_from = self.needed_from
        request.needed_by = self.needed_by
        request.urgency = self.urgency
        request.budget = self.budget
        request.fund = self.fund
        request.delegates = self.delegates
        request.visit = self.visit
        request.concern = self.concern
        request.raised_on = self.meta.occurred_on
        request.status = RequestStatus.RAISED
        if self.payer is not None:
            request.payment = Payment(self.payer, self.council_part)


class Corrected(Correction):
    TOPIC = "support-request.corrected"
    says = "{by} corrected what was entered of the request: {restated}. {reason}"
    RESTATES = {
        "needed_from": "Help needed from",
        "needed_by": "Help needed until",
        "phase": "Phase",
        "area": "Area",
        "urgency": "How soon an answer is needed",
        "need": "What the school needs help with",
        "outcome_wanted": "What should be different afterwards",
        "delegates": "How many people the training is for",
    }
    needed_from: date | None = None
    needed_from_was: date | None = None
    needed_by: date | None = None
    needed_by_was: date | None = None
    phase: Phase | None = None
    phase_was: Phase | None = None
    area: str | None = None
    area_was: str | None = None
    urgency: Urgency | None = None
    urgency_was: Urgency | None = None
    need: str | None = None
    need_was: str | None = None
    outcome_wanted: str | None = None
    outcome_wanted_was: str | None = None
    delegates: int | None = None
    delegates_was: int | None = None


class Acknowledged(Event):
    TOPIC = "support-request.acknowledged"
    says = "{by} acknowledged the request and promised an answer from {officer} by {answer_by}"
    officer: UUID
    answer_by: date

    def apply(self, request: SupportRequest) -> None:
        request.status = RequestStatus.ACKNOWLEDGED
        request.answer_by = self.answer_by


class Triaged(Event):
    TOPIC = "support-request.triaged"
    says = "{by} triaged the request as {level}, {how}, and gave it to {broker}{note:. …}"
    broker: UUID
    level: SupportLevel
    route: Route
    note: str

    @property
    def how(self) -> str:
        """The way on which triage sends the request, as it stands in a sentence."""
        return "to be met in-house" if self.route is Route.IN_HOUSE else f"to be {self.route}"

    def apply(self, request: SupportRequest) -> None:
        request.status = RequestStatus.TRIAGED
        request.level, request.route = self.level, self.route
        request.remember_broker(self.broker)


class MoreInformationAsked(Event):
    TOPIC = "support-request.more-information-asked"
    says = "{by} asked the school for information{respond_by: by …}: {question}"
    question: str
    respond_by: date | None = None

    def apply(self, request: SupportRequest) -> None:
        request.waiting_since = self.meta.occurred_on


class MoreInformationGiven(Event):
    TOPIC = "support-request.more-information-given"
    says = "{by} answered for the school: {answer}"
    answer: str

    def apply(self, request: SupportRequest) -> None:
        request.stop_waiting(self.meta.occurred_on)


class Reassigned(Event):
    TOPIC = "support-request.reassigned"
    says = "{by} gave the request to {broker}: {reason}"
    broker: UUID

    def apply(self, request: SupportRequest) -> None:
        request.remember_broker(self.broker)


class ApprovedToBroker(Event):
    """Stands in older logs, of the time before decisions were kept: a broker chose the approver, who need not have
    acted."""

    TOPIC = "support-request.approved-to-broker"
    DECIDERS = ("approver",)
    says = "{by} {approver:recorded approval by … of}{own_act:approved} spending of up to {ceiling} excluding VAT"
    ceiling: Decimal
    approver: UUID

    def apply(self, request: SupportRequest) -> None:
        request.ceiling = self.ceiling
        request.remember_approval()


class SpendingApproved(Event):
    TOPIC = "support-request.spending-approved"
    says = "{by} {on_behalf:recorded approval by … of}{own_act:approved} spending of up to {ceiling} excluding VAT"
    ceiling: Decimal

    def apply(self, request: SupportRequest) -> None:
        request.ceiling = self.ceiling
        request.remember_approval()


class PayerStated(Event):
    TOPIC = "support-request.payer-stated"
    says = "{by} recorded who pays. {who}{reason:: …}"
    payer: Payer
    council_part: Decimal | None

    @property
    def who(self) -> str:
        """Who pays, in words."""
        return str(Payment(self.payer, self.council_part))

    def apply(self, request: SupportRequest) -> None:
        request.payment = Payment(self.payer, self.council_part)
        request.remember_approval()


class PriceAgreedBySchool(Event):
    """Where a school pays from its own budget, its agreement is the authority."""

    TOPIC = "support-request.price-agreed-by-school"
    says = (
        "{by} {recorded:recorded that the school agreed}{own_act:agreed for the school} to pay up to {price} "
        "excluding VAT{reason:. …}"
    )
    price: Decimal

    def apply(self, request: SupportRequest) -> None:
        signature = self.meta.signature
        request.price_agreed = PriceAgreement(
            self.price,
            signature.actor,
            self.meta.occurred_on,
            signature.on_behalf_of is not None,
            self.meta.reason,
        )
        request.remember_approval()


class ProvidersShortlisted(Event):
    TOPIC = "support-request.providers-shortlisted"
    says = "{by} shortlisted {chosen}"
    ranking: tuple[Ranked, ...]
    chosen: tuple[UUID, ...]

    def apply(self, request: SupportRequest) -> None:
        request.status = RequestStatus.SHORTLISTED
        request.ranking, request.shortlist = self.ranking, self.chosen


class ProviderRemovedFromShortlist(Event):
    TOPIC = "support-request.provider-removed-from-shortlist"
    says = "{by} removed {provider} from the shortlist: {reason}"
    provider: UUID

    def apply(self, request: SupportRequest) -> None:
        request.shortlist = tuple(each for each in request.shortlist if each != self.provider)


class TenderOpened(Event):
    TOPIC = "support-request.tender-opened"
    says = "{by} started inviting providers to quote"
    tender: UUID

    def apply(self, request: SupportRequest) -> None:
        request.status = RequestStatus.INVITING
        request.tender = self.tender


class TenderEnded(Event):
    TOPIC = "support-request.tender-ended"
    says = "{by} closed the invitations without choosing a provider: {reason}"
    tender: UUID

    def apply(self, request: SupportRequest) -> None:
        request.status = RequestStatus.SHORTLISTED
        request.tender = None


class Placed(Event):
    TOPIC = "support-request.placed"
    purpose = Purpose.SUPPORT
    says = "{by} proposed an engagement with {provider}"
    engagement: UUID
    provider: UUID

    def apply(self, request: SupportRequest) -> None:
        request.status = RequestStatus.PLACED
        request.engagement = self.engagement


class PlacementFellThrough(Event):
    TOPIC = "support-request.placement-fell-through"
    says = "{by} resumed the request because the engagement will not take place: {reason}"
    engagement: UUID

    def apply(self, request: SupportRequest) -> None:
        request.engagement = None
        if request.tender is not None:
            request.status = RequestStatus.INVITING
        else:
            request.status = RequestStatus.SHORTLISTED if request.shortlist else RequestStatus.APPROVED


class Withdrawn(Event):
    TOPIC = "support-request.withdrawn"
    says = "{by} withdrew the request for the {side}: {reason}"
    side: Side

    def apply(self, request: SupportRequest) -> None:
        request.ended(RequestStatus.WITHDRAWN, self.meta.occurred_on)


class Declined(Event):
    TOPIC = "support-request.declined"
    says = "{by} declined the request for the {side}: {reason}"
    side: Side

    def apply(self, request: SupportRequest) -> None:
        request.ended(RequestStatus.DECLINED, self.meta.occurred_on)


class Signposted(Event):
    TOPIC = "support-request.signposted"
    purpose = Purpose.SUPPORT
    says = "{by} signposted the school to {to}: {reason}"
    to: str

    def apply(self, request: SupportRequest) -> None:
        request.ended(RequestStatus.SIGNPOSTED, self.meta.occurred_on)


class MetInHouse(Event):
    TOPIC = "support-request.met-in-house"
    purpose = Purpose.SUPPORT
    says = "{by} recorded that the need was met in-house ({met_by}{person:, …}{provider:, …}){note:. …}"
    met_by: InHouse
    person: UUID | None
    provider: UUID | None
    note: str

    def apply(self, request: SupportRequest) -> None:
        request.ended(RequestStatus.MET_IN_HOUSE, self.meta.occurred_on)
        request.met_by, request.met_by_whom = self.met_by, self.person or self.provider


class Unmet(Event):
    TOPIC = "support-request.unmet"
    says = "{by} recorded that the request for {subject} ({phase}) could not be met{cause: (…)}: {reason}"
    subject: str
    phase: Phase
    area: str
    cause: UnmetCause | None = None

    def apply(self, request: SupportRequest) -> None:
        request.ended(RequestStatus.UNMET, self.meta.occurred_on)


class SubjectChanged(Event):
    """The request asks for another subject or, where it is not `is_another`, for the same one by another word."""

    TOPIC = "support-request.subject-changed"
    says = "{by} changed the subject from {was} to {subject}{afresh:. …}. {reason}"
    subject: str
    was: str
    is_another: bool
    undoes: bool = False
    """Whether something was approved for the former subject, or shortlisted."""

    @property
    def afresh(self) -> str:
        """What another subject means for what was decided."""
        return "What was approved for the former subject no longer counts" if self.undoes else ""

    def apply(self, request: SupportRequest) -> None:
        request.subject = self.subject
        if self.undoes:
            request.status = RequestStatus.TRIAGED
            request.ceiling = request.price_agreed = None
            request.ranking = request.shortlist = ()


class Merged(Event):
    TOPIC = "support-request.merged"
    says = "{by} merged the request into {into}: {reason}"
    into: UUID

    def apply(self, request: SupportRequest) -> None:
        request.ended(RequestStatus.MERGED, self.meta.occurred_on)
        request.merged_into = self.into


class Closed(Event):
    TOPIC = "support-request.closed"
    says = "{by} closed the request: {outcome}"
    outcome: str

    def apply(self, request: SupportRequest) -> None:
        request.ended(RequestStatus.CLOSED, self.meta.occurred_on)


class Reopened(Event):
    TOPIC = "support-request.reopened"
    says = "{by} reopened the request: {reason}"

    def apply(self, request: SupportRequest) -> None:
        request.status = RequestStatus.ACKNOWLEDGED if request.broker is None else RequestStatus.TRIAGED
        request.tender = request.engagement = request.ceiling = request.merged_into = request.price_agreed = None
        request.met_by = request.met_by_whom = None
        request.ranking = request.shortlist = ()
