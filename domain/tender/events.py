"""What happens to a tender."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Event
from domain.tender.parts import DeclineReason, Invitation, InvitationStatus, Question, Quote, TenderStatus
from domain.vocabulary import SchoolId, Side

if TYPE_CHECKING:
    from domain.tender.record import Tender


class Opened(Event):
    """`single_provider` says that one provider alone shall be asked; the reason says why. `alone_up_to` is the net
    sum up to which that was decided; older events do not tell it."""

    TOPIC = "tender.opened"
    says = "{by} opened a tender with replies due by {reply_by}: {brief}"
    reference: str
    request: UUID
    school: SchoolId
    brief: str
    reply_by: date
    question_deadline: date
    single_provider: bool
    alone_up_to: Decimal | None = None

    def apply(self, tender: Tender) -> None:
        tender.reference = self.reference
        tender.request = self.request
        tender.school = self.school
        tender.brief = self.brief
        tender.reply_by = self.reply_by
        tender.question_deadline = self.question_deadline
        tender.single_provider, tender.alone_up_to = self.single_provider, self.alone_up_to
        tender.status = TenderStatus.OPEN


class ProviderInvited(Event):
    """`clearance` is what was known of the provider's clearance; the version of the policy is in the rules."""

    TOPIC = "tender.provider-invited"
    says = "{by} invited {provider} to quote ({clearance})"
    provider: UUID
    clearance: str
    reply_by: date

    def apply(self, tender: Tender) -> None:
        tender.invitations[self.provider] = Invitation(self.provider, self.clearance, self.meta.occurred_on)


class QuestionAsked(Event):
    TOPIC = "tender.question-asked"
    says = "{by} asked a question for {provider}: {question}"
    number: int
    provider: UUID
    question: str

    def apply(self, tender: Tender) -> None:
        tender.questions = (*tender.questions, Question(self.number, self.provider, self.question))


class QuestionAnswered(Event):
    TOPIC = "tender.question-answered"
    says = "{by} answered a question for all invited providers: {answer}"
    number: int
    answer: str

    def apply(self, tender: Tender) -> None:
        tender.questions = tuple(
            replace(each, answer=self.answer) if each.number == self.number else each for each in tender.questions
        )


class ReplyByExtended(Event):
    TOPIC = "tender.reply-by-extended"
    says = "{by} extended the deadline for replies to {reply_by}: {reason}"
    reply_by: date
    unanswered: tuple[UUID, ...] = ()
    """The providers who had not replied; older events do not tell them."""

    def apply(self, tender: Tender) -> None:
        tender.reply_by = self.reply_by


class InvitationDeclined(Event):
    TOPIC = "tender.invitation-declined"
    says = (
        "{by} {recorded:recorded a refusal of}{own_act:declined} the invitation to {provider} for the {side} "
        "({why}): {reason}"
    )
    provider: UUID
    side: Side
    why: DeclineReason
    unavailable_until: date | None

    def apply(self, tender: Tender) -> None:
        tender.remember(
            self.provider,
            status=InvitationStatus.DECLINED,
            quote=None,
            declined_by=self.side,
            unavailable_until=self.unavailable_until,
        )


class QuoteReceived(Event):
    TOPIC = "tender.quote-received"
    says = (
        "{provider} quoted {net} excluding VAT ({days} at {day_rate}) for {specialist}, with {told_vat} VAT"
        "{recorder:, recorded by …}{reason:. …}"
    )
    provider: UUID
    specialist: UUID
    days: Decimal
    day_rate: Decimal
    net: Decimal
    vat: Decimal
    approach: str
    available_from: date
    available_to: date

    def apply(self, tender: Tender) -> None:
        tender.remember(self.provider, status=InvitationStatus.QUOTED, quote=_quote(self))

    @property
    def told_vat(self) -> Decimal | str:
        return _told_vat(self)


class QuoteRevised(Event):
    TOPIC = "tender.quote-revised"
    says = (
        "{provider} revised its quote to {net} excluding VAT ({days}) for {specialist}, with {told_vat} VAT"
        "{recorder:, recorded by …}: {reason}"
    )
    provider: UUID
    specialist: UUID
    days: Decimal
    day_rate: Decimal
    net: Decimal
    vat: Decimal
    approach: str
    available_from: date
    available_to: date

    def apply(self, tender: Tender) -> None:
        tender.remember(self.provider, quote=_quote(self))

    @property
    def told_vat(self) -> Decimal | str:
        return _told_vat(self)


class QuoteWithdrawn(Event):
    TOPIC = "tender.quote-withdrawn"
    says = "{by} withdrew the quote from {provider}: {reason}"
    provider: UUID

    def apply(self, tender: Tender) -> None:
        tender.remember(self.provider, status=InvitationStatus.WITHDRAWN, quote=None)


class InvitationLapsed(Event):
    TOPIC = "tender.invitation-lapsed"
    says = "{provider} did not reply by {reply_by}"
    provider: UUID
    reply_by: date

    def apply(self, tender: Tender) -> None:
        tender.remember(self.provider, status=InvitationStatus.LAPSED)


class SchoolPreferred(Event):
    TOPIC = "tender.school-preferred"
    says = "{by} recorded that the school prefers {provider}: {preference}"
    provider: UUID
    preference: str

    def apply(self, tender: Tender) -> None:
        tender.preferred = self.provider


class ProviderSelected(Event):
    """Stands in older logs, of the time before decisions were kept: a broker chose the approvers, who need not have
    acted."""

    TOPIC = "tender.provider-selected"
    DECIDERS = ("approver", "approved_above_ceiling_by")
    says = (
        "{by} {recorded:recorded the selection of}{own_act:selected} {provider} with {specialist} at {net} "
        "excluding VAT{approver:, naming … as having approved it}"
        "{approved_above_ceiling_by:, naming … as having approved it above the limit}: {reason}"
    )
    provider: UUID
    specialist: UUID
    net: Decimal
    approver: UUID
    approved_above_ceiling_by: UUID | None

    def apply(self, tender: Tender) -> None:
        tender.was_selected(self.provider, self.meta.reason)


class QuoteSelected(Event):
    """A decision gave it; `tie` is the connection with the school or a provider that the asker declared."""

    TOPIC = "tender.quote-selected"
    says = (
        "{by} {on_behalf:recorded the selection by … of}{own_act:selected} {provider} with {specialist} at {net} "
        "excluding VAT: {reason}"
    )
    provider: UUID
    specialist: UUID
    net: Decimal
    tie: str = ""

    def apply(self, tender: Tender) -> None:
        tender.was_selected(self.provider, self.meta.reason)


class SelectionWithdrawn(Event):
    TOPIC = "tender.selection-withdrawn"
    says = "{by} withdrew the selection of {provider}: {reason}"
    provider: UUID

    def apply(self, tender: Tender) -> None:
        tender.status = TenderStatus.OPEN
        tender.selected = None
        tender.rationale = ""
        tender.remember(self.provider, status=InvitationStatus.QUOTED)


class ClosedWithoutSelection(Event):
    TOPIC = "tender.closed-without-selection"
    says = "{by} closed the tender without choosing a provider: {reason}"

    def apply(self, tender: Tender) -> None:
        tender.status = TenderStatus.CLOSED


def _quote(event: QuoteReceived | QuoteRevised) -> Quote:
    return Quote(
        event.specialist,
        event.days,
        event.day_rate,
        event.net,
        event.vat,
        event.approach,
        event.available_from,
        event.available_to,
        event.meta.occurred_on,
        _is_vat_known(event),
        event.meta.signature.actor if event.meta.signature.on_behalf_of else None,
    )


def _is_vat_known(event: QuoteReceived | QuoteRevised) -> bool:
    """No version of the rules gave the rate of VAT where nobody has told whether the provider charges it."""
    return bool(event.vat or event.meta.rules)


def _told_vat(event: QuoteReceived | QuoteRevised) -> Decimal | str:
    """The VAT as the sentence tells it."""
    return event.vat if _is_vat_known(event) else "unknown"
